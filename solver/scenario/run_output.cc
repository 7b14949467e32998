// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario/run_output.h"

#include "base/program_version.h"
#include "io/output_directory.h"
#include "io/throw_on_all_ranks.h"

#include <fstream>

namespace fusogen {
Statistics Observables::row() const {
  Statistics row;
  row.set("time", "us", time);
  row.set("time step", "us", time_step);
  row.set("bending energy", "kT", bending_energy);
  row.set("total energy", "kT", total_energy);
  row.set("dissipated power", "kT/us", dissipated_power);
  row.set("area", "nm^2", area);
  row.set("volume", "nm^3", volume);
  row.set("neck radius", "nm", neck_radius);
  row.set("vesicle lipid transferred", "", vesicle_lipid_transferred);
  row.set("cargo released", "", cargo_released);
  for (const UserTermShare &share : user_terms) {
    row.set(share.name + " energy", "kT", share.energy);
    row.set(share.name + " dissipated power", "kT/us", share.power);
  }
  return row;
}

void Observables::add_to(Summary &summary) const {
  summary.set("bending energy", bending_energy, "kT");
  summary.set("total energy", total_energy, "kT");
  summary.set("area", area, "nm^2");
  summary.set("volume", volume, "nm^3");
  summary.set("neck radius", neck_radius, "nm");
  summary.set("final time", time, "us");
  summary.set("vesicle lipid transferred", vesicle_lipid_transferred, "");
  summary.set("cargo released", cargo_released, "");
  for (const UserTermShare &share : user_terms)
    summary.set(share.name + " energy", share.energy, "kT");
}

RunOutput::RunOutput(const RunContext &context)
    : communicator(context.communicator), directory(context.directory), story(context.story),
      first_rank(dealii::Utilities::MPI::this_mpi_process(context.communicator) == 0) {
  if (story != nullptr && !story->is_first())
    return; // all is there
  std::string mistake;
  if (first_rank)
    try {
      prepare_output_directory(directory);
      std::ofstream file(directory + "/parameters.prm");
      const auto processes = dealii::Utilities::MPI::n_mpi_processes(communicator);
      file << "# written by fusogen " << program_version() << " on " << processes
           << (processes == 1 ? " process" : " processes") << "\n";
      context.table.write(file, false);
      if (!file.flush())
        throw UserError("the file " + directory + "/parameters.prm cannot be written");
    } catch (const UserError &error) {
      mistake = error.what();
    }
  throw_on_all_ranks(communicator, mistake);
}

void RunOutput::append(const std::string &table, const Statistics &row) {
  if (!first_rank)
    return;
  if (story != nullptr) {
    Statistics all;
    for (const auto &cell : row.cells()) {
      const bool is_time = cell.name == "time";
      all.set(cell.name, cell.unit, cell.value + (is_time ? story->clock : 0.));
      if (is_time)
        all.set("stage", "", story->stage);
    }
    story->table.append(all);
    return;
  }
  auto &file = tables[table];
  if (!file)
    file = std::make_unique<StatisticsFile>(directory + "/" + table);
  file->append(row);
}

void RunOutput::serialize(StateArchive &state) {
  if (story != nullptr) {
    std::size_t n_rows = story->table.n_rows();
    state.item("rows of statistics.csv", n_rows);
    std::string mistake;
    if (state.loading() && first_rank)
      try {
        story->table.go_back_to(n_rows);
      } catch (const UserError &error) {
        mistake = error.what();
      }
    throw_on_all_ranks(communicator, mistake);
    return;
  }
  auto &file = tables["statistics.csv"];
  double length = file ? static_cast<double>(file->length()) : 0.;
  state.item("length of statistics.csv", length);
  if (!state.loading())
    return;
  std::string mistake;
  if (first_rank)
    try {
      file = std::make_unique<StatisticsFile>(directory + "/statistics.csv",
                                              static_cast<std::uintmax_t>(length));
    } catch (const UserError &error) {
      mistake = error.what();
    }
  throw_on_all_ranks(communicator, mistake);
}

void RunOutput::finish(const std::string &outcome) {
  summary.set_outcome(outcome);
  if (story != nullptr) {
    story->summary = summary;
    return;
  }
  if (first_rank)
    summary.write(directory + "/summary.json");
}
} // namespace fusogen
