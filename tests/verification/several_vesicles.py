# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two vesicles in space that fuse at different times: one is cut off again, and the other goes on."""
import math
import pathlib
import subprocess
import tempfile

from runs import Output, PROGRAM, Run, SOURCE, main, numbers

FILE = 'two_vesicles.prm'
# A coarse mesh, and a strong ring that is done while pores have hardly changed.
SETTINGS = {'Geometry/Refinement': 1, 'Vesicle/Initial shape': 'sphere', 'Vesicle/Reduced volume': 1,
            'Vesicle/Tilt angles': '', 'Vesicle/Positions x': '-30, 30', 'Plasma membrane/Patch radius': 150,
            'Plasma membrane/Tension': 0.03, 'Fusion/Gap': 6, 'Fusion/Initial pore radius': 3,
            'Fusion/Time': '0, 0.1', 'Fusion/Closing radius': 2, 'Fusion/Time after closing': 0.15,
            'Constriction/Force': '300, 0', 'Time/Output interval': 0.15, 'Time/End time': 2}
# A pore that dilates by less than 1 % in this time counts as arrested.
ONE_STAYS = {'Fusion/Arrest time': 0.05}
BOTH_LEAVE = {'Constriction/Force': '300, 250'}
LIPIDS = ('vesicle lipid', 'plasma membrane lipid')


def rows_at(table, time):
    return [i for i, t in enumerate(table['time [us]']) if abs(t - time) < 1e-9]


def check_cut(checks, run, number):
    """What the cut of a vesicle leaves as it is, and what it takes along."""
    vesicle, column = f'vesicle {number}', '' if number == 1 else f' {number}'
    of_vesicle = 'of the vesicle' if number == 1 else f'of {vesicle}'
    table = run.table()
    before, after = rows_at(table, run['closing time' + column])[:2]
    checks.equal(f'{vesicle}, state of its pore before, after and at the end',
                 [table[f'pore state {number} []'][i] for i in (before, after, -1)], [1, 2, 2])
    checks.relative(f'{vesicle}, area after the cut over that before', table['area [nm^2]'][after],
                    table['area [nm^2]'][before], 1e-12)
    checks.relative(f'{vesicle}, Gaussian energy change at closing [kT]',
                    run['Gaussian energy change at closing' + column], 4 * math.pi * -20, 1e-10)
    checks.relative(f'{vesicle}, energy change against the rows [kT]',
                    table['total energy [kT]'][after] - table['total energy [kT]'][before],
                    run['closing energy change' + column], 1e-6)
    released = table[f'cargo released {number} []']
    checks.at_least(f'{vesicle}, cargo released', released[before], 1e-3)
    checks.absolute(f'{vesicle}, cargo released after the cut', released[-1] - released[before], 0, 0)
    checks.relative(f'{vesicle}, cargo in the summary', run[f'cargo released of {vesicle}'], released[-1],
                    1e-12)
    checks.relative(f'{vesicle}, area after the cut, against the one that docked [nm^2]',
                    run['vesicle area after closing' + column], 1600 * math.pi, 0.05)
    checks.relative(f'{vesicle}, volume, against that of the lumen [nm^3]',
                    run['vesicle volume after closing' + column], run['lumen volume before closing' + column],
                    0.05)
    for leaflet in ('outer leaflet', 'inner leaflet'):
        # Two species fill the leaflet, and what they fill is the vesicle.
        own, other = (run[f'{species} {leaflet} {of_vesicle}'] for species in LIPIDS)
        checks.relative(f'{vesicle}, all lipids of the {leaflet}, against the area [nm^2]', own + other,
                        run['vesicle area after closing' + column], 1e-3)
        checks.at_most(f'{vesicle}, lipid of the plasma membrane in the {leaflet}, share',
                       other / (own + other), 0.1)
    return before, after


def check_ledgers(checks, run):
    table = run.table()
    checks.at_most('lipid mass error', run['lipid mass error'], 1e-12)
    # Where nodes moved along the membrane right after the fusions, cells come back to the area of their material
    # over some 0.4 us.
    sums = [a + b for a, b in zip(table['area [nm^2]'], table['area through rim [nm^2]'])]
    at_cut = abs(sums[rows_at(table, run['closing time'])[0]] / sums[0] - 1)
    checks.at_most('area ledger error, against that at the closing', run['area ledger error'], at_cut)
    checks.at_most('area ledger error', run['area ledger error'], 1e-3)
    mean = 0.5 * (run['cargo released of vesicle 1'] + run['cargo released of vesicle 2'])
    checks.relative('cargo released, mean', run['cargo released'], mean, 1e-12)
    checks.relative('Gaussian energy by the number of pores [kT]', table['Gaussian energy [kT]'][0],
                    2 * 4 * math.pi * -20, 1e-10)
    first, second = rows_at(table, 0), rows_at(table, 0.1)
    checks.equal('pores open one after the other',
                 [[table[f'pore state {n} []'][i] for n in (1, 2)] for i in (first[0], first[1], second[-1])],
                 [[0, 0], [1, 0], [1, 1]])


