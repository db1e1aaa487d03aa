"""Nobody goes for silence before the dealer has said so once; what does not concern profiles does not wait."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.ports.unit_of_work import ImportReport, QuarantinedRow
from guildpost_agent.app.rights.confirm_retention import confirm_retention, confirmed_at, unconfirmed
from guildpost_agent.app.rights.erase import erase_person
from guildpost_agent.app.rights.retention import silent_people, walk_retention
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli import main
from guildpost_agent.cli.work import do_step
from guildpost_agent.domain.rights.retention import Periods, Silent
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import public_text
from tests.factories.agent import a_customer, a_job
from tests.factories.agent_home import an_agent_home

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
VISITS = {"recent": date(2026, 12, 1), "quiet": date(2023, 5, 1), "silent": date(2019, 5, 1)}


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Core:
    """A dealer's first real data, with customers of years ago."""
    return _with(open_core(an_agent_home(tmp_path, monkeypatch)), VISITS)


def _with(core: Core, visits: dict[str, date]) -> Core:
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(number) for number in visits])
        uow.records.upsert_jobs([
            a_job(f"{number}:0", customer_id=number, order_date=day, invoiced_on=None)
            for number, day in visits.items()
        ])  # fmt: skip
        uow.commit()
    return core


def _walk(core: Core, now: datetime = NOW) -> None:
    walk_retention(replace(core.rights, file_clock=ManualClock(now)), Periods(), now, core.zone)


def _state(core: Core) -> tuple[list[str], list[str]]:
    with core.open_uow() as uow:
        return sorted(one.customer_id for one in uow.records.customers()), sorted(uow.rights.restricted())


def _retention(core: Core, *arguments: str) -> int:
    return main(["rights", "retention", *arguments, "--home", str(core.home)])


def _notice(core: Core) -> str:
    with core.open_uow() as uow:
        problem = unconfirmed(uow)
    return "" if problem is None else str(public_text(problem, "de"))


def test_the_first_walk_that_would_take_somebody_only_says_so(core: Core) -> None:
    for day in range(3):
        _walk(core, NOW + timedelta(days=day))
    assert (["quiet", "recent", "silent"], []) == _state(core)
    assert [] == [word for word in ("2 Kunden", "36 Monaten", "1 von ihnen", "--confirm") if word not in _notice(core)]


def test_once_confirmed_every_walk_applies_the_periods(core: Core) -> None:
    _walk(core)
    confirm_retention(core.open_uow, Silent(2, 1), NOW)
    assert "" == _notice(core)
    _walk(core)
    _walk(core, NOW + timedelta(days=1))
    assert (["quiet", "recent"], ["quiet"]) == _state(core)
    with core.open_uow() as uow:
        assert NOW == confirmed_at(uow)
        first = uow.rights.logged()[0]
    assert ("retention_confirmed", {"restrict": 2, "delete": 1}) == (first.kind, first.counts)


def test_nothing_is_asked_where_nobody_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    core = _with(open_core(an_agent_home(tmp_path, monkeypatch)), {"recent": VISITS["recent"]})
    _walk(core)
    assert "" == _notice(core)


def test_a_notice_goes_when_nobody_is_due_any_more(core: Core) -> None:
    _walk(core)
    _with(core, {"quiet": VISITS["recent"], "silent": VISITS["recent"]})
    _walk(core)
    assert "" == _notice(core)


def test_raw_text_and_an_erasure_that_was_asked_for_do_not_wait(core: Core) -> None:
    with core.open_uow() as uow:
        uow.imports.start("old", NOW - timedelta(days=31))
        uow.imports.put_aside("old", [QuarantinedRow("kunden.csv", 2, "plz", "postcode_bad", "x;y")])
        uow.imports.finish(ImportReport("old", NOW - timedelta(days=31), "done", 1, 0, 1, {}))
        uow.commit()
    erase_person(core.rights, {"silent"}, NOW)
    _walk(core)
    assert (["quiet", "recent"], []) == _state(core)
    with core.open_uow() as uow:
        assert "" == uow.imports.quarantined("old")[0].raw


def test_the_command_holds_back_confirms_and_then_walks(core: Core, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == _retention(core, "--dry-run")
    assert "noch nicht freigegeben" in capsys.readouterr().out
    assert 77 == _retention(core)
    assert "--confirm" in capsys.readouterr().err
    assert ([], 0) == (_state(core)[1], _retention(core, "--confirm"))
    assert ([], 0) == (_state(core)[1], _retention(core))
    assert "freigegeben und werden täglich angewendet" in capsys.readouterr().out
    assert ["quiet", "silent"] == _state(core)[1]


def test_the_notice_stands_in_the_status_until_it_is_confirmed(core: Core, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == do_step(core, "retention", NOW, {})
    assert Silent(2, 1) == silent_people(core.rights, Periods(), NOW, core.zone)
    for expected in (["retention_unconfirmed"], []):
        capsys.readouterr()
        assert 0 == main(["status", "--json", "--home", str(core.home)])
        assert expected == [problem["code"] for problem in json.loads(capsys.readouterr().out)["problems"]]
        assert 0 == _retention(core, "--confirm")
