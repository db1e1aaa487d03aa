"""One suite for every ``Channel``: the fake, and SMTP against a real server; then what only SMTP can do wrong."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.app.ports.channel import Carried, Channel, OutgoingMail
from guildpost_agent.domain.smtp_content import data_content
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_shared.errors import ConfigurationError, GuildpostError, Unavailable, Untrusted
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.channel import FakeChannel
from tests.fakes.smtp_server import SmtpServer

MAIL = OutgoingMail(
    "1",
    "service@autohaus.example",
    "erika@beispiel.example",
    b"From: service@autohaus.example\r\nSubject: Ihre HU\r\n\r\nGuten Tag\r\n.ein Punkt\r\n",
)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


def settings(server: SmtpServer, tls: TlsFiles, **changes: object) -> SmtpSettings:
    values: dict[str, object] = {
        "host": "localhost",
        "port": server.port,
        "ca_file": tls.ca,
        "command_seconds": 5.0,
        "final_dot_seconds": 5.0,
    }
    return SmtpSettings(**{**values, **changes})  # type: ignore[arg-type] # the tests name real fields


def carry(channel: Channel, *mails: OutgoingMail) -> list[Receipt | GuildpostError]:
    """Give mails as connections fall idle; list what became of them, in the order given."""
    waiting, results = list(mails), dict[str, Receipt | GuildpostError]()

    def exchange(carried: Sequence[Carried], idle: int, _on_the_way: int) -> list[OutgoingMail]:
        results.update({one.key: one.result for one in carried})
        given, waiting[:] = waiting[:idle], waiting[idle:]
        return given

    channel.carry(exchange, len(mails))
    return [results[mail.key] for mail in mails]


def mails(count: int) -> list[OutgoingMail]:
    return [replace(MAIL, key=str(number)) for number in range(count)]


def verdicts(results: list[Receipt | GuildpostError]) -> list[Verdict]:
    return [result.verdict for result in results if isinstance(result, Receipt)]


@dataclass
class Subject:
    """A channel with the ways to script its next answer and to see what arrived."""

    channel: Channel
    refuse_recipient: Callable[[str, Verdict], None]
    received: Callable[[], list[str]]


@pytest.fixture(params=["fake", "smtp"])
def subject(request: pytest.FixtureRequest, tls: TlsFiles) -> Iterator[Subject]:
    if request.param == "fake":
        fake = FakeChannel()

        def refuse(reply: str, verdict: Verdict) -> None:
            fake.answers[MAIL.recipient].append(Receipt(verdict, int(reply[:3]), reply[4:9]))

        yield Subject(fake, refuse, lambda: [mail.recipient for mail in fake.mails])
        return
    with SmtpServer(tls) as server:
        yield Subject(
            SmtpChannel(settings(server, tls)),
            lambda reply, _verdict: server.replies["RCPT"].append(reply),
            lambda: [mail.recipient for mail in server.mails],
        )


def test_an_accepted_mail_arrives_and_has_a_receipt(subject: Subject) -> None:
    (receipt,) = carry(subject.channel, MAIL)

    assert Receipt(Verdict.ACCEPTED, 250, "2.0.0") == receipt
    assert [MAIL.recipient] == subject.received()


def test_one_connection_carries_many_mails(subject: Subject) -> None:
    assert [Verdict.ACCEPTED] * 3 == verdicts(carry(subject.channel, *mails(3)))
    assert 3 == len(subject.received())


def test_a_refused_recipient_does_not_end_the_connection(subject: Subject) -> None:
    subject.refuse_recipient("550 5.1.1 unknown", Verdict.DEAD)

    receipts = carry(subject.channel, *mails(2))

    assert [Receipt(Verdict.DEAD, 550, "5.1.1"), Receipt(Verdict.ACCEPTED, 250, "2.0.0")] == receipts
    assert 1 == len(subject.received())


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_content_arrives_as_it_was_given(tls: TlsFiles, security: str) -> None:
    with SmtpServer(tls, security) as server:  # type: ignore[arg-type] # one of the three names
        finished = replace(MAIL, key="2", message=data_content(MAIL.message), finished=True)
        carry(SmtpChannel(settings(server, tls, security=security)), MAIL, finished)

        assert [MAIL.message] * 2 == [mail.content for mail in server.mails]


@pytest.mark.parametrize(
    ("verb", "reply", "verdict"),
    [
        ("MAIL", "451 4.3.2 busy", Verdict.DEFERRED),
        ("MAIL", "550 5.7.1 not allowed", Verdict.STOPPED),
        ("MAIL", "553 sender unknown", Verdict.STOPPED),
        ("RCPT", "450 4.2.0 greylisted", Verdict.DEFERRED),
        ("RCPT", "451 4.7.1 Greylisting in action", Verdict.DEFERRED),
        ("RCPT", "452 4.2.2 mailbox full", Verdict.DEFERRED),
        ("RCPT", "552 5.2.2 mailbox full", Verdict.DEFERRED),
        ("RCPT", "550 5.1.1 no such user", Verdict.DEAD),
        ("RCPT", "550 no such user", Verdict.BOUNCED),
        ("RCPT", "550 5.7.1 rejected", Verdict.STOPPED),
        ("RCPT", "554 listed at zen.spamhaus.org", Verdict.STOPPED),
        ("RCPT", "530 5.7.0 login first", Verdict.STOPPED),
        ("DATA", "451 4.3.0 try again", Verdict.DEFERRED),
        ("DATA", "550 5.1.1 no such user", Verdict.DEAD),
        ("DATA", "552 5.3.4 too large", Verdict.REJECTED),
        ("DATA", "554 5.6.0 bad content", Verdict.REJECTED),
        ("DATA", "554 5.7.1 spam", Verdict.STOPPED),
        ("DATA", "drop", Verdict.UNKNOWN),
    ],
)
def test_each_refusal_of_a_real_server_is_judged(tls: TlsFiles, verb: str, reply: str, verdict: Verdict) -> None:
    with SmtpServer(tls) as server:
        server.replies[verb] = [reply]
        receipts = carry(SmtpChannel(settings(server, tls)), *mails(2))

    assert [verdict, Verdict.ACCEPTED] == verdicts(receipts)


@pytest.mark.parametrize("reply", ["drop", "421 4.3.2 closing"])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_a_connection_that_breaks_before_data_is_made_again(tls: TlsFiles, verb: str, reply: str) -> None:
    with SmtpServer(tls) as server:
        server.replies[verb] = ["250 2.0.0 the first one passes", reply]
        receipts = carry(SmtpChannel(settings(server, tls)), *mails(2))

        assert ([Verdict.ACCEPTED] * 2, 2) == (verdicts(receipts), len(server.mails))


def test_a_connection_that_keeps_breaking_says_so_and_nothing_was_accepted(tls: TlsFiles) -> None:
    with SmtpServer(tls) as server:
        server.replies["RCPT"] = ["drop"] * 2
        (error,) = carry(SmtpChannel(settings(server, tls)), MAIL)

        assert isinstance(error, Unavailable)
        assert ("mail_server_away", []) == (error.code, server.mails)


def test_nobody_listening_is_unavailable(tls: TlsFiles) -> None:
    with SmtpServer(tls) as server:
        gone = settings(server, tls)
    with pytest.raises(Unavailable) as caught:
        carry(SmtpChannel(gone), MAIL)
    assert "mail_server_away" == caught.value.code


def refused_to_open(channel: SmtpChannel) -> GuildpostError:
    with pytest.raises(GuildpostError) as caught:
        carry(channel, MAIL)
    return caught.value


def test_a_server_without_starttls_is_refused(tls: TlsFiles) -> None:
    with SmtpServer(security="none") as server:
        error = refused_to_open(SmtpChannel(settings(server, tls)))
        assert [] == server.mails
    assert (ConfigurationError, "mail_encryption_missing") == (type(error), error.code)


def test_encryption_can_be_switched_off_by_name_only(tls: TlsFiles) -> None:
    with SmtpServer(security="none") as server:
        carry(SmtpChannel(settings(server, tls, security="none")), MAIL)
        assert 1 == len(server.mails)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_certificate_authority_is_refused(tls: TlsFiles, security: str) -> None:
    with SmtpServer(tls, security) as server:  # type: ignore[arg-type] # one of the three names
        error = refused_to_open(SmtpChannel(settings(server, tls, security=security, ca_file=None)))
    assert (Untrusted, "mail_certificate_untrusted") == (type(error), error.code)


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_the_login_is_used_and_a_wrong_one_stops_the_run(tls: TlsFiles, tmp_path: Path, password: str) -> None:
    (tmp_path / "password").write_text(f"{password}\n", "utf-8")
    with SmtpServer(tls, login=("agent", "right")) as server:
        channel = SmtpChannel(settings(server, tls, username="agent", password_file=str(tmp_path / "password")))
        if password == "wrong":
            assert "mail_login_refused" == refused_to_open(channel).code
        else:
            assert [Verdict.ACCEPTED] == verdicts(carry(channel, MAIL))


def test_a_missing_password_file_is_named(tls: TlsFiles) -> None:
    with SmtpServer(tls, login=("agent", "right")) as server:
        error = refused_to_open(SmtpChannel(settings(server, tls, username="agent", password_file="/nowhere")))
    assert ("mail_password_unreadable", "/nowhere") == (error.code, error.params["path"])