def one_stays(checks):
    checks.section('One of two vesicles is cut off')
    run = Run(FILE, {**SETTINGS, **ONE_STAYS})
    checks.equal('outcome', run.outcome, 'mixed')
    checks.equal('outcomes of the vesicles', [run.summary[f'outcome of vesicle {n}'] for n in (1, 2)],
                 ['kiss-and-run', 'arrested Omega'])
    check_ledgers(checks, run)
    before, after = check_cut(checks, run, 1)
    # The run waits for the other pore to stand still once more.
    checks.at_least('end, after the closing [us]', run['final time'] - run['closing time'], 0.15 * (1 - 1e-9))
    table = run.table()
    checks.absolute('the other neck at the cut, change [nm]', table['neck radius 2 [nm]'][after],
                    table['neck radius 2 [nm]'][before], 1e-9)
    checks.at_least('the other neck afterwards, growth [nm]',
                    table['neck radius 2 [nm]'][-1] - table['neck radius 2 [nm]'][after], 0.02)
    checks.at_least('the other one, cargo released afterwards', table['cargo released 2 []'][-1]
                    - table['cargo released 2 []'][after], 1e-3)
    checks.relative('Gaussian energy change at the end [kT]', run['Gaussian energy change'], -4 * math.pi * -20,
                    1e-10)
    checks.equal('volume counts both', run['volume'] > 1.5 * run['vesicle volume after closing'], True)
    return run


def both_leave(checks):
    checks.section('Both vesicles are cut off, one after the other')
    run = Run(FILE, {**SETTINGS, **BOTH_LEAVE})
    checks.equal('outcome', run.outcome, 'kiss-and-run')
    check_ledgers(checks, run)
    check_cut(checks, run, 1)
    check_cut(checks, run, 2)
    checks.at_least('time between [us]', run['closing time 2'] - run['closing time'], 0.01)
    checks.relative('end, after the last closing [us]', run['final time'] - run['closing time 2'], 0.15, 1e-9)
    checks.absolute('Gaussian energy change at the end [kT]', run['Gaussian energy change'], 0, 0)
    # Tension of the order of the plasma membrane's changes the volume by 2 sigma / (R K), K = 0.74 pN/nm^2.
    checks.relative('volume, both [nm^3]', run['volume'],
                    run['vesicle volume after closing'] + run['vesicle volume after closing 2'],
                    2 * 0.03 / (20 * 0.74))


def same(checks, what, run, other):
    checks.equal(f'{what}, outcome', other.outcome, run.outcome)
    a, b = numbers(run), numbers(other)
    checks.equal(f'{what}, same numbers', list(b) == list(a), True)
    # What small differences count against, by unit: all of the lipid, a vesicle's area, all of the energy; else the
    # largest number in the column.
    largest = {}
    for name, value in a.items():
        column = name.partition(', row')[0]
        largest[column] = max(largest.get(column, 0), 0 if math.isnan(value) else abs(value))
    sizes = {'': 1, '%': 100, 'nm^2': run['vesicle area after closing'], 'kT': run['total energy']}
    worst = (0, '')
    for name, value in a.items():
        if math.isnan(value) and math.isnan(b[name]):
            continue
        unit = name.partition('[')[2].partition(']')[0] if '[' in name else run.summary[name]['unit']
        worst = max(worst, (abs(value - b[name]) / sizes.get(unit, largest[name.partition(', row')[0]] or 1),
                             name))
    # Nodes are placed anew by an iterative solver that stops at 1e-8 of what moves them, on cells whose sizes
    # differ by some hundred.
    checks.at_most(f'{what}, largest difference ({worst[1]})', worst[0], 1e-5)


def parallel_and_resumed(checks, run):
    checks.section('On two processes, and resumed after the cut')
    same(checks, 'two processes', run, Run(FILE, {**SETTINGS, **ONE_STAYS}, 2))
    with tempfile.TemporaryDirectory(prefix='fusogen_') as folder:
        output = pathlib.Path(folder) / 'output'
        for end, options in ((0.45, []), (SETTINGS['Time/End time'], ['--resume'])):
            command = [PROGRAM, str(SOURCE / 'parameter_files' / FILE), '--quiet', '--output', str(output)]
            for name, value in {**SETTINGS, **ONE_STAYS, 'Time/End time': end, 'Checkpoint/Steps': 1000}.items():
                command += ['--set', f'{name}={value}']
            subprocess.run([*command, *options], check=True)
            if not options:
                half = Output(output)
                checks.equal('first part ends after the cut', half['closing time'] < half['final time'], True)
        same(checks, 'resumed', run, Output(output))


def full_fusion(checks):
    checks.section('The other one goes on until it is flat')
    run = Run(FILE, {**SETTINGS, 'Plasma membrane/Tension': 0.1, 'Fusion/Time': 0, 'Fusion/Closing radius': 1.5,
                     'Constriction/Force': '150, 0', 'Time/Output interval': 1, 'Time/End time': 300})
    checks.equal('outcome', run.outcome, 'mixed')
    checks.equal('outcomes of the vesicles', [run.summary[f'outcome of vesicle {n}'] for n in (1, 2)],
                 ['kiss-and-run', 'full fusion'])
    check_cut(checks, run, 1)
    table = run.table()
    checks.at_most('lipid mass error', run['lipid mass error'], 1e-10)
    checks.at_most('area ledger error', run['area ledger error'], 1e-4)
    checks.at_least('cargo released by the one that fuses', run['cargo released of vesicle 2'], 0.999)
    checks.equal('state of its pore at the end', table['pore state 2 []'][-1], 3)


def verify(checks, long):
    run = one_stays(checks)
    if not long:
        return
    both_leave(checks)
    parallel_and_resumed(checks, run)
    full_fusion(checks)


if __name__ == '__main__':
    main(verify, __doc__)
