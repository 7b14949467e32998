// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_IO_CHECKPOINT_H
#define FUSOGEN_IO_CHECKPOINT_H

#include "geometry/surface_archive.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fusogen {
/// What a checkpoint says about the run it belongs to.
struct CheckpointInformation {
  /// Names and values of all parameters in force, in the order of the table.
  std::vector<std::pair<std::string, std::string>> parameters;
  /// How the run ended; empty if it had not.
  std::string outcome;
  double time = 0.; ///< physical time [us]
};

/// The folder DIR/checkpoint of a run, with the checkpoints 00001, 00002, ... in it, of which the
/// newest ones are kept.
///
/// A checkpoint is a folder with header.json (what it is, parameters, numbers and texts of the
/// state, coarse mesh, checksums) and one piece_RRRRR.bin from each rank that wrote it: the ids of
/// its cells, four 32-bit numbers each (deal.II's CellId::to_binary of Membrane::cell_id), then
/// cell by cell the values of all fields as doubles, in the byte order of the machine. No rank
/// holds more than its own cells. The folder gets its name when everything in it is on the disk,
/// and the file "latest" names the newest one after that, so that a run killed at any moment leaves
/// the checkpoint before intact.
class CheckpointFolder {
public:
  /// @param keep number of checkpoints that stay
  CheckpointFolder(MPI_Comm communicator, const std::string &run_directory, unsigned int keep)
      : communicator(communicator), directory(run_directory + "/checkpoint"), keep(keep) {}

  /// Writes the next checkpoint; all ranks call this with an archive that has collected. Returns
  /// the same on all ranks: what went wrong, as a sentence without full stop, or nothing; then
  /// last() is its path. After a failure the older checkpoints are as they were.
  template <int dim>
  std::string write(const Membrane<dim> &membrane, SurfaceArchive<dim> &archive,
                    const CheckpointInformation &information);

  /// Path of the checkpoint that write() wrote last.
  const std::string &last() const { return last_path; }

  /// For a run that starts anew in a folder: checkpoints of an unfinished earlier run are moved to
  /// DIR/checkpoint.old, in place of what was there, those of a finished one removed. Returns true
  /// if there is something in DIR/checkpoint.old now that was not there before. All ranks call
  /// this; throws UserError on all of them if it cannot.
  bool set_aside();

private:
  MPI_Comm communicator;
  std::string directory, last_path;
  unsigned int keep;
};

/// A checkpoint that was found whole.
class Checkpoint {
public:
  /// The newest checkpoint of the run in @p run_directory that can be read, or nothing. Each that
  /// is truncated or damaged is refused with a warning and renamed to NUMBER.damaged, so that it
  /// does not count among those that are kept, and the one before it is tried. All ranks call this
  /// and share the reading.
  static std::unique_ptr<const Checkpoint> newest(MPI_Comm communicator,
                                                  const std::string &run_directory);
  ~Checkpoint();

  const std::string &path() const;
  const CheckpointInformation &information() const;

  /// The numbers and texts in it alone, when it is not known yet what they belong to.
  StateArchive state() const;

  /// Builds the membrane of the checkpoint, its mesh and the positions of its nodes, and returns
  /// the archive that gives back the rest. The number of ranks need not be that of the run which
  /// wrote it. @p membrane has the polynomial degree of that run and no mesh yet.
  template <int dim> SurfaceArchive<dim> restore(Membrane<dim> &membrane) const;

private:
  friend class CheckpointFolder;
  struct Content;
  Checkpoint(MPI_Comm communicator, std::unique_ptr<const Content> content);

  MPI_Comm communicator;
  std::unique_ptr<const Content> content;
};
} // namespace fusogen

#endif
