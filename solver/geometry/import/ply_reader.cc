// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geometry/import/ply_reader.h"

#include "base/user_error.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

namespace fusogen {
namespace {
enum class Encoding { text, little_endian, big_endian };

struct Property {
  std::string name, type;
  std::string count_type; // of a list; else empty
};

struct Element {
  std::string name;
  std::size_t n = 0;
  std::vector<Property> properties;
};

struct Damaged {};

// Numbers one after the other, however they are written down.
class Numbers {
public:
  Numbers(std::istream &stream, const Encoding encoding) : stream(stream), encoding(encoding) {}

  double next(const std::string &type) {
    if (encoding == Encoding::text) {
      // Other than the stream's own conversion this one knows "nan" and "inf".
      std::string word;
      char *end = nullptr;
      if (!(stream >> word))
        throw Damaged();
      const double value = std::strtod(word.c_str(), &end);
      if (*end != '\0')
        throw Damaged();
      return value;
    }
    if (type == "char" || type == "int8")
      return binary<std::int8_t>();
    if (type == "uchar" || type == "uint8")
      return binary<std::uint8_t>();
    if (type == "short" || type == "int16")
      return binary<std::int16_t>();
    if (type == "ushort" || type == "uint16")
      return binary<std::uint16_t>();
    if (type == "int" || type == "int32")
      return binary<std::int32_t>();
    if (type == "uint" || type == "uint32")
      return binary<std::uint32_t>();
    if (type == "float" || type == "float32")
      return binary<float>();
    if (type == "double" || type == "float64")
      return binary<double>();
    throw Damaged();
  }

private:
  template <class Number> double binary() {
    std::array<char, sizeof(Number)> bytes;
    if (!stream.read(bytes.data(), bytes.size()))
      throw Damaged();
    const std::uint16_t probe = 1;
    const bool machine_is_little = *reinterpret_cast<const unsigned char *>(&probe) == 1;
    if (machine_is_little != (encoding == Encoding::little_endian))
      std::reverse(bytes.begin(), bytes.end());
    Number value;
    std::memcpy(&value, bytes.data(), sizeof(Number));
    return value;
  }

  std::istream &stream;
  Encoding encoding;
};

std::pair<Encoding, std::vector<Element>> read_header(std::istream &stream) {
  std::pair<Encoding, std::vector<Element>> header{Encoding::text, {}};
  std::string line, word;
  for (bool first = true; std::getline(stream, line); first = false) {
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    std::istringstream words(line);
    words >> word;
    if (first && word != "ply")
      throw Damaged();
    if (word == "end_header")
      return header;
    if (word == "format") {
      words >> word;
      const std::map<std::string, Encoding> known = {
          {"ascii", Encoding::text},
          {"binary_little_endian", Encoding::little_endian},
          {"binary_big_endian", Encoding::big_endian}};
      const auto found = known.find(word);
      if (found == known.end())
        throw Damaged();
      header.first = found->second;
    } else if (word == "element") {
      Element element;
      words >> element.name >> element.n;
      if (!words)
        throw Damaged();
      header.second.push_back(element);
    } else if (word == "property") {
      Property property;
      words >> property.type;
      if (property.type == "list")
        words >> property.count_type >> property.type;
      words >> property.name;
      if (!words || header.second.empty())
        throw Damaged();
      header.second.back().properties.push_back(property);
    }
  }
  throw Damaged();
}

unsigned int as_index(const double number) {
  // What cannot be the number of a point is found to be out of range later.
  return number >= 0. && number < 4e9 ? static_cast<unsigned int>(number)
                                      : std::numeric_limits<unsigned int>::max();
}
} // namespace

TriangleSurface read_ply(const std::string &path) {
  TriangleSurface surface;
  try {
    std::ifstream file(path, std::ios::binary);
    const auto [encoding, elements] = read_header(file);
    Numbers numbers(file, encoding);
    for (const Element &element : elements)
      for (std::size_t i = 0; i < element.n; ++i) {
        std::array<double, 3> x{};
        std::vector<unsigned int> corners;
        for (const Property &property : element.properties)
          if (property.count_type.empty()) {
            const double value = numbers.next(property.type);
            const std::size_t c = std::string("xyz").find(property.name);
            if (c < 3)
              x[c] = value;
          } else {
            const double n = numbers.next(property.count_type);
            const bool wanted = element.name == "face" && property.name.find("vert") == 0;
            if (wanted && n != 3. && n != 4.)
              throw UserError(path + " has a face with " + std::to_string(int(n)) +
                              " corners, but only triangles and quadrilaterals can be read");
            for (double k = 0.; k < n; ++k) {
              const double value = numbers.next(property.type);
              if (wanted)
                corners.push_back(as_index(value));
            }
          }
        if (element.name == "vertex")
          surface.points.push_back(x);
        if (corners.size() >= 3)
          surface.triangles.push_back({{corners[0], corners[1], corners[2]}});
        if (corners.size() == 4)
          surface.triangles.push_back({{corners[0], corners[2], corners[3]}});
      }
  } catch (const Damaged &) {
    throw UserError(path + " cannot be read as a ply file; it is damaged or of another kind");
  }
  return surface;
}
} // namespace fusogen
