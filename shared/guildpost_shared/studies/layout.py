"""The coordinates of a study of slot and lead time.

Per service, in the order of the study:

    <service>/sends/slot/<weekday>/<hour>       168, weekday 0 is Monday; only for channels that have a slot
    <service>/bookings/slot/<weekday>/<hour>    168
    <service>/sends/lead/<from>-<to>            one per bucket of days before the due date, upper edge excluded
    <service>/bookings/lead/<from>-<to>

A letter counts in the lead tables only. A lead time outside the edges counts in the slot tables only. One customer's
one reminder raises at most four different coordinates by one: Δ₁ = 4, Δ₂ = 2.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from guildpost_shared.studies.coordinates import CountLayout, Integers
from guildpost_shared.studies.kinds import SLOT_CHANNELS
from guildpost_shared.studies.release import DAYS, HOURS
from guildpost_shared.studies.spec import StudySpec

Measure = Literal["sends", "bookings"]
MEASURES: Final[tuple[Measure, Measure]] = ("sends", "bookings")


@dataclass(frozen=True)
class MaturedReminder:
    """One customer's one reminder of the period, its outcome final.

    Args:
        service: service id of the study.
        channel: ``email`` or ``letter``.
        weekday: local day of sending, 0 (Monday) to 6.
        hour: local hour of sending, 0 to 23; None for a channel without a slot.
        lead_days: days from sending to the due date.
        booked: whether a booking fell into the attribution window.
    """

    service: str
    channel: str
    weekday: int
    hour: int | None
    lead_days: int
    booked: bool


@dataclass(frozen=True)
class ServiceTable:
    """One service's part of a vector: 7×24 by slot (None without a slot channel), and by lead bucket."""

    slot: dict[Measure, Integers] | None
    lead: dict[Measure, Integers]


@dataclass(frozen=True)
class VectorLayout(CountLayout[MaturedReminder]):
    """The coordinates of one study."""

    services: tuple[str, ...]
    lead_edges: tuple[int, ...]
    has_slots: bool

    @classmethod
    def of(cls, spec: StudySpec) -> "VectorLayout":
        """Lay out a study."""
        has_slots = any(channel in SLOT_CHANNELS for channel in spec.channels)
        return cls(spec.services, spec.lead_edges, has_slots)

    @property
    def buckets(self) -> tuple[tuple[int, int], ...]:
        """Lead buckets in days, upper edge excluded."""
        return tuple(pairwise(self.lead_edges))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name of every coordinate, in order."""
        slots = [f"slot/{day}/{hour}" for day in range(DAYS) for hour in range(HOURS)] if self.has_slots else []
        leads = [f"lead/{low}-{high}" for low, high in self.buckets]
        tables = [f"{measure}/{cell}" for cells in (slots, leads) for measure in MEASURES for cell in cells]
        return tuple(f"{service}/{cell}" for service in self.services for cell in tables)

    @property
    def most(self) -> int:
        """How many different coordinates one customer raises by one, at most."""
        return 2 * len(MEASURES) if self.has_slots else len(MEASURES)

    @property
    def exclusive(self) -> Mapping[str, Sequence[int]]:
        """Of all slots, and of all lead buckets, a customer raises one, measure by measure."""
        return {
            f"{measure}/{table}": [at for at, name in enumerate(self.names) if f"/{measure}/{table}/" in name]
            for table in ("slot", "lead")
            for measure in MEASURES
        }

    def decode(self, total: Integers) -> dict[str, ServiceTable]:
        """Cut a sum into tables by service."""
        if total.shape != (self.dimension,):
            raise ValueError("the sum has another layout")
        parts = total.reshape(len(self.services), self._block)
        return {service: self._table(part) for service, part in zip(self.services, parts, strict=True)}

    @property
    def _slot_cells(self) -> int:
        return DAYS * HOURS if self.has_slots else 0

    @property
    def _block(self) -> int:
        return len(MEASURES) * (self._slot_cells + len(self.buckets))

    def raised(self, record: MaturedReminder) -> list[int]:
        """Say which coordinates a customer's reminder raises by one.

        Raises:
            ValueError: for a reminder that does not belong to the study.
        """
        start = self.services.index(record.service) * self._block
        measures = len(MEASURES) if record.booked else 1
        found = []
        slot = self._slot(record)
        if slot is not None:
            found += [start + measure * self._slot_cells + slot for measure in range(measures)]
        bucket = bisect_right(self.lead_edges, record.lead_days) - 1
        if 0 <= bucket < len(self.buckets):
            leads = start + len(MEASURES) * self._slot_cells
            found += [leads + measure * len(self.buckets) + bucket for measure in range(measures)]
        return found

    def _slot(self, reminder: MaturedReminder) -> int | None:
        if not 0 <= reminder.weekday < DAYS:
            raise ValueError("weekday")
        if (reminder.hour is not None) != (reminder.channel in SLOT_CHANNELS):
            raise ValueError("an hour belongs to channels with a slot, and only to them")
        if reminder.hour is None or not self.has_slots:
            return None
        if not 0 <= reminder.hour < HOURS:
            raise ValueError("hour")
        return reminder.weekday * HOURS + reminder.hour

    def _table(self, part: Integers) -> ServiceTable:
        slots, leads = np.split(part, [len(MEASURES) * self._slot_cells])
        by_lead = leads.reshape(len(MEASURES), len(self.buckets))
        slot = slots.reshape(len(MEASURES), DAYS, HOURS) if self.has_slots else None
        return ServiceTable(
            slot=None if slot is None else dict(zip(MEASURES, slot, strict=True)),
            lead=dict(zip(MEASURES, by_lead, strict=True)),
        )
