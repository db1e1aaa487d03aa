"""The mailbox of a real agent's home: its configuration, when it is read, and mails that leave again."""

from pathlib import Path

import pytest

from guildpost_agent.app.sender_problem import note_sender_problem
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.mailbox import MailboxRound, check_mailbox
from guildpost_agent.cli import main
from guildpost_shared.errors import ConfigurationError
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import NOW


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = an_agent_home(tmp_path, monkeypatch)
    for name in ("new", "cur", "tmp"):
        (home / "box" / name).mkdir(parents=True)
    return home


def configure(home: Path, lines: str) -> None:
    file = home / "agent.toml"
    file.write_text(file.read_text("utf-8") + f"\n[mail.mailbox]\n{lines}\n", "utf-8")


def test_without_a_mailbox_nothing_is_read(home: Path) -> None:
    core = open_core(home)
    assert check_mailbox(core, {}) is None
    assert not MailboxRound(core).due(NOW)


def test_a_mailbox_is_looked_at_every_few_minutes(home: Path) -> None:
    configure(home, 'maildir = "box"\nevery_minutes = 15')
    looks = MailboxRound(open_core(home))
    assert looks.every is not None
    assert [True, False, True] == [looks.due(NOW), looks.due(NOW + looks.every / 2), looks.due(NOW + looks.every)]


@pytest.mark.parametrize(
    "lines",
    [
        "every_minutes = 5",
        'maildir = "box"\nhost = "imap.example"',
        'host = "imap.example"',
        'maildir = "x"\nfolder = "a/b"',
    ],
)
def test_a_mailbox_that_is_half_said_is_refused(home: Path, lines: str) -> None:
    configure(home, lines)
    with pytest.raises(ConfigurationError, match="agent_config_invalid"):
        open_core(home)


def test_mails_leave_again_once_a_person_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    core = open_core(home)
    with core.open_uow() as uow:
        note_sender_problem(uow, "blocked", "5.7.1", NOW)
        uow.commit()
    assert 0 != main(["bounces", "--resume", "--home", str(home)])
    assert 0 == main(["bounces", "--resume", "--by", "Kraft", "--home", str(home)])
    assert 0 == main(["bounces", "--resume", "--by", "Kraft", "--home", str(home)])
    first, second = capsys.readouterr().out.splitlines()
    assert first != second
