"""What dealerships know about themselves: sums that stand for a normal belief about δ, from outcomes at an estimate.

Answers are taken as Poisson with rate ``p = exp(network + m'δ)``: at an estimate δ̂ an answer adds ``p·m·m'`` to the
information Λ and ``m·(y − p + p·m'δ̂)`` to the evidence b, the quadratic that touches the likelihood there. With the
prior covariance D the belief is ``N((Λ + D⁻¹)⁻¹·b, (Λ + D⁻¹)⁻¹)``, whose mean is a better estimate (``own``).

Clicks are an early signal of e-mails, known within days: slot effects count .8, lead effects .4, the whole .7, on a
rate of their own per dealership and learning class. Opens are never used.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from guildpost_agent.domain.learning import features
from guildpost_agent.domain.learning.placing import Placed, Sums
from guildpost_shared.learning.contexts import Floats
from guildpost_shared.learning.model import NetworkModel

MAX_RATE: Final = 0.9
CLICK_SLOT: Final = 0.8
CLICK_LEAD: Final = 0.4
CLICK_WEIGHT: Final = 0.7
_CLICK_PRIOR_RATE: Final = 0.04


@dataclass(frozen=True)
class Posterior:
    """Belief about δ: ``mean`` float64[N, 45]; ``root`` float64[N, 45, 45], lower, root·root' is the covariance."""

    mean: Floats
    root: Floats


def fresh(dealers: int) -> Sums:
    """Give the sums of N dealerships without outcomes."""
    return Sums(np.zeros((dealers, features.COUNT, features.COUNT)), np.zeros((dealers, features.COUNT)))


def posterior(known: Sums, model: NetworkModel) -> Posterior:
    """Compute the belief under a network model."""
    covariance = np.linalg.inv(known.information + np.linalg.inv(features.prior_covariance(model)))
    mean = np.einsum("nij,nj->ni", covariance, known.evidence)
    root: Floats = np.linalg.cholesky((covariance + covariance.transpose(0, 2, 1)) / 2).astype(np.float64)
    return Posterior(mean, root)


class Answers:
    """Final outcomes under one model: bookings."""

    def __init__(self, sent: Placed, weight: Floats, model: NetworkModel) -> None:
        """Place them.

        Args:
            sent: n reminders.
            weight: float64[n], 0 to 1, how much each of them counts.
            model: the network model in use.
        """
        self._sent, self._weight = sent, weight
        self._network = model.log_rate(sent.reminders.contexts, sent.reminders.slot, sent.reminders.lead)

    def at(self, estimate: Floats) -> Sums:
        """Give the sums at an estimate of δ, float64[N, 45]."""
        own = self._sent.effects(estimate)
        rate = np.minimum(np.exp(np.minimum(self._network + own, 0.0)), MAX_RATE)
        return _summed(self._sent, self._weight, rate, own)


class Clicks:
    """Final outcomes under one model: clicks in e-mails; arguments as for ``Answers``."""

    def __init__(self, sent: Placed, weight: Floats, model: NetworkModel) -> None:
        contexts, slot, lead = sent.reminders.contexts, sent.reminders.slot, sent.reminders.lead
        self._sent, self._weight = sent, weight
        self._network = (
            CLICK_SLOT * model.slot_table[contexts.slot_cell, slot] + CLICK_LEAD * model.lead_table[contexts.cell, lead]
        )
        self._clicked = sent.by_class(weight * sent.reminders.answered) + 1

    def at(self, estimate: Floats) -> Sums:
        """Give the sums at an estimate of δ, float64[N, 45]; what is said of rates is zero."""
        own = self._sent.effects(estimate * _click_factors())
        effect = np.exp(self._network + own)
        rates = self._clicked / (self._sent.by_class(self._weight * effect) + 1 / _CLICK_PRIOR_RATE)
        rate = np.minimum(rates[self._sent.dealer, self._sent.reminders.contexts.learning_class] * effect, MAX_RATE)
        return _summed(self._sent, CLICK_WEIGHT * self._weight, rate, own).scaled(_click_factors())


@cache
def _click_factors() -> Floats:
    factors = np.zeros(features.COUNT)
    factors[features.SLOTS], factors[features.LEADS] = CLICK_SLOT, CLICK_LEAD
    return factors


def _summed(sent: Placed, weight: Floats, rate: Floats, own: Floats) -> Sums:
    return sent.sums(weight * rate, weight * (sent.reminders.answered - rate + rate * own))
