"""Reminders placed in two tables, so that what many of them say about δ is summed without a product for each.

A reminder's functions m (``features``) are those of its channel, class and lead time (29 of the 45: rates and lead
times) and, unless it is a letter, those of its hour of the week (16). So ``Σ w·m·m'`` needs only

    by lead   Σ w        by channel × class × lead time, 3 × 5 × 25
    by slot   Σ w·(1, ψ) by voice × class × slot,        2 × 5 × 91, ψ being the lead functions

and the functions are applied to these sums, once for all reminders. All dealerships are worked on at once.
"""

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np

from guildpost_agent.domain.learning.features import (
    BY_CHANNEL,
    BY_CLASS,
    COUNT,
    LEAD_FUNCTIONS,
    LEADS,
    SLOT_FUNCTIONS,
    SLOTS,
)
from guildpost_shared.learning.bases import LEADS as LEAD_STEPS
from guildpost_shared.learning.bases import SLOTS as SLOT_STEPS
from guildpost_shared.learning.bases import lead_basis, slot_basis
from guildpost_shared.learning.contexts import CHANNELS, CLASSES, LETTER, Floats, Ints, Reminders

_CLASSES: Final = len(CLASSES)
_VOICES: Final = tuple(at for at in range(len(CHANNELS)) if at != LETTER)
"""Channels by voice."""
_OTHERS: Final = np.r_[: SLOTS.start, LEADS]
"""Which of the 45 are no slot functions: 29."""
_BY_LEAD: Final = len(CHANNELS) * _CLASSES * LEAD_STEPS
_BY_SLOT: Final = (len(_VOICES), _CLASSES, SLOT_STEPS)


@dataclass(frozen=True)
class Sums:
    """What N dealerships know: Λ, float64[N, 45, 45], and b, float64[N, 45] (``deviations``)."""

    information: Floats
    evidence: Floats

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.information + other.information, self.evidence + other.evidence)

    def scaled(self, factors: Floats) -> "Sums":
        """Give the sums of functions that count ``factors``, float64[45], times as much."""
        return Sums(self.information * np.outer(factors, factors), self.evidence * factors)


@dataclass(frozen=True)
class Placed:
    """Reminders of N dealerships.

    Attributes:
        reminders: n of them.
        dealer: int64[n], 0 to N − 1.
        dealers: N.
    """

    reminders: Reminders
    dealer: Ints
    dealers: int

    def effects(self, deviation: Floats) -> Floats:
        """Give m'δ of every reminder, float64[n], of δ, float64[N, 45]."""
        by_lead = deviation[:, _OTHERS] @ _functions_by_lead().T
        found: Floats = by_lead.ravel()[self._lead_places]
        slots = deviation[:, SLOTS].reshape(-1, len(_VOICES), 1, SLOT_FUNCTIONS) @ _slot_functions().T
        by_slot = np.broadcast_to(slots, (self.dealers, *_BY_SLOT)).ravel()
        found[self._timed] += by_slot[self._slot_places]
        return found

    def sums(self, information: Floats, evidence: Floats) -> Sums:
        """Add up ``information·m·m'`` and ``evidence·m``, weights float64[n]."""
        timed, others = self._timed, len(_OTHERS)
        leads = self._by_lead(information)
        slots = np.stack([self._by_slot(information[timed] * part) for part in self._lead_parts], axis=-1)
        total = np.zeros((self.dealers, COUNT, COUNT))
        total[:, _OTHERS[:, None], _OTHERS] = (leads @ _lead_products()).reshape(-1, others, others)
        squares = slots[..., 0].sum(axis=2) @ _slot_products()
        crosses = np.einsum("nvksj,sp,vkjq->nvpq", slots, _slot_functions(), _companions(), optimize=True)
        for voice in range(len(_VOICES)):
            own = np.arange(SLOT_FUNCTIONS) + SLOTS.start + voice * SLOT_FUNCTIONS
            total[:, own[:, None], own] = squares[:, voice].reshape(-1, SLOT_FUNCTIONS, SLOT_FUNCTIONS)
            total[:, own[:, None], _OTHERS] = crosses[:, voice]
            total[:, _OTHERS[:, None], own] = crosses[:, voice].transpose(0, 2, 1)
        known = np.zeros((self.dealers, COUNT))
        known[:, _OTHERS] = self._by_lead(evidence) @ _functions_by_lead()
        known[:, SLOTS] = (self._by_slot(evidence[timed]).sum(axis=2) @ _slot_functions()).reshape(self.dealers, -1)
        return Sums(total, known)

    def by_class(self, amount: Floats) -> Floats:
        """Add up by dealership and class, float64[N, 5]."""
        place = self.dealer * _CLASSES + self.reminders.contexts.learning_class
        return _counted(place, amount, (self.dealers, _CLASSES))

    def _by_lead(self, amount: Floats) -> Floats:
        return _counted(self._lead_places, amount, (self.dealers, _BY_LEAD))

    def _by_slot(self, amount: Floats) -> Floats:
        return _counted(self._slot_places, amount, (self.dealers, *_BY_SLOT))

    @cached_property
    def _timed(self) -> Ints:
        return np.flatnonzero(self.reminders.contexts.timed)

    @cached_property
    def _lead_places(self) -> Ints:
        contexts = self.reminders.contexts
        group = (self.dealer * len(CHANNELS) + contexts.channel) * _CLASSES + contexts.learning_class
        return group * LEAD_STEPS + self.reminders.lead

    @cached_property
    def _slot_places(self) -> Ints:
        contexts = self.reminders.contexts
        group = (self.dealer * len(_VOICES) + contexts.voice) * _CLASSES + contexts.learning_class
        return (group * SLOT_STEPS + self.reminders.slot)[self._timed]

    @cached_property
    def _lead_parts(self) -> Floats:
        """(1, ψ) of every reminder with a slot, float64[5, k]."""
        functions = lead_basis()[self.reminders.lead[self._timed], :LEAD_FUNCTIONS]
        return np.concatenate([np.ones((1, len(functions))), functions.T])


