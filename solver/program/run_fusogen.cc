// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line of fusogen; everything else is in the other rooms.
#include "program/run_fusogen.h"

#include "base/computation_error.h"
#include "base/exit_status.h"
#include "base/log.h"
#include "base/program_version.h"
#include "base/stopped.h"
#include "base/user_error.h"
#include "scenario/budding.h"
#include "scenario/checkpointing.h"
#include "scenario/docking.h"
#include "scenario/exocytosis.h"
#include "scenario/fusion_pathway.h"
#include "scenario/life.h"
#include "scenario/relaxation.h"
#include "scenario/statics.h"
#include "scenario/transport.h"

#include <CLI/CLI.hpp>
#include <deal.II/base/config.h>
#include <deal.II/base/mpi.h>
#include <dlfcn.h>
#include <petscversion.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>

namespace fusogen {
namespace {
void run(const RunContext &context) {
  switch (context.parameters.kind) {
  case ScenarioKind::relaxation:
    if (context.parameters.geometry.dimension == Dimension::meridian)
      run_relaxation<1>(context);
    else
      run_relaxation<2>(context);
    break;
  case ScenarioKind::pore_energy:
    run_pore_energy(context);
    break;
  case ScenarioKind::tether:
    run_tether(context);
    break;
  case ScenarioKind::budding:
    run_budding(context);
    break;
  case ScenarioKind::docking:
    run_docking(context);
    break;
  case ScenarioKind::exocytosis:
    run_exocytosis(context);
    break;
  case ScenarioKind::transport:
    run_transport(context);
    break;
  case ScenarioKind::life:
    run_life(context);
    break;
  case ScenarioKind::fusion_pathway:
    run_fusion_pathway(context);
    break;
  }
}

// The parameters of the user's terms with their values, in a table that has them.
std::map<std::string, std::string> user_parameters(const ParameterTable &table) {
  Parameters plain;
  ParameterTable without_user;
  plain.declare(without_user);
  std::map<std::string, std::string> values;
  for (const std::string &name : table.names())
    values[name] = table.value(name);
  for (const std::string &name : without_user.names())
    values.erase(name);
  return values;
}

// The user's terms act on a flow in time; where there is none, nobody shall wonder what they did.
void check_user_terms(const Parameters &parameters, const ParameterTable &table,
                      const std::map<std::string, std::string> &defaults) {
  const ScenarioKind kind = parameters.kind;
  if (kind != ScenarioKind::pore_energy && kind != ScenarioKind::tether &&
      kind != ScenarioKind::fusion_pathway && kind != ScenarioKind::transport)
    return;
  for (const auto &[name, value] : user_parameters(table))
    if (value != defaults.at(name))
      throw UserError(name + " = " + value + " (" + table.where(name) +
                      ") is of a term that acts in time, which Scenario/Kind = " +
                      table.value("Scenario/Kind") + " does not have");
}

std::string default_directory(const std::string &parameter_file) {
  const auto slash = parameter_file.find_last_of('/');
  std::string name = slash == std::string::npos ? parameter_file : parameter_file.substr(slash + 1);
  if (name.size() > 4 && name.substr(name.size() - 4) == ".prm")
    name.resize(name.size() - 4);
  return "results/" + name;
}

int program(int argc, char **argv, const bool first_rank, const UserTerms &user_terms) {
  CLI::App app{"fusogen: finite elements for membrane fusion in exocytosis"};
  std::string file, directory;
  std::vector<std::string> assignments;
  bool defaults = false, check = false, show_version = false, quiet = false, resume = false;
  app.add_option("FILE", file, "parameter file (.prm)");
  app.add_option("--set", assignments, "set one parameter: \"Section/Name=value\"; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--output", directory, "folder for the results; default results/NAME_OF_FILE");
  app.add_flag("--resume", resume, "continue from the checkpoint in the output folder");
  app.add_flag("--quiet", quiet, "print warnings and errors only");
  app.add_flag("--defaults", defaults,
               "print every parameter with default, unit, range and meaning, and end");
  app.add_flag("--check", check, "read and check the parameters only");
  app.add_flag("--version", show_version, "print the version and those of the libraries");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    if (first_rank)
      std::cout << app.help();
    return ExitStatus::done;
  } catch (const CLI::ExtrasError &) {
    // What was not understood, in the order of the command line.
    const std::string first = app.remaining().front();
    if (first.front() == '-')
      throw UserError("there is no option " + first + "; fusogen --help lists the options");
    throw UserError("\"" + first + "\" is one parameter file too many; write fusogen FILE.prm");
  } catch (const CLI::ParseError &error) {
    throw UserError(std::string(error.what()) + "; fusogen --help lists the options");
  }

