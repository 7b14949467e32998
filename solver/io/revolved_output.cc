// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/revolved_output.h"

#include "base/user_error.h"
#include "io/complete_file.h"

#include <deal.II/base/data_out_base.h>
#include <deal.II/base/utilities.h>

#include <cmath>
#include <filesystem>
#include <sstream>

namespace fusogen {
using namespace dealii;

namespace {
constexpr unsigned int n_sectors = 12, degree = 2, n = degree + 1;
} // namespace

RevolvedOutput::RevolvedOutput(const std::string &directory, const std::string &name,
                               const std::vector<std::string> &fields)
    : directory(directory), name(name), fields(fields) {}

void RevolvedOutput::write(const double time, const std::vector<Piece> &pieces) {
  std::vector<DataOutBase::Patch<2, 3>> patches;
  for (const Piece &piece : pieces)
    for (unsigned int sector = 0; sector < n_sectors; ++sector) {
      DataOutBase::Patch<2, 3> patch;
      patch.reference_cell = ReferenceCells::get_hypercube<2>();
      patch.n_subdivisions = degree;
      patch.points_are_available = true;
      patch.patch_index = patches.size();
      patch.data.reinit(fields.size() + 3, n * n);
      for (unsigned int j = 0; j < n; ++j) {
        // Modulo the turn, so that the surface closes without a gap of rounding errors.
        const unsigned int step = (sector * degree + j) % (n_sectors * degree);
        const double angle = 2. * numbers::PI * step / (n_sectors * degree);
        for (unsigned int i = 0; i < n; ++i) {
          // Along the meridian first, then around: VTK's normal is to the left.
          const unsigned int q = j * n + i;
          for (unsigned int f = 0; f < fields.size(); ++f)
            patch.data(f, q) = piece.values[i][f];
          patch.data(fields.size(), q) = std::cos(angle) * piece.points[i][0];
          patch.data(fields.size() + 1, q) = std::sin(angle) * piece.points[i][0];
          patch.data(fields.size() + 2, q) = piece.points[i][1];
        }
      }
      patches.push_back(std::move(patch));
    }

  const std::string file =
      "solution/" + name + "_" + Utilities::int_to_string(frames.size(), 5) + ".vtu";
  const std::filesystem::path folder(directory);
  std::error_code ignored; // what follows says it
  std::filesystem::create_directories(folder / "solution", ignored);
  std::ostringstream text, collection;
  DataOutBase::write_vtu(
      patches, fields, {},
      DataOutBase::VtkFlags(time, frames.size(), false, DataOutBase::VtkFlags::best_speed, true),
      text);
  frames.emplace_back(time, file);
  DataOutBase::write_pvd_record(collection, frames);
  std::string problem = write_complete_file((folder / file).string(), {text.str()});
  if (problem.empty())
    problem = write_complete_file((folder / (name + ".pvd")).string(), {collection.str()});
  if (!problem.empty())
    throw UserError(problem);
}
} // namespace fusogen
