"""Which of the revealed shares are false: Shamir's scheme read as the Reed–Solomon code that it is.

The values of a polynomial of degree below t at m places are a codeword; up to ⌊(m − t)/2⌋ wrong ones can be found from
the values alone (R. J. McEliece and D. V. Sarwate, *On sharing secrets and Reed–Solomon codes*, CACM 24, 1981):

1. weigh the values so that those of every codeword add up to nothing with each power of the abscissa below m − t;
2. what they add up to instead (the syndromes) is a linear recurrence whose roots are the places of the wrong values;
3. the shortest recurrence is Massey's (*Shift-register synthesis and BCH decoding*, IEEE Trans. IT 15, 1969).

Many secrets are shared among the same holders. They are looked at together, as a few sums of all columns whose weights
depend on all the shares (SHAKE-256), so that nobody can choose wrong values that cancel.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

import numpy as np

from guildpost_shared.secagg.shamir import PRIME, Elements, dual_weights

_SUMS: Final = 4
_WORD_BYTES: Final = 4


def places_of_false(rows: Mapping[int, Elements], threshold: int) -> frozenset[int] | None:
    """Name the abscissae whose values are wrong.

    Args:
        rows: values int64[columns] by abscissa, of the same polynomials.
        threshold: number of coefficients of each.

    Returns:
        Nobody when all agree; None when so many are wrong that the values do not tell which.
    """
    positions = np.array(sorted(rows), dtype=np.int64)
    values = np.stack([rows[position] for position in positions.tolist()])
    found: set[int] = set()
    for weights in _weights(values):
        wrong = _located(positions, values @ weights % PRIME, threshold)
        if wrong is None:
            return None
        found |= wrong
    return frozenset(found)


def _weights(values: Elements) -> Elements:
    """Derive the weights of the sums, int64[sums, columns], from all the values."""
    columns = values.shape[1]
    stream = hashlib.shake_256(values.astype("<i8").tobytes()).digest(_WORD_BYTES * _SUMS * columns)
    return np.frombuffer(stream, dtype="<u4").astype(np.int64).reshape(_SUMS, columns) % PRIME


def _located(positions: Elements, word: Elements, threshold: int) -> frozenset[int] | None:
    syndromes = []
    term = word * dual_weights(positions) % PRIME
    for _ in range(len(positions) - threshold):
        syndromes.append(int(term.sum() % PRIME))
        term = term * positions % PRIME
    recurrence = _shortest_recurrence(syndromes)
    errors = len(recurrence) - 1
    if 2 * errors > len(syndromes):
        return None
    wrong = frozenset(x for x in positions.tolist() if _vanishes(recurrence, x))
    return wrong if len(wrong) == errors else None


def _vanishes(recurrence: list[int], x: int) -> bool:
    """Tell whether Σ c_k · x^(L − k) is zero: the recurrence has the root x."""
    value = 0
    for coefficient in recurrence:
        value = (value * x + coefficient) % PRIME
    return value == 0


def _shortest_recurrence(sequence: list[int]) -> list[int]:
    """Find the shortest c_0 = 1, c_1, …, c_L with Σ c_k · s_(n − k) = 0 for all n ≥ L (Massey 1969)."""
    current, before = [1], [1]
    length, gap, last = 0, 1, 1
    for at in range(len(sequence)):
        discrepancy = sum(current[k] * sequence[at - k] for k in range(min(len(current), at + 1))) % PRIME
        if discrepancy == 0:
            gap += 1
            continue
        factor = discrepancy * pow(last, -1, PRIME) % PRIME
        shifted = [0] * gap + [factor * one % PRIME for one in before]
        padded = current + [0] * (len(shifted) - len(current))
        corrected = [(a - (shifted[k] if k < len(shifted) else 0)) % PRIME for k, a in enumerate(padded)]
        if 2 * length <= at:
            before, last, length, gap = current, discrepancy, at + 1 - length, 1
        else:
            gap += 1
        current = corrected
    return (current + [0] * (length + 1))[: length + 1]