  if (show_version) {
    if (first_rank)
      std::cout << "fusogen " << program_version() << "\n"
                << "deal.II " << DEAL_II_PACKAGE_VERSION << ", PETSc " << PETSC_VERSION_MAJOR << "."
                << PETSC_VERSION_MINOR << "." << PETSC_VERSION_SUBMINOR << "\n";
    for (const auto &term : user_terms)
      if (first_rank)
        std::cout << "with the user's term \"" << term->name() << "\"\n";
    return ExitStatus::done;
  }
  Log::instance().set_quiet(quiet);
  Parameters parameters;
  parameters.user_terms = user_terms;
  ParameterTable table;
  parameters.declare(table);
  const std::map<std::string, std::string> user_defaults = user_parameters(table);
  if (defaults) {
    if (first_rank)
      table.write(std::cout, true);
    return ExitStatus::done;
  }
  if (file.empty())
    throw UserError(
        "no parameter file was given; write fusogen FILE.prm, or fusogen --help for the options");
  table.read_file(file);
  for (const std::string &assignment : assignments)
    table.assign(assignment);
  parameters.resolve_paths(table, file);
  parameters.check(table);
  check_user_terms(parameters, table, user_defaults);
  if (check) {
    Log::instance().information(file + ": all parameters are valid");
    return ExitStatus::done;
  }
  if (directory.empty())
    directory = default_directory(file);
  std::unique_ptr<const Checkpoint> checkpoint;
  if (resume) {
    checkpoint = checkpoint_to_resume(parameters, table, directory, MPI_COMM_WORLD);
    if (!checkpoint)
      return ExitStatus::done;
  }
  run({parameters, table, directory, MPI_COMM_WORLD, checkpoint.get()});
  return ExitStatus::done;
}
// One process of MPI uses one core: threads of OpenBLAS, where that is the BLAS in use, only get in
// each other's way in the many small products of a sparse factorisation. OPENBLAS_NUM_THREADS, if
// set, wins.
void use_one_blas_thread() {
  if (std::getenv("OPENBLAS_NUM_THREADS") != nullptr)
    return;
  if (auto *set_threads =
          reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
    set_threads(1);
}

// Started without mpirun or the like, Open MPI would start a daemon and look for networks, which
// takes longer than many a run along the meridian. Nor does a process alone need the folder in /tmp
// through which processes meet: all that run alone would share one, and who ends first removes it,
// so that one that is just starting aborts. What the environment says wins.
void start_alone_quickly() {
  for (const char *launched :
       {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID", "HYDI_CONTROL_FD"})
    if (std::getenv(launched) != nullptr)
      return;
  for (const auto &[name, value] :
       {std::make_pair("OMPI_MCA_ess_singleton_isolated", "1"),
        std::make_pair("OMPI_MCA_btl", "self"), std::make_pair("OMPI_MCA_pml", "ob1"),
        std::make_pair("OMPI_MCA_orte_create_session_dirs", "0")})
    setenv(name, value, 0);
}
} // namespace

int run_fusogen(int argc, char **argv, const UserTerms &user_terms) {
  use_one_blas_thread();
  start_alone_quickly();
  dealii::Utilities::MPI::MPI_InitFinalize mpi(argc, argv, 1);
  const unsigned int rank = dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD);
  Log::instance().set_rank(rank);
  try {
    return program(argc, argv, rank == 0, user_terms);
  } catch (const Stopped &stop) {
    Log::instance().information(stop.what());
    return ExitStatus::stopped;
  } catch (const UserError &error) {
    Log::instance().error(error.what());
    return ExitStatus::wrong_input;
  } catch (const ComputationError &error) {
    Log::instance().error(error.what());
    return ExitStatus::computation_failed;
  } catch (const std::exception &error) {
    // A mistake in the program; every rank may know something different of it.
    std::cerr << "internal error on rank " << rank << ": " << error.what() << std::endl;
    if (dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD) > 1)
      MPI_Abort(MPI_COMM_WORLD, ExitStatus::computation_failed);
    return ExitStatus::computation_failed;
  }
}
} // namespace fusogen
