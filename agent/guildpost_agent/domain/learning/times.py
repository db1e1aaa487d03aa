"""What each bucket's draw makes of every lead time and hour, for one brand's model and this dealership's own belief.

Values (``drawing``) are computed for a context when somebody of it is planned for the first time, for all buckets at
once, and kept for the run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from guildpost_agent.domain.call_steps import END_CALL_HOUR, FIRST_CALL_HOUR
from guildpost_agent.domain.learning import drawing
from guildpost_agent.domain.learning.buckets import MEAN, Normals, bucket_of
from guildpost_agent.domain.learning.centring import lead_shifts
from guildpost_agent.domain.learning.deviations import Posterior
from guildpost_agent.domain.learning.reading import Addressed, contexts_of
from guildpost_shared.learning.bases import FIRST_HOUR, HOURS, WEEKDAYS
from guildpost_shared.learning.contexts import LETTER, PHONE, Flags, Floats, Ints
from guildpost_shared.learning.document import PublishedModel
from guildpost_shared.learning.model import Surfaces


class Values(NamedTuple):
    """One bucket's values in one context.

    Attributes:
        leads: by step of the lead grid, 25.
        best: by weekday (0 = Monday), the value of the weekday's best hour; zeros for letters, which have none.
        hours: that hour.
    """

    leads: Sequence[float]
    best: Sequence[float]
    hours: Sequence[int]


class _Table(NamedTuple):
    """The same for all buckets and the mean, by row; letters have no slots. ``mean`` is the last row."""

    leads: Floats
    slots: tuple[Floats, Ints] | None
    mean: Values


_HOURS: Final = np.arange(FIRST_HOUR, FIRST_HOUR + HOURS)
_NO_SLOTS: Final = ([0.0] * WEEKDAYS, [FIRST_HOUR] * WEEKDAYS)


@dataclass(frozen=True)
class Times:
    """What is known when a plan is made.

    Attributes:
        key: the dealer's, behind every draw.
        published: the brand's model in force.
        own: the dealership's belief about its own deviations (N = 1).
        last_hour: the last full hour at which e-mails leave.
    """

    key: bytes
    published: PublishedModel
    own: Posterior
    last_hour: int
    _tables: dict[Addressed, _Table] = field(default_factory=dict, init=False, repr=False)
    _slots: dict[int, tuple[Floats, Ints]] = field(default_factory=dict, init=False, repr=False)
    _shifts: dict[Addressed, int] = field(default_factory=dict, init=False, repr=False)

    def bucket(self, occasion_id: str) -> int:
        """Give an occasion's bucket."""
        return bucket_of(self.key, occasion_id)

    def values(self, addressed: Addressed, bucket: int) -> Values:
        """Give a bucket's values in a context; the bucket ``MEAN`` has what is thought best."""
        table = self._tables.get(addressed)
        if table is None:
            table = self._tables[addressed] = self._worked_out(addressed)
        return table.mean if bucket == MEAN else _row(table.leads, table.slots, bucket)

    def lead_shift(self, addressed: Addressed) -> int:
        """Tell how many days before the network's best lead time this dealership's own is thought to lie."""
        found = self._shifts.get(addressed)
        if found is None:
            shifts = lead_shifts(self.published.model, contexts_of([addressed]), self.own.mean[:1])
            found = self._shifts[addressed] = int(shifts[0])
        return found

    def _worked_out(self, addressed: Addressed) -> _Table:
        """Work out a context; those that differ in age or loyalty share their slots."""
        contexts, model = contexts_of([addressed]), self.published.model
        z = self._normals.of_leads(int(contexts.cell[0]))
        leads = drawing.lead_values(model, self._unknown, contexts, z, self._own)
        slots = None
        if addressed.channel != LETTER:
            cell = int(contexts.slot_cell[0])
            slots = self._slots.get(cell)
            if slots is None:
                z = self._normals.of_slots(cell)
                values = drawing.slot_values(model, self._unknown, contexts, z, self._own)
                slots = self._slots[cell] = drawing.best_hours(
                    values, self._called if addressed.channel == PHONE else self._allowed
                )
        return _Table(leads, slots, _row(leads, slots, MEAN))

    @cached_property
    def _normals(self) -> Normals:
        return Normals(self.key)

    @cached_property
    def _own(self) -> Floats:
        """The own deviations of every bucket, float64[257, 45]."""
        return drawing.own_draws(self.own.mean[0], self.own.root[0], self._normals.of_deviations())

    @cached_property
    def _unknown(self) -> Surfaces:
        return drawing.unknown_here(self.published.model)

    @cached_property
    def _allowed(self) -> Flags:
        return np.tile(self.last_hour >= _HOURS, WEEKDAYS)

    @cached_property
    def _called(self) -> Flags:
        return np.tile((FIRST_CALL_HOUR <= _HOURS) & (_HOURS < END_CALL_HOUR), WEEKDAYS)


def _row(leads: Floats, slots: tuple[Floats, Ints] | None, at: int) -> Values:
    best, hours = _NO_SLOTS if slots is None else (part[at].tolist() for part in slots)
    return Values(leads[at].tolist(), best, hours)
