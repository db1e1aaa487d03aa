"""The calls of the day as a table for a call centre: through the egress gate, for this day, nothing that runs."""

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.app.consents.record import record_grant
from guildpost_agent.app.egress.dealer_policy import FILE
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import calls, main
from guildpost_agent.domain.call_sheet import COLUMNS, SheetRow, dialled, is_sheet, sheet
from guildpost_agent.domain.consent.terms import Kind
from guildpost_shared.clock import ManualClock
from tests.agent.calls.test_call_steps import KEY, TASK
from tests.agent.calls.test_call_use_cases import PHONE
from tests.factories.agent import a_customer, a_vehicle
from tests.factories.agent_home import an_agent_home

MONDAY = datetime(2027, 3, 1, 9, tzinfo=UTC)
SUNDAY = datetime(2027, 3, 7, 9, tzinfo=UTC)
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> Path:
    home = an_agent_home(tmp_path, monkeypatch)
    monkeypatch.setattr(calls, "open_core", lambda folder: open_core(folder, business_clock=clock))
    _changed(home, _fill)
    return home


def _fill(uow: UnitOfWork) -> None:
    uow.records.upsert_customers([a_customer(salutation="Frau", mobile="+491701234567", phone="+4971112345")])
    uow.records.upsert_vehicles([a_vehicle(plate="S-AB 123")])
    record_grant(uow, PHONE, KEY)
    uow.calls.add(replace(TASK, context=('Sagte: "später"; danach', "Zweite Zeile")))


@pytest.fixture
def say(home: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    def say(*words: str) -> tuple[int, str]:
        code = main(["calls", "export", *words, "--home", str(home)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return say


def _rows(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def _changed(home: Path, change: Callable[[UnitOfWork], object]) -> None:
    with open_core(home).open_uow() as uow:
        change(uow)
        uow.commit()


def test_a_row_says_whom_to_call_on_which_day_why_on_what_ground_and_under_which_name_results_come_back(
    say: Say, tmp_path: Path
) -> None:
    file = tmp_path / "anrufe.csv"
    code, said = say(str(file))
    assert (0, f"1 Anruf nach {file} geschrieben") == (code, said[: len(f"1 Anruf nach {file} geschrieben")])
    (row,) = _rows(file)
    assert COLUMNS == tuple(row)
    expected = {
        "task": TASK.task_id,
        "call_on": "2027-03-01",
        "hours": "9-18",
        "name": "Frau Erika Mustermann",
        "phones": "00491701234567 / 004971112345",
        "reason": "Hat auf eine Nachricht nicht geantwortet",
        "context": 'Sagte: "später"; danach\nZweite Zeile',
        "ground": "Einwilligung, Art. 6 Abs. 1 lit. a DSGVO (Eintrag 1)",
    }
    assert expected == {name: row[name] for name in expected}
    assert "S-AB 123" in row["vehicle"]
    assert 0o600 == file.stat().st_mode & 0o777


def test_the_words_are_in_the_language_asked_for(say: Say, tmp_path: Path) -> None:
    code, said = say(str(tmp_path / "calls.csv"), "--lang", "en")
    assert (0, True) == (code, "good today only" in said)
    (row,) = _rows(tmp_path / "calls.csv")
    assert ("Did not answer a message", "workshop") == (row["reason"], row["desk"])


def test_the_table_stands_in_the_ledger_of_what_leaves_before_it_is_written(
    home: Path, say: Say, tmp_path: Path
) -> None:
    file = tmp_path / "anrufe.csv"
    assert 0 == say(str(file))[0]
    with open_core(home).open_uow() as uow:
        (entry,) = uow.egress.all()
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert ("call_centre", "call_list", sha256) == (entry.destination, entry.kind, entry.sha256)


def test_a_dealer_who_struck_it_out_of_the_policy_lets_no_table_out(home: Path, say: Say, tmp_path: Path) -> None:
    policy = home / FILE
    policy.write_text(policy.read_text("utf-8").partition("[call_centre.call_list]")[0], "utf-8")
    code, said = say(str(tmp_path / "anrufe.csv"))
    assert (77, True) == (code, "Ausgangskontrolle" in said)
    assert not (tmp_path / "anrufe.csv").exists()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda uow: uow.consents.append([replace(PHONE, kind=Kind.WITHDRAWN, at=MONDAY)]), id="withdrawn"),
        pytest.param(lambda uow: uow.records.block_advertising("1"), id="advertising blocked"),
        pytest.param(lambda uow: uow.records.upsert_customers([a_customer()]), id="no number"),
    ],
)
def test_who_may_not_be_called_stands_in_no_table(
    home: Path, say: Say, tmp_path: Path, change: Callable[[UnitOfWork], object]
) -> None:
    _changed(home, change)
    code, said = say(str(tmp_path / "anrufe.csv"))
    assert (0, True) == (code, "Heute ist niemand anzurufen" in said)
    assert not (tmp_path / "anrufe.csv").exists()
    with open_core(home).open_uow() as uow:
        assert [] == list(uow.egress.all())


def test_nobody_is_handed_over_for_a_day_without_calls(clock: ManualClock, say: Say, tmp_path: Path) -> None:
    clock.set(SUNDAY)
    assert "Heute ist niemand anzurufen" in say(str(tmp_path / "anrufe.csv"))[1]


def test_the_sales_desk_has_a_table_of_its_own(say: Say, tmp_path: Path) -> None:
    assert "Heute ist niemand anzurufen" in say(str(tmp_path / "anrufe.csv"), "--desk", "sales")[1]
    assert "1 Anruf" in say(str(tmp_path / "anrufe.csv"), "--desk", "workshop")[1]


def test_a_second_table_takes_the_place_of_the_first(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "anrufe.csv"
    assert [0, 0] == [say(str(file))[0], say(str(file), "--lang", "en")[0]]
    assert ["Did not answer a message"] == [row["reason"] for row in _rows(file)]


@pytest.mark.parametrize("place", ["missing/anrufe.csv", "."], ids=["no such folder", "a folder"])
def test_a_file_that_cannot_be_written_is_named(say: Say, tmp_path: Path, place: str) -> None:
    code, said = say(str(tmp_path / place))
    assert (78, True) == (code, "lässt sich nicht schreiben" in said)


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(st.lists(st.builds(SheetRow, *[cells] * len(COLUMNS)), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_a_cell_a_row_keeps_its_columns_and_nothing_is_a_formula(rows: list[SheetRow]) -> None:
    table = sheet(tuple(rows))
    assert is_sheet(table)
    read = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == len(read)
    for row in read:
        assert COLUMNS == tuple(row)
        assert [] == [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("number", "expected"), [("+491701234567", "00491701234567"), ("0711 12345", "0711 12345"), ("", "")]
)
def test_a_number_is_written_so_that_a_spreadsheet_leaves_it_alone(number: str, expected: str) -> None:
    assert expected == dialled(number)
