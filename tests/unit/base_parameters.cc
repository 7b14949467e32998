// SPDX-License-Identifier: LGPL-2.1-or-later
// Whatever a user can get wrong in a parameter file, with the exact sentence that says so.
#include "base/parameters.h"
#include "base/user_error.h"
#include "temporary_folder.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace fusogen;
namespace data = boost::unit_test::data;

namespace {
enum class Shape { sphere, prolate, oblate };

// A table like that of the program, and a folder for files.
struct Table {
  double radius = 20.;
  double reduced_volume = 1.;
  double curvature = 0.;
  int mode = 2;
  int any_integer = 0;
  Shape shape = Shape::sphere;
  bool free_volume = false;
  double diffusion = 1.;
  double inner_diffusion = 2.;
  std::string mesh;
  std::vector<double> radii = {1., 2.5};
  ParameterTable table;
  fusogen::test::TemporaryFolder folder;

  Table() {
    auto vesicle = table.section("Vesicle");
    vesicle.real("Radius", radius, "nm", positive(), "Radius of the sphere of equal area.");
    vesicle.real("Reduced volume", reduced_volume, "", between(0.1, 1.), "Volume over a sphere's.");
    vesicle.real("Curvature", curvature, "1/nm", any(), "Spontaneous curvature.");
    vesicle.integer("Mode number", mode, 2, 10, "Mode of the perturbation.");
    vesicle.integer("Any integer", any_integer, std::numeric_limits<int>::min(),
                    std::numeric_limits<int>::max(), "For tests.");
    vesicle.choice(
        "Initial shape", shape,
        {{"sphere", Shape::sphere}, {"prolate", Shape::prolate}, {"oblate", Shape::oblate}},
        "Shape at the start.");
    vesicle.flag("Free volume", free_volume, "Let the volume go.");
    vesicle.text("Mesh file", mesh, "A mesh to start from.");
    vesicle.replaced("Size", "Vesicle/Radius");
    vesicle.real_list("Radii", radii, "nm", positive(), "Radii to try.");
    auto lipids = table.section("Lipids");
    lipids.real("Diffusion", diffusion, "nm^2/us", non_negative(), "Of the lipids.");
    lipids.section("Inner leaflet")
        .real("Inner diffusion", inner_diffusion, "nm^2/us", non_negative(), "Inside.");
  }

