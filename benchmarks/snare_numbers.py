#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How fast a pore opens, and how wide a constricted one is held, by the number of SNARE complexes around it.

    snare_numbers.py [--program build/fusogen] [--output FILE.csv] [--picture FILE.png] [--processes 2]
    postprocess/fusogen-sweep benchmarks/snare_numbers.toml
    snare_numbers.py --noise results/snare_numbers [--picture FILE.png]

A vesicle of 20 nm radius along the meridian; the crowding of the complexes dilates the neck. Nothing in the first
is random: the bars are the spread over where the complexes lie, 2.5 to 3.5 nm from the mid-surface of the neck.
Points that the file has already are not computed again, but for those that failed. With --noise: mean and
standard error over the seeds of a sweep with thermal noise.
"""
import argparse
import concurrent.futures
import csv
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[1]
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')
NUMBERS = (0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20)
OFFSETS = (2.5, 3, 3.5)  # nm
RINGS = (0, 50)  # pN
WIDE = 4  # radius of the mid-surface at which a pore counts as open [nm]
COMMON = {'Vesicle/Radius': 20, 'Plasma membrane/Patch radius': 120, 'Plasma membrane/Tension': 0.05,
          'Geometry/Meridian cells': 64, 'Fusion/Time': 0, 'Fusion/Gap': 6, 'Fusion/Initial pore radius': 1.5,
          'Fusion/Closing radius': 0.5, 'Time/Energy tolerance': 0.05}
COLUMNS = ('complexes', 'offset [nm]', 'ring [pN]', 'opening time [us]', 'neck radius [nm]', 'outcome')


def opening_time(folder):
    """When the neck of a run is WIDE for the first time [us]; None if it never is."""
    with open(folder / 'statistics.csv') as file:
        table = list(csv.DictReader(line for line in file if not line.startswith('#')))
    times, necks = ([float(line[name]) for line in table] for name in ('time [us]', 'neck radius [nm]'))
    for (t0, r0), (t1, r1) in zip(zip(times, necks), zip(times[1:], necks[1:])):
        if 0 < r0 < WIDE <= r1:
            return t0 + (WIDE - r0) / (r1 - r0) * (t1 - t0)
    return None


def noise(sweeps, picture):
    """Prints a table of the opening times of sweeps over numbers and seeds, and draws them."""
    times, closed = {}, {}
    for sweep in sweeps:
        with open(sweep / 'summary.csv') as file:
            runs = [row for row in csv.DictReader(file) if row['state'] == 'done']
        for row in runs:
            number = int(row['SNAREs/Number'])
            opens = opening_time(sweep / 'runs' / row['run'])
            if opens is None:
                closed.setdefault(number, []).append(row['outcome'])
            else:
                times.setdefault(number, []).append(opens)
    print('| complexes | open | not open | mean [us] | standard error | shortest | longest |\n' + '|---' * 7 + '|')
    table = []
    for number, values in sorted(times.items()):
        mean, scatter = statistics.mean(values), statistics.stdev(values)
        table.append((number, mean, scatter / len(values)**0.5))
        print(f'| {number} | {len(values)} | {", ".join(closed.get(number, [])) or 0} | {mean:.3g} | '
              f'{table[-1][2]:.2g} | {min(values):.3g} | {max(values):.3g} |')
    if not picture:
        return
    import matplotlib
    matplotlib.use('Agg')
    import matplotlib.pyplot as plt
    figure, axis = plt.subplots(figsize=(5.5, 3.8), constrained_layout=True)
    for number, values in times.items():
        axis.plot([number] * len(values), values, '.', color='tab:gray', alpha=0.6,
                  label='' if number != min(times) else 'one run')
    axis.errorbar(*zip(*table), fmt='o-', capsize=4, label='mean and standard error')
    axis.set_xlabel('number of SNARE complexes')
    axis.set_ylabel(f'time to a neck radius of {WIDE} nm [us]')
    axis.set_xticks([number for number, *_ in table])
    axis.set_ylim(bottom=0)
    axis.legend(frameon=False)
    figure.savefig(picture, dpi=130)


def run(program, number, offset, ring):
    settings = {**COMMON, 'SNAREs/Number': number, 'SNAREs/Offset': offset, 'Constriction/Force': ring}
    if ring:  # until it stands still
        settings.update({'Fusion/Arrest time': 20, 'Time/End time': 100, 'Time/Output interval': 10})
    else:
        settings.update({'Time/End time': 12, 'Time/Output interval': 0.1})
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / 'output'
        command = [program, str(SOURCE / 'parameter_files' / 'exocytosis.prm'), '--quiet', '--output',
                   str(output)]
        for key, value in settings.items():
            command += ['--set', f'{key}={value}']
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        row = dict(zip(COLUMNS, (number, offset, ring, '', '', 'failed')))
        if done.returncode:
            print(done.stderr)
            return row
        summary = json.loads((output / 'summary.json').read_text())
        opens = opening_time(output)
    if opens is not None:
        row['opening time [us]'] = f'{opens:.4g}'
    row['neck radius [nm]'] = f"{summary['neck radius']['value']:.4g}"
    row['outcome'] = summary['outcome']
    return row


def key(row):
    return float(row['ring [pN]']), float(row['complexes']), float(row['offset [nm]'])


def draw(rows, path):
    import matplotlib
    matplotlib.use('Agg')
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    for axis, ring, column, label in (
            (axes[0], 0, 'opening time [us]', f'time to a neck radius of {WIDE} nm [us]'),
            (axes[1], 50, 'neck radius [nm]', 'neck radius at rest [nm]')):
        middle, low, high, x = [], [], [], []
        for number in NUMBERS:
            values = {float(row['offset [nm]']): float(row[column]) for row in rows
                      if key(row)[:2] == (ring, number) and row[column]
                      and (not ring or row['outcome'] == 'arrested Omega')}
            if 3.0 in values:
                x.append(number)
                middle.append(values[3.0])
                low.append(values[3.0] - min(values.values()))
                high.append(max(values.values()) - values[3.0])
        axis.errorbar(x, middle, (low, high), fmt='o-', capsize=3)
        axis.set_xlabel('number of SNARE complexes')
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
    axes[0].set_title('free pore')
    axes[1].set_title('pore under a ring of 50 pN')
    figure.savefig(path, dpi=130)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default=str(SOURCE / 'build' / 'fusogen'))
    parser.add_argument('--output', type=pathlib.Path, default=pathlib.Path('snare_numbers.csv'))
    parser.add_argument('--picture', type=pathlib.Path)
    parser.add_argument('--processes', type=int, default=2)
    parser.add_argument('--noise', type=pathlib.Path, nargs='+', metavar='FOLDER', help='finished sweeps with noise')
    arguments = parser.parse_args()
    if arguments.noise:
        return noise(arguments.noise, arguments.picture)
    rows = []
    if arguments.output.exists():
        with open(arguments.output) as file:
            rows = [row for row in csv.DictReader(file) if row['outcome'] != 'failed']
    known = {key(row) for row in rows}
    wanted = [(n, offset, ring) for n in NUMBERS for ring in RINGS for offset in OFFSETS
              if (n or offset == 3) and (ring, n, offset) not in known]
    with concurrent.futures.ThreadPoolExecutor(arguments.processes) as pool:
        for job in concurrent.futures.as_completed([pool.submit(run, arguments.program, *p) for p in wanted]):
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
