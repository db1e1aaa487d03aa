"""Dealing records to dealers whose customers differ, as they do in life.

Every record belongs to a *profile*: whether it answered, and which of eight groups its first text column (or, without
one, its first column) puts it in. Every dealer has a size (log-normal, deviation 0.5) and its own liking for every
profile (Dirichlet, 0.5: most dealers see few profiles often and some never). A record goes to a dealer with a chance in
proportion to the product. So answer rates, mixtures and sizes differ widely from dealer to dealer, and some dealers may
have nobody.
"""

import zlib

import numpy as np

from bench.training.table import Table
from guildpost_shared.studies.propensity.columns import Integers, number

GROUPS = 8


def deal(table: Table, dealers: int, seed: int) -> list[Integers]:
    """Give each dealer the numbers of its records; every record goes to exactly one."""
    random = np.random.default_rng(seed)
    texts = [name for name, cells in table.columns.items() if sum(number(cell) is None for cell in cells[:100]) > 50]
    told = table.columns[texts[0] if texts else next(iter(table.columns))]
    groups = np.array([zlib.crc32(cell.encode()) % GROUPS for cell in told])
    profiles = groups * 2 + table.answered
    sizes = random.lognormal(0, 0.5, dealers)
    liking = random.dirichlet(np.full(2 * GROUPS, 0.5), dealers) * sizes[:, None]
    chances = np.cumsum(liking / liking.sum(axis=0), axis=0)
    owner = (random.random(len(table))[:, None] > chances.T[profiles]).sum(axis=1)
    return [np.flatnonzero(np.minimum(owner, dealers - 1) == dealer) for dealer in range(dealers)]
