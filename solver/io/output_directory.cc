// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io/output_directory.h"

#include "base/user_error.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace fusogen {
void prepare_output_directory(const std::string &path) {
  const std::string folder = "the output folder \"" + path + "\"";
  if (path.empty())
    throw UserError("the name of the output folder is empty");

  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status))
    throw UserError(folder + " is a file; choose another name with --output");
  std::filesystem::create_directories(path, error);
  if (error)
    throw UserError(folder + " cannot be made: " + error.message());

  // Permissions alone do not tell: the file system may be read-only or full.
  std::string probe = path + "/.probe-XXXXXX";
  const int descriptor = mkstemp(probe.data());
  if (descriptor == -1)
    throw UserError(folder + " is not writable: " + std::strerror(errno));
  close(descriptor);
  unlink(probe.c_str());
}
} // namespace fusogen
