"""Releases killed with SIGKILL at random instants and at every failpoint, in parts: each letter arrives exactly once.

Meanwhile a lettershop fetches whatever it finds, at once, so that nothing of a batch is left to look at. The control
forgets which batches were promised: the same kills must then print letters twice.
"""

import csv
import io
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from guildpost_agent.domain.letter_batch import checksums
from guildpost_agent.domain.outbox import State
from guildpost_agent.domain.records import Channel
from tests.factories.campaign import tell
from tests.factories.nursery import Nursery
from tests.factories.sending_world import SendingWorld, a_due_message, plan_all

IN_A_PART, PLANNED_AT_ONCE = 5, 17
FAILPOINTS = [
    *("queued", "claimed", "rendered", "rendered:3", "part_released:2", "file_written:2", "part_staged:2"),
    *("part_staged:4", "released", "file_written:5", "staged", "promised", "delivered", "recorded"),
]


@dataclass
class Campaign:
    """What was met; ``in_parts`` counts the kills that left some parts of a batch staged."""

    kills: int = 0
    inside_a_batch: int = 0
    in_parts: int = 0
    missed: int = 0
    failpoints: Counter[str] = field(default_factory=Counter)
    batches: list[dict[str, bytes]] = field(default_factory=list)


@contextmanager
def lettershop(folder: Path, met: Campaign) -> Iterator[None]:
    """Take every batch away in the moment that it has its name."""
    fetched, closed = folder / "fetched", threading.Event()
    fetched.mkdir()

    def fetch() -> None:
        while not closed.is_set():
            for batch in (folder / "briefe").glob("batch-*"):
                batch.rename(fetched / f"{len(met.batches):04}")
                mine = fetched / f"{len(met.batches):04}"
                met.batches.append({path.name: path.read_bytes() for path in mine.iterdir()})
            time.sleep(0.0005)

    thread = threading.Thread(target=fetch)
    thread.start()
    try:
        yield
        time.sleep(0.05)
    finally:
        closed.set()
        thread.join()


def campaign(folder: Path, kills: int, *, forgetful: bool = False) -> tuple[Campaign, SendingWorld]:
    """Kill so often, every other time at a failpoint in turn, otherwise at a random instant."""
    world, met, chance = SendingWorld(folder), Campaign(), random.Random(kills)
    planned = 0
    with Nursery() as nursery, lettershop(folder, met):
        assert 0 == nursery.start_letters(folder, IN_A_PART).wait()  # everything is loaded
        whole = 0.0  # seconds of the last undisturbed run
        while met.kills < kills:
            assert met.missed <= kills, "most runs end before they are killed"
            if not waiting(world):  # an interrupted batch may be gone already: there is always another one to begin
                names = [f"p{number:06}" for number in range(planned, planned + PLANNED_AT_ONCE)]
                plan_all(world.open_uow, [a_due_message(name, Channel.LETTER) for name in names])
                planned += len(names)
            place = FAILPOINTS[met.kills // 2 % len(FAILPOINTS)] if met.kills % 2 else ""
            started = time.monotonic()
            run = nursery.start_letters(folder, IN_A_PART, f"letters.{place}" if place else "")
            if not place and whole:
                time.sleep(whole * chance.random())
                kill(run.pid)
            ended = run.wait()
            if not place and ended == 0:
                whole = time.monotonic() - started
                met.missed += 1
                continue
            assert -signal.SIGKILL == ended, f"run {met.kills} ended by itself with {ended} instead of at {place}"
            met.kills += 1
            met.failpoints.update([place] if place else [])
            met.inside_a_batch += in_state(world, State.SENDING) > 0
            met.in_parts += any(len(list(one.iterdir())) > 1 for one in (folder / "briefe").glob(".batch-*"))
            if forgetful:
                forget_promises(world)
        for _ in range(2):
            assert 0 == nursery.start_letters(folder, IN_A_PART).wait()
    return met, world


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def waiting(world: SendingWorld) -> int:
    with world.open_uow() as uow:
        ready = uow.outbox.in_state(Channel.LETTER, State.READY)
        return len(ready) + len(uow.plans.to_queue(Channel.LETTER, world.clock.now()))


def in_state(world: SendingWorld, state: State) -> int:
    with world.open_uow() as uow:
        return len(uow.outbox.in_state(Channel.LETTER, state))


def forget_promises(world: SendingWorld) -> None:
    with world.open_uow() as uow:
        uow.documents.put("letters/promised", b"[]")
        uow.commit()


def letters_of(batch: dict[str, bytes]) -> list[str]:
    """Read a batch as a lettershop does: the checksums hold, and each letter is in the file that the index names."""
    sums = checksums({name: data for name, data in batch.items() if name != "SHA256SUMS"})
    assert sorted(sums.splitlines()) == sorted(batch["SHA256SUMS"].splitlines())
    rows = list(csv.DictReader(io.StringIO(batch["index.csv"].decode()), delimiter=";"))
    in_files = [doc for name in sorted(batch) if name.endswith(".pdf") for doc in batch[name].decode().split()[1:]]
    assert all(row["doc_id"].encode() in batch[row["file"]] for row in rows)
    assert in_files == [row["doc_id"] for row in rows]
    return in_files


KILLS = [56, pytest.param(1_000, marks=pytest.mark.soak)]


@pytest.mark.parametrize("kills", KILLS, ids=["56", "1000"])
@pytest.mark.timeout(0)
def test_each_letter_arrives_exactly_once_whenever_the_release_is_killed(
    tmp_path: Path, kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    met, world = campaign(tmp_path, kills)

    with world.open_uow() as uow:
        jobs = [uow.outbox.get(touchpoint.touchpoint_id) for touchpoint in uow.plans.touchpoints()]
    arrived = [doc for batch in met.batches for doc in letters_of(batch)]
    several = sum(len([name for name in batch if name.endswith(".pdf")]) > 1 for batch in met.batches)
    figures = {name: value for name, value in vars(met).items() if name != "batches"}
    tell(capsys, "kills of letters", **figures, batches=len(met.batches), in_several_parts=several)

    # Not vacuous.
    assert set(FAILPOINTS) == set(met.failpoints)
    assert met.inside_a_batch >= 0.5 * kills
    assert met.in_parts >= 0.1 * kills
    assert several >= len(met.batches) / 2 > 0
    # The promises.
    assert {State.SENT} == {job.state for job in jobs if job}
    assert sorted(job.message_id for job in jobs if job) == sorted(arrived)  # nothing lost, nothing twice
    assert len(jobs) == len(arrived)
    assert [] == [path.name for path in (tmp_path / "briefe").iterdir()]  # nothing hidden is left


@pytest.mark.campaign
@pytest.mark.timeout(0)
def test_the_same_kills_print_letters_twice_where_a_promise_is_forgotten(tmp_path: Path) -> None:
    met, _ = campaign(tmp_path, 2 * len(FAILPOINTS), forgetful=True)
    arrived = Counter(doc for batch in met.batches for doc in letters_of(batch))
    assert max(arrived.values()) > 1
