"""Dispatchers killed with SIGKILL at random instants and at every failpoint: nothing lost, nothing twice.

After each kill at most one mail per connection is of unknown fate; it stays ``unsure``. ``make soak`` kills 1,000 and
10,000 times, the sample here 150 times. The campaign counts what it really met, and fails where it met too little: a
campaign in which nothing is ever sent would find nothing. The control sends again what a kill left in ``sending``: the
same kills must then send mails twice.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.domain.outbox import State
from guildpost_agent.domain.records import Channel
from tests.factories.campaign import tell
from tests.factories.nursery import Nursery
from tests.factories.sending_world import SendingWorld, a_due_message, plan_all
from tests.fakes.fault_server import FaultServer

CONNECTIONS = 3
FAILPOINTS = [
    "dispatch.queued",
    "dispatch.composed",
    "dispatch.claimed",
    "smtp.before_data",
    "smtp.accepted",
    "dispatch.recorded",
]
FEWEST, PLANNED_AT_ONCE = 100, 300


@dataclass
class Campaign:
    """What was met."""

    kills: int = 0
    runs_that_sent: int = 0
    inside_a_send: int = 0
    most_unsure: int = 0
    failpoints: Counter[str] = field(default_factory=Counter)


class Killer:
    """Waits until so many more mails were accepted, and a random moment longer, and kills."""

    def __init__(self, server: FaultServer, seed: int) -> None:
        self._server = server
        self._chance = random.Random(seed)

    def kill(self, pid: int) -> None:
        wanted = len(self._server.accepted) + self._chance.randint(1, 25)
        patience = time.monotonic() + 2
        while len(self._server.accepted) < wanted and time.monotonic() < patience:
            time.sleep(0.0005)
        time.sleep(self._chance.random() * 0.01)
        os.kill(pid, signal.SIGKILL)


def campaign(folder: Path, kills: int, *, forgetful: bool = False) -> tuple[Campaign, SendingWorld, FaultServer]:
    """Kill so often; half of the kills at failpoints in turn, half at random instants.

    Args:
        folder: an empty one.
        kills: how often.
        forgetful: what a kill left in ``sending`` counts as not sent, as if nothing had been written before sending.
    """
    world, met = SendingWorld(folder), Campaign()
    planned = 0
    with Nursery() as nursery, FaultServer() as server:
        smtp = SmtpSettings("127.0.0.1", server.port, "none", connections=CONNECTIONS)
        killer, chance = Killer(server, kills), random.Random(kills)
        while met.kills < kills:
            if waiting(world) < FEWEST:
                names = [f"p{number:06}" for number in range(planned, planned + PLANNED_AT_ONCE)]
                plan_all(world.open_uow, [a_due_message(name) for name in names])
                planned += len(names)
            before = len(server.accepted)
            place = FAILPOINTS[met.kills // 2 % len(FAILPOINTS)] if met.kills % 2 else ""
            count = 1 if place == "dispatch.queued" else chance.randint(2, 20 if place.startswith("smtp") else 12)
            run = nursery.start(folder, smtp, failpoint=f"{place}:{count}" if place else "")
            if not place:
                threading.Thread(target=killer.kill, args=(run.pid,), daemon=True).start()
            ended = run.wait()
            assert -signal.SIGKILL == ended, f"run {met.kills} ended by itself with {ended}"
            sending = in_state(world, State.SENDING)
            met.kills += 1
            met.failpoints.update([place] if place else [])
            met.runs_that_sent += len(server.accepted) > before
            met.inside_a_send += sending > 0
            met.most_unsure = max(met.most_unsure, sending)
            if forgetful:
                forget_claims(world)
        assert 0 == nursery.start(folder, smtp).wait()
        assert 0 == nursery.start(folder, smtp).wait()
    return met, world, server


def forget_claims(world: SendingWorld) -> None:
    with world.open_uow() as uow:
        for job in uow.outbox.in_state(Channel.EMAIL, State.SENDING):
            uow.outbox.move(job.touchpoint_id, expected=State.SENDING, to=State.READY, now=world.clock.now())
            uow.plans.move(job.touchpoint_id, expected="sending", to="planned")
        uow.commit()


def waiting(world: SendingWorld) -> int:
    with world.open_uow() as uow:
        ready = uow.outbox.in_state(Channel.EMAIL, State.READY)
        return len(ready) + len(uow.plans.to_queue(Channel.EMAIL, world.clock.now()))


def in_state(world: SendingWorld, state: State) -> int:
    with world.open_uow() as uow:
        return len(uow.outbox.in_state(Channel.EMAIL, state))


KILLS = [150, pytest.param(1_000, marks=pytest.mark.soak), pytest.param(10_000, marks=pytest.mark.soak)]


@pytest.mark.parametrize("kills", KILLS, ids=["150", "1000", "10000"])
@pytest.mark.timeout(0)
def test_nothing_is_lost_or_sent_twice_whenever_the_dispatcher_is_killed(
    tmp_path: Path, kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    met, world, server = campaign(tmp_path, kills)

    with world.open_uow() as uow:
        jobs = [uow.outbox.get(touchpoint.touchpoint_id) for touchpoint in uow.plans.touchpoints()]
    states = Counter(job.state if job else "–" for job in jobs)
    received = Counter(server.accepted)
    tell(capsys, "kills", **vars(met), states=states, received=len(server.accepted), most=max(received.values()))

    # Not vacuous.
    assert set(FAILPOINTS) == set(met.failpoints)
    assert met.runs_that_sent >= 0.95 * (kills - met.failpoints["dispatch.queued"])
    assert met.inside_a_send >= 0.1 * kills
    # The promises.
    assert 1 == max(received.values())  # 0 duplicates
    assert {State.SENT, State.UNSURE} == set(states)  # 0 lost: everything ended, and …
    assert {job.message_id for job in jobs if job and job.state == State.SENT} <= set(received)  # … sent is sent
    assert met.most_unsure <= CONNECTIONS
    assert states[State.UNSURE] <= CONNECTIONS * kills


@pytest.mark.campaign
@pytest.mark.timeout(0)
def test_the_same_kills_send_mails_twice_where_a_claim_is_forgotten(tmp_path: Path) -> None:
    met, _, server = campaign(tmp_path, 24, forgetful=True)
    twice = [message_id for message_id, times in Counter(server.accepted).items() if times > 1]
    assert len(twice) >= met.failpoints["smtp.accepted"] >= 1
