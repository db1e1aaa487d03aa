"""What a dealership knows about itself: sums that stand for a normal belief about δ, and how outcomes move them.

Answers are taken as Poisson with rate ``p = exp(network + m'δ)``: at the current estimate δ̂ an answer adds ``p·m·m'``
to the information Λ and ``m·(y − p + p·m'δ̂)`` to the evidence b (one step of iteratively reweighted least squares; the
rows themselves need not be kept). With the prior covariance D the belief is ``N((Λ + D⁻¹)⁻¹·b, (Λ + D⁻¹)⁻¹)``.

Clicks are an early signal of e-mails, known within days: slot effects count .8, lead effects .4, the whole .7, on a
rate of their own per learning class. Opens are never used. When the network moves by Δθ, what it now says itself is
taken from the evidence: ``b −= Λ·m(Δθ)``. Old sums fade by one per cent a week.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from guildpost_agent.domain.learning import features
from guildpost_shared.learning.contexts import CLASSES, Floats, Ints, Reminders
from guildpost_shared.learning.model import NetworkModel

FADING: Final = 0.99
"""What is left of the sums after a week."""
DRIFT_KEPT: Final = 0.6
"""What is left when the coordinator has seen the world change."""
MAX_RATE: Final = 0.9
CLICK_SLOT: Final = 0.8
CLICK_LEAD: Final = 0.4
CLICK_WEIGHT: Final = 0.7
_CLICK_PRIOR_RATE: Final = 0.04
_PIECE: Final = 128
"""OpenBLAS multiplies with one thread up to 2¹⁸ products: 45 · 45 · 129."""


@dataclass(frozen=True)
class Deviations:
    """The sums of N dealerships.

    Attributes:
        information: Λ, float64[N, 45, 45].
        evidence: b, float64[N, 45].
        clicks: float64[N, 5], clicks per learning class, plus one.
        expected_clicks: float64[N, 5], clicks per unit of rate that were to be expected, plus 1/.04.
    """

    information: Floats
    evidence: Floats
    clicks: Floats
    expected_clicks: Floats


@dataclass(frozen=True)
class Posterior:
    """Belief about δ: ``mean`` float64[N, 45]; ``root`` float64[N, 45, 45], lower, root·root' is the covariance."""

    mean: Floats
    root: Floats


def fresh(dealers: int) -> Deviations:
    """Start without outcomes."""
    classes = len(CLASSES)
    return Deviations(
        information=np.zeros((dealers, features.COUNT, features.COUNT)),
        evidence=np.zeros((dealers, features.COUNT)),
        clicks=np.ones((dealers, classes)),
        expected_clicks=np.full((dealers, classes), 1 / _CLICK_PRIOR_RATE),
    )


def faded(known: Deviations, share: float = FADING) -> Deviations:
    """Let what was learned count less."""
    return replace(known, information=known.information * share, evidence=known.evidence * share)


def followed(known: Deviations, before: NetworkModel, after: NetworkModel) -> Deviations:
    """Follow a new network model; a risen alarm makes old outcomes count less."""
    risen = any(now and not then for now, then in zip(after.drifting, before.drifting, strict=True))
    kept = faded(known, DRIFT_KEPT) if risen else known
    moved = features.projected(after.theta - before.theta)
    return replace(kept, evidence=kept.evidence - kept.information @ moved)


def posterior(known: Deviations, model: NetworkModel) -> Posterior:
    """Compute the belief under a network model."""
    covariance = np.linalg.inv(known.information + np.linalg.inv(features.prior_covariance(model)))
    mean = np.einsum("nij,nj->ni", covariance, known.evidence)
    root: Floats = np.linalg.cholesky((covariance + covariance.transpose(0, 2, 1)) / 2).astype(np.float64)
    return Posterior(mean, root)


def with_answers(  # noqa: PLR0917 — what is known, and what comes in
    known: Deviations,
    belief: Posterior,
    model: NetworkModel,
    dealer: Ints,
    reminders: Reminders,
    weight: Floats | None = None,
) -> Deviations:
    """Take in matured bookings.

    Args:
        known: the sums so far.
        belief: their posterior under ``model``.
        model: the network model in use.
        dealer: int64[n], 0 to N − 1, in rising order.
        reminders: n of them.
        weight: float64[n], 0 to 1, how much each of them counts; None: 1.
    """
    contexts, slot, lead = reminders.contexts, reminders.slot, reminders.lead
    rows = features.values(contexts, slot, lead)
    own = (rows * belief.mean[dealer]).sum(axis=1)
    rate = np.minimum(np.exp(np.minimum(model.log_rate(contexts, slot, lead) + own, 0.0)), MAX_RATE)
    counted = _ones(dealer) if weight is None else weight
    return _added(known, dealer, rows, counted * rate, counted * (reminders.answered - rate + rate * own))


def with_clicks(  # noqa: PLR0917 — as for answers
    known: Deviations,
    belief: Posterior,
    model: NetworkModel,
    dealer: Ints,
    reminders: Reminders,
    weight: Floats | None = None,
) -> Deviations:
    """Take in clicks in e-mails; arguments as for ``with_answers``."""
    contexts, slot, lead = reminders.contexts, reminders.slot, reminders.lead
    rows = features.values(contexts, slot, lead)
    rows[:, : features.SLOTS.start] = 0.0
    rows[:, features.SLOTS] *= CLICK_SLOT
    rows[:, features.LEADS] *= CLICK_LEAD
    own = (rows * belief.mean[dealer]).sum(axis=1)
    network = (
        CLICK_SLOT * model.slot_table[contexts.slot_cell, slot] + CLICK_LEAD * model.lead_table[contexts.cell, lead]
    )
    effect = np.exp(network + own)
    place = dealer * len(CLASSES) + contexts.learning_class
    counted = _ones(dealer) if weight is None else weight
    clicks = known.clicks + _per_class(place, counted * reminders.answered, known.clicks.shape)
    expected = known.expected_clicks + _per_class(place, counted * effect, known.clicks.shape)
    rate = np.minimum((clicks / expected)[dealer, contexts.learning_class] * effect, MAX_RATE)
    half = CLICK_WEIGHT * counted
    summed = _added(known, dealer, rows, half * rate, half * (reminders.answered - rate + rate * own))
    return replace(summed, clicks=clicks, expected_clicks=expected)


def _ones(dealer: Ints) -> Floats:
    return np.ones(len(dealer))


def _per_class(place: Ints, amount: Floats, shape: tuple[int, ...]) -> Floats:
    sums: Floats = np.bincount(place, weights=amount, minlength=shape[0] * shape[1]).astype(np.float64)
    return sums.reshape(shape)


def _added(known: Deviations, dealer: Ints, rows: Floats, information: Floats, evidence: Floats) -> Deviations:
    more_information, more_evidence = known.information.copy(), known.evidence.copy()
    for at, part in features.of_each_dealer(dealer, len(more_evidence)):
        for piece in _pieces(part):
            more_information[at] += rows[piece].T @ (rows[piece] * information[piece, None])
            more_evidence[at] += evidence[piece] @ rows[piece]
    return replace(known, information=more_information, evidence=more_evidence)


def _pieces(rows: slice) -> Iterator[slice]:
    """Cut rows into pieces so small that the linear algebra library starts no threads, whose waiting costs far more."""
    for start in range(rows.start, rows.stop, _PIECE):
        yield slice(start, min(start + _PIECE, rows.stop))
