"""Connected groups of records."""

from typing import Final

import numpy as np
import numpy.typing as npt

_STRICTER: Final = 1.0
_STRICTEST: Final = 12.0


def components(size: int, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Label each record with the smallest record number it is connected to, directly or through others.

    Args:
        size: number of records.
        left: one end of each link, shape (links,).
        right: the other end.

    Returns:
        Labels, shape (size,).
    """
    labels = np.arange(size, dtype=np.int64)
    while len(left):
        low = np.minimum(labels[left], labels[right])
        before = labels.copy()
        np.minimum.at(labels, labels[left], low)
        np.minimum.at(labels, labels[right], low)
        labels = labels[labels]
        if (labels == before).all():
            break
    while (labels[labels] != labels).any():
        labels = labels[labels]
    return labels


def bounded_groups(
    size: int,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    log_odds: npt.NDArray[np.float64],
    *,
    floor: float,
    largest: int,
) -> npt.NDArray[np.int64]:
    """Group linked records; a group that grew too large is linked again by stronger links only.

    Args:
        size: number of records.
        left: one end of each link, shape (links,).
        right: the other end.
        log_odds: strength of each link.
        floor: weakest link that counts.
        largest: records in a group beyond which it is split.

    Returns:
        Labels as of ``components``; the strongest links never split.
    """
    labels = np.arange(size, dtype=np.int64)
    open_links = np.flatnonzero(log_odds >= floor)
    while len(open_links):
        found = components(size, left[open_links], right[open_links])
        counts = np.bincount(found, minlength=size)
        small = counts[found] <= largest
        floor += _STRICTER
        if floor > _STRICTEST:
            small[:] = True
        fresh = small & (labels == np.arange(size))
        labels[fresh] = found[fresh]
        open_links = open_links[~small[left[open_links]]]
        open_links = open_links[log_odds[open_links] >= floor]
    return labels
