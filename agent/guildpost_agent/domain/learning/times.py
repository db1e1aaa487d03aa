"""What each bucket's draw makes of every lead time and hour, for one brand's model and this dealership's own belief.

Values are what is added to log p; only their differences count. They are computed for a context when somebody of it is
planned for the first time, for all buckets at once, and kept for the run.

The network's leading functions are drawn as part of the own deviations, whose prior holds their uncertainty, as
``choosing`` does; its other functions are drawn by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from guildpost_agent.domain.learning import features
from guildpost_agent.domain.learning.buckets import BUCKETS, bucket_of, normals
from guildpost_agent.domain.learning.choosing import LEAD_TEMPERATURE, SLOT_TEMPERATURE, unknown_here
from guildpost_agent.domain.learning.deviations import Posterior
from guildpost_agent.domain.learning.reading import Addressed, contexts_of
from guildpost_shared.learning.bases import FIRST_HOUR, HOURS, WEEKDAYS, lead_basis, slot_basis
from guildpost_shared.learning.contexts import LETTER, Contexts, Floats, Ints
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
    """The same for all buckets and the mean."""

    leads: Sequence[Sequence[float]]
    best: Sequence[Sequence[float]]
    hours: Sequence[Sequence[int]]


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
    _slots: dict[int, tuple[list[list[float]], list[list[int]]]] = field(default_factory=dict, init=False, repr=False)

    def bucket(self, occasion_id: str) -> int:
        """Give an occasion's bucket."""
        return bucket_of(self.key, occasion_id)

    def values(self, addressed: Addressed, bucket: int) -> Values:
        """Give a bucket's values in a context; the bucket ``MEAN`` has what is thought best."""
        table = self._tables.get(addressed)
        if table is None:
            table = self._tables[addressed] = self._worked_out(addressed)
        return Values(table.leads[bucket], table.best[bucket], table.hours[bucket])

    def _worked_out(self, addressed: Addressed) -> _Table:
        """Work out a context; those that differ in age or loyalty share their slots."""
        contexts = contexts_of([addressed])
        leads: list[list[float]] = self._leads_of(contexts).tolist()
        if addressed.channel == LETTER:
            return _Table(leads, [[0.0] * WEEKDAYS] * len(leads), [[FIRST_HOUR] * WEEKDAYS] * len(leads))
        cell = int(contexts.slot_cell[0])
        if cell not in self._slots:
            best, hours = self._slots_of(contexts)
            self._slots[cell] = (best.tolist(), hours.tolist())
        return _Table(leads, *self._slots[cell])

    def _leads_of(self, contexts: Contexts) -> Floats:
        """Give the value of every lead time, float64[257, 25]."""
        mean = self.published.model.mean.lead
        drawn = self._drawn("lead", int(contexts.cell[0]), mean, self._unknown.lead, LEAD_TEMPERATURE)
        drawn[:, : features.LEAD_FUNCTIONS] += self._own[:, features.lead_places(contexts)[0]]
        values: Floats = drawn @ lead_basis().T
        return values

    def _slots_of(self, contexts: Contexts) -> tuple[Floats, Ints]:
        """Give the value of every weekday's best hour, float64[257, 7], and that hour, int64[257, 7]."""
        mean = self.published.model.mean.slot
        drawn = self._drawn("slot", int(contexts.slot_cell[0]), mean, self._unknown.slot, SLOT_TEMPERATURE)
        drawn[:, : features.SLOT_FUNCTIONS] += self._own[:, features.slot_places(contexts)[0]]
        values = (drawn @ slot_basis().T).reshape(BUCKETS + 1, WEEKDAYS, HOURS)
        allowed = values[:, :, : self.last_hour - FIRST_HOUR + 1]
        return allowed.max(axis=2), allowed.argmax(axis=2) + FIRST_HOUR

    def _drawn(self, label: str, cell: int, mean: Floats, variance: Floats, temperature: float) -> Floats:
        """Draw a context's functions: the network's mean and what of it is uncertain, float64[257, rank]."""
        z = normals(self.key, f"{label}/{cell}", mean.shape[1])
        drawn: Floats = mean[cell] + temperature * np.sqrt(variance[cell]) * z
        return drawn

    @cached_property
    def _own(self) -> Floats:
        """The own deviations of every bucket, float64[257, 45]."""
        temperature = np.full(features.COUNT, SLOT_TEMPERATURE)
        temperature[features.LEADS] = LEAD_TEMPERATURE
        drawn: Floats = self.own.mean[0] + temperature * (normals(self.key, "own", features.COUNT) @ self.own.root[0].T)
        return drawn

    @cached_property
    def _unknown(self) -> Surfaces:
        return unknown_here(self.published.model)
