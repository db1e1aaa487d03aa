"""Invoice totals: not read unless the dealer wants it; then once per order, for the segments' value."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.adapters.dms.drop_folder import DropFolder
from guildpost_agent.adapters.dms.single_file import open_file
from guildpost_agent.app.import_dms import import_changes
from guildpost_agent.app.ports.dms_source import SourceTable
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.config import Dms
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.profile import Profile, TableProfile
from guildpost_agent.domain.records import Job
from guildpost_agent.domain.segments.definitions import ValueBand
from guildpost_agent.domain.segments.life_cycle import segment_customers
from guildpost_shared.clock import ManualClock
from guildpost_shared.entropy import OsEntropy
from tests.factories.agent import NOW, a_config, a_customer, a_job, open_store
from tests.fakes.reference_data import InMemoryReferenceData

TODAY = date(2027, 3, 1)
HEADINGS = "Auftragsnummer;Auftragsdatum;Fahrzeugnummer;Kundennummer;Text;Rechnungsbetrag"
LINES = ("A1;01.02.2027;V1;1;Bremsen vorn;1.234,50", "A1;01.02.2027;V1;1;Bremsen hinten;1.234,50")


def _deliver(folder: Path, open_uow: OpenUnitOfWork, *lines: str, amounts: bool) -> list[Job]:
    folder.mkdir(exist_ok=True)
    (folder / "auftraege.csv").write_text("\r\n".join([HEADINGS, *lines, ""]), "cp1252")
    source = DropFolder(folder, amounts=amounts)
    import_changes(open_uow, source, ManualClock(NOW), OsEntropy(), a_config().dealer)
    with open_uow() as uow:
        return uow.records.jobs()


def test_amounts_are_read_only_where_the_dealer_wants_it(tmp_path: Path) -> None:
    open_uow = open_store(tmp_path)
    for amounts, cents in ((False, None), (True, 123_450), (False, None)):
        jobs = _deliver(tmp_path / "drop", open_uow, *LINES, amounts=amounts)
        assert [cents, cents] == [job.invoice_cents for job in jobs]
    assert Dms(drop_folder=tmp_path).invoice_amounts is False


def test_an_unwanted_column_is_not_among_those_that_are_read(tmp_path: Path) -> None:
    file = tmp_path / "auftraege.csv"
    file.write_text("\r\n".join([HEADINGS, *LINES, ""]), "cp1252")
    fields = ("order_number", "order_date", "vehicle_id", "customer_id", "text", "invoice_amount")
    columns = dict(zip(HEADINGS.split(";"), fields, strict=True))
    profile = Profile("own", (TableProfile(Table.JOBS, ("auftraege*",), columns),), TODAY)
    for profiles in ((), (profile,)):
        source, _ = open_file(file, profiles)
        assert isinstance(source, SourceTable)
        cells = [cell for chunk in source.chunks() for _, row in chunk.rows for cell in row]
        assert ("invoice_amount" in source.columns, "1.234,50" in cells) == (False, False)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1.234,50", 123_450), ("1234.5", 123_450), ("89", 8_900), ("12.000", 1_200_000), ("-80,00 €", -8_000),
        ("EUR 0,05", 5), ("", None), ("viel", None), ("99.999.999,00", None), ("1,234.50", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_german_exports_write_it(tmp_path: Path, text: str, cents: int | None) -> None:
    (job,) = _deliver(tmp_path / "drop", open_store(tmp_path), f"A1;01.02.2027;V1;1;Bremsen;{text}", amounts=True)
    assert cents == job.invoice_cents


def test_a_value_band_may_ask_for_euros_and_counts_each_order_once() -> None:
    bands = (
        ValueBand("high", {"de": "hoch", "en": "high"}, euros=2_000.0),
        ValueBand("middle", {"de": "mittel", "en": "middle"}, euros=1_000.0),
        ValueBand("none", {"de": "keiner", "en": "none"}),
    )
    definitions = replace(InMemoryReferenceData().definitions(), value_bands=bands)
    jobs = [
        a_job("A1:0", customer_id="1", order_number="A1", order_date=TODAY, invoice_cents=123_450),
        a_job("A1:1", customer_id="1", order_number="A1", order_date=TODAY, invoice_cents=123_450),
        a_job("A2:0", customer_id="2", order_number="A2", order_date=TODAY, invoice_cents=123_450),
        a_job("A3:0", customer_id="2", order_number="A3", order_date=TODAY, invoice_cents=80_000),
        a_job("A4:0", customer_id="3", order_number="A4", order_date=date(2020, 1, 1), invoice_cents=900_000),
        a_job("A5:0", customer_id="3", order_number="A5", order_date=TODAY, invoice_cents=900_000, charge="internal"),
    ]  # fmt: skip
    found = segment_customers([a_customer(n) for n in "1234"], [], jobs, definitions, TODAY)
    assert ["middle", "high", "none", "none"] == [segment.value_band for segment in found]
