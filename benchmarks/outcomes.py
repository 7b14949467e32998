#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Full fusion, arrested Omega or kiss-and-run: the outcome over tension and constriction force.

    outcomes.py [--program build/fusogen] [--output FILE.csv] [--picture FILE.png] [--processes 2]

Exocytosis along the meridian of vesicles of 20 and 150 nm radius, docked at the distance at which
hydration holds them, whose pores open with 3 nm under a ring of constant force. Points that the file
has already are not computed again, but for those that failed.
"""
import argparse
import concurrent.futures
import csv
import json
import os
import pathlib
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')
VISCOSITY, RIGIDITY, kT = 4.0, 20.0, 0.01380649 * 298  # pN us/nm, kT, pN nm
TENSIONS = (0.003, 0.01, 0.03, 0.06, 0.1, 0.2, 0.4, 0.8)  # pN/nm
# Forces scale with the rigidity over the radius, which is what bending opens a pore with.
FORCES = {20: (0, 20, 35, 50, 65, 80, 100, 120), 150: (0, 3, 6, 10, 15, 20, 30, 40)}  # pN
CELLS = {20: 48, 150: 72}
PATCH = {20: 120, 150: 400}  # nm
COLUMNS = ('radius [nm]', 'tension [pN/nm]', 'force [pN]', 'outcome', 'time [us]', 'neck radius [nm]',
           'height [nm]', 'cargo released', 'steps', 'seconds')


def settings(radius, tension, force):
    relaxation = VISCOSITY * radius**2 / (RIGIDITY * kT)  # us
    return {'Vesicle/Radius': radius, 'Plasma membrane/Patch radius': PATCH[radius],
            'Geometry/Meridian cells': CELLS[radius], 'Bilayer/Surface viscosity': VISCOSITY,
            'Bilayer/Bending rigidity': RIGIDITY, 'Plasma membrane/Tension': tension,
            'Fusion/Time': 0, 'Fusion/Gap': 6, 'Fusion/Initial pore radius': 3,
            'Fusion/Closing radius': 1, 'Fusion/Time after closing': 0,
            'Fusion/Arrest time': 2 * relaxation, 'Constriction/Force': force,
            'Time/Energy tolerance': 0.1, 'Time/End time': 20 * relaxation,
            'Time/Output interval': 20 * relaxation}


def run(program, radius, tension, force):
    begin = time.monotonic()
    row = {'radius [nm]': radius, 'tension [pN/nm]': tension, 'force [pN]': force}
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / 'output'
        command = [program, str(SOURCE / 'parameter_files' / 'exocytosis.prm'), '--quiet', '--output',
                   str(output)]
        for key, value in settings(radius, tension, force).items():
            command += ['--set', f'{key}={value}']
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        row['seconds'] = f'{time.monotonic() - begin:.1f}'
        if done.returncode:
            print(done.stderr)
            row['outcome'] = 'failed'
            return row
        summary = json.loads((output / 'summary.json').read_text())
    row['outcome'] = summary['outcome']
    for column, name in (('time [us]', 'final time'), ('neck radius [nm]', 'neck radius'),
                         ('height [nm]', 'height'), ('cargo released', 'cargo released'),
                         ('steps', 'steps')):
        if name in summary:
            row[column] = f"{summary[name]['value']:.4g}"
    return row


def read(path):
    if not path.exists():
        return []
    with open(path) as file:
        return [row for row in csv.DictReader(file) if row['outcome'] != 'failed']


def key(row):
    return float(row['radius [nm]']), float(row['tension [pN/nm]']), float(row['force [pN]'])


def draw(rows, path):
    import matplotlib
    matplotlib.use('Agg')
    import matplotlib.pyplot as plt
    looks = {'full fusion': ('tab:green', 's', 'full fusion'),
             'arrested Omega': ('tab:orange', 'o', 'arrested Omega'),
             'end time': ('gold', 'o', 'Omega, still moving after 20 relaxation times'),
             'kiss-and-run': ('tab:blue', 'v', 'kiss-and-run'),
             'failed': ('black', 'x', 'failed')}
    figure, axes = plt.subplots(1, len(FORCES), figsize=(10, 4.4), constrained_layout=True)
    for axis, radius in zip(axes, FORCES):
        points = {key(row)[1:]: row for row in rows if key(row)[0] == radius}
        x, y = list(range(len(TENSIONS))), list(range(len(FORCES[radius])))
        for outcome, (colour, marker, label) in looks.items():
            here = [(TENSIONS.index(t), FORCES[radius].index(f)) for (t, f), row in points.items()
                    if row['outcome'] == outcome]
            if here:
                for i, j in here:
                    axis.add_patch(plt.Rectangle((i - 0.5, j - 0.5), 1, 1, color=colour, alpha=0.3, lw=0))
                axis.plot(*zip(*here), marker, color=colour, label=label, ls='')
        for (t, f), row in points.items():
            if row['outcome'] in ('arrested Omega', 'end time'):
                axis.annotate(f"{float(row['neck radius [nm]']):.2g}",
                              (TENSIONS.index(t), FORCES[radius].index(f)), (0, 6),
                              textcoords='offset points', ha='center', fontsize=7)
        axis.set_xticks(x, [str(t) for t in TENSIONS])
        axis.set_yticks(y, [str(f) for f in FORCES[radius]])
        axis.set_xlim(-0.5, len(x) - 0.5)
        axis.set_ylim(-0.5, len(y) - 0.5)
        axis.set_xlabel('tension of the plasma membrane [pN/nm]')
        axis.set_ylabel('force of the ring [pN]')
        axis.set_title(f'vesicle of {radius} nm radius')
    handles = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels()):
            handles.setdefault(label, handle)
    figure.legend(handles.values(), handles.keys(), loc='lower center',
                  ncol=4, bbox_to_anchor=(0.5, -0.09), frameon=False)
    figure.savefig(path, dpi=130, bbox_inches='tight')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default=str(SOURCE / 'build' / 'fusogen'))
    parser.add_argument('--output', type=pathlib.Path, default=pathlib.Path('outcomes.csv'))
    parser.add_argument('--picture', type=pathlib.Path)
    parser.add_argument('--processes', type=int, default=2)
    parser.add_argument('--radii', type=int, nargs='+', default=list(FORCES))
    parser.add_argument('--every', type=int, default=1, help='only every so many tensions and forces')
    arguments = parser.parse_args()
    rows = read(arguments.output)
    known = {key(row) for row in rows}
    wanted = [(radius, tension, force) for radius in arguments.radii
              for tension in TENSIONS[::arguments.every] for force in FORCES[radius][::arguments.every]
              if (radius, tension, force) not in known]
    with concurrent.futures.ThreadPoolExecutor(arguments.processes) as pool:
        jobs = [pool.submit(run, arguments.program, *point) for point in wanted]
        for job in concurrent.futures.as_completed(jobs):
            rows.append(job.result())
            print(', '.join(f'{k} {v}' for k, v in rows[-1].items()), flush=True)
            rows.sort(key=key)
            with open(arguments.output, 'w', newline='') as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(rows)
    if arguments.picture:
        draw(rows, arguments.picture)


if __name__ == '__main__':
    main()
