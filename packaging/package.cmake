# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian packages of the components that install.cmake defines: fusogen and libfusogen-dev.
#   cmake --build build --target fusogen && cpack --config build/CPackConfig.cmake
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fusogen)
set(CPACK_PACKAGE_VENDOR "The fusogen developers")
set(CPACK_PACKAGE_CONTACT "The fusogen developers <fusogen@example.org>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL program development)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME fusogen)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
# The libraries come from the program itself.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "python3")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS
  "openmpi-bin, python3-numpy, python3-matplotlib, python3-pandas, python3-vtk9, xvfb, xauth")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "ffmpeg, libfusogen-dev, paraview, snakemake")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
"fusogen computes how a vesicle fuses with the plasma membrane in exocytosis,
from docked bilayers through a pore that opens and dilates to a flat membrane,
with the lipids that mix and the cargo that leaves. The bilayer is a fluid
surface with bending rigidity and viscosity, along the meridian of an
axisymmetric shape or in three dimensions, in parallel.
.
Every run keeps an energy and mass ledger and writes tables, a summary and
files for ParaView.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libfusogen-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(development libdeal.ii-dev nlohmann-json3-dev)
if(VTK_FOUND)
  list(APPEND development libvtk9-dev)
endif()
list(JOIN development ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "cmake, fusogen, g++")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
"Headers and library of fusogen, for a program that is fusogen with energies,
dissipations or constraints of one's own, and an example of such a program.")

include(CPack)
