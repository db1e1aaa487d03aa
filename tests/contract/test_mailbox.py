"""What every mailbox keeps to: the fake, a Maildir, and a real IMAP server (dovecot) over TLS."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from guildpost_agent.adapters.mailbox.imap import ImapMailbox, _quoted
from guildpost_agent.adapters.mailbox.maildir import MaildirMailbox
from guildpost_agent.app.ports.mailbox import Mailbox
from guildpost_shared.errors import ConfigurationError, GuildpostError, Unavailable, Untrusted
from tests.factories.tls_files import make_tls_files
from tests.fakes.imap_server import DOVECOT, ImapServer
from tests.fakes.mailbox import FakeMailbox

FOLDER = "Guildpost"
FIRST, SECOND = b"Subject: eins\n\nA\n", b"Subject: zwei\n\nB\n"
NEEDS_DOVECOT = pytest.mark.skipif(
    DOVECOT is None and not os.environ.get("CI"), reason="dovecot-imapd is not installed (CI requires it)"
)


@dataclass
class Case:
    """A mailbox, how a message gets into it, and how many were put away."""

    mailbox: Mailbox
    deliver: Callable[[bytes], object]
    put_away: Callable[[], int]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    folder = tmp_path_factory.mktemp("imap")
    with ImapServer(folder / "dovecot", make_tls_files(folder / "tls")) as running:
        yield running


@pytest.fixture(params=["fake", "maildir", pytest.param("imap", marks=NEEDS_DOVECOT)])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    if request.param == "fake":
        fake = FakeMailbox()
        return Case(fake, fake.deliver, lambda: len(fake.done))
    if request.param == "maildir":
        return _maildir(tmp_path)
    server: ImapServer = request.getfixturevalue("server")
    for file in (*server.mail.rglob("cur/*"), *server.mail.rglob("new/*")):
        file.unlink()
    return Case(ImapMailbox(server.settings()), server.deliver, lambda: server.put_away(FOLDER))


def _maildir(tmp_path: Path) -> Case:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    count = iter(range(1, 100))

    def deliver(raw: bytes) -> None:
        (tmp_path / "box" / "new" / f"17000000{next(count):02}.1.host").write_bytes(raw)

    def put_away() -> int:
        return len(list((tmp_path / "box" / f".{FOLDER}" / "cur").glob("*")))

    return Case(MaildirMailbox(tmp_path / "box", FOLDER), deliver, put_away)


def _unix(raw: bytes | None) -> bytes:
    return (raw or b"").replace(b"\r\n", b"\n")


def test_an_empty_mailbox_holds_nothing(case: Case) -> None:
    with case.mailbox.open() as session:
        assert [] == list(session.waiting())


def test_messages_are_listed_oldest_first_and_read_as_they_came(case: Case) -> None:
    case.deliver(FIRST)
    case.deliver(SECOND)
    with case.mailbox.open() as session:
        assert [FIRST, SECOND] == [_unix(session.read(key)) for key in session.waiting()]


def test_what_is_only_read_still_waits_under_the_same_key(case: Case) -> None:
    case.deliver(FIRST)
    with case.mailbox.open() as session:
        (key,) = session.waiting()
        session.read(key)
    with case.mailbox.open() as session:
        assert [key] == list(session.waiting())


def test_what_was_put_away_waits_no_more_and_is_kept(case: Case) -> None:
    case.deliver(FIRST)
    case.deliver(SECOND)
    with case.mailbox.open() as session:
        first, second = session.waiting()
        session.put_away(first)
        assert [second] == list(session.waiting())
        assert session.read(first) is None
    assert 1 == case.put_away()


def test_putting_away_twice_changes_nothing(case: Case) -> None:
    case.deliver(FIRST)
    with case.mailbox.open() as session:
        (key,) = session.waiting()
        session.put_away(key)
        session.put_away(key)
    assert 1 == case.put_away()


def test_a_key_is_never_used_again(case: Case) -> None:
    case.deliver(FIRST)
    with case.mailbox.open() as session:
        (key,) = session.waiting()
        session.put_away(key)
    case.deliver(SECOND)
    with case.mailbox.open() as session:
        assert key not in session.waiting()


def test_the_fake_may_be_away() -> None:
    box = FakeMailbox([FIRST])
    box.away = True
    with pytest.raises(Unavailable), box.open():
        pass


def test_a_maildir_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="mailbox_folder_unusable"), MaildirMailbox(tmp_path, FOLDER).open():
        pass


@NEEDS_DOVECOT
@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"password": "falsch"}, ConfigurationError, "mailbox_login_refused"),
        ({"trusted": False}, Untrusted, "mailbox_certificate_untrusted"),
    ],
)
def test_what_keeps_us_out_is_said(
    server: ImapServer, changes: dict[str, object], kind: type[GuildpostError], code: str
) -> None:
    with pytest.raises(kind) as caught, ImapMailbox(server.settings(**changes)).open():  # type: ignore[arg-type] # real names
        pass
    assert code == caught.value.code


@NEEDS_DOVECOT
@pytest.mark.parametrize("security", ["starttls", "none"])
def test_other_ways_in_work_when_they_are_named(server: ImapServer, security: str) -> None:
    with ImapMailbox(server.settings(security=security)).open() as session:  # type: ignore[arg-type] # one of the names
        assert session.waiting() is not None


def test_a_server_that_is_not_there_is_away(tmp_path: Path) -> None:
    from guildpost_agent.adapters.mailbox.imap import ImapSettings  # noqa: PLC0415 — only here

    settings = ImapSettings("127.0.0.1", 1, "tls", "a", str(tmp_path / "none"))
    with pytest.raises(Unavailable, match="mailbox_away"), ImapMailbox(settings).open():
        pass


@pytest.mark.parametrize(
    ("name", "written"),
    [("INBOX", '"INBOX"'), ("Rückläufer", '"R&APw-ckl&AOQ-ufer"'), ("A&B", '"A&-B"'), ('a"b', '"a\\"b"')],
)
def test_a_folder_is_named_in_modified_utf7(name: str, written: str) -> None:
    assert written == _quoted(name)
