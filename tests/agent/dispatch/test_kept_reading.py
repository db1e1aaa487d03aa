"""What was read for one claiming transaction serves the next, and never hides what somebody wrote in between."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from guildpost_agent.adapters.sql.prepared import Prepared
from guildpost_agent.app.emergency_stop import stop_sending
from guildpost_agent.app.kept_reading import KeptReading
from guildpost_agent.app.mail_group import MailGroup
from guildpost_agent.app.outbox_steps import objection
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from tests.agent.dispatch.test_mail_group import MISFORTUNES, NAMES, a_waiting_job, check, waiting
from tests.factories.sending_world import NOW, SendingWorld, a_due_message, plan_all


def a_world(folder: Path) -> SendingWorld:
    """Make six customers with two mails each that wait in the outbox."""
    world = SendingWorld(folder)
    firsts = [a_due_message(name) for name in NAMES]
    seconds = [
        replace(due, touchpoint=replace(due.touchpoint, touchpoint_id=f"{due.touchpoint.touchpoint_id}-second"))
        for due in firsts
    ]
    plan_all(world.open_uow, firsts)
    with world.open_uow() as uow:
        uow.plans.add_touchpoints([due.touchpoint for due in seconds])
        for due in (*firsts, *seconds):
            uow.outbox.add(a_waiting_job(due))
        uow.commit()
    return world


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    """Six customers with two mails each."""
    return a_world(tmp_path)


def the_waiting(world: SendingWorld) -> list[OutboxJob]:
    with world.open_uow() as uow:
        return waiting(uow)


def the_kept(jobs: list[OutboxJob]) -> KeptReading:
    return KeptReading([job.touchpoint_id for job in jobs])


def a_group(world: SendingWorld, uow: UnitOfWork, jobs: list[OutboxJob], kept: KeptReading) -> MailGroup:
    return MailGroup(uow, jobs, NOW, suppression_key=world.keys.suppression, recheck=check, kept=kept)


def claim(world: SendingWorld, job: OutboxJob, kept: KeptReading) -> str | None:
    """Ask about one mail and claim it if it may go out, in a transaction of its own; give the objection."""
    with world.open_uow() as uow:
        group = a_group(world, uow, [job], kept)
        expected = objection(uow, job, suppression_key=world.keys.suppression, recheck=check, now=NOW)
        found = group.objection(job)
        group.step(job, Event.REFUSE if found else Event.CLAIM, found or "")
        group.write()
        uow.commit()
    kept.committed()
    assert expected == found
    return found


def settle(world: SendingWorld, job: OutboxJob, verdict: Verdict, kept: KeptReading) -> None:
    with world.open_uow() as uow:
        sending = replace(job, state=State.SENDING)
        group = a_group(world, uow, [sending], kept)
        group.settle(sending, Receipt(verdict))
        group.write()
        uow.commit()
    kept.committed()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what is read."""
    run, seen = Prepared._execute, list[str]()

    def noting(self: Prepared, connection: Connection, values: dict[str, Any]) -> Any:
        seen.append(self._compiled[0])
        return run(self, connection, values)

    monkeypatch.setattr(Prepared, "_execute", noting)
    return seen


def test_nothing_is_read_twice_while_nobody_else_writes(world: SendingWorld, statements: list[str]) -> None:
    jobs = the_waiting(world)[::2]
    kept = the_kept(jobs)

    needed = []
    for job in jobs:
        statements.clear()
        with world.open_uow() as uow:
            group = a_group(world, uow, [job], kept)
            assert (None, True) == (group.objection(job), group.step(job, Event.CLAIM, ""))
            group.write()
            uow.commit()
        kept.committed()
        needed.append(len(statements))

    assert needed[0] > 0
    assert [0] * (len(NAMES) - 1) == needed[1:]


