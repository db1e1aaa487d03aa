"""The power fails while mails are sent: the encrypted database is whole, and nothing that was acknowledged is gone.

The product's own dispatcher sends over its own engine; what SQLCipher writes and syncs is recorded, and thousands of
disks that a power cut could have left are opened again by the product's engine. Each must be sound, and must hold
exactly what the last acknowledged commit held, or the one that was just being made. The same campaign with
``synchronous=NORMAL`` must find losses: it shows that these power cuts can take something away.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.tables import outbox
from guildpost_agent.adapters.sql.unit_of_work import SqlUnitOfWork, unit_of_work_factory
from guildpost_agent.app.ports.channel import Carried, Exchange, OutgoingMail
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from tests.factories.campaign import tell
from tests.factories.recorded_disk import RecordedDisk
from tests.factories.sending_world import _KEY, SendingWorld, a_due_message, plan_all

MAILS, CONNECTIONS = 240, 3
States = tuple[tuple[str, str], ...]


class AtOnce:
    """A mail server that accepts everything, over three connections that finish in turn."""

    def __init__(self, disk: RecordedDisk) -> None:
        self._disk = disk
        self.handed_over: list[str] = []

    def carry(self, exchange: Exchange, expected: int) -> None:
        del expected
        busy: list[OutgoingMail] = []
        done: Sequence[Carried] = ()
        while True:
            given = exchange(done, CONNECTIONS - len(busy), len(busy))
            for mail in given:  # from here on somebody outside knows: the claim must be on the disk
                self._disk.mark(("handed over", mail.key))
                self.handed_over.append(mail.key)
            busy += given
            if not busy:
                return
            first = busy.pop(0)
            done = [Carried(first.key, Receipt(Verdict.ACCEPTED, 250, "2.0.0"))]


def states_of(engine: Engine) -> States:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT touchpoint_id, state FROM outbox ORDER BY touchpoint_id")).all()
    return tuple((row[0], row[1]) for row in rows)


@contextmanager
def weakened(engine: Engine, synchronous: str) -> Iterator[None]:
    """Let the engine's connections sync less than the product wants."""
    if synchronous != "FULL":
        event.listen(engine, "connect", lambda driver, _: driver.execute(f"PRAGMA synchronous = {synchronous}"))
        engine.dispose()
    yield


def recorded(folder: Path, synchronous: str) -> RecordedDisk:
    """Send, with every commit's outcome noted when it was acknowledged."""
    folder.mkdir()
    world = SendingWorld(folder)
    plan_all(world.open_uow, [a_due_message(f"p{number:04}") for number in range(MAILS)])
    world.engine.dispose()
    disk = RecordedDisk(folder)
    with disk:
        world.engine = open_engine(folder / "agent.db", _KEY)
        with weakened(world.engine, synchronous):
            world.open_uow = acknowledging(world, disk)
            summary = world.dispatch(AtOnce(disk))
        assert MAILS == summary.sent
        world.engine.dispose()
    return disk


def acknowledging(world: SendingWorld, disk: RecordedDisk) -> OpenUnitOfWork:
    """Note after each commit what it made durable."""
    plain = unit_of_work_factory(world.engine)

    @contextmanager
    def open_uow() -> Iterator[SqlUnitOfWork]:
        with plain() as uow:
            assert isinstance(uow, SqlUnitOfWork)
            commit = uow.commit

            def and_note() -> None:
                rows = uow._connection.execute(outbox.select().order_by(outbox.c.touchpoint_id)).mappings()
                states = tuple((row["touchpoint_id"], row["state"]) for row in rows)
                disk.mark(("committing", states))
                commit()
                disk.mark(("acknowledged", states))

            uow.commit = and_note  # type: ignore[method-assign] # this one transaction's
            yield uow

    return open_uow


def judge(disk: RecordedDisk, folder: Path, cuts: int, seed: int) -> dict[str, int]:
    """Open the disks that power cuts left, with the product's engine."""
    chance = random.Random(seed)
    points = [chance.randrange(1, len(disk.events)) for _ in range(cuts)]
    found = {"states": 0, "corrupt": 0, "lost": 0, "inside_a_commit": 0, "recovered_a_log": 0}
    for files, marks in disk.power_cuts(points, chance):
        found["states"] += 1
        place = folder / "cut"
        place.mkdir(exist_ok=True)
        for old in place.iterdir():
            old.unlink()
        for name, data in files.items():
            (place / name).write_bytes(data)
        found["recovered_a_log"] += bool(files.get("agent.db-wal"))
        said = [mark.label for mark in marks if isinstance(mark.label, tuple)]
        states = [label for label in said if label[0] in {"committing", "acknowledged"}]
        found["inside_a_commit"] += bool(states) and states[-1][0] == "committing"
        engine = open_engine(place / "agent.db", _KEY)
        try:
            there = states_of(engine)
            driver = engine.raw_connection()
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the seal of each page is looked for in the file alone
            driver.close()
            with engine.connect() as connection:
                sound = connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
                sound = sound and not connection.execute(text("PRAGMA cipher_integrity_check")).all()
            found["corrupt"] += not sound
            acknowledged = [label[1] for label in states if label[0] == "acknowledged"]
            allowed = {acknowledged[-1] if acknowledged else (), states[-1][1] if states else ()}
            handed = {label[1] for label in said if label[0] == "handed over"}
            ready = {key for key, state in there if state == "ready"}
            found["lost"] += there not in allowed or bool(handed & ready)
        except Exception:  # noqa: BLE001 — whatever an unreadable database raises, it is unreadable
            found["corrupt"] += 1
        finally:
            engine.dispose()
    return found


SIZES = pytest.mark.parametrize("cuts", [250, pytest.param(10_000, marks=pytest.mark.soak)], ids=["250", "10000"])


@SIZES
@pytest.mark.timeout(0)
def test_no_power_cut_takes_an_acknowledged_commit_or_the_database(
    tmp_path: Path, cuts: int, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = recorded(tmp_path / "full", "FULL")

    found = judge(disk, tmp_path, cuts, seed=1)

    tell(capsys, "power loss, synchronous=FULL", **found, events=len(disk.events))
    assert cuts == found["states"]
    assert found["inside_a_commit"] >= cuts / 10  # not vacuous: the power failed inside commits, …
    assert found["recovered_a_log"] >= cuts / 2  # … and there was a log to recover from
    assert (0, 0) == (found["corrupt"], found["lost"])


@SIZES
@pytest.mark.timeout(0)
def test_the_same_power_cuts_find_losses_where_less_is_synced(
    tmp_path: Path, cuts: int, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = recorded(tmp_path / "normal", "NORMAL")

    found = judge(disk, tmp_path, cuts, seed=1)

    tell(capsys, "power loss, synchronous=NORMAL (control)", **found, events=len(disk.events))
    assert found["lost"] >= cuts / 10
