"""Messages that a person reviews first: nothing leaves before the approval, and exactly once after it."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from guildpost_agent.app.approve_messages import Settled, decide, proposals, settle_reviews
from guildpost_agent.app.plan_touchpoints import PlanSummary, plan_touchpoints
from guildpost_agent.app.record_bookings import record_bookings
from guildpost_agent.domain.approvals import Approval, Verdict
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.domain.touchpoint_states import CANCELLED, PLANNED, PROPOSED
from guildpost_shared.errors import Refused
from tests.factories.agent import KEY, a_config, a_consent, a_customer, a_job, a_service, a_vehicle, an_appointment
from tests.factories.sending_world import NOW, SendingWorld
from tests.fakes.channel import FakeChannel

SERVICES = (a_service("hu_au"), a_service("inspection"))
NAME = next(str(n) for n in range(99) if not any(ControlGroup(KEY).holds(str(n), s.service_id) for s in SERVICES))
REVIEWED = frozenset({"hu_au"})
BY = "Frau Muster"


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def put(world: SendingWorld, **vehicle: Any) -> None:
    """Store a customer whose vehicle is due for its HU, and not for an inspection unless it is said."""
    with world.open_uow() as uow:
        uow.records.upsert_customers([a_customer(NAME)])
        uow.consents.append([a_consent(NAME)])
        uow.records.upsert_vehicles(
            [a_vehicle("V1", customer_id=NAME, **{"next_service": date(2028, 9, 1), **vehicle})]
        )
        uow.records.upsert_jobs([a_job("V1:1", vehicle_id="V1", customer_id=NAME)])
        uow.commit()


def plan(world: SendingWorld, reviewed: frozenset[str] = REVIEWED) -> PlanSummary:
    """Do what the agent does when it plans."""
    settings = {name: {"approval": "review"} for name in reviewed}
    config = a_config(services={"enabled": ["hu_au", "inspection"], "settings": settings})
    settle_reviews(world.open_uow, config.services.reviewed, world.clock.now())
    record_bookings(world.open_uow, SERVICES, config, world.clock.now())
    return plan_touchpoints(world.open_uow, SERVICES, config, world.clock.now(), KEY)


def touchpoints(world: SendingWorld) -> list[Touchpoint]:
    with world.open_uow() as uow:
        return uow.plans.touchpoints()


def only(world: SendingWorld) -> Touchpoint:
    (touchpoint,) = touchpoints(world)
    return touchpoint


def verdicts(world: SendingWorld) -> list[Approval]:
    ids = [touchpoint.touchpoint_id for touchpoint in touchpoints(world)]
    with world.open_uow() as uow:
        return uow.approvals.of(ids)


def say(world: SendingWorld, verdict: Verdict, *touchpoints: Touchpoint) -> int:
    ids = [touchpoint.touchpoint_id for touchpoint in touchpoints]
    return decide(world.open_uow, ids, verdict, by=BY, now=world.clock.now())


def reason(world: SendingWorld) -> str:
    occasion_id = only(world).occasion_id
    with world.open_uow() as uow:
        decision = uow.plans.decision(occasion_id)
    assert decision is not None
    return decision.reason


def test_nothing_leaves_before_the_approval_and_exactly_once_after(world: SendingWorld) -> None:
    channel = FakeChannel()
    put(world)
    assert 1 == plan(world).planned
    assert PROPOSED == only(world).state
    world.clock.set(only(world).planned_at + timedelta(minutes=1))
    world.hear_relay()
    assert (0, 0) == (world.dispatch(channel).sent, len(channel.mails))
    assert 1 == say(world, Verdict.YES, only(world))
    assert (1, 1) == (world.dispatch(channel).sent, len(channel.mails))
    plan(world)
    assert (0, 1) == (world.dispatch(channel).sent, len(channel.mails))
    assert [Approval(only(world).touchpoint_id, Verdict.YES, world.clock.now(), BY)] == verdicts(world)


def test_what_is_proposed_takes_its_place_in_the_contact_cap(world: SendingWorld) -> None:
    put(world)
    plan(world)
    assert 0 == plan(world).planned
    with world.open_uow() as uow:
        uow.records.upsert_vehicles([a_vehicle("V2", customer_id=NAME, next_service=date(2027, 4, 1), next_hu=None)])
        uow.records.upsert_jobs([a_job("V2:1", vehicle_id="V2", customer_id=NAME)])
        uow.commit()
    plan(world)
    met = sorted(t.due_date - timedelta(days=t.lead_days) for t in touchpoints(world))
    assert all((later - earlier).days >= 14 for earlier, later in pairwise(met))


def test_a_message_that_carries_a_reviewed_service_along_is_proposed(world: SendingWorld) -> None:
    put(world, next_service=date(2027, 4, 15), next_hu=date(2027, 4, 1))
    plan(world, frozenset({"inspection"}))
    leader = only(world)
    assert ("hu_au", 1, PROPOSED) == (leader.service_id, len(leader.bundled), leader.state)
    assert ("hu_au", "inspection") == proposals(world.open_uow, NOW, "inspection")[0].services


def test_what_was_declined_is_not_proposed_again(world: SendingWorld) -> None:
    put(world)
    plan(world)
    say(world, Verdict.NO, only(world))
    for _ in range(2):
        assert (CANCELLED, Reason.DECLINED) == (only(world).state, reason(world))
        assert 0 == plan(world).planned


def test_what_nobody_approved_in_time_lapses_with_its_reason(world: SendingWorld) -> None:
    put(world)
    plan(world)
    late = only(world).not_after + timedelta(minutes=1)
    assert 0 == settle_reviews(world.open_uow, REVIEWED, only(world).not_after).lapsed
    assert [] == proposals(world.open_uow, late)
    world.clock.set(late)
    with pytest.raises(Refused, match="approval_too_late"):
        say(world, Verdict.YES, only(world))
    assert Settled(1, 0, 0) == settle_reviews(world.open_uow, REVIEWED, late)
    assert (CANCELLED, Reason.LAPSED) == (only(world).state, reason(world))
    assert [(Verdict.LAPSED, "")] == [(one.verdict, one.by_whom) for one in verdicts(world)]


def _book(world: SendingWorld) -> None:
    with world.open_uow() as uow:
        starts = NOW + timedelta(days=9)
        uow.records.upsert_appointments([an_appointment(customer_id=NAME, vehicle_id="V1", starts_at=starts)])
        uow.commit()


def _object(world: SendingWorld) -> None:
    with world.open_uow() as uow:
        uow.records.block_advertising(NAME)
        uow.commit()


@pytest.mark.parametrize("happens", [_book, _object], ids=["booked", "advertising objected to"])
def test_what_is_proposed_falls_away_like_what_is_planned(
    world: SendingWorld, happens: Callable[[SendingWorld], None]
) -> None:
    put(world)
    plan(world)
    happens(world)
    plan(world)
    assert CANCELLED == only(world).state
    with pytest.raises(Refused, match="approval_unknown"):
        say(world, Verdict.YES, only(world))


def test_all_are_decided_or_none(world: SendingWorld) -> None:
    put(world)
    plan(world)
    with pytest.raises(Refused, match="approval_unknown"):
        decide(world.open_uow, [only(world).touchpoint_id, "unknown"], Verdict.YES, by=BY, now=NOW)
    assert PROPOSED == only(world).state


def test_a_change_of_the_setting_holds_for_what_is_planned_already(world: SendingWorld) -> None:
    put(world)
    plan(world, frozenset())
    assert PLANNED == only(world).state
    plan(world)
    assert PROPOSED == only(world).state
    plan(world, frozenset())
    assert PLANNED == only(world).state


def test_what_was_approved_is_not_asked_about_again(world: SendingWorld) -> None:
    put(world)
    plan(world)
    say(world, Verdict.YES, only(world))
    plan(world)
    assert PLANNED == only(world).state


def test_the_database_refuses_to_change_a_verdict(world: SendingWorld) -> None:
    touchpoint = world.plan("erika", Channel.EMAIL, state=PROPOSED)
    say(world, Verdict.YES, touchpoint)
    with world.engine.begin() as connection, pytest.raises(dbapi2.IntegrityError, match="append-only"):
        connection.exec_driver_sql("UPDATE approvals SET by_whom = 'somebody else'")
