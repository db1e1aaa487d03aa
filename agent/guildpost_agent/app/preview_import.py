"""Try an import: read a table as an import would, and say what it would bring; nothing is stored."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.import_dms import is_unusable
from guildpost_agent.app.ports.dms_source import SourceTable
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, QuarantinedRow
from guildpost_agent.app.reading_tables import TableReader
from guildpost_agent.config import Dealer
from guildpost_agent.domain.appointment_works import Works
from guildpost_agent.domain.columns import day_number
from guildpost_agent.domain.dms_rows import Reading, Table
from guildpost_agent.domain.due_dates import garage_of
from guildpost_agent.domain.due_dates.hu import hu_dues
from guildpost_agent.domain.history import histories
from guildpost_agent.domain.records import Vehicle
from guildpost_shared.services.occasion_rules import HuRule

SHOWN: Final = 10
"""So many bad rows are shown."""


@dataclass
class Preview:
    """What a table would bring.

    Attributes:
        read: rows in all.
        unchanged: rows that the mirror holds already.
        bad: rows that would go to quarantine, and the first of them.
        unusable: most rows are bad: the table would be refused as a whole.
        warnings: how often which optional field would be left empty or looks odd.
        notes: how often which rule of normalisation changed a field (``field.rule``).
        consents: permissions and refusals in it.
        triage: vehicles by how far the date of their periodic inspection can be trusted (``none``: no date at all).
    """

    read: int = 0
    unchanged: int = 0
    bad: int = 0
    unusable: bool = False
    shown: list[QuarantinedRow] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    consents: int = 0
    triage: Counter[str] = field(default_factory=Counter)


def preview_import(
    open_uow: OpenUnitOfWork,
    table: SourceTable,
    dealer: Dealer,
    now: datetime,
    hu_rule: HuRule | None,
    *,
    works: Works | None = None,
) -> Preview:
    """Read a table without storing anything.

    Args:
        open_uow: opens a transaction; only read from.
        table: the table.
        dealer: zone and mail domain.
        now: the business clock.
        hu_rule: the intervals of the periodic inspection; None leaves the triage out.
        works: by service, the words that tell that an appointment is for it.

    Raises:
        Refused: the table cannot be read.
    """
    zone = ZoneInfo(dealer.timezone)
    reading = Reading(now.astimezone(zone).date(), zone, dealer.email.rpartition("@")[2], works or {})
    with open_uow() as uow:
        known = set() if table.table is Table.CONSENTS else uow.staging.known(table.table)
        past = histories(uow.records.jobs()) if table.table is Table.VEHICLES else {}
    reader = TableReader(table, reading, known, set())
    preview = Preview()
    for chunk in reader.chunks():
        preview.shown += chunk.quarantined[: SHOWN - len(preview.shown)]
        preview.consents += len(chunk.statements)
        for row in chunk.records:
            notes = getattr(row.record, "provenance", {})
            preview.notes.update(f"{name}.{rule}" for name, (rule, _) in notes.items())
        if hu_rule is not None:
            garage = garage_of([row.record for row in chunk.records if isinstance(row.record, Vehicle)], past)
            dues = hu_dues(garage, hu_rule, day_number(reading.today))
            found = (dues.at(at) for at in range(len(garage)))
            preview.triage.update("none" if due is None else due.triage.value for due in found)
    tally = reader.tally
    preview.read, preview.unchanged, preview.bad = tally.read, tally.unchanged, tally.bad
    preview.warnings, preview.unusable = tally.warnings, is_unusable(tally)
    return preview