def _counted(places: Ints, amount: Floats, shape: tuple[int, ...]) -> Floats:
    summed: Floats = np.bincount(places, amount, math.prod(shape)).astype(np.float64, copy=False)
    return summed.reshape(shape)


def _slot_functions() -> Floats:
    return slot_basis()[:, :SLOT_FUNCTIONS]


@cache
def _functions_by_lead() -> Floats:
    """Give the 29 functions that are none of slots, float64[375, 29]."""
    channel, kind, step = (axis.ravel() for axis in np.indices((len(CHANNELS), _CLASSES, LEAD_STEPS)))
    rows, result = np.arange(_BY_LEAD), np.zeros((_BY_LEAD, COUNT))
    result[:, 0] = 1.0
    result[rows, BY_CLASS.start + kind] = 1.0
    result[rows, BY_CHANNEL.start + channel] = 1.0
    places = LEADS.start + kind[:, None] * LEAD_FUNCTIONS + np.arange(LEAD_FUNCTIONS)
    result[rows[:, None], places] = lead_basis()[step, :LEAD_FUNCTIONS]
    return result[:, _OTHERS]


@cache
def _companions() -> Floats:
    """Give which of the 29 stand beside a slot's (1, ψ), by voice and class, float64[2, 5, 5, 29]."""
    result = np.zeros((len(_VOICES), _CLASSES, 1 + LEAD_FUNCTIONS, COUNT))
    for voice, channel in enumerate(_VOICES):
        for kind in range(_CLASSES):
            result[voice, kind, 0, [0, BY_CLASS.start + kind, BY_CHANNEL.start + channel]] = 1.0
            for part in range(LEAD_FUNCTIONS):
                result[voice, kind, 1 + part, LEADS.start + kind * LEAD_FUNCTIONS + part] = 1.0
    return result[..., _OTHERS]


@cache
def _lead_products() -> Floats:
    return _products(_functions_by_lead())


@cache
def _slot_products() -> Floats:
    return _products(_slot_functions())


def _products(functions: Floats) -> Floats:
    """Give the products of all pairs of functions, flat, float64[rows, k²]."""
    products: Floats = np.einsum("ri,rj->rij", functions, functions).reshape(len(functions), -1)
    return products
