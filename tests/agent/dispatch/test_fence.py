"""A restored backup or a cloned home sends nothing before a person confirms: mails, letters, confirmations, calls."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from guildpost_agent.adapters.files.fence_file import FILE, FenceFile
from guildpost_agent.app.fence import Fence, confirm_restored, pass_fence, require_original
from guildpost_agent.app.relay_state import note_relay_answer
from guildpost_agent.bootstrap.core import DATABASE, Core, open_core
from guildpost_agent.bootstrap.opt_ins import ask_for_confirmations
from guildpost_agent.bootstrap.sending import print_letters, send_mails
from guildpost_agent.cli import main
from guildpost_agent.domain.records import Channel
from guildpost_shared.clock import ManualClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Refused
from tests.factories.agent import a_service
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import NOW, a_due_message, plain_mail, plan_all
from tests.fakes.fault_server import FaultServer

SERVICES = {"hu_au": a_service()}


class PlainComposer:
    """Composes plain mails; letters never come that far here."""

    mail = staticmethod(plain_mail)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


def opened(home: Path, port: int = 1) -> Core:
    core = open_core(home, business_clock=ManualClock(NOW))
    smtp = core.config.smtp.model_copy(update={"host": "127.0.0.1", "port": port, "security": "none"})
    with core.open_uow() as uow:
        note_relay_answer(uow, NOW)
        uow.commit()
    return replace(core, config=core.config.model_copy(update={"smtp": smtp}))


def send(home: Path, port: int) -> int:
    core = opened(home, port)
    try:
        summary = send_mails(core, SERVICES, PlainComposer())  # type: ignore[arg-type] # what the dispatcher asks of it
        assert summary.stopped is None
        return summary.sent
    finally:
        core.engine.dispose()


def plan(home: Path, *names: str, channel: Channel = Channel.EMAIL) -> None:
    core = opened(home)
    plan_all(core.open_uow, [a_due_message(name, channel) for name in names])
    core.engine.dispose()


def confirm(home: Path) -> int:
    core = opened(home)
    refused = confirm_restored(core.open_uow, core.fence, core.keys.relay, by="Frau Muster", now=NOW, send_due=False)
    core.engine.dispose()
    return refused


def restore_database(home: Path, backup: Path) -> Path:
    shutil.copy(backup / DATABASE, home / DATABASE)
    return home


def restore_home_in_place(home: Path, backup: Path) -> Path:
    for file in backup.iterdir():
        if file.is_file():
            (home / file.name).write_bytes(file.read_bytes())
    return home


def restore_home_elsewhere(home: Path, backup: Path) -> Path:
    shutil.copytree(backup, home.with_name("moved"))
    return home.with_name("moved")


def lose_the_fence(home: Path, _backup: Path) -> Path:
    (home / FILE).unlink()
    return home


WAYS = pytest.mark.parametrize(
    "way",
    [restore_database, restore_home_in_place, restore_home_elsewhere, lose_the_fence],
    ids=lambda way: way.__name__,
)


@WAYS
def test_a_restored_backup_sends_nothing_before_a_person_confirms(
    home: Path, tmp_path: Path, way: Callable[[Path, Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with FaultServer() as server:
        plan(home, "anna")
        assert 1 == send(home, server.port)
        plan(home, "berta")
        shutil.copytree(home, tmp_path / "backup", copy_function=shutil.copy2)
        assert 1 == send(home, server.port)  # after the backup was made: the restored agent does not know
        restored = way(home, tmp_path / "backup")

        for _ in range(2):
            with pytest.raises(Refused, match="restored_unconfirmed"):
                send(restored, server.port)
        plan(restored, "letter", channel=Channel.LETTER)
        core = opened(restored)
        for sends in (
            lambda: ask_for_confirmations(core),
            lambda: print_letters(core, SERVICES, PlainComposer()),  # type: ignore[arg-type] # as above
        ):
            with pytest.raises(Refused, match="restored_unconfirmed"):
                sends()
        core.engine.dispose()
        assert 0 != main(["calls", "list", "--home", str(restored)])
        assert "restored --by" in capsys.readouterr().err

        assert confirm(restored) in {1, 2}  # the letter, and the mail that a restored database forgot
        assert 0 == send(restored, server.port)  # what was due may have left already
        plan(restored, "clara")
        assert 1 == send(restored, server.port)
        received = Counter(server.accepted)

    assert (3, 1) == (len(received), max(received.values()))


def test_what_was_due_goes_out_again_only_where_the_person_says_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FaultServer() as server:
        plan(home, "anna")
        core = opened(home)
        pass_fence(core.open_uow, core.fence)
        core.engine.dispose()
        moved = restore_home_elsewhere(home, home)

        assert 0 == main(["restored", "--by", "Frau Muster", "--send-due", "--home", str(moved)])
        assert "Frau Muster" in capsys.readouterr().out

        assert 1 == send(moved, server.port)


def test_a_clone_and_its_original_both_run_and_only_the_original_sends(home: Path) -> None:
    with FaultServer() as server:
        plan(home, "anna")
        send(home, server.port)
        clone = restore_home_elsewhere(home, home)
        for each in (home, clone):
            plan(each, "berta")

        assert 1 == send(home, server.port)
        with pytest.raises(Refused, match="restored_unconfirmed"):
            send(clone, server.port)
        assert 2 == len(server.accepted)


def test_a_restart_and_a_crash_while_turning_are_no_restore(home: Path) -> None:
    with FaultServer() as server:
        for name in ("anna", "berta"):
            plan(home, name)
            assert 1 == send(home, server.port)

        class Dies(FenceFile):
            def write(self, value: str) -> NoReturn:
                super().write(value)
                raise KeyboardInterrupt

        core = opened(home)
        with pytest.raises(KeyboardInterrupt):
            pass_fence(core.open_uow, Fence(Dies(home / FILE), OsEntropy()))
        require_original(core.open_uow, core.fence)
        core.engine.dispose()
        plan(home, "clara")
        assert 1 == send(home, server.port)
