"""Lift in a real encrypted database, from decisions, touchpoints, job cards and appointments; and the command."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.measure_lift import Measured, measure_lift
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork, UnitOfWork
from guildpost_agent.cli import main
from guildpost_agent.cli.lift import described
from guildpost_agent.domain.lift.intervals import Arm
from guildpost_agent.domain.lift.verdicts import Lift, Verdict
from guildpost_agent.domain.records import Channel, Decision, Occasion, Touchpoint, Triage
from guildpost_shared.catalog import load
from tests.factories.agent import KEY, a_config, a_consent, a_customer, a_job, a_service, an_appointment, open_store
from tests.factories.agent_home import an_agent_home

SERVICES = (a_service("hu_au"), a_service("inspection"))
PLANNED = datetime(2027, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2027, 6, 1, 9, tzinfo=UTC)
DUE = date(2027, 4, 30)
LEAD = (DUE - PLANNED.date()).days


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    store = open_store(tmp_path)
    with store() as uow:
        deliver(uow, NOW)
        uow.commit()
    return store


def deliver(uow: UnitOfWork, at: datetime) -> None:
    """Note a delivery of the DMS."""
    uow.imports.start(f"i{at:%Y%j}", at)
    uow.imports.finish(ImportReport(f"i{at:%Y%j}", at, "done", 1, 1, 0, {}))


def settle(uow: UnitOfWork, treated: list[str], held_out: list[str], **facts: str) -> None:
    """Plan an e-mail for some customers, and hold others out."""
    everybody = [*treated, *held_out]
    uow.records.upsert_customers([a_customer(one) for one in everybody])
    uow.consents.append([a_consent(one) for one in everybody])
    uow.plans.replace_occasions(
        [Occasion(f"o{one}", one, f"V{one}", "hu_au", DUE, "dms", 0.9, Triage.TRUSTED) for one in everybody]
    )
    uow.plans.add_touchpoints([touchpoint(one) for one in treated])
    decided = PLANNED - timedelta(days=20)
    uow.plans.record_decisions([Decision(f"o{one}", decided, False, "HOLDOUT", {**facts}) for one in held_out])


def touchpoint(customer: str, state: str = "sent") -> Touchpoint:
    """Build an e-mail planned for 1 March."""
    return Touchpoint(
        f"t{customer}", f"o{customer}", customer, f"V{customer}", "hu_au", 1, Channel.EMAIL, PLANNED, PLANNED, DUE,
        LEAD, 0, 10, "default", state,
    )  # fmt: skip


def came(uow: UnitOfWork, customer: str, on: date, **changes: Any) -> None:
    """Store a job card of the periodic inspection."""
    job = a_job(f"J{customer}{on}", order_number=f"A{customer}", customer_id=customer, vehicle_id=f"V{customer}")
    uow.records.upsert_jobs([replace(job, **{"kind": "hu", "order_date": on, **changes})])


def measured(store: OpenUnitOfWork, fill: Callable[[UnitOfWork], None], now: datetime = NOW) -> Measured:
    """Fill the database and measure."""
    with store() as uow:
        fill(uow)
        uow.commit()
    return measure_lift(store, SERVICES, a_config(), now, KEY)


def test_both_arms_are_counted_with_their_visits(store: OpenUnitOfWork) -> None:
    def fill(uow: UnitOfWork) -> None:
        settle(uow, ["1", "2", "3"], ["4", "5"])
        came(uow, "1", date(2027, 3, 5))
        uow.records.upsert_appointments(
            [an_appointment(customer_id="2", vehicle_id="V2", created_on=date(2027, 3, 22))]
        )
        came(uow, "4", date(2027, 3, 10))
        came(uow, "5", date(2027, 3, 10), declined=True)

    found = measured(store, fill)
    assert Lift(Arm(3, 2), Arm(2, 1)) == found.lifts["hu_au", None] == found.lifts["hu_au", Channel.EMAIL]
    assert (0, 0) == (found.waiting, found.unplaced)


@pytest.mark.parametrize("state", ["cancelled", "refused", "bounced", "failed", "unsure"])
def test_who_was_planned_for_counts_as_treated_whatever_became_of_the_message(
    store: OpenUnitOfWork, state: str
) -> None:
    def fill(uow: UnitOfWork) -> None:
        settle(uow, [], ["2"])
        uow.plans.replace_occasions(
            [Occasion(f"o{one}", one, f"V{one}", "hu_au", DUE, "dms", 0.9, Triage.TRUSTED) for one in ("1", "2")]
        )
        uow.plans.add_touchpoints([touchpoint("1", state)])

    assert Arm(1, 0) == measured(store, fill).lifts["hu_au", None].treated


def test_an_occasion_that_another_message_carries_along_was_planned_for_too(store: OpenUnitOfWork) -> None:
    def fill(uow: UnitOfWork) -> None:
        settle(uow, ["1"], [])
        both = [Occasion(f"o{s}", "1", "V1", s, DUE, "dms", 0.9, Triage.TRUSTED) for s in ("hu_au", "inspection")]
        uow.plans.replace_occasions(both)
        leading = replace(touchpoint("2"), occasion_id="ohu_au", customer_id="1", bundled=("oinspection",))
        uow.plans.add_touchpoints([leading])
        came(uow, "1", date(2027, 3, 5), kind="inspection")

    assert Lift(Arm(1, 1), Arm()) == measured(store, fill).lifts["inspection", Channel.EMAIL]


def test_a_control_customers_window_starts_when_the_decision_says(store: OpenUnitOfWork) -> None:
    def fill(uow: UnitOfWork) -> None:
        settle(uow, ["1"], ["2"], channel="letter", planned_on="2027-03-15")
        came(uow, "2", date(2027, 4, 26))

    assert Lift(Arm(0, 0), Arm(1, 1)) == measured(store, fill).lifts["hu_au", Channel.LETTER]


def test_a_control_customers_way_is_what_the_ledger_allowed_at_the_time(store: OpenUnitOfWork) -> None:
    def fill(uow: UnitOfWork) -> None:
        settle(uow, ["1"], [])
        uow.records.upsert_customers([a_customer("2", advertising_block=True)])
        uow.consents.append([a_consent("2", at=PLANNED + timedelta(days=1))])  # too late: a letter then
        occasions = [Occasion(f"o{one}", one, f"V{one}", "hu_au", DUE, "dms", 0.9, Triage.TRUSTED) for one in "12"]
        uow.plans.replace_occasions(occasions)
        uow.plans.record_decisions([Decision("o2", PLANNED, False, "HOLDOUT", {})])

    found = measured(store, fill)  # of the letters nobody is treated, so nobody can say when
    assert (1, Arm(0, 0)) == (found.unplaced, found.lifts["hu_au", None].held_out)


@pytest.mark.parametrize(
    ("delivered", "waiting"),
    [
        pytest.param(PLANNED + timedelta(days=21), 2, id="the last day is not delivered yet"),
        pytest.param(PLANNED + timedelta(days=22), 0, id="all days are delivered"),
    ],
)
def test_windows_that_the_data_do_not_cover_are_left_out(tmp_path: Path, delivered: datetime, waiting: int) -> None:
    def fill(uow: UnitOfWork) -> None:
        deliver(uow, delivered)
        settle(uow, ["1"], ["2"])

    found = measured(open_store(tmp_path), fill)
    assert (waiting, bool(waiting)) == (found.waiting, not found.lifts)


def test_what_is_older_than_the_send_log_or_two_years_is_left_out(store: OpenUnitOfWork) -> None:
    with store() as uow:
        deliver(uow, NOW.replace(year=2029))
        uow.commit()
    fill: Callable[[UnitOfWork], None] = lambda uow: settle(uow, ["1"], ["2"])  # noqa: E731 — one line says it
    assert {} == measured(store, fill, NOW.replace(year=2029)).lifts


def test_before_the_first_delivery_nothing_is_said(tmp_path: Path) -> None:
    found = measured(open_store(tmp_path), lambda uow: settle(uow, ["1"], ["2"]))
    assert (None, {}) == (found.known_until, found.lifts)


@pytest.mark.parametrize(
    ("lift", "german", "english"),
    [
        pytest.param(
            Lift(Arm(1_900, 950), Arm(100, 30)), ("bringt mehr Besuche", "+20,0 Punkte (+10,2 bis +28,4)"),
            ("brings more visits", "+20.0 points (+10.2 to +28.4)"), id="more",
        ),
        pytest.param(
            Lift(Arm(1_900, 800), Arm(100, 38)), ("kann Zufall sein", "fehlen noch rund"),
            ("may be chance", "are still missing"), id="chance",
        ),
        pytest.param(
            Lift(Arm(95, 80), Arm(5, 0)), ("mindestens 50 Kunden", "noch keine Aussage"),
            ("at least 50 customers", "nothing can be said yet"), id="few",
        ),
        pytest.param(Lift(Arm(95, 80), Arm()), ("mindestens 50", "–"), ("at least 50", "–"), id="nobody held out"),
    ],
)  # fmt: skip
def test_a_row_says_in_plain_words_what_is_known_and_never_a_difference_alone(
    lift: Lift, german: tuple[str, ...], english: tuple[str, ...]
) -> None:
    services = {service.service_id: service for service in SERVICES}
    found = Measured(date(2025, 6, 1), NOW.date(), {("hu_au", None): lift}, waiting=7, unplaced=2)
    de, en = ("\n".join(described(found, services, load("guildpost_agent", one))) for one in ("de", "en"))
    assert [] == [words for words in german if words not in de] + [words for words in english if words not in en]
    if lift.verdict is Verdict.NOT_YET_KNOWN:
        assert "bringt" not in de


def test_the_command_says_plainly_when_nothing_can_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(an_agent_home(tmp_path, monkeypatch))
    assert 0 == main(["lift", "--home", home])
    assert "Noch keine Aussage möglich" in capsys.readouterr().out
    assert 0 == main(["lift", "--home", home, "--lang", "en"])
    assert "Nothing can be said yet" in capsys.readouterr().out
    assert 69 != main(["lift", "--home", home, "--service", "moon_landing"])
    assert "moon_landing" in capsys.readouterr().err
