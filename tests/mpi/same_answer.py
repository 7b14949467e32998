# SPDX-License-Identifier: LGPL-2.1-or-later
"""One, two and three processes give the same numbers, to the accuracy of the direct solver."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'verification'))
from runs import Run, largest_difference, main, numbers  # noqa: E402

ADAPTIVE = 'fusion, cells divided and merged, space'
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
    'flicker': ('kiss_and_run.prm', {
        'Geometry/Meridian cells': 40, 'Fusion/Time': 0, 'Constriction/Start time': 0,
        'Bilayer/Drag coefficient': 1e-4, 'Thermal/Noise': 'yes', 'Thermal/Time step': 0.02,
        'Time/End time': 0.5, 'Time/Output interval': 0.1}),
    'transport': ('transport.prm', {
        'Geometry/Refinement': 1, 'Motors/Runs': 100, 'Motors/Dynein/Number': 4,
        'Time/Output interval': 5e5}),
    ADAPTIVE: ('exocytosis_3d.prm', {
        'Plasma membrane/Patch radius': 100, 'Geometry/Adaptive': 'yes', 'Geometry/Turn per cell': 45,
        'Geometry/Least refinement': 1, 'Fusion/Time': 0.002, 'Time/End time': 0.006,
        'Time/Output interval': 0.0005}),
}


def verify(checks, long):
    checks.section('One process against two and three: largest relative difference')
    for name, (file, settings) in CASES.items():
        alone = Run(file, settings)
        if name == ADAPTIVE:
            for what in ('divided', 'merged'):
                checks.at_least(f'{name}, cells {what}', alone.table()[f'cells {what} []'][-1], 1)
            checks.at_least(f'{name}, steps', alone['steps'], 20)
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