@pytest.mark.parametrize("through", ["the same connection", "another connection"])
@pytest.mark.parametrize("misfortune", [one for one in MISFORTUNES if one != "nothing"])
def test_what_somebody_wrote_between_two_groups_is_seen(
    world: SendingWorld, tmp_path: Path, misfortune: str, through: str
) -> None:
    befall, expected = MISFORTUNES[misfortune]
    jobs = the_waiting(world)
    kept = the_kept(jobs)
    clara = next(job for job in jobs if job.recipient == a_due_message("clara").customer.email)
    assert claim(world, jobs[0], kept) is None
    writer = world if through == "the same connection" else SendingWorld(tmp_path, create=False)
    with writer.open_uow() as uow:
        befall(world, uow, a_due_message("clara"))
        uow.commit()

    assert expected == claim(world, clara, kept)


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.STOPPED])
def test_what_became_of_a_persons_first_mail_is_known_to_the_check_of_the_second(
    world: SendingWorld, verdict: Verdict
) -> None:
    first, second, *_ = jobs = the_waiting(world)
    kept = the_kept(jobs)
    claim(world, first, kept)
    settle(world, first, verdict, kept)

    with world.open_uow() as uow:
        reading = kept.begin(uow, [second.touchpoint_id])
        assert uow.consents.state_of("K-anna") == reading.consents.state_of("K-anna")
        assert uow.plans.touchpoints_of("K-anna") == reading.plans.touchpoints_of("K-anna")
        assert uow.outbox.get(first.touchpoint_id) == reading.outbox.get(first.touchpoint_id)
        kept.wrote()
        uow.commit()
    kept.committed()
    found = claim(world, second, kept)
    assert (verdict is Verdict.DEAD) is (found == "suppressed")


def test_an_emergency_stop_between_two_groups_holds_the_next_mail(world: SendingWorld) -> None:
    first, second, *_ = jobs = the_waiting(world)
    kept = the_kept(jobs)
    claim(world, first, kept)
    stop_sending(world.open_uow, (), now=NOW, by="Frau Beispiel")

    with world.open_uow() as uow:
        assert a_group(world, uow, [second], kept).rests(second)


def test_what_was_rolled_back_is_forgotten(world: SendingWorld) -> None:
    first, *_ = jobs = the_waiting(world)
    kept = the_kept(jobs)
    with world.open_uow() as uow:  # never committed
        group = a_group(world, uow, [first], kept)
        group.step(first, Event.CLAIM, "")
        group.write()
    with world.open_uow() as uow:  # never written
        a_group(world, uow, [first], kept).step(first, Event.CLAIM, "")

    with world.open_uow() as uow:
        assert a_group(world, uow, [first], kept).step(first, Event.CLAIM, "")


_Happening = tuple[int, str, Verdict | None]


@given(
    happenings=st.lists(
        st.tuples(
            st.integers(0, 2 * len(NAMES) - 1),
            st.sampled_from(["nothing", "nothing", "nothing", *sorted(MISFORTUNES)]),
            st.sampled_from([None, *Verdict]).filter(lambda one: one is not Verdict.STOPPED),
        ),
        max_size=8,
        unique_by=lambda one: one[0],
    )
)
@settings(max_examples=20, deadline=None)
def test_whatever_happens_each_mail_hears_what_it_would_hear_without_anything_kept(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[_Happening]
) -> None:
    here = a_world(tmp_path_factory.mktemp("world"))
    jobs, befallen = the_waiting(here), set[str]()
    kept = the_kept(jobs)
    for place, misfortune, verdict in happenings:
        name = NAMES[place % len(NAMES)]
        if misfortune != "nothing" and name not in befallen:
            befallen.add(name)
            with here.open_uow() as uow:
                MISFORTUNES[misfortune][0](here, uow, a_due_message(name))
                uow.commit()
        if claim(here, jobs[place], kept) is None and verdict is not None:
            settle(here, jobs[place], verdict, kept)
    here.engine.dispose()
