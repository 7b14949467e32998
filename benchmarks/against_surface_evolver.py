#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fusogen against Surface Evolver: time to the bending energy of a vesicle in equilibrium.

    against_surface_evolver.py [--program build/fusogen] [--output doc/benchmarks.md]

Both programs start from the spheroid of the given area and volume and minimise int kappa/2 H^2 dA. What
counts is the CPU time (user and system, one thread) after which the energy is, and stays, within 1e-2,
1e-3 and 1e-4 of the reference (tests/verification/data, two independent methods). For each accuracy the
quickest of several meshes is taken, for either program. Needs the package `evolver`.
"""
import argparse
import csv
import json
import math
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[1]
ACCURACIES = (1e-2, 1e-3, 1e-4)
SHAPES = (('prolate', 0.65), ('oblate', 0.60))
KAPPA = 20  # kT, the default of fusogen
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')


def reference(branch, volume):
    with open(SOURCE / 'tests' / 'verification' / 'data' / 'vesicle_equilibria.csv') as file:
        for row in csv.DictReader(line for line in file if not line.startswith('#')):
            if row['branch'] == branch and abs(float(row['reduced_volume']) - volume) < 1e-9:
                return float(row['energy_over_8_pi_kappa'])
    raise KeyError((branch, volume))


def timed(command, limit, **options):
    """Standard output, and CPU time of a command [s]; output None if it took longer than the limit."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=limit,
                              **options)
        text = done.stdout if done.returncode == 0 else None
    except subprocess.TimeoutExpired as stopped:
        text = (stopped.stdout or b'').decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return text, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# Surface Evolver

def geodesic_sphere(frequency):
    """Vertices (unit vectors) and triangles of an icosahedron whose edges are cut into `frequency`."""
    golden = (1 + 5**0.5) / 2
    corners = [(-1, golden, 0), (1, golden, 0), (-1, -golden, 0), (1, -golden, 0),
               (0, -1, golden), (0, 1, golden), (0, -1, -golden), (0, 1, -golden),
               (golden, 0, -1), (golden, 0, 1), (-golden, 0, -1), (-golden, 0, 1)]
    faces = [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4),
             (11, 10, 2), (10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8), (3, 8, 9),
             (4, 9, 5), (2, 4, 11), (6, 2, 10), (8, 6, 7), (9, 8, 1)]
    numbers, vertices, triangles = {}, [], []

    def vertex(face, i, j):
        weights = (frequency - i - j, i, j)
        point = [sum(w * corners[c][k] for w, c in zip(weights, face)) for k in range(3)]
        key = tuple(round(x, 6) for x in point)
        if key not in numbers:
            numbers[key] = len(vertices)
            length = math.hypot(*point)
            vertices.append([x / length for x in point])
        return numbers[key]

    for face in faces:
        for i in range(frequency):
            for j in range(frequency - i):
                triangles.append((vertex(face, i, j), vertex(face, i + 1, j), vertex(face, i, j + 1)))
                if i + j < frequency - 1:
                    triangles.append((vertex(face, i + 1, j), vertex(face, i + 1, j + 1),
                                      vertex(face, i, j + 1)))
    return vertices, triangles


def spheroid_axes(branch, volume):
    """Semi-axes (a, a, c) of area 4 pi and volume (4 pi / 3) v."""
    def excess(a):
        c = volume / a**2
        if c > a:
            e = math.sqrt(1 - (a / c)**2)
            return 2 * math.pi * a**2 * (1 + c / a * math.asin(e) / e) - 4 * math.pi
        e = math.sqrt(1 - (c / a)**2)
        return 2 * math.pi * a**2 * (1 + (1 - e**2) * math.atanh(e) / e) - 4 * math.pi

    sphere = volume**(1 / 3)
    low, high = (0.1, sphere * (1 - 1e-9)) if branch == 'prolate' else (sphere * (1 + 1e-9), 1.42)
    for _ in range(100):
        middle = (low + high) / 2
        if (excess(low) < 0) == (excess(middle) < 0):
            low = middle
        else:
            high = middle
    return middle, volume / middle**2


# Newton's method in normal directions with a line search, until the energy changes by 1e-5; at first the
# mesh is groomed, then it is refined twice. Energy star_perp_sq_mean_curvature: of the discrete energies
# that Evolver offers this one comes nearest to the smooth one at equal cost.
EVOLVER_COMMANDS = r'''
quiet on
hessian_normal on
tell := { printf "stage %.3f %d %.10f\n", clock, facet_count, bend.value/(4*pi) }
solve := { rounds := 0; last := 2*bend.value; while rounds < 15 and abs(last - bend.value) > 1e-5*last do { last := bend.value; hessian_seek; rounds += 1; }; tell }
g 5; solve;
{V;u}2; g 2; solve;
r; V; g 2; solve;
r; V; g 2; solve;
quit
'''


def write_evolver_file(path, branch, volume, frequency):
    vertices, triangles = geodesic_sphere(frequency)
    a, c = spheroid_axes(branch, volume)
    edges, lines = {}, []

    def edge(p, q):
        if (p, q) not in edges:
            lines.append((p, q))
            edges[p, q], edges[q, p] = len(lines), -len(lines)
        return edges[p, q]

    faces = [(edge(p, q), edge(q, r), edge(r, p)) for p, q, r in triangles]
    with open(path, 'w') as file:
        file.write('quantity bend energy method star_perp_sq_mean_curvature global\n'
                   f'quantity membrane_area fixed = {4 * math.pi!r} method facet_area global\n')
        file.write('vertices\n')
        for i, (x, y, z) in enumerate(vertices, 1):
            file.write(f'{i} {a * x!r} {a * y!r} {c * z!r}\n')
        file.write('edges\n')
        for i, (p, q) in enumerate(lines, 1):
            file.write(f'{i} {p + 1} {q + 1}\n')
        file.write('faces\n')
        for i, face in enumerate(faces, 1):
            file.write(f'{i} {face[0]} {face[1]} {face[2]} tension 0\n')
        file.write('bodies\n1 ' + ' '.join(str(i) for i in range(1, len(faces) + 1))
                   + f' volume {volume * 4 * math.pi / 3!r}\nread\n' + EVOLVER_COMMANDS)


