// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/complete_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace fusogen {
namespace {
bool write_all(const int descriptor, const std::string &part) {
  for (std::size_t written = 0; written < part.size();) {
    const ssize_t now = write(descriptor, part.data() + written, part.size() - written);
    if (now < 0 && errno != EINTR)
      return false;
    written += now < 0 ? 0 : now;
  }
  return true;
}
} // namespace

std::string write_complete_file(const std::string &path, const std::vector<std::string> &parts,
                                const bool durable) {
  const std::string unfinished = path + ".tmp";
  const int descriptor = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  bool good = descriptor >= 0;
  for (const std::string &part : parts)
    good = good && write_all(descriptor, part);
  good = good && (!durable || fsync(descriptor) == 0);
  int error = good ? 0 : errno;
  if (descriptor >= 0 && close(descriptor) != 0 && good) {
    good = false;
    error = errno;
  }
  if (good && std::rename(unfinished.c_str(), path.c_str()) == 0)
    return "";
  if (good)
    error = errno;
  if (descriptor >= 0)
    std::remove(unfinished.c_str());
  return "cannot write \"" + path + "\": " + std::strerror(error);
}
} // namespace fusogen
