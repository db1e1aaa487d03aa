"""Which cells of an unmasked, noised sum are shown (rule R4 for masked studies).

A cell is shown when at least 20 customers stand behind it *in the noised sum*, and no fewer than two standard
deviations of that cell's noise, so that noise alone seldom looks like customers (three and a half in a grid, of whose
many empty cells several would stand out by two); otherwise it is suppressed and its customers appear only in the
coarser margins. The hierarchy is fixed: cell → margin → total. What is suppressed must not
follow from what is shown, by any sums and differences: not a cell that is alone in its margin, and not one that several
margins give away together. So the weakest shown neighbours are suppressed, too, until the *rank attacker*, who solves
all the equations of the shown cells, margins and the total at once, finds no suppressed cell and no suppressed margin.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_shared.privacy.disclosure import DisclosureRules

NOISE_DEVIATIONS: Final = 2.0
GRID_DEVIATIONS: Final = 3.5
"""Noise alone reaches it in one of 4,300 cells: once in 26 grids of a week."""
_TINY: Final = 1e-7
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


def least_shown(rules: DisclosureRules, noise_variance: float, deviations: float = NOISE_DEVIATIONS) -> float:
    """Say how many customers must stand behind a figure in the noised sum: of a cell of a list, a margin, a total."""
    return max(rules.min_cell, deviations * math.sqrt(noise_variance))


def shown_grid(counts: Counts, rows: Mask, columns: Mask, rules: DisclosureRules, noise_variance: float) -> Mask:
    """Say which cells of a grid may be shown beside its margins.

    Args:
        counts: noised customers per cell.
        rows: which row margins are shown.
        columns: which column margins are shown.
        rules: the study's floors.
        noise_variance: of the noise on each cell.
    """
    shown = _enough(counts, rules, noise_variance, GRID_DEVIATIONS)
    by_margins_alone = rank_attack(np.zeros_like(shown), rows, columns)
    while True:
        _close_gaps(shown, counts, rows, columns)
        found = rank_attack(shown, rows, columns) & ~by_margins_alone
        neighbours = shown & np.logical_or.outer(found.any(axis=1), found.any(axis=0))
        candidates = neighbours if neighbours.any() or not found.any() else shown
        if not candidates.any():
            return shown
        weakest = np.where(candidates, counts, np.iinfo(np.int64).max).argmin()
        shown.flat[weakest] = False


def rank_attack(shown: Mask, rows: Mask, columns: Mask) -> Mask:
    """Solve for what is suppressed in a grid of which some cells and margins and the total are known.

    The unknowns are the suppressed cells; each shown margin, and the total, tells one sum of them. A sum follows from
    those exactly when it lies in the space that they span.

    Args:
        shown: which cells are known.
        rows: which row margins are.
        columns: which column margins are.

    Returns:
        Every suppressed cell whose value follows, and every cell of a suppressed margin whose value follows.
    """
    unknown = np.flatnonzero(~shown.reshape(-1))
    member_row, member_column = np.divmod(unknown, shown.shape[1])
    by_row = (member_row == np.arange(shown.shape[0])[:, None]).astype(np.float64)
    by_column = (member_column == np.arange(shown.shape[1])[:, None]).astype(np.float64)
    told = np.vstack([by_row[rows], by_column[columns], np.ones((1, len(unknown)))])
    _, strength, directions = np.linalg.svd(told, full_matrices=False)
    spanned = directions[np.flatnonzero(strength > _TINY)]
    found = np.zeros_like(shown)
    found.reshape(-1)[unknown[np.flatnonzero(_follows(np.eye(len(unknown)), spanned))]] = True
    hidden_rows, hidden_columns = ~rows & _follows(by_row, spanned), ~columns & _follows(by_column, spanned)
    return np.asarray(found | hidden_rows[:, None] | hidden_columns[None, :])


def _follows(sums: npt.NDArray[np.float64], spanned: npt.NDArray[np.float64]) -> Mask:
    """Tell which sums of unknowns (one a row) lie in a space given by orthonormal rows."""
    rest = sums - sums @ spanned.T @ spanned
    return np.asarray(np.linalg.norm(rest, axis=1) < _TINY)


def _close_gaps(shown: Mask, counts: Counts, rows: Mask, columns: Mask) -> None:
    """Leave no shown margin with exactly one suppressed cell, in place; most of what a rank attacker finds is this."""
    while True:
        before = shown.copy()
        for row in np.flatnonzero(rows):
            shown[row] = _close_gap(shown[row], counts[row])
        for column in np.flatnonzero(columns):
            shown[:, column] = _close_gap(shown[:, column], counts[:, column])
        if np.array_equal(before, shown):
            return


def _enough(
    counts: Counts, rules: DisclosureRules, noise_variance: float, deviations: float = NOISE_DEVIATIONS
) -> Mask:
    return counts >= least_shown(rules, noise_variance, deviations)


def _close_gap(shown: Mask, counts: Counts) -> Mask:
    """Suppress the weakest shown cell beside a lonely suppressed one."""
    result = shown.copy()
    if np.count_nonzero(~result) == 1 and result.any():
        weakest = min(np.flatnonzero(result).tolist(), key=lambda at: int(counts[at]))
        result[weakest] = False
    return result