def evolver_results(branch, volume, exact, limit):
    """For each start mesh a list of (seconds, mesh, relative error), a refinement after the other."""
    results = []
    for frequency in (4, 5, 6, 8):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'vesicle.fe'
            write_evolver_file(path, branch, volume, frequency)
            text, _ = timed(['evolver', str(path)], limit, stdin=subprocess.DEVNULL)
        results.append([(float(seconds), f'{facets} triangles', float(energy) / exact - 1)
                        for seconds, facets, energy in
                        re.findall(r'^stage (\S+) (\d+) (\S+)', text or '', re.M)])
    return results


# fusogen

def fusogen_results(program, branch, volume, exact, dimension, limit):
    meshes = ([('Meridian cells', n, f'{n} cells') for n in (8, 16, 24, 32)]
              if dimension == 'meridian' else
              [('Refinement', n, f'{6 * 4**n} quadrilaterals') for n in (2, 3)])
    results = []
    for tolerance in (1e-2, 1e-3):
        results.append([])
        for name, n, mesh in meshes:
            with tempfile.TemporaryDirectory() as folder:
                output = pathlib.Path(folder) / 'output'
                settings = {'Vesicle/Initial shape': branch, 'Vesicle/Reduced volume': volume,
                            'Geometry/Dimension': dimension, 'Geometry/' + name: n,
                            'Time/Initial step': 1, 'Time/Equilibrium tolerance': tolerance,
                            'Time/Output interval': 1e5, 'Bilayer/Bending rigidity': KAPPA}
                command = [program, str(SOURCE / 'parameter_files' / 'vesicle_equilibrium.prm'),
                           '--quiet', '--output', str(output)]
                for key, value in settings.items():
                    command += ['--set', f'{key}={value}']
                text, seconds = timed(command, limit)
                if text is None:
                    continue
                summary = json.loads((output / 'summary.json').read_text())
            energy = summary['bending energy']['value'] / (8 * math.pi * KAPPA)
            results[-1].append((seconds, mesh, energy / exact - 1))
    return results


def quickest(results, accuracy):
    """The quickest result that is within the accuracy, as are those on the finer meshes after it: an
    error that happens to pass through zero does not count."""
    good = [r[i] for r in results for i in range(len(r)) if all(abs(e[2]) <= accuracy for e in r[i:])]
    return min(good) if good else None


def describe(best, results, startup=0.):
    if best:
        alone = f', of these {best[0] - startup:.2f} s for the solution' if startup else ''
        return f'{best[0]:.2f} s{alone} ({best[1]}, error {best[2]:+.1e})'
    finest = [r[-1] for r in results if r]
    if not finest:
        return 'failed'
    seconds, mesh, error = min(finest, key=lambda r: abs(r[2]))
    return f'not reached: {error:+.1e} after {seconds:.1f} s ({mesh})'


def processor():
    for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.partition(':')[2].strip()
    return 'unknown processor'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('--program', default=os.environ.get('FUSOGEN', str(SOURCE / 'build' / 'fusogen')))
    parser.add_argument('--limit', type=float, default=120, help='seconds for one run')
    parser.add_argument('--output', help='a Markdown file for the table, besides the screen')
    arguments = parser.parse_args()

    # What the linker does before main() and MPI after it; Evolver counts its time from its own start.
    startup = min(timed([arguments.program, '--version'], 60)[1] for _ in range(5))
    lines = ['# fusogen against Surface Evolver', '',
             'Written by `benchmarks/against_surface_evolver.py`, which says how. CPU seconds on one core '
             f'of: {processor()}. Loading fusogen, its libraries and MPI takes {startup:.2f} s of them; '
             'factors are given for the whole command and without that.', '',
             '| shape | accuracy of the energy | Surface Evolver 2.70 | fusogen, meridian | fusogen, 3d '
             '| meridian is faster by | 3d is faster by |', '|---|---|---|---|---|---|---|']
    for branch, volume in SHAPES:
        exact = reference(branch, volume)
        results = [evolver_results(branch, volume, exact, arguments.limit)]
        results += [fusogen_results(arguments.program, branch, volume, exact, dimension, arguments.limit)
                    for dimension in ('meridian', '3d')]
        for accuracy in ACCURACIES:
            best = [quickest(r, accuracy) for r in results]
            cells = [describe(b, rs, startup if k else 0.)
                     for k, (b, rs) in enumerate(zip(best, results))]
            ratios = [f'{best[0][0] / b[0]:.1f}; {best[0][0] / (b[0] - startup):.0f}'
                      if best[0] and b else '' for b in best[1:]]
            lines.append(f'| {branch}, v = {volume:.2f} | {accuracy:.0e} | ' + ' | '.join(cells + ratios)
                         + ' |')
            print(lines[-1], flush=True)
    if arguments.output:
        pathlib.Path(arguments.output).write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    sys.exit(main())
