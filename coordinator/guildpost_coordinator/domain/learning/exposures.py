"""From noised exposures to the Hessian of a round: how much its score can know about every coefficient.

``H = Σ_context E_context · v·E[f·f' | context]·v`` with f = (φ, ψ, 1): slot and lead time are taken as independent
within a context, their distributions from the two other tables. Noise is met by averaging over the rounds, by
letting small cells fall to zero (soft threshold at half a standard deviation) and by a flat share of two per cent.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from guildpost_shared.learning.bases import LEAD_RANK, LEADS, SLOT_RANK, SLOTS, lead_basis, slot_basis
from guildpost_shared.learning.blocks import DIMENSION, LEAD_BLOCKS, RATE_BLOCKS, SLOT_BLOCKS, coordinates, weights
from guildpost_shared.learning.contexts import CELLS, Floats, Ints, every_context
from guildpost_shared.learning.vector import Collected, lead_group, slot_group

KEPT: Final = 0.4
"""Share of what was known before in the average over rounds."""
_SOFT: Final = 0.5
_FLAT: Final = 0.02
_SLOT_PART: Final = slice(0, SLOT_RANK)
_LEAD_PART: Final = slice(SLOT_RANK, SLOT_RANK + LEAD_RANK)
_ONE: Final = SLOT_RANK + LEAD_RANK


@dataclass(frozen=True)
class Exposures:
    """Expected answers of a round by slot [4, 91], lead [15, 25] and context [180]."""

    slots: Floats
    leads: Floats
    contexts: Floats

    @classmethod
    def of(cls, collected: Collected) -> "Exposures":
        """Take them from a round's sum."""
        return cls(collected.slots, collected.leads, collected.contexts)

    def averaged(self, before: "Exposures | None") -> "Exposures":
        """Average with what was known before."""
        if before is None:
            return self
        return Exposures(
            KEPT * before.slots + (1 - KEPT) * self.slots,
            KEPT * before.leads + (1 - KEPT) * self.leads,
            KEPT * before.contexts + (1 - KEPT) * self.contexts,
        )


def hessian(exposures: Exposures, noise_deviation: float) -> Floats:
    """Compute H.

    Args:
        exposures: noised, in expected answers.
        noise_deviation: standard deviation of the noise on every cell, in expected answers.

    Returns:
        float64[549, 549], symmetric, positive semidefinite; all zero when nothing stands out of the noise.
    """
    contexts = every_context()
    masses = np.maximum(exposures.contexts - _SOFT * noise_deviation, 0.0)
    if masses.sum() <= 0:
        return np.zeros((DIMENSION, DIMENSION))
    # The sum over the lead table says best how much there was: soft thresholds bias a sum of small cells.
    masses *= max(float(exposures.leads.sum()), 1.0) / masses.sum()
    slots = _distribution(exposures.slots, noise_deviation, SLOTS)[slot_group(contexts)] * contexts.timed[:, None]
    leads = _distribution(exposures.leads, noise_deviation, LEADS)[lead_group(contexts)]
    moments = _moments(slots, leads) * masses[:, None, None]
    basis = _basis_of_touched()
    result = np.zeros((DIMENSION, DIMENSION))
    for touched, moment in zip(coordinates(), moments[:, basis][:, :, basis], strict=True):
        result[np.ix_(touched, touched)] += moment
    weight = weights()
    scaled: Floats = result * weight[:, None] * weight
    return scaled


def _distribution(cells: Floats, noise_deviation: float, size: int) -> Floats:
    soft = np.maximum(cells - _SOFT * noise_deviation, 0.0)
    shares = soft / np.maximum(soft.sum(axis=1, keepdims=True), 1e-9)
    result: Floats = (1 - _FLAT) * shares + _FLAT / size
    return result


def _moments(slots: Floats, leads: Floats) -> Floats:
    """Give E[f·f'] per context, float64[180, 20, 20]."""
    phi, psi = slot_basis(), lead_basis()
    slot, lead = slots @ phi, leads @ psi
    moments = np.zeros((CELLS, _ONE + 1, _ONE + 1))
    moments[:, _SLOT_PART, _SLOT_PART] = np.einsum("ks,si,sj->kij", slots, phi, phi, optimize=True)
    moments[:, _LEAD_PART, _LEAD_PART] = np.einsum("kl,li,lj->kij", leads, psi, psi, optimize=True)
    moments[:, _SLOT_PART, _LEAD_PART] = slot[:, :, None] * lead[:, None, :]
    moments[:, _SLOT_PART, _ONE] = slot
    moments[:, _LEAD_PART, _ONE] = lead
    upper = np.triu(moments)
    both = upper + np.transpose(np.triu(moments, 1), (0, 2, 1))
    both[:, _ONE, _ONE] = 1.0
    return both


def _basis_of_touched() -> Ints:
    """Tell which of the 20 functions each of the 71 touched coordinates multiplies."""
    slot, lead = np.arange(SLOT_RANK), np.arange(SLOT_RANK, _ONE)
    return np.concatenate(
        [np.tile(slot, len(SLOT_BLOCKS)), np.tile(lead, len(LEAD_BLOCKS)), np.full(len(RATE_BLOCKS), _ONE)]
    )
