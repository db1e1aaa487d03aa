"""Work that the management system marks as declined: found by its column, offered again, never taken for done."""

from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.adapters.dms.drop_folder import DropFolder
from guildpost_agent.app.import_dms import import_changes
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.proposal import propose
from guildpost_agent.domain.mapping.vocabulary import field_names
from guildpost_agent.domain.records import Job
from guildpost_agent.domain.segments.life_cycle import segment_customers
from guildpost_agent.domain.segments.potential import score_services
from guildpost_shared.clock import ManualClock
from tests.factories.agent import NOW, a_config, a_customer, a_vehicle, open_store
from tests.fakes.reference_data import InMemoryReferenceData
from tests.fakes.seeded_entropy import SeededEntropy

TODAY = date(2027, 3, 1)
HEADINGS = "Auftragsnummer;Auftragsdatum;Fahrzeugnummer;Kundennummer;Text;Stunden"


def _jobs(folder: Path, heading: str, cell: str) -> list[Job]:
    """Import one inspection of two hours with a cell under a heading."""
    drop = folder / "drop"
    drop.mkdir()
    line = f"A1;01.02.2027;V1;1;Inspektion;2,0;{cell}"
    (drop / "auftraege.csv").write_text(f"{HEADINGS};{heading}\r\n{line}\r\n", "cp1252")
    open_uow = open_store(folder)
    import_changes(open_uow, DropFolder(drop), ManualClock(NOW), SeededEntropy(b"import"), a_config().dealer)
    with open_uow() as uow:
        return uow.records.jobs()


@pytest.mark.parametrize(
    ("heading", "cell", "declined"),
    [
        ("Abgelehnt", "J", True),
        ("abgelehnt", "X", True),
        ("Abgelehnt", "N", False),
        ("Abgelehnt", "", False),
        ("Nicht durchgeführt", "1", True),
        ("Declined", "yes", True),
        ("Positionsstatus", "nicht durchgeführt", True),
        ("Positionsstatus", "empfohlen", True),
        ("Positionsstatus", "Erledigt", False),
        ("Positionsstatus", "halb", False),
        ("Durchgeführt", "J", False),
    ],
)
def test_a_mark_in_the_export_makes_a_line_declined_work(
    tmp_path: Path,
    heading: str,
    cell: str,
    declined: bool,  # noqa: FBT001 — a table's column
) -> None:
    (job,) = _jobs(tmp_path, heading, cell)
    assert (declined, "other" if declined else "inspection") == (job.declined, job.kind)


def test_declined_work_is_offered_again_and_counts_no_hours(tmp_path: Path) -> None:
    jobs, definitions = _jobs(tmp_path, "Abgelehnt", "J"), InMemoryReferenceData().definitions()
    found = score_services([a_vehicle("V1", customer_id="1")], jobs, [], definitions, TODAY)
    assert ["declined_work"] == [one.service_id for one in found if one.service_id == "declined_work"]
    (segment,) = segment_customers([a_customer("1")], [], jobs, definitions, TODAY)
    assert (1, 0.0) == (segment.visits, segment.hours)


def test_a_heading_that_says_the_opposite_is_not_proposed() -> None:
    headings = [*HEADINGS.split(";"), "Durchgeführt"]
    assert "" == field_names(Table.JOBS, headings)[-1]
    proposal = propose(
        headings, [["A1", "01.02.2027", "V1", "1", "Inspektion nach Plan", "2,0", "J"]], stem="auftraege"
    )
    assert "declined" not in proposal.fields.values()
