# SPDX-License-Identifier: LGPL-2.1-or-later
"""One, two and three processes give the same numbers, to the accuracy of the direct solver."""
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'verification'))
from runs import Run, main  # noqa: E402

CASES = {
    'relaxation, meridian': ('vesicle_equilibrium.prm', {
        'Geometry/Meridian cells': 48, 'Time/End time': 20, 'Time/Output interval': 2}),
    'relaxation, space': ('vesicle_equilibrium.prm', {
        'Geometry/Dimension': '3d', 'Geometry/Refinement': 1, 'Time/End time': 10,
        'Time/Output interval': 2}),
    'mode, free volume, space': ('vesicle_equilibrium.prm', {
        'Geometry/Dimension': '3d', 'Geometry/Refinement': 1, 'Vesicle/Initial shape': 'mode',
        'Vesicle/Reduced volume': 1, 'Vesicle/Volume': 'free', 'Vesicle/Mode amplitude': 0.05,
        'Time/End time': 2, 'Time/Output interval': 0.5}),
    'pore energy': ('pore_energy.prm', {'Pore/Neck radii': '2, 3'}),
    'exocytosis': ('exocytosis.prm', {
        'Geometry/Meridian cells': 100, 'Time/End time': 5, 'Time/Output interval': 0.5}),
}


def numbers(run):
    """All numbers of statistics.csv and of summary.json, by name."""
    result = {}
    for name, column in run.table().items():
        for i, value in enumerate(column):
            result[f'{name}, row {i}'] = value
    for name, entry in run.summary.items():
        if isinstance(entry, dict) and entry['value'] is not None:
            result[name] = entry['value']
    return result


def largest_difference(a, b):
    """The largest relative difference and where it is; numbers count relative to the largest one in
    their column, errors (which are round-off) in absolute terms."""
    scale = {}
    for name, value in a.items():
        column = name.partition(', row')[0]
        if not math.isnan(value):
            scale[column] = max(scale.get(column, 0), abs(value))
    worst = (0, '')
    for name, value in a.items():
        column = name.partition(', row')[0]
        if math.isnan(value) and math.isnan(b[name]):
            continue
        size = 1 if 'error' in column or 'remeshing' in column or 'through rim' in column else scale[column]
        difference = abs(value - b[name]) / (size or 1)
        worst = max(worst, (difference, name))
    return worst


def verify(checks, long):
    checks.section('One process against two and three: largest relative difference')
    for name, (file, settings) in CASES.items():
        alone = Run(file, settings)
        for ranks in (2, 3):
            together = Run(file, settings, ranks)
            checks.equal(f'{name}, {ranks} processes, outcome', together.outcome, alone.outcome)
            a, b = numbers(alone), numbers(together)
            checks.equal(f'{name}, {ranks} processes, numbers', len(b), len(a))
            difference, where = largest_difference(a, b)
            # Newton's method stops at a size of the last change; after many steps that adds up.
            checks.at_most(f'{name}, {ranks} processes ({where})', difference,
                           1e-7 if name == 'exocytosis' else 1e-8)


if __name__ == '__main__':
    main(verify, __doc__)
