# SPDX-License-Identifier: LGPL-2.1-or-later
# Run at each build, so that the revision is that of the source that is compiled:
#   cmake -D SOURCE=... -D PROJECT_VERSION=... -D INPUT=version.h.in -D OUTPUT=version.h -P this
# The output is touched only if it changes.
set(FUSOGEN_GIT_REVISION "unknown")
find_program(GIT git)
if(GIT AND EXISTS "${SOURCE}/.git")
  execute_process(
    COMMAND ${GIT} rev-parse --short=12 HEAD
    WORKING_DIRECTORY "${SOURCE}"
    RESULT_VARIABLE result OUTPUT_VARIABLE revision ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(result EQUAL 0)
    set(FUSOGEN_GIT_REVISION "${revision}")
    # Without a lock, so that a build never disturbs a commit made at the same time.
    execute_process(
      COMMAND ${GIT} --no-optional-locks status --porcelain --untracked-files=no
      WORKING_DIRECTORY "${SOURCE}"
      OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
      string(APPEND FUSOGEN_GIT_REVISION "+")
    endif()
  endif()
endif()
configure_file("${INPUT}" "${OUTPUT}" @ONLY)