  std::string write(const std::string &text) const {
    const std::string path = folder.path + "/run.prm";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  void read(const std::string &text) { table.read_file(write(text)); }

  // The sentence of the UserError that reading this text gives, with FILE for the file's name.
  std::string error_of(const std::string &text) {
    const std::string path = write(text);
    try {
      table.read_file(path);
    } catch (const UserError &error) {
      std::string sentence = error.what();
      const std::size_t position = sentence.find(path);
      if (position != std::string::npos)
        sentence.replace(position, path.size(), "FILE");
      return sentence;
    }
    return "no error";
  }

  std::string error_of_assignment(const std::string &assignment) {
    try {
      table.assign(assignment);
    } catch (const UserError &error) {
      return error.what();
    }
    return "no error";
  }
};

// An assignment and the sentence that must come of it.
struct Mistake {
  std::string assignment;
  std::string sentence;
};

std::ostream &operator<<(std::ostream &stream, const Mistake &mistake) {
  return stream << mistake.assignment;
}

const std::vector<Mistake> mistakes = {
    // Numbers.
    {"Vesicle/Radius=20 nm", "--set: Vesicle/Radius = \"20 nm\" is not a number alone; write only "
                             "20, the unit nm is implied"},
    {"Vesicle/Reduced volume=0.5x", "--set: Vesicle/Reduced volume = \"0.5x\" is not a number "
                                    "alone; write only 0.5, the parameter "
                                    "has no unit"},
    {"Vesicle/Radius=0,5",
     "--set: Vesicle/Radius = \"0,5\" is not a number alone; decimals are set "
     "off by a point, not a comma"},
    {"Vesicle/Radius=big",
     "--set: Vesicle/Radius = \"big\" is not a number; give a number greater than 0, in nm"},
    {"Vesicle/Radius=",
     "--set: Vesicle/Radius = \"\" is empty; give a number greater than 0, in nm"},
    {"Vesicle/Radius=+",
     "--set: Vesicle/Radius = \"+\" is not a number; give a number greater than 0, in nm"},
    {"Vesicle/Radius=+-5",
     "--set: Vesicle/Radius = \"+-5\" is not a number; give a number greater than 0, in nm"},
    {"Vesicle/Radius=nan",
     "--set: Vesicle/Radius = \"nan\" is not a finite number; give a number greater than 0, in nm"},
    {"Vesicle/Curvature=-inf",
     "--set: Vesicle/Curvature = \"-inf\" is not a finite number; give a number, in 1/nm"},
    {"Vesicle/Radius=1e999", "--set: Vesicle/Radius = \"1e999\" is too large or too small for a "
                             "number of the machine; give a number greater than 0, in nm"},
    {"Vesicle/Radius=0",
     "--set: Vesicle/Radius = \"0\" is out of range; it must be greater than 0, in nm"},
    {"Vesicle/Reduced volume=1.01",
     "--set: Vesicle/Reduced volume = \"1.01\" is out of range; it must be from 0.1 to 1"},
    {"Lipids/Diffusion=-1e-3",
     "--set: Lipids/Diffusion = \"-1e-3\" is out of range; it must be 0 or greater, in nm^2/us"},
    {"Vesicle/Radii=1, two", "--set: Vesicle/Radii = \"1, two\" is not a list of numbers as "
                             "wanted: \"two\" is not a number; "
                             "give a number greater than 0, in nm"},
    // Whole numbers.
    {"Vesicle/Mode number=2.5", "--set: Vesicle/Mode number = \"2.5\" is not a whole number; give "
                                "a whole number from 2 to 10"},
    {"Vesicle/Mode number=two", "--set: Vesicle/Mode number = \"two\" is not a whole number; give "
                                "a whole number from 2 to 10"},
    {"Vesicle/Mode number=",
     "--set: Vesicle/Mode number = \"\" is empty; give a whole number from 2 to 10"},
    {"Vesicle/Mode number=11",
     "--set: Vesicle/Mode number = \"11\" is out of range; it must be from 2 to 10"},
    {"Vesicle/Any integer=99999999999", "--set: Vesicle/Any integer = \"99999999999\" is out of "
                                        "range; it must be a whole number of the machine"},
    // Words.
    {"Vesicle/Initial shape=prolat", "--set: Vesicle/Initial shape = \"prolat\" is not one of "
                                     "sphere, prolate, oblate; did you mean \"prolate\"?"},
    {"Vesicle/Initial shape=cube",
     "--set: Vesicle/Initial shape = \"cube\" is not one of sphere, prolate, oblate"},
    {"Vesicle/Initial shape=Sphere", "--set: Vesicle/Initial shape = \"Sphere\" is not one of "
                                     "sphere, prolate, oblate; did you mean \"sphere\"?"},
    {"Vesicle/Free volume=yes", "--set: Vesicle/Free volume = \"yes\" is neither true nor false"},
    {"Vesicle/Mesh file=a#b",
     "--set: Vesicle/Mesh file = \"a#b\" holds a # or a line break or ends "
     "in a backslash, which no value can"},
    {"Vesicle/Mesh file=a\\",
     "--set: Vesicle/Mesh file = \"a\\\" holds a # or a line break or ends "
     "in a backslash, which no value can"},
    // Names.
    {"Vesicle/Raduis=20",
     "--set: there is no parameter \"Raduis\" in section Vesicle; did you mean \"Radius\"?"},
    {"Vesicle/radius=20",
     "--set: there is no parameter \"radius\" in section Vesicle; did you mean \"Radius\"?"},
    {"Vesicle/Mesh=a", "--set: there is no parameter \"Mesh\" in section Vesicle; did you mean "
                       "\"Mesh file\"?"},
    {"Vesicle/Diffusion=1",
     "--set: there is no parameter \"Diffusion\" in section Vesicle; did you "
     "mean Lipids/Diffusion?"},
    {"Lipids/Colour=red",
     "--set: there is no parameter \"Colour\" in section Lipids; known are Diffusion"},
    {"Radius=20",
     "--set: there is no parameter \"Radius\" outside the sections; did you mean Vesicle/Radius?"},
    {"Tension=20",
     "--set: there is no parameter \"Tension\" outside the sections; none is known there"},
    {"Vesicel/Radius=20", "--set: there is no section \"Vesicel\"; did you mean \"Vesicle\"?"},
    {"vesicle/Radius=20", "--set: there is no section \"vesicle\"; did you mean \"Vesicle\"?"},
    {"Nucleus/Radius=20", "--set: there is no section \"Nucleus\"; known are Vesicle, Lipids"},
    {"Lipids/Inner leaflets/Inner diffusion=20", "--set: there is no section \"Inner leaflets\" in "
                                                 "section Lipids; did you mean \"Inner leaflet\"?"},
    // Form.
    {"Vesicle/Radius", "--set: \"Vesicle/Radius\" is not of the form Section/Name=value"},
    {"=20", "--set: \"=20\" is not of the form Section/Name=value"},
    {"", "--set: \"\" is not of the form Section/Name=value"}};
} // namespace

BOOST_DATA_TEST_CASE_F(Table, mistakes_are_explained, data::make(mistakes), mistake) {
  BOOST_TEST(error_of_assignment(mistake.assignment) == mistake.sentence);
  // Nothing was changed by it.
  BOOST_TEST(radius == 20.);
  BOOST_TEST(mode == 2);
  BOOST_TEST((shape == Shape::sphere));
  BOOST_TEST(radii.size() == 2u);
  BOOST_TEST(!table.was_set("Vesicle/Radius"));
}

BOOST_FIXTURE_TEST_CASE(file_sets_variables, Table) {
  read("# a comment\n"
       "subsection Vesicle   # another\n"
       "  set Radius = 25.5  # in nm\n"
       "\tset  Reduced   volume=+9.5e-1\r\n"
       "  set Mode number = 4\n"
       "  set Initial shape = prolate\n"
       "  set Free volume = true\n"
       "  set Mesh file = my = mesh.vtu\n"
       "  set Radii = 1, 2, \\\n"
       "              3\n"
       "end\n"
       "\n"
       "subsection Lipids\n"
       "  subsection Inner leaflet\n"
       "    set Inner diffusion = 7\n"
       "  end\n"
       "  set Diffusion = 0\n"
       "end");
  BOOST_TEST(radius == 25.5);
  BOOST_TEST(reduced_volume == 0.95);
  BOOST_TEST(mode == 4);
  BOOST_TEST((shape == Shape::prolate));
  BOOST_TEST(free_volume);
  BOOST_TEST(mesh == "my = mesh.vtu");
  BOOST_TEST(radii == (std::vector<double>{1., 2., 3.}), boost::test_tools::per_element());
  BOOST_TEST(inner_diffusion == 7.);
  BOOST_TEST(diffusion == 0.);
}

BOOST_FIXTURE_TEST_CASE(file_of_another_editor_is_read, Table) {
  read("\xEF\xBB\xBFsubsection Vesicle\r\n  set Radius = 30\r\nend\r\n");
  BOOST_TEST(radius == 30.);
}

BOOST_FIXTURE_TEST_CASE(later_values_win_and_tell_where_they_came_from, Table) {
  BOOST_TEST(table.where("Vesicle/Radius") == "default");
  BOOST_TEST(!table.was_set("Vesicle/Radius"));
  const std::string path = write("subsection Vesicle\n  set Radius = 1\n  set Radius = 2\nend\n");
  table.read_file(path);
  BOOST_TEST(radius == 2.);
  BOOST_TEST(table.was_set("Vesicle/Radius"));
  BOOST_TEST(table.where("Vesicle/Radius") == path + ", line 3");
  table.assign(" Vesicle / Radius = 3 ");
  BOOST_TEST(radius == 3.);
  BOOST_TEST(table.where("Vesicle/Radius") == "--set");
  BOOST_TEST(table.value("Vesicle/Radius") == "3");
  BOOST_TEST(!table.was_set("Vesicle/Curvature"));
}

BOOST_FIXTURE_TEST_CASE(empty_list_and_empty_text_are_values, Table) {
  table.assign("Vesicle/Radii=");
  table.assign("Vesicle/Mesh file=");
  BOOST_TEST(radii.empty());
  BOOST_TEST(mesh == "");
  BOOST_TEST(table.was_set("Vesicle/Mesh file"));
}

BOOST_FIXTURE_TEST_CASE(mistakes_in_files_name_file_and_line, Table) {
  BOOST_TEST(error_of("subsection Vesicle\n\n  set Radius = -1 # nm\nend\n") ==
             "FILE, line 3: Vesicle/Radius = \"-1\" is out of range; it must be greater than 0, in "
             "nm");
  BOOST_TEST(
      error_of("subsection Vesicle\n  set Radii = 1, \\\n 2, \\\n x\n set Radius = 0\nend\n") ==
      "FILE, line 2: Vesicle/Radii = \"1, 2, x\" is not a list of numbers as wanted: \"x\" is "
      "not a number; give a number greater than 0, in nm");
  BOOST_TEST(error_of("\nsubsection Vesicles\nend\n") ==
             "FILE, line 2: there is no section \"Vesicles\"; did you mean \"Vesicle\"?");
  BOOST_TEST(error_of("subsection Lipids\n  set Difusion = 1\nend\n") ==
             "FILE, line 2: there is no parameter \"Difusion\" in section Lipids; did you mean "
             "\"Diffusion\"?");
  BOOST_TEST(error_of("subsection Vesicle\n  set Size = 1\nend\n") ==
             "FILE, line 2: there is no parameter \"Size\" in section Vesicle any more; use "
             "Vesicle/Radius instead");
}

BOOST_FIXTURE_TEST_CASE(mistakes_in_the_form_of_a_file, Table) {
  BOOST_TEST(error_of("subsection Lipids\n  subsection Inner leaflet\n  end\n") ==
             "FILE, line 1: the subsection \"Lipids\" is never closed by \"end\"");
  BOOST_TEST(error_of("subsection Lipids\n  subsection Inner leaflet\n") ==
             "FILE, line 2: the subsection \"Lipids/Inner leaflet\" is never closed by \"end\"");
  BOOST_TEST(error_of("subsection Lipids\nend\nend\n") ==
             "FILE, line 3: \"end\" without a subsection that it could close");
  BOOST_TEST(error_of("subsection Lipids\nend Lipids\n") ==
             "FILE, line 2: \"end Lipids\" has more than the word end");
  BOOST_TEST(error_of("subsection\n") == "FILE, line 1: the name is missing after \"subsection\"");
  BOOST_TEST(error_of("subsection Vesicle\n  set Radius 20\nend\n") ==
             "FILE, line 2: \"set Radius 20\" is not of the form set NAME = VALUE");
  BOOST_TEST(error_of("subsection Vesicle\n  set\nend\n") ==
             "FILE, line 2: \"set\" is not of the form set NAME = VALUE");
  BOOST_TEST(error_of("subsection Vesicle\n  set = 3\nend\n") ==
             "FILE, line 2: \"set = 3\" is not of the form set NAME = VALUE");
  BOOST_TEST(error_of("subsetcion Vesicle\nend\n") ==
             "FILE, line 1: \"subsetcion Vesicle\" begins with none of the words set, subsection, "
             "end; did you mean \"subsection\"?");
  BOOST_TEST(error_of("Radius = 20\n") ==
             "FILE, line 1: \"Radius = 20\" begins with none of the words set, subsection, end");
}

BOOST_FIXTURE_TEST_CASE(files_that_cannot_be_read, Table) {
  const auto error_of_path = [&](const std::string &path) -> std::string {
    try {
      table.read_file(path);
    } catch (const UserError &error) {
      return error.what();
    }
    return "no error";
  };
  const std::string missing = folder.path + "/missing.prm";
  BOOST_TEST(error_of_path(missing) ==
             "cannot read the parameter file \"" + missing + "\": No such file or directory");
  BOOST_TEST(error_of_path(folder.path) ==
             "cannot read the parameter file \"" + folder.path + "\": it is a folder");
}

BOOST_FIXTURE_TEST_CASE(what_is_written_reads_back_exactly, Table) {
  // Numbers that have no short decimal form, and words of every kind.
  radius = 20. / 3.;
  curvature = -1e-300 / 7.;
  reduced_volume = std::nextafter(0.5, 1.);
  mode = 7;
  shape = Shape::oblate;
  free_volume = true;
  mesh = "my mesh.vtu";
  radii = {M_PI, 1e10};
  diffusion = 0.;
  inner_diffusion = 3.;

  for (const bool documented : {false, true}) {
    std::ostringstream text;
    table.write(text, documented);
    Table other;
    other.read(text.str());
    BOOST_TEST(other.radius == radius);
    BOOST_TEST(other.curvature == curvature);
    BOOST_TEST(other.reduced_volume == reduced_volume);
    BOOST_TEST(other.mode == mode);
    BOOST_TEST((other.shape == shape));
    BOOST_TEST(other.free_volume);
    BOOST_TEST(other.mesh == mesh);
    BOOST_TEST(other.radii == radii, boost::test_tools::per_element());
    BOOST_TEST(other.diffusion == diffusion);
    BOOST_TEST(other.inner_diffusion == inner_diffusion);
  }
}

BOOST_AUTO_TEST_CASE(written_form) {
  double radius = 20.;
  double gap = 3.;
  std::string mesh;
  ParameterTable table;
  table.section("Vesicle").real("Radius", radius, "nm", positive(),
                                "Radius of the sphere of equal area.");
  table.section("Vesicle").text("Mesh file", mesh, "A mesh.");
  table.section("Fusion/Gap").real("Width", gap, "", between(0., 10.), "Width.");
  table.assign("Vesicle/Radius=21");

  std::ostringstream plain;
  table.write(plain, false);
  BOOST_TEST(plain.str() == "subsection Vesicle\n"
                            "  set Radius = 21\n"
                            "  set Mesh file =\n"
                            "end\n"
                            "subsection Fusion\n"
                            "  subsection Gap\n"
                            "    set Width = 3\n"
                            "  end\n"
                            "end\n");

  std::ostringstream documented;
  table.write(documented, true);
  BOOST_TEST(documented.str() == "subsection Vesicle\n"
                                 "  # Radius of the sphere of equal area.\n"
                                 "  # Unit: nm. Allowed: greater than 0. Default: 20.\n"
                                 "  set Radius = 21\n"
                                 "\n"
                                 "  # A mesh.\n"
                                 "  # Allowed: a text on one line. Default: empty.\n"
                                 "  set Mesh file =\n"
                                 "end\n"
                                 "\n"
                                 "subsection Fusion\n"
                                 "  subsection Gap\n"
                                 "    # Width.\n"
                                 "    # Allowed: from 0 to 10. Default: 3.\n"
                                 "    set Width = 3\n"
                                 "  end\n"
                                 "end\n");
}

BOOST_FIXTURE_TEST_CASE(some_may_differ_when_a_run_is_resumed, Table) {
  table.allow_change("Vesicle/Radius");
  table.allow_change("Lipids");
  BOOST_TEST(table.may_change("Vesicle/Radius"));
  BOOST_TEST(table.may_change("Lipids/Inner leaflet/Inner diffusion"));
  for (const std::string &name : table.names())
    if (name != "Vesicle/Radius" && name.find("Lipids/") != 0)
      BOOST_TEST(!table.may_change(name));
  BOOST_CHECK_THROW(table.allow_change("Vesicle/Rad"), std::logic_error);
  BOOST_CHECK_THROW(table.may_change("Vesicle/Rad"), std::logic_error);
  std::ostringstream text;
  table.write(text, true);
  BOOST_TEST(text.str().find("May differ when a run is resumed. ") == std::string::npos);
  BOOST_TEST(text.str().find("May differ when a run is resumed.\n") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(names_are_in_the_order_of_the_file, Table) {
  const std::vector<std::string> names = table.names();
  BOOST_TEST(names.size() == 11u);
  BOOST_TEST(names.front() == "Vesicle/Radius");
  BOOST_TEST(names.back() == "Lipids/Inner leaflet/Inner diffusion");
}

BOOST_AUTO_TEST_CASE(ranges_in_words) {
  BOOST_TEST(any().description() == "");
  BOOST_TEST(positive().description() == "greater than 0");
  BOOST_TEST(non_negative().description() == "0 or greater");
  BOOST_TEST(at_least(2.5).description() == "2.5 or greater");
  BOOST_TEST(greater_than(-1.).description() == "greater than -1");
  BOOST_TEST(between(0., 1.).description() == "from 0 to 1");
  BOOST_TEST(strictly_between(0., 1.).description() == "greater than 0 and less than 1");
  Range at_most;
  at_most.max = 5.;
  BOOST_TEST(at_most.description() == "5 or less");
}

BOOST_AUTO_TEST_CASE(ranges_and_their_ends) {
  BOOST_TEST(!positive().contains(0.));
  BOOST_TEST(non_negative().contains(0.));
  BOOST_TEST(between(0., 1.).contains(1.));
  BOOST_TEST(!strictly_between(0., 1.).contains(1.));
  BOOST_TEST(!strictly_between(0., 1.).contains(0.));
}

BOOST_AUTO_TEST_CASE(wrong_declarations_are_errors_of_the_program) {
  double number = -1.;
  Shape shape = Shape::oblate;
  ParameterTable table;
  auto section = table.section("Vesicle");
  BOOST_CHECK_THROW(section.real("Radius", number, "nm", positive(), ""), std::logic_error);
  BOOST_CHECK_THROW(section.real("A/B", number, "", any(), ""), std::logic_error);
  BOOST_CHECK_THROW(section.real("", number, "", any(), ""), std::logic_error);
  BOOST_CHECK_THROW(section.choice("Shape", shape, {{"sphere", Shape::sphere}}, ""),
                    std::logic_error);
  section.real("Number", number, "", any(), "");
  BOOST_CHECK_THROW(section.real("Number", number, "", any(), ""), std::logic_error);
  BOOST_CHECK_THROW(table.where("Vesicle/Nothing"), std::logic_error);
}
