"""Files and folders that agent.toml names lie in the agent's folder, from wherever its programs are started."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.adapters.mailbox.imap import ImapMailbox, ImapSettings
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.sending import mail_channel
from guildpost_agent.config import AgentConfig, load_config
from guildpost_shared.errors import ConfigurationError, public_text
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import SendingWorld

FILES = """
[mail.mailbox]
host = "imap.example"
username = "u"
password_file = "mailbox_password"
ca_file = "imap-ca.pem"

[appointments]
folder = "planner"

[dms.loco_soft]
host = "dms.example"
user = "guildpost"
password_file = "loco_soft_password"
"""
NAMED: dict[str, tuple[Callable[[AgentConfig], object], str]] = {
    "smtp.ca_file": (lambda c: c.smtp.ca_file, "ca/mail.pem"),
    "smtp.password_file": (lambda c: c.smtp.password_file, "smtp_password"),
    "relay.ca_file": (lambda c: c.relay.ca_file, "relay.pem"),
    "mail.mailbox.ca_file": (lambda c: c.mail.mailbox and c.mail.mailbox.ca_file, "imap-ca.pem"),
    "mail.mailbox.password_file": (lambda c: c.mail.mailbox and c.mail.mailbox.password_file, "mailbox_password"),
    "dms.loco_soft.password_file": (
        lambda c: c.dms.loco_soft and c.dms.loco_soft.password_file,
        "loco_soft_password",
    ),
    "dms.drop_folder": (lambda c: c.dms.drop_folder, "exports"),
    "letters.folder": (lambda c: c.letters.folder, "letters/out"),
    "appointments.folder": (lambda c: c.appointments.folder, "planner"),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = an_agent_home(tmp_path, monkeypatch)
    file = home / "agent.toml"
    text = file.read_text("utf-8")
    for old, new in (
        (f'drop_folder = "{tmp_path}/dms"', 'drop_folder = "exports"'),
        (f'folder = "{tmp_path}/letters"', 'folder = "letters/out"'),
        ('password_file = ""', 'password_file = "smtp_password"\nca_file = "ca/mail.pem"'),
        ('url = "https://antwort', 'ca_file = "relay.pem"\nurl = "https://antwort'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text + FILES, "utf-8")
    return home


@pytest.mark.parametrize(("read", "name"), NAMED.values(), ids=NAMED)
def test_a_file_or_folder_is_looked_for_in_the_agents_folder(
    home: Path, read: Callable[[AgentConfig], object], name: str
) -> None:
    assert str(home / name) == str(read(load_config(home)))


def test_an_absolute_path_stays_and_no_file_stays_none(home: Path) -> None:
    file = home / "agent.toml"
    file.write_text(file.read_text("utf-8").replace("ca/mail.pem", "/etc/ssl/mail.pem").replace("smtp_password", ""))
    smtp = load_config(home).smtp
    assert (Path("/etc/ssl/mail.pem"), "") == (smtp.ca_file, smtp.password_file)


def test_a_home_named_from_where_one_stands_means_the_same_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.parent)
    assert home / "ca" / "mail.pem" == load_config(Path(home.name)).smtp.ca_file


def test_certificates_that_are_not_there_are_named_and_the_mails_wait(home: Path, tmp_path: Path) -> None:
    world = SendingWorld(tmp_path)
    touchpoint = world.plan("erika")
    stopped = world.dispatch(mail_channel(open_core(home))).stopped
    assert stopped is not None
    assert f"{home}/ca/mail.pem" in public_text(stopped, "en").what
    assert ("planned", "ready") == world.states(touchpoint)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "something else"])
def test_unusable_certificates_are_the_operators_to_mend(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    imap = ImapMailbox(ImapSettings("127.0.0.1", 1, "tls", "u", "p", "INBOX", "Guildpost", file))
    with pytest.raises(ConfigurationError, match="mail_ca_unreadable"), imap.open():
        pass
    world = SendingWorld(tmp_path)
    world.plan("erika")
    stopped = world.dispatch(SmtpChannel(SmtpSettings("127.0.0.1", 1, ca_file=file))).stopped
    assert stopped is not None
    assert "mail_ca_unreadable" == stopped.code
