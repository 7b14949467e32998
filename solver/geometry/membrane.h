// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef FUSOGEN_GEOMETRY_MEMBRANE_H
#define FUSOGEN_GEOMETRY_MEMBRANE_H

#include "geometry/profile.h"
#include "geometry/quad_mesh.h"
#include "geometry/surface_values.h"

#include <deal.II/distributed/tria_base.h>
#include <deal.II/dofs/dof_handler.h>
#include <deal.II/fe/fe_system.h>
#include <deal.II/grid/cell_id.h>
#include <deal.II/grid/tria_description.h>
#include <deal.II/lac/affine_constraints.h>
#include <deal.II/lac/petsc_vector.h>

#include <functional>
#include <map>
#include <memory>

namespace fusogen {
using Vector = dealii::PETScWrappers::MPI::Vector;

/// vector = by, whatever mesh and partition @p vector belonged to; plain assignment does not notice
/// that they differ if only the sizes are the same.
inline void replace(Vector &vector, const Vector &by) {
  vector.reinit(by);
  vector = by;
}

/// What an end of a meridian (an edge of an open surface) is; used as the boundary id of the
/// triangulation.
enum class Edge : unsigned int {
  axis = 1, ///< on the axis of revolution: no edge of the surface at all
  rim = 2,  ///< the outer edge of an open membrane
  neck = 3  ///< a cut through the waist of a neck, where only one side of it is modelled
};

/// The mesh from which a membrane grows by refinement. Cells, corners and faces keep their numbers
/// when a membrane is made of it, so that Membrane::cell_id() names the same cell, with the same
/// order of its nodes, in another run and on any number of ranks. Known to every rank.
template <int dim> struct CoarseMesh {
  std::vector<dealii::Point<dim + 1>> vertices; ///< [nm]
  /// With dim = 2, two cells at an edge agree on its direction (GridTools::consistently_order_cells
  /// sees to that). The material id is 2 * component + (1 where the normal of the cell's own
  /// orientation points inward). With dim = 1, the cells of a curve follow each other.
  std::vector<dealii::CellData<dim>> cells;
  /// What the boundary faces (cell, face) are; see Edge.
  std::map<std::pair<unsigned int, unsigned int>, Edge> edges;
};

/// One or several bilayer mid-surfaces as a finite-element surface: the triangulation, the position
/// of its nodes and the spaces that fields on it live in.
///
/// dim = 2 is a surface in space on quadrilaterals (parallel::distributed), dim = 1 the meridian
/// (r, z) of an axisymmetric one (parallel::shared; every rank knows the whole curve). Positions
/// are continuous of degree `degree`, scalar fields (lipids) continuous of scalar_degree, the
/// tension and the area that goes with it discontinuous of degree - 1 (the stable pair Q_p /
/// P_{p-1}; see SurfaceValues).
template <int dim> class Membrane {
public:
  static constexpr int spacedim = dim + 1;
  using Triangulation = dealii::parallel::TriangulationBase<dim, spacedim>;
  using DoFs = dealii::DoFHandler<dim, spacedim>;
  using Cell = typename DoFs::active_cell_iterator;

  /// A polyline of the meridian: the curve and the parameters (arc length, nm) of the cell ends
  /// along it.
  struct MeridianPiece {
    Profile profile;
    std::vector<double> nodes;
    Component component;
    Edge first_end, last_end;
  };

  Membrane(MPI_Comm communicator, unsigned int degree);

  /// dim = 1: builds the curves of @p pieces. A piece of several components (after fusion) may be
  /// recoloured later.
  void create_meridian(const std::vector<MeridianPiece> &pieces);

  /// dim = 2: a closed surface of 6 * 4^refinement quadrilaterals, every node of which is @p map of
  /// a point of the unit sphere.
  void create_sphere_like(
      unsigned int refinement,
      const std::function<std::array<double, 3>(const std::array<double, 3> &)> &map);

  /// dim = 2: the surface of @p mesh, every cell refined @p refinement times and every node put
  /// where @p geometry says. Open edges of the mesh are rims.
  void create_surface(const QuadMesh &mesh, unsigned int refinement,
                      const QuadMesh::Geometry &geometry);

  /// Name of a cell that depends on neither the number of ranks nor p4est: the number of its coarse
  /// cell in CoarseMesh::cells and which child of which child of that it is.
  dealii::CellId cell_id(const typename Triangulation::cell_iterator &cell) const;

  /// Calls a function with the cell_id() of each active cell of a mesh, in any order; may be asked
  /// several times.
  using Leaves = std::function<void(const std::function<void(const dealii::CellId &)> &)>;

  /// Builds @p mesh and refines it until the cells named by @p leaves are the active ones, which
  /// must be a mesh that a membrane can have had (at most one hanging node an edge). Each rank is
  /// shown all leaves, and keeps its own. Positions are zero: set_positions() is the next call,
  /// with values that cell_position_indices() helps to place.
  void create_refined(const CoarseMesh<dim> &mesh, const Leaves &leaves);

  /// The mesh that create_refined() would start from; the same on all ranks.
  CoarseMesh<dim> coarse_mesh() const;

  /// What refinement and coarsening do to cells and to the values they hold. Collective; all
  /// functions are called for owned cells.
  struct Adaptation {
    /// +1 for a cell to be divided into four, -1 for one that may be merged with its siblings if
    /// they may too, 0 for one that stays. Neighbours differ by one level at most: cells are
    /// divided, or not merged, to keep that.
    std::function<int(const Cell &)> mark;
    /// What is carried from the old mesh: called with one cell that stays or will be divided, or
    /// with the four children, in order, that will be merged. The number of values is the same
    /// for all calls.
    std::function<std::vector<double>(const std::vector<Cell> &)> pack;
    /// Called once on every rank when the new mesh is there.
    std::function<void()> start_unpacking;
    /// The way back on the new mesh, whose positions are zero so far: called with one cell that
    /// stayed or is merged, or with the four new children of a cell.
    std::function<void(const std::vector<Cell> &, const std::vector<double> &)> unpack;
    /// Cost of a cell relative to others, for a fair share of the work on each rank; 1 for all if
    /// empty. Asked on the old mesh; children are taken to cost what their parent costs.
    std::function<unsigned int(const Cell &)> weight;
  };
  /// dim = 2: changes the mesh and shares it out anew; refine_and_coarsen() in refinement.h carries
  /// positions and fields along with it.
  /// @return whether a cell was divided or merged; if not, nothing was done
  bool adapt(const Adaptation &adaptation);

  MPI_Comm communicator() const { return mpi_communicator; }
  unsigned int degree() const { return polynomial_degree; }
  const Triangulation &triangulation() const { return *tria; }
  const DoFs &position_dofs() const { return position_dof_handler; }
  const DoFs &scalar_dofs() const { return scalar_dof_handler; }
  const DoFs &tension_dofs() const { return tension_dof_handler; }
  /// Changes whenever the numbering of the spaces does, and vectors of them become void.
  unsigned int mesh_version() const { return version; }
  /// Nodal positions [nm], readable on owned and ghost cells.
  const Vector &positions() const { return position_vector; }
  void set_positions(const Vector &positions) { position_vector = positions; }

  /// A vector of the scalar (or the position) space; readable on ghost cells if @p ghosted, else
  /// writable.
  Vector scalar_vector(bool ghosted) const { return make_vector(scalar_dof_handler, ghosted); }
  Vector tension_vector(bool ghosted) const { return make_vector(tension_dof_handler, ghosted); }
  Vector vector_field(bool ghosted) const { return make_vector(position_dof_handler, ghosted); }

  /// Local nodal values on @p cell (any cell iterator of this triangulation): index = node *
  /// spacedim + component.
  void cell_positions(const Cell &cell, std::vector<double> &values) const {
    cell_vector_values(cell, position_vector, values);
  }
  void cell_vector_values(const Cell &cell, const Vector &field, std::vector<double> &values) const;
  void cell_scalar_values(const Cell &cell, const Vector &field, std::vector<double> &values) const;
  /// Global scalar-space indices of the cell, in local order.
  void cell_scalar_indices(const Cell &cell,
                           std::vector<dealii::types::global_dof_index> &indices) const;
  void cell_tension_indices(const Cell &cell,
                            std::vector<dealii::types::global_dof_index> &indices) const;
  void cell_position_indices(const Cell &cell,
                             std::vector<dealii::types::global_dof_index> &indices) const;

  /// +1 or -1: factor that makes the normal of SurfaceValues outward.
  static double orientation(const Cell &cell) { return cell->material_id() % 2 == 0 ? 1. : -1.; }
  static Component component(const Cell &cell) { return Component(cell->material_id() / 2); }

  /// int dA [nm^2] and, meaningful for closed surfaces, the enclosed volume (1/3) int x.nu dA
  /// [nm^3].
  double area() const;
  double volume() const;

  /// int q_j dA over the present shape for the shape functions q_j of the tension [nm^2], ghosted;
  /// and the sum of such a vector's areas over all cells, of the shape or the material.
  Vector shape_areas() const;
  double total_area(const Vector &shape_areas) const;

  /// dim = 1: cells of each curve in order, as (active cell index) lists.
  const std::vector<std::vector<unsigned int>> &curves() const { return curve_cells; }

  /// dim = 1: nodal points (r, z) along curve @p c in order: cell ends and interior nodes, degree()
  /// per cell plus one.
  std::vector<dealii::Point<2>> curve_points(unsigned int c) const;
  /// The values of a scalar field along curve @p c at its nodes.
  std::vector<double> curve_scalars(unsigned int c, const Vector &field) const;

  const dealii::IndexSet &relevant_scalar_dofs() const { return scalar_relevant; }
  const dealii::IndexSet &relevant_position_dofs() const { return position_relevant; }

  /// Hanging nodes hold what keeps the surface, or a scalar field on it, continuous: positions and
  /// every other nodal field fulfil these. Contents int c q_j dA belong to the continuous shape
  /// functions, those of hanging nodes being zero.
  const dealii::AffineConstraints<double> &position_constraints() const {
    return hanging_positions;
  }
  const dealii::AffineConstraints<double> &scalar_constraints() const { return hanging_scalars; }

private:
  Vector make_vector(const DoFs &dofs, bool ghosted) const;
  void distribute_dofs();
  Cell cell_of(const Cell &cell, const DoFs &dofs) const;

  MPI_Comm mpi_communicator;
  unsigned int polynomial_degree;
  unsigned int version = 0;
  std::unique_ptr<Triangulation> tria;
  dealii::FESystem<dim, spacedim> position_element;
  dealii::FESystem<dim, spacedim> scalar_element;
  dealii::FESystem<dim, spacedim> tension_element;
  DoFs position_dof_handler, scalar_dof_handler, tension_dof_handler;
  dealii::IndexSet position_relevant, scalar_relevant;
  dealii::AffineConstraints<double> hanging_positions, hanging_scalars;
  std::vector<unsigned int> node_of_position_dof, component_of_position_dof;
  Vector position_vector;
  std::vector<std::vector<unsigned int>> curve_cells;
};
} // namespace fusogen

#endif
