"""What is old enough goes, once, and what is not stays."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.ports.unit_of_work import ImportReport, QuarantinedRow
from guildpost_agent.app.rights.confirm_retention import confirm_retention
from guildpost_agent.app.rights.erase import tombstones_of
from guildpost_agent.app.rights.restrict import Ground, lift_restriction, restrict_person
from guildpost_agent.app.rights.retention import retention_due, walk_retention
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.config import Retention
from guildpost_agent.domain.rights.retention import Due, Periods, Rule, Silent
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Refused
from tests.agent.rights.planted import CUSTOMER, Planted
from tests.factories.agent import a_customer, a_job
from tests.factories.agent_home import an_agent_home

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PERIODS = Periods()
JUST_OVER_3, JUST_UNDER_3 = date(2024, 2, 29), date(2024, 3, 1)
OVER_5 = date(2022, 2, 28)


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Core:
    """A dealer who has confirmed the periods."""
    core = open_core(an_agent_home(tmp_path, monkeypatch))
    confirm_retention(core.open_uow, Silent(0, 0), NOW)
    return core


def _with_last_visits(core: Core, **visits: date | None) -> None:
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(number) for number in visits])
        jobs = [
            a_job(f"{number}:0", customer_id=number, order_date=day, invoiced_on=None)
            for number, day in visits.items()
            if day
        ]
        uow.records.upsert_jobs(jobs)
        uow.commit()


def _walk(core: Core, now: datetime = NOW) -> dict[Rule, int]:
    desk = replace(core.rights, file_clock=ManualClock(now))
    return {due.rule: due.count for due in walk_retention(desk, PERIODS, now, BERLIN)}


def _state(core: Core) -> tuple[set[str], set[str]]:
    with core.open_uow() as uow:
        return {customer.customer_id for customer in uow.records.customers()}, uow.rights.restricted()


def test_silence_first_sets_aside_and_then_erases(core: Core) -> None:
    _with_last_visits(core, recent=JUST_UNDER_3, quiet=JUST_OVER_3, silent=OVER_5)
    _walk(core)
    assert ({"recent", "quiet", "silent"}, {"quiet", "silent"}) == _state(core)
    _walk(core, NOW + timedelta(days=0, hours=1))
    assert ({"recent", "quiet"}, {"quiet"}) == _state(core)
    with core.open_uow() as uow:
        stones = tombstones_of(core.rights, uow)
        assert {"silent"} == stones.erased_numbers(["silent", "quiet", "recent"])
        assert set() == stones.erased_numbers(["silent"], in_contact={"silent"})


def test_a_new_contact_brings_somebody_back_whom_only_silence_set_aside(core: Core) -> None:
    _with_last_visits(core, quiet=JUST_OVER_3, wished=JUST_OVER_3)
    _walk(core)
    restrict_person(core.rights, {"wished"}, Ground.ART_18, NOW)
    _with_last_visits(core, quiet=date(2027, 2, 1), wished=date(2027, 2, 1))
    _walk(core)
    assert {"wished"} == _state(core)[1]


def test_of_whom_no_contact_is_known_the_time_runs_from_when_they_were_first_seen(core: Core) -> None:
    _with_last_visits(core, unknown=None)
    _walk(core)
    assert ({"unknown"}, set()) == _state(core)
    _walk(core, NOW.replace(year=2030, month=3, day=3))
    assert ({"unknown"}, {"unknown"}) == _state(core)
    _walk(core, NOW.replace(year=2032, month=3, day=3))
    assert (set(), set()) == _state(core)


def test_the_sending_log_goes_three_years_after_the_last_day_to_send(core: Core) -> None:
    with core.engine.begin() as connection:
        Planted().everywhere(connection)
        connection.exec_driver_sql("UPDATE touchpoints SET not_after = '2024-02-28T00:00:00.000000Z'")
        connection.exec_driver_sql("UPDATE outcomes SET at = '2027-02-01T00:00:00.000000Z'")
    assert 2 == _walk(core)[Rule.SEND_LOG]
    with core.engine.begin() as connection:
        left = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608 — names of this list
            for table in ("touchpoints", "outbox", "outcomes", "occasions", "decisions", "call_tasks")
        ]
    assert [0] * 6 == left
    assert 0 == _walk(core)[Rule.SEND_LOG]


def test_a_message_still_in_hand_is_not_taken_from_the_log(core: Core) -> None:
    with core.engine.begin() as connection:
        Planted().everywhere(connection)
        connection.exec_driver_sql("UPDATE outbox SET state = 'sending'")
        connection.exec_driver_sql("UPDATE call_tasks SET closes = '2027-02-01'")
    assert 0 == _walk(core)[Rule.SEND_LOG]


def test_raw_text_of_unreadable_rows_is_emptied_after_thirty_days(core: Core) -> None:
    with core.open_uow() as uow:
        for name, days in (("old", 31), ("new", 29)):
            uow.imports.start(name, NOW - timedelta(days=days))
            uow.imports.put_aside(name, [QuarantinedRow("kunden.csv", 2, "plz", "postcode_bad", f"{name};x")])
            uow.imports.finish(ImportReport(name, NOW - timedelta(days=days), "done", 1, 0, 1, {}))
        uow.commit()
    assert 1 == _walk(core)[Rule.QUARANTINE]
    with core.open_uow() as uow:
        assert ["", "new;x"] == [uow.imports.quarantined(name)[0].raw for name in ("old", "new")]


@pytest.mark.parametrize("name", ["dms/done/kunden.csv", "dms/refused/kunden.csv", "letters/batch-1/letters.pdf"])
def test_kept_files_go_after_thirty_days(core: Core, name: str) -> None:
    roots = {"dms": core.config.dms.drop_folder, "letters": core.config.letters.folder}
    kind, _, rest = name.partition("/")
    old, new = (roots[kind] / rest.replace("1", n) for n in ("1", "2"))
    if "dms" in name:
        new = new.with_name("termine.csv")
    for file, days in ((old, 31), (new, 29)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
        then = (NOW - timedelta(days=days)).timestamp()
        for path in (file, *([file.parent] if "batch" in name else [])):
            os.utime(path, (then, then))
    _walk(core)
    assert (False, True) == (old.exists(), new.exists())


@pytest.mark.parametrize(("used", "left"), [("2022-02-28", 0), ("2022-03-02", 1)], ids=["over five years", "under"])
def test_the_proof_of_a_call_outlives_the_erased_customer_by_five_years(core: Core, used: str, left: int) -> None:
    with core.engine.begin() as connection:
        Planted().everywhere(connection)
        connection.exec_driver_sql("UPDATE consent_events SET channel='phone', customer_id='~a', at='2020-01-01T00Z'")
        connection.exec_driver_sql("UPDATE phone_consent_uses SET customer_id='~a', used_at=?", (f"{used}T00Z",))
    _walk(core)
    with core.engine.begin() as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608 — names of this list
            for table in ("consent_events", "phone_consent_uses")
        ]
    assert [left, left] == counts


def test_a_dry_run_promises_what_the_walk_does_and_changes_nothing(core: Core) -> None:
    _with_last_visits(core, quiet=JUST_OVER_3)
    promised = retention_due(core.rights, PERIODS, NOW, BERLIN)
    assert Due(Rule.PROFILE_RESTRICT, 1, JUST_OVER_3) in promised
    assert set() == _state(core)[1]
    assert promised == walk_retention(core.rights, PERIODS, NOW, BERLIN)


def test_walking_again_changes_nothing(core: Core) -> None:
    _with_last_visits(core, recent=JUST_UNDER_3, quiet=JUST_OVER_3)
    _walk(core)
    before = _state(core)
    assert {0} == set(_walk(core).values())
    assert before == _state(core)


def test_more_than_a_bite_goes_in_one_walk(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guildpost_agent.app.rights.retention.BITE", 2)
    _with_last_visits(core, **{f"c{n}": JUST_OVER_3 for n in range(5)})
    _walk(core)
    assert 5 == len(_state(core)[1])


def test_a_restriction_cancels_what_is_planned_and_can_be_lifted(core: Core) -> None:
    with core.engine.begin() as connection:
        Planted().everywhere(connection)
        connection.exec_driver_sql("DELETE FROM restrictions")
        connection.exec_driver_sql("UPDATE touchpoints SET state = 'planned'")
    assert 1 == restrict_person(core.rights, {CUSTOMER}, Ground.ART_18, NOW)
    with core.open_uow() as uow:
        assert uow.rights.is_restricted(CUSTOMER)
        assert ["cancelled"] == [touchpoint.state for touchpoint in uow.plans.touchpoints_of(CUSTOMER)]
    with pytest.raises(Refused, match="person_not_restricted"):
        lift_restriction(core.rights, {CUSTOMER}, Ground.ART_21, NOW)
    lift_restriction(core.rights, {CUSTOMER}, Ground.ART_18, NOW)
    with core.open_uow() as uow:
        assert not uow.rights.is_restricted(CUSTOMER)
        kinds = [entry.kind for entry in uow.rights.logged()]
        assert ["retention_confirmed", "restrict_art18", "lift_art18"] == kinds


def test_the_configured_defaults_are_the_documented_ones() -> None:
    assert Retention().model_dump() == vars(Periods())
