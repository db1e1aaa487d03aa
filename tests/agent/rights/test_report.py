"""A person is told everything, in words, and nothing about anybody else."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from guildpost_agent.adapters.report.typeset import typeset_report
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.app.rights.export import FORMAT, report_person
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.rights import report_words
from guildpost_agent.domain.rights.schema_rules import RULES
from guildpost_shared.errors import Refused
from tests.agent.rights.planted import CUSTOMER, Planted
from tests.factories.agent import a_customer, a_job, a_vehicle
from tests.factories.agent_home import an_agent_home

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Core:
    return open_core(an_agent_home(tmp_path, monkeypatch))


def _report(core: Core, *ids: str) -> str:
    return json.dumps(report_person(core.rights, set(ids), core.config, report_words("de"), NOW), ensure_ascii=False)


def test_every_told_column_of_every_table_is_in_the_report(core: Core) -> None:
    with core.engine.begin() as connection:
        planted = Planted().everywhere(connection)
    text = _report(core, CUSTOMER)
    report = json.loads(text)
    told = {
        (rule.table, column.name)
        for rule in RULES
        if rule.told
        for column in metadata.tables[rule.table].c
        if column.name not in rule.withheld
    }
    missing = [place for value, place in planted.values.items() if place in told and value not in text]
    assert (FORMAT, [CUSTOMER], []) == (report["format"], report["customer_numbers"], missing)
    assert {rule.table for rule in RULES if rule.told} == {section["table"] for section in report["sections"]}


def test_all_records_of_one_person_are_told_and_nobody_elses(core: Core) -> None:
    with core.open_uow() as uow:
        uow.records.upsert_customers(
            [a_customer("1"), a_customer("2", town="Esslingen"), a_customer("3", family_name="Nachbar")]
        )
        uow.records.upsert_vehicles(
            [a_vehicle("V1", customer_id="1", owner_id="77777"), a_vehicle("V3", customer_id="3")]
        )
        uow.records.upsert_jobs([a_job("A9:0", customer_id="3", vehicle_id="V1", text="Fremder Auftrag")])
        uow.commit()
    text = _report(core, "1", "2")
    assert [] == [word for word in ("Nachbar", "V3", "Fremder Auftrag", "77777") if word in text]
    assert [] == [word for word in ("Mustermann", "Stuttgart", "Esslingen", "V1") if word not in text]


def test_the_page_is_archivable_tagged_and_says_the_same(core: Core) -> None:
    with core.engine.begin() as connection:
        Planted().everywhere(connection)
    pdf = typeset_report(json.loads(_report(core, CUSTOMER)), created=NOW)
    reader = PdfReader(io.BytesIO(pdf))
    words = " ".join(page.extract_text() for page in reader.pages)
    assert "/StructTreeRoot" in reader.root_object
    assert b"pdfaid:part>2<" in pdf.replace(b" ", b"")
    assert [] == [word for word in (CUSTOMER, "Stammdaten", "Ihre Rechte", "Empfänger") if word not in words]


def test_a_name_with_markup_in_it_stays_a_name(core: Core) -> None:
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer("1", family_name='#panic("x") $a$ \\ *b*')])
        uow.commit()
    assert typeset_report(json.loads(_report(core, "1")), created=NOW).startswith(b"%PDF")


def test_nobody_gets_a_report_about_nothing(core: Core) -> None:
    with pytest.raises(Refused, match="person_unknown"):
        _report(core, "404")
