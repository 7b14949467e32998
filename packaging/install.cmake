# SPDX-License-Identifier: LGPL-2.1-or-later
# What "cmake --install" puts where: the component "program" is what one needs to compute and draw,
# the component "development" what one needs to build a program with terms of one's own.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(shared ${CMAKE_INSTALL_DATADIR}/fusogen)
set(documents ${CMAKE_INSTALL_DOCDIR})
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/fusogen)

install(TARGETS fusogen RUNTIME COMPONENT program)
install(DIRECTORY parameter_files meshes DESTINATION ${shared} COMPONENT program)
install(DIRECTORY postprocess DESTINATION ${shared} COMPONENT program
  USE_SOURCE_PERMISSIONS
  PATTERN __pycache__ EXCLUDE
  PATTERN "*.pyc" EXCLUDE)
install(FILES README.md DESTINATION ${documents} COMPONENT program)
install(DIRECTORY doc DESTINATION ${documents} COMPONENT program
  FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

# The tools stay beside their package, where Python looks for it, whatever link they are called by.
file(GLOB tools CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} postprocess/fusogen-*)
foreach(tool IN LISTS tools)
  get_filename_component(name ${tool} NAME)
  file(RELATIVE_PATH target /${CMAKE_INSTALL_BINDIR} /${shared}/${tool})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/links)
  file(CREATE_LINK ${target} ${PROJECT_BINARY_DIR}/links/${name} SYMBOLIC)
  install(FILES ${PROJECT_BINARY_DIR}/links/${name} DESTINATION ${CMAKE_INSTALL_BINDIR}
    COMPONENT program)
  # The page of the program tells of its tools.
  file(CREATE_LINK fusogen.1.gz ${PROJECT_BINARY_DIR}/links/${name}.1.gz SYMBOLIC)
  install(FILES ${PROJECT_BINARY_DIR}/links/${name}.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
    COMPONENT program)
endforeach()

# Man pages and changelogs are compressed without the time, so that packages can be reproduced.
find_program(FUSOGEN_GZIP gzip REQUIRED)
function(install_compressed file name destination component)
  set(compressed ${PROJECT_BINARY_DIR}/compressed/${component}/${name}.gz)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/compressed/${component})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  execute_process(
    COMMAND ${FUSOGEN_GZIP} -9nc ${file}
    OUTPUT_FILE ${compressed} COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${compressed} DESTINATION ${destination} COMPONENT ${component})
endfunction()
install_compressed(${PROJECT_SOURCE_DIR}/packaging/fusogen.1 fusogen.1
  ${CMAKE_INSTALL_MANDIR}/man1 program)
install_compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog ${documents} program)

# What Debian wants to know of a package.
configure_file(packaging/changelog.in ${PROJECT_BINARY_DIR}/changelog @ONLY)
foreach(component_and_package IN ITEMS program:fusogen development:libfusogen-dev)
  string(REPLACE ":" ";" pair ${component_and_package})
  list(GET pair 0 component)
  list(GET pair 1 name)
  install(FILES packaging/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name}
    COMPONENT ${component})
  install_compressed(${PROJECT_BINARY_DIR}/changelog changelog.Debian
    ${CMAKE_INSTALL_DATADIR}/doc/${name} ${component})
  # There is no bug of Debian's archive to be closed by a package that is not from it.
  file(WRITE ${PROJECT_BINARY_DIR}/lintian/${name} "${name}: initial-upload-closes-no-bugs\n")
  install(FILES ${PROJECT_BINARY_DIR}/lintian/${name}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides COMPONENT ${component})
endforeach()

# The library of the rooms and its headers, which keep their folders.
get_property(rooms GLOBAL PROPERTY FUSOGEN_ROOMS)
install(TARGETS ${rooms} fusogen_vtk_reader fusogen_library EXPORT fusogen
  ARCHIVE COMPONENT development)
install(DIRECTORY solver/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fusogen COMPONENT development
  FILES_MATCHING PATTERN "*.h" PATTERN program/main.cc EXCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/solver/base/version.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fusogen/base COMPONENT development)
install(EXPORT fusogen NAMESPACE fusogen:: FILE fusogen-targets.cmake
  DESTINATION ${package} COMPONENT development)
configure_package_config_file(packaging/fusogen-config.cmake.in
  ${PROJECT_BINARY_DIR}/fusogen-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/fusogen-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/fusogen-config.cmake
  ${PROJECT_BINARY_DIR}/fusogen-config-version.cmake
  DESTINATION ${package} COMPONENT development)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libfusogen-dev COMPONENT development
  PATTERN build EXCLUDE)
