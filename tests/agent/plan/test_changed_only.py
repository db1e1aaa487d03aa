"""After a small delivery only its households are planned anew, with the outcome of planning everybody."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.sql.outcomes import SqlOutcomes
from guildpost_agent.adapters.sql.people import SqlPeople
from guildpost_agent.adapters.sql.plans import SqlPlans
from guildpost_agent.app.concerned import Changed
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.keyed import occasion_id
from guildpost_agent.domain.records import Channel, Occasion, Outcome, Touchpoint, Triage
from tests.factories.agent import (
    KEY,
    NOW,
    a_config,
    a_consent,
    a_customer,
    a_job,
    a_service,
    a_vehicle,
    an_appointment,
    open_store,
)

SERVICES = (a_service("hu_au"), a_service("inspection"))
CONFIG = a_config(figures={"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 1})
COUNT = 24
YEAR = 365
BOOKED = ("13", "17")
ANSWERED = (("answered", "in_1_month"), ("booked", ""), ("clicked", ""), ("unsubscribed", ""), ("answered", "book"))
Plan = dict[str, tuple[object, ...]]


def put_past(uow: UnitOfWork) -> None:
    """Remind some: half of them of what is due now, the others long ago; most messages are answered somehow."""
    for number in range(0, COUNT, 2):
        one, vehicle, ago = str(number), f"V{number}", 20 if number % 4 else 400
        at = NOW - timedelta(days=ago)
        due = uow.records.vehicles_of([vehicle])[0].next_hu if ago < YEAR else (at + timedelta(days=30)).date()
        assert due is not None
        for service, kept in (("hu_au", due), ("inspection", at.date())):
            name, of = f"{service}{number}", (one, vehicle, service)
            occasion = occasion_id(vehicle, one, service, kept.isoformat())
            uow.plans.replace_occasions([Occasion(occasion, *of, kept, "dms", 1.0, Triage.TRUSTED)], [])
            touchpoint = Touchpoint(name, occasion, *of, 1, Channel.EMAIL, at, at, kept, 30, 1, 10, "default", "sent")
            uow.plans.add_touchpoints([touchpoint])
            said = ANSWERED[number // 2 % len(ANSWERED)] if service == "hu_au" else ("clicked", "")
            uow.outcomes.add(
                [Outcome(f"{name}:d", name, "delivered", at), Outcome(f"{name}:a", name, said[0], at, said[1])]
            )


def a_dealership(folder: Path) -> OpenUnitOfWork:
    """Customers with a vehicle and a past each, every fourth one living with the next one; planned once."""
    folder.mkdir()
    open_uow = open_store(folder)
    with open_uow() as uow:
        for number in range(COUNT):
            one, vehicle = str(number), f"V{number}"
            uow.records.upsert_customers([a_customer(one, email=f"kunde{one}@post.example")])
            uow.consents.append([a_consent(one)])
            due = date(2027, 3 + number % 4, 1)
            uow.records.upsert_vehicles([a_vehicle(vehicle, customer_id=one, next_hu=due)])
            uow.records.upsert_jobs([a_job(f"{vehicle}:1", vehicle_id=vehicle, customer_id=one)])
        members = [Membership(str(n), str(n), str(n - n % 4) if n % 4 < 2 else str(n)) for n in range(COUNT)]
        uow.people.store(members, {}, NOW)
        put_past(uow)
        named, unnamed = BOOKED
        uow.records.upsert_appointments(
            [
                an_appointment("T1", customer_id=named, vehicle_id=f"V{named}"),
                an_appointment("T2", customer_id=unnamed, vehicle_id=""),
            ]
        )
        uow.commit()
    plan_touchpoints(open_uow, SERVICES, CONFIG, NOW, KEY)
    return open_uow


def the_plan(store: OpenUnitOfWork) -> Plan:
    """Give every decision and touchpoint."""
    with store() as uow:
        found: Plan = {
            t.touchpoint_id: (t.occasion_id, t.planned_at, t.channel, t.state) for t in uow.plans.touchpoints()
        }
        for occasion in uow.plans.occasions():
            decision = uow.plans.decision(occasion.occasion_id)
            found[occasion.occasion_id] = (occasion, decision and (decision.kept, decision.reason, decision.facts))
    return found


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        pytest.param(
            lambda uow: uow.records.upsert_vehicles([a_vehicle("V5", customer_id="5", next_hu=date(2027, 9, 1))]),
            Changed(vehicles=frozenset({"V5"})),
            id="a due date moves",
        ),
        pytest.param(
            lambda uow: uow.records.mark_vehicle_gone("V8", date(2027, 2, 1)),
            Changed(vehicles=frozenset({"V8"})),
            id="a vehicle is sold, and the household has room for the other",
        ),
        pytest.param(
            lambda uow: uow.records.upsert_vehicles([a_vehicle("V9", customer_id="2", next_hu=date(2027, 4, 1))]),
            Changed(vehicles=frozenset({"V9"})),
            id="a vehicle changes hands",
        ),
        pytest.param(
            lambda uow: uow.records.upsert_customers([a_customer("4", email="", street="", town="")]),
            Changed(customers=frozenset({"4"})),
            id="an address is lost",
        ),
        pytest.param(
            lambda uow: uow.records.upsert_customers([a_customer(one, town="Ulm") for one in BOOKED]),
            Changed(customers=frozenset(BOOKED)),
            id="who is booked moves, one of them with no vehicle said",
        ),
        pytest.param(
            lambda uow: uow.records.upsert_customers([a_customer("99", email="neu@post.example")]),
            Changed(customers=frozenset({"99"})),
            id="a customer comes without a vehicle",
        ),
    ],
)
def test_planning_the_changed_alone_gives_what_planning_everybody_gives(
    tmp_path: Path, change: Callable[[UnitOfWork], object], changed: Changed
) -> None:
    plans = []
    for name, concerned in (("some", changed), ("all", None)):
        store = a_dealership(tmp_path / name)
        with store() as uow:
            change(uow)
            uow.commit()
        plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY, changed=concerned)
        plans.append(the_plan(store))
    assert plans[0] == plans[1]
    assert len(plans[0]) > COUNT
    assert {"PLANNED", "ALREADY_BOOKED"} <= {one[1][1] for one in plans[0].values() if isinstance(one[1], tuple)}


def test_a_plan_of_few_reads_nobody_elses_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = a_dealership(tmp_path / "few")

    def refuse(*_: object) -> None:
        message = "everybody was read"
        raise AssertionError(message)

    for kept, reading in ((SqlPlans, "touchpoints"), (SqlOutcomes, "all"), (SqlPeople, "all")):
        monkeypatch.setattr(kept, reading, refuse)
    plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY, changed=Changed(customers=frozenset({"4"})))
    with pytest.raises(AssertionError, match="everybody was read"):
        plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY)
