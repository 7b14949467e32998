// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_io_surface_output_h
#define fusogen_io_surface_output_h

#include "base/state_archive.h"
#include "geometry/membrane.h"

#include <string>
#include <utility>
#include <vector>

namespace fusogen {
/**
 * Writes the membrane and the fields on it, frame after frame, for ParaView and other programs that
 * read the files of VTK.
 *
 * In the output folder appear surface.pvd, the collection to open, and solution/surface_00000.vtu
 * and so on, one file a frame from however many processes. Cells are Lagrange quadrilaterals of the
 * degree of the membrane, so that the surface is as round as the computed one, and are numbered so
 * that the normal VTK computes points outward. An axisymmetric membrane (dim = 1) is written as the
 * surface that its meridian sweeps in space, and the meridian itself, as points (r, 0, z) joined by
 * Lagrange curves, in meridian.pvd and solution/meridian_00000.vtu.
 *
 * Coordinates are in nm, the times of a collection in us, both as the program has them; names of
 * fields carry their unit. Besides the fields that are given, each frame has "mean curvature
 * [1/nm]", the sum H of the principal curvatures, and "bending energy density [kT/nm^2]".
 *
 * Each file appears complete or not at all, and a collection names only frames that are there, so
 * that a run can be looked at while it goes on and after it failed. Frames of an earlier run in the
 * same folder are overwritten one by one; those that are left are in no collection.
 */
template <int dim> class SurfaceOutput {
public:
  /** The number of cells around the axis for dim = 1. */
  static constexpr unsigned int n_sectors = 32;

  /**
   * Fields with their names, such as "tension [pN/nm]"; vectors that are readable on ghost cells.
   * A name may occur once and has none of the characters " & < >.
   */
  struct Fields {
    /** In the scalar space of the membrane. */
    std::vector<std::pair<std::string, Vector>> scalars;
    /** In the space of the positions; for dim = 1 the components are those along e_r and e_z. */
    std::vector<std::pair<std::string, Vector>> vectors;
  };

  /** What curvature and bending energy density are computed from. */
  struct BendingState {
    double rigidity;              ///< kappa [pN nm]
    double spontaneous_curvature; ///< C0 [1/nm]
    double thermal_energy;        ///< kT, the unit of energy in the files [pN nm]
    /** The moment b = kappa (C0 - H) nu [pN], see Bending; readable on ghost cells. */
    const Vector &moment;
    /** What lipids add to C0 [1/nm], and by what they multiply kappa (scalar space), or null. */
    const Vector *lipid_curvature = nullptr, *relative_rigidity = nullptr;
  };

  /**
   * Begins a new series in the folder @p directory, which exists. Throws UserError on all processes
   * if its subfolder solution/ cannot be made.
   */
  SurfaceOutput(MPI_Comm communicator, const std::string &directory);

  /**
   * Where the membrane is in the pictures that follow, and when: added to all points [nm] and times
   * [us]. (Of the meridian, which has no place beside its axis, only the height is moved.)
   */
  void place(const dealii::Point<3> &membrane_origin, double start_time) {
    origin = membrane_origin;
    clock = start_time;
  }

  /**
   * Writes a frame; all processes call this. Throws UserError on all of them if a file cannot be
   * written, as on a full disk, and std::logic_error for a name that is not allowed.
   * @param time physical time [us], not less than that of the last frame. If it is the same, the
   *             frame takes the place of the last one, since a program that reads a collection
   *             knows a frame by its time.
   */
  void write(const Membrane<dim> &membrane, double time, const BendingState &bending,
             const Fields &fields);

  /**
   * Saves which frames there are; loading goes back to them, and frames that were written later are
   * no longer in the collection. All processes call this.
   */
  void serialize(StateArchive &state);

  /** The path of the last surface file that is complete; empty if there is none. */
  const std::string &last_file() const { return last_surface; }

  /**
   * Where the last frame lies, in words for ComputationError: "the output at 12.5 us in
   * DIR/solution/surface_00003.vtu"; empty if there is none.
   */
  std::string last_good_state() const;

private:
  /** One collection: its name ("surface") and the times and files in it. */
  struct Series {
    std::string name;
    std::vector<std::pair<double, std::string>> frames;
  };

  static std::string file_of_frame(const Series &series, unsigned int number);
  std::string write_collection(const Series &series) const;

  template <class Patches>
  std::string write_frame(Series &series, unsigned int number, const Patches &patches, double time,
                          const Fields &fields) const;

  MPI_Comm communicator;
  std::string directory;
  dealii::Point<3> origin;
  double clock = 0.;
  Series surface{"surface", {}}, meridian{"meridian", {}};
  std::string last_surface;
};
} // namespace fusogen

#endif
