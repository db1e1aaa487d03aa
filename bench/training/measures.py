"""How well a model ranks and foretells, and the pooled logistic regression that it is compared with."""

from collections import Counter

import numpy as np

from bench.training.table import Table
from guildpost_shared.studies.propensity.columns import Flags, Floats, number

MOST_TEXTS = 60
"""Of a column of texts the pooled model takes the most common ones, lest names and numbers fill the memory."""


def auc(scores: Floats, answered: Flags) -> float:
    """Chance that one who answered is ranked above one who did not, ties counting half."""
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    yes = int(np.count_nonzero(answered))
    return float((ranks[answered].sum() - yes * (yes + 1) / 2) / (yes * (len(answered) - yes)))


def log_loss(chances: Floats, answered: Flags) -> float:
    """Mean negative log-likelihood, natural logarithm; chances within 1e-15 of 0 and 1 are moved there."""
    inside = np.clip(chances, 1e-15, 1 - 1e-15)
    return float(-np.log(np.where(answered, inside, 1 - inside)).mean())


def pooled(train: Table, test: Table) -> Floats:
    """Fit the usual logistic regression on all records at once, and score the test's.

    Numbers standardised (missing ones at the mean), texts one-hot, ridge 1 on all but the intercept: what a data
    scientist with everybody's data would try first.
    """
    left, right = [np.ones((len(train), 1))], [np.ones((len(test), 1))]
    for name, cells in train.columns.items():
        others = test.columns.get(name, [""] * len(test))
        read = [number(cell) for cell in cells]
        if sum(value is not None for value in read) > len(cells) / 2:
            known = np.array([np.nan if value is None else value for value in read])
            new = np.array([np.nan if (value := number(cell)) is None else value for cell in others])
            mean, deviation = np.nanmean(known), np.nanstd(known) or 1.0
            left.append(np.nan_to_num((known - mean) / deviation)[:, None])
            right.append(np.nan_to_num((new - mean) / deviation)[:, None])
        else:
            texts = np.array([text for text, _ in Counter(cells).most_common(MOST_TEXTS)])
            left.append((np.array(cells)[:, None] == texts).astype(np.float64))
            right.append((np.array(others)[:, None] == texts).astype(np.float64))
    x, theta = np.hstack(left), np.zeros(sum(block.shape[1] for block in left))
    penalty = np.ones(len(theta))
    penalty[0] = 1e-9
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ theta, -500, 500)))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, x.T @ (train.answered - p) - penalty * theta)
        theta = theta + step
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(1 / (1 + np.exp(-np.clip(np.hstack(right) @ theta, -500, 500))), dtype=np.float64)
