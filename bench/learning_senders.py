"""The dealerships of a simulated network as senders: what an agent draws and picks, for all of them.

Two things differ from an agent's plan. Any lead time goes with any weekday, since no due date is stated: all pairs are
free days. And nobody stays with the recommended time for comparison: that tenth is what a dealership pays for knowing
whether learning helps.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from guildpost_agent.domain.keyed import choose, draw
from guildpost_agent.domain.learning import drawing
from guildpost_agent.domain.learning.buckets import Normals, bucket_of
from guildpost_agent.domain.learning.deviations import Posterior
from guildpost_agent.domain.learning.exploring import FLOOR, tried_leads
from guildpost_agent.domain.learning.picking import Day, pick
from guildpost_agent.domain.learning.times import Values
from guildpost_shared.learning.bases import HOURS, LEAD_DAYS, WEEKDAYS, slot_of
from guildpost_shared.learning.contexts import CELLS, CLASSES, LETTER, Contexts, Flags, Floats, Ints
from guildpost_shared.learning.model import NetworkModel, Surfaces

KEYS: Final = 64
"""More would fill the memory with normal numbers; dealerships 64 places apart share a key, though not its buckets."""
_SLOT_CELLS: Final = 2 * 2 * len(CLASSES)
Time = tuple[int, int]
"""A slot, −1 for letters, and a lead time in days."""


class _Key:
    """A key and the normal numbers behind its draws, by context and bucket."""

    def __init__(self, secret: bytes) -> None:
        normals = Normals(secret)
        self.secret = secret
        self.own = normals.of_deviations()
        self.leads = np.stack([normals.of_leads(cell) for cell in range(CELLS)])
        self.slots = np.stack([normals.of_slots(cell) for cell in range(_SLOT_CELLS)])


class Senders:
    """All dealerships."""

    def __init__(self, allowed: Flags, default_lead: int, secrets: Sequence[bytes]) -> None:
        """Say what holds for all of them.

        Args:
            allowed: bool[3, 91], slots by channel.
            default_lead: the recommended lead time in days.
            secrets: keys of the dealerships, used in turn.
        """
        self._allowed, self._usual = allowed, default_lead
        self._keys = [_Key(secret) for secret in secrets]
        self._slots: list[list[int]] = [np.flatnonzero(row).tolist() for row in allowed]
        self._days = [_days(row, timed=channel != LETTER) for channel, row in enumerate(allowed)]
        self._tried = tried_leads(LEAD_DAYS[-1], LEAD_DAYS[0], default_lead)

    def explored(self, dealer: Ints, contexts: Contexts, names: Sequence[str]) -> list[Time]:
        """Try any allowed slot and any lead time near the recommended one: the neutral start.

        Args:
            dealer: int64[n], 0 to N − 1.
            contexts: n of them.
            names: of the occasions.
        """
        keys, rows = self._keys, zip(dealer.tolist(), contexts.channel.tolist(), names, strict=True)
        return [self._explored(keys[at % len(keys)].secret, channel, name) for at, channel, name in rows]

    def learned(
        self, dealer: Ints, contexts: Contexts, names: Sequence[str], *, model: NetworkModel, belief: Posterior
    ) -> list[Time]:
        """Choose by what is known, but for the share that goes on exploring.

        Args:
            dealer: int64[n], 0 to N − 1, in rising order.
            contexts: n of them.
            names: of the occasions.
            model: the network model.
            belief: about the N dealerships' own deviations.
        """
        unknown, times = drawing.unknown_here(model), list[Time]()
        ends = np.searchsorted(dealer, np.arange(len(belief.mean) + 1)).tolist()
        for at, (start, end) in enumerate(pairwise(ends)):
            key, some = self._keys[at % len(self._keys)], names[start:end]
            buckets = np.array([bucket_of(key.secret, name) for name in some], dtype=np.int64)
            own = drawing.own_draws(belief.mean[at], belief.root[at], key.own[buckets])
            rows = contexts.take(np.arange(start, end))
            values = self._values(model, unknown, rows, buckets, key, own)
            for name, channel, one in zip(some, rows.channel.tolist(), values, strict=True):
                if draw(key.secret, "floor", name) < FLOOR:
                    times.append(self._explored(key.secret, channel, name))
                else:
                    times.append(self._picked(channel, one))
        return times

    def _values(  # noqa: PLR0917 — a model, whom it is asked about, and the draws
        self, model: NetworkModel, unknown: Surfaces, contexts: Contexts, buckets: Ints, key: _Key, own: Floats
    ) -> list[Values]:
        """Give what a draw makes of every lead time and hour, by occasion."""
        leads = drawing.lead_values(model, unknown, contexts, key.leads[contexts.cell, buckets], own)
        slots = drawing.slot_values(model, unknown, contexts, key.slots[contexts.slot_cell, buckets], own)
        best, hours = drawing.best_hours(slots, self._allowed[contexts.channel])
        best[~contexts.timed] = 0.0
        return list(map(Values, leads.tolist(), best.tolist(), hours.tolist()))

    def _explored(self, secret: bytes, channel: int, name: str) -> Time:
        lead, slots = choose(secret, *self._tried, "lead", name), self._slots[channel]
        return -1 if channel == LETTER else slots[choose(secret, 0, len(slots) - 1, "slot", name)], lead

    def _picked(self, channel: int, values: Values) -> Time:
        days = self._days[channel]
        found = pick(days, values, self._usual)
        lead, weekday = days[found.at]
        return -1 if channel == LETTER else slot_of(weekday, found.hour), lead


def _days(allowed: Flags, *, timed: bool) -> list[Day]:
    """List what is free, earliest first; the weekday does not matter to letters."""
    weekdays = np.flatnonzero(allowed.reshape(WEEKDAYS, HOURS).any(axis=1)).tolist() if timed else [0]
    return [(lead, weekday) for lead in reversed(LEAD_DAYS) for weekday in weekdays]
