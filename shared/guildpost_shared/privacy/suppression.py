"""Which cells of an unmasked, noised sum are shown (rule R4 for masked studies).

A cell is shown when at least 20 customers stand behind it *in the noised sum*, and no fewer than two standard
deviations of that cell's noise, so that noise alone seldom looks like customers; otherwise it is suppressed and its
customers appear only in the coarser margins. The hierarchy is fixed: cell → margin → total. Where a shown margin has
exactly one suppressed cell, that cell would follow by subtraction, so the weakest shown neighbour is suppressed, too.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_shared.privacy.disclosure import DisclosureRules

NOISE_DEVIATIONS: Final = 2.0
Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


def shown_cells(counts: Counts, rules: DisclosureRules, noise_variance: float) -> Mask:
    """Say which cells of a list with a shown total may be shown.

    Args:
        counts: noised customers per cell.
        rules: the study's floors.
        noise_variance: of the noise on each cell.
    """
    shown = _enough(counts, rules, noise_variance)
    return _close_gap(shown, counts)


def shown_grid(counts: Counts, rows: Mask, columns: Mask, rules: DisclosureRules, noise_variance: float) -> Mask:
    """Say which cells of a grid may be shown beside its margins.

    Args:
        counts: noised customers per cell.
        rows: which row margins are shown.
        columns: which column margins are shown.
        rules: the study's floors.
        noise_variance: of the noise on each cell.
    """
    shown = _enough(counts, rules, noise_variance)
    while True:
        before = shown.copy()
        for row in np.flatnonzero(rows):
            shown[row] = _close_gap(shown[row], counts[row])
        for column in np.flatnonzero(columns):
            shown[:, column] = _close_gap(shown[:, column], counts[:, column])
        if np.array_equal(before, shown):
            return shown


def _enough(counts: Counts, rules: DisclosureRules, noise_variance: float) -> Mask:
    return counts >= max(rules.min_cell, NOISE_DEVIATIONS * math.sqrt(noise_variance))


def _close_gap(shown: Mask, counts: Counts) -> Mask:
    """Suppress the weakest shown cell beside a lonely suppressed one."""
    result = shown.copy()
    if np.count_nonzero(~result) == 1 and result.any():
        weakest = min(np.flatnonzero(result).tolist(), key=lambda at: int(counts[at]))
        result[weakest] = False
    return result
