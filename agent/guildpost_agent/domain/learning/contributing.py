"""Whose reminder enters a round: one matured reminder per customer and quarter.

The earliest counts, whatever came of it: a choice by the outcome would bias what is learned. Who was counted stays
counted until the quarter ends, whatever became of the round: an aborted round's outcomes are lost, not retried.
"""

import numpy as np

from guildpost_shared.learning.contexts import Ints


def countable(customer: Ints, counted: frozenset[int] | set[int]) -> Ints:
    """Pick the reminders that may be contributed.

    Args:
        customer: int64[n], whose reminder it is, in the order of sending.
        counted: customers who were counted in this quarter.

    Returns:
        int64[k], positions, rising; at most one per customer.
    """
    _, first = np.unique(customer, return_index=True)
    free = [at for at in np.sort(first).tolist() if int(customer[at]) not in counted]
    return np.array(free, dtype=np.int64)
