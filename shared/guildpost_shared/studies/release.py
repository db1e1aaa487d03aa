"""What people see of a round: booking rates with intervals, suppressed where too few stand behind them.

No count is released: rates and intervals only. Light to import: screens and catalogue checks read releases, too.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.strict_json import Fields
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.kinds import KINDS, SLOT_LEAD, Kind
from guildpost_shared.studies.spec import OTHER_KINDS, SERVICE_ID, STUDY_ID
from guildpost_shared.studies.tables import MOST_TABLES, Table, figure_from, figure_json, table_from, table_json

DAYS: Final = 7
HOURS: Final = 24
_MAX_BYTES: Final = 4 * 1024 * 1024

Row = tuple[Figure | None, ...]
"""Figures in order; None stands for suppressed."""


@dataclass(frozen=True)
class SlotRelease:
    """Booking rates by time of sending: 7×24 grid, margins by weekday and by hour."""

    grid: tuple[Row, ...]
    days: Row
    hours: Row
    overall: Figure | None
    too_little_data: bool


@dataclass(frozen=True)
class LeadRelease:
    """Booking rates by days before the due date: edges of the buckets, and one figure per bucket."""

    edges: tuple[int, ...]
    figures: Row
    too_little_data: bool


@dataclass(frozen=True)
class ServiceRelease:
    """One service; ``slot`` is None when the study has no channel with a slot."""

    service: str
    slot: SlotRelease | None
    lead: LeadRelease


@dataclass(frozen=True)
class Release:
    """One study's published result for one period: of slot and lead time by service, of any other kind in tables."""

    study_id: str
    study_version: int
    brand: str
    period_start: date
    period_end: date
    released_on: date
    contributors: int
    groups: int
    epsilon: float
    delta: float
    services: tuple[ServiceRelease, ...] = ()
    kind: str = SLOT_LEAD
    tables: tuple[Table, ...] = ()

    @property
    def target_path(self) -> str:
        """Where the catalogue holds this release."""
        return f"releases/{self.study_id}/{self.period_start.isoformat()}_{self.period_end.isoformat()}.json"

    @property
    def too_little_data(self) -> bool:
        """Tell whether nothing in it differs by more than chance."""
        return all(
            service.lead.too_little_data and (service.slot is None or service.slot.too_little_data)
            for service in self.services
        ) and all(table.too_little_data for table in self.tables)


def dump_release(release: Release) -> bytes:
    """Write a release as canonical JSON."""
    return strict_json.canonical(
        {
            "type": "release",
            "study_id": release.study_id,
            "study_version": release.study_version,
            "brand": release.brand,
            "period": {"start": release.period_start.isoformat(), "end": release.period_end.isoformat()},
            "released_on": release.released_on.isoformat(),
            "contributors": release.contributors,
            "groups": release.groups,
            "epsilon": release.epsilon,
            "delta": release.delta,
            **_contents(release),
        }
    )


def _contents(release: Release) -> dict[str, object]:
    if release.kind != SLOT_LEAD:
        return {"kind": release.kind, "tables": [table_json(table) for table in release.tables]}
    return {
        "services": [
            {"service": item.service, "slot": item.slot and _slot_json(item.slot), "lead": _lead_json(item.lead)}
            for item in release.services
        ]
    }


def parse_release(data: bytes) -> Release:
    """Read a release.

    Raises:
        Refused: ``document_*`` with the field that is missing, unknown or out of bounds.
    """
    fields = strict_json.read(data, "release", max_bytes=_MAX_BYTES)
    fields.text("type", "release")
    period = fields.child("period")
    kind = fields.text("kind", OTHER_KINDS) if "kind" in fields.names() else SLOT_LEAD
    release = Release(
        study_id=fields.text("study_id", STUDY_ID),
        study_version=fields.integer("study_version", 1, 10**9),
        brand=fields.text("brand", r"[^\x00-\x1f\x7f]{1,80}"),
        period_start=period.day("start"),
        period_end=period.day("end"),
        released_on=fields.day("released_on"),
        contributors=fields.integer("contributors", 1, 100_000),
        groups=fields.integer("groups", 1, 100_000),
        epsilon=fields.number("epsilon", 0, 1_000),
        delta=fields.number("delta", 0, 1),
        services=_services_from(fields) if kind == SLOT_LEAD else (),
        kind=kind,
        tables=() if kind == SLOT_LEAD else _tables_from(fields, KINDS[kind]),
    )
    fields.require("groups", release.groups <= release.contributors)
    fields.require("period", release.period_start <= release.period_end < release.released_on)
    period.end()
    fields.end()
    return release


def _slot_json(slot: SlotRelease) -> dict[str, object]:
    return {
        "grid": {str(day): _row_json(row) for day, row in enumerate(slot.grid)},
        "days": _row_json(slot.days),
        "hours": _row_json(slot.hours),
        "overall": figure_json(slot.overall),
        "too_little_data": slot.too_little_data,
    }


def _lead_json(lead: LeadRelease) -> dict[str, object]:
    return {
        "edges": list(lead.edges),
        "figures": _row_json(lead.figures),
        "too_little_data": lead.too_little_data,
    }


def _row_json(row: Row) -> list[dict[str, float] | None]:
    return [figure_json(figure) for figure in row]


def _services_from(fields: Fields) -> tuple[ServiceRelease, ...]:
    services = tuple(_service_from(item) for item in fields.children("services", least=1, most=50))
    fields.require("services", len({one.service for one in services}) == len(services))
    return services


def _tables_from(fields: Fields, kind: Kind) -> tuple[Table, ...]:
    tables = tuple(table_from(item, kind) for item in fields.children("tables", least=1, most=MOST_TABLES))
    fields.require("tables", len({(table.about, table.measure) for table in tables}) == len(tables))
    return tables


def _service_from(fields: Fields) -> ServiceRelease:
    slot = fields.optional_child("slot")
    service = ServiceRelease(
        service=fields.text("service", SERVICE_ID),
        slot=None if slot is None else _slot_from(slot),
        lead=_lead_from(fields.child("lead")),
    )
    fields.end()
    return service


def _slot_from(fields: Fields) -> SlotRelease:
    grid, overall = fields.child("grid"), fields.optional_child("overall")
    slot = SlotRelease(
        grid=tuple(_row_from(grid, str(day), HOURS) for day in range(DAYS)),
        days=_row_from(fields, "days", DAYS),
        hours=_row_from(fields, "hours", HOURS),
        overall=None if overall is None else figure_from(overall),
        too_little_data=fields.boolean("too_little_data"),
    )
    grid.end()
    fields.end()
    return slot


def _lead_from(fields: Fields) -> LeadRelease:
    edges = fields.integers("edges", -60, 400, least=2, most=60)
    fields.require("edges", all(low < high for low, high in pairwise(edges)))
    lead = LeadRelease(edges, _row_from(fields, "figures", len(edges) - 1), fields.boolean("too_little_data"))
    fields.end()
    return lead


def _row_from(fields: Fields, name: str, length: int) -> Row:
    items = fields.optional_children(name, least=length, most=length)
    return tuple(None if item is None else figure_from(item) for item in items)
