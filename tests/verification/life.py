# SPDX-License-Identifier: LGPL-2.1-or-later
"""The life of a vesicle from its bud to the flat membrane, and the same stopped many times and resumed."""
import math
import pathlib
import re
import subprocess
import tempfile

from runs import PROGRAM, SOURCE, Output, main

FILE = SOURCE / 'parameter_files' / 'life_of_a_vesicle.prm'
SETTINGS = {'Geometry/Meridian cells': 64, 'Budding/Initial coat area': 2500, 'Budding/Cutting radius': 3,
            'Track/Points x': '0, 100', 'Track/Points y': '0, 0', 'Track/Points z': '200, 60',
            'Fusion/Time after fusion': 200}
STOPPED = 3  # exit status


def run(output, settings, *options):
    command = [PROGRAM, str(FILE), '--quiet', '--output', str(output), *options]
    for name, value in settings.items():
        command += ['--set', f'{name}={value}']
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, STOPPED):
        raise RuntimeError(f'{" ".join(command)}\nends with {done.returncode}: {done.stdout}{done.stderr}')
    return done.returncode


def verify(checks, long):
    checks.section('Life of a vesicle')
    with tempfile.TemporaryDirectory(prefix='fusogen_') as folder:
        whole = pathlib.Path(folder) / 'whole'
        run(whole, SETTINGS)
        life = Output(whole)
        checks.equal('outcome', life.outcome, 'full fusion')
        table = life.table()
        stages, times = table['stage []'], table['time [us]']
        checks.equal('stages', sorted(set(stages)), [1, 2, 3, 4])
        checks.equal('stages follow each other', stages == sorted(stages), True)
        checks.equal('so do times', times == sorted(times), True)
        frames = [float(t) for t in re.findall(r'timestep="([^"]*)"', (whole / 'surface.pvd').read_text())]
        checks.equal('a frame for each time', len(frames), len(set(times)))
        checks.relative('sum of the stages [us]',
                        life['budding time'] + life['travel time'] + life['docking time'], min(
                            t for t, stage in zip(times, stages) if stage == 4), 1e-12)
        checks.at_least('travel over budding time', life['travel time'] / life['budding time'], 100)
        checks.relative('lipid mass error', 1 + life['lipid mass error'], 1, 1e-10)
        # The plasma membrane takes up what the donor has lost: a sphere of the vesicle's radius docks, loses
        # some water under the force, and fuses as it is then.
        volumes = {n: [v for v, stage in zip(table['volume [nm^3]'], stages) if stage == n] for n in (3, 4)}
        sphere = 4 / 3 * math.pi * life['vesicle radius']**3
        checks.relative('volume of the vesicle that docks', volumes[3][0], sphere, 1e-3)
        checks.relative('volume when it fuses', volumes[4][0], volumes[3][-1], 1e-5)

        checks.section('The same, stopped every few seconds and resumed')
        parts = pathlib.Path(folder) / 'parts'
        limit = {'Checkpoint/Wall time limit': 0.08}
        status, n_stops = run(parts, {**SETTINGS, **limit}), 0
        while status == STOPPED and n_stops < 200:
            n_stops += 1
            status = run(parts, {**SETTINGS, **limit}, '--resume')
        checks.at_least('number of stops', n_stops, 2)
        resumed = Output(parts)
        checks.equal('outcome', resumed.outcome, life.outcome)
        for name in ('vesicle radius', 'budding time', 'travel time', 'distance when docked', 'cargo released'):
            checks.relative(name, resumed[name], life[name], 1e-3)
        checks.equal('rows of statistics.csv', len(resumed.table()['time [us]']), len(times))


if __name__ == '__main__':
    main(verify, __doc__)
