"""What comes back to the mail that asks for a confirmation ends the request it waited for; the address as ever."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.apply_answer import AnswerRules
from guildpost_agent.app.consents.opt_in import Answer, confirm_opt_in, opt_in_key
from guildpost_agent.app.read_mailbox import MailboxSummary, read_mailbox
from guildpost_agent.domain.consent.opt_in import OptInRequest, token_of
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_agent.domain.suppression import address_hmac
from tests.agent.bounces.notices import notice, report
from tests.factories.opt_in_world import OptInWorld
from tests.fakes.channel import FakeChannel
from tests.fakes.mailbox import FakeMailbox

ERIKA = "erika@beispiel.example"
Read = Callable[[bytes], MailboxSummary]


@pytest.fixture
def world(tmp_path: Path) -> OptInWorld:
    """Erika asked for mails; the mail with the link left."""
    return OptInWorld(tmp_path)


@pytest.fixture
def asked(world: OptInWorld) -> OptInRequest:
    request = world.ask("erika")
    assert 1 == world.send(FakeChannel()).sent
    assert ("mailed", "sent") == world.request("erika")
    return request


@pytest.fixture
def read(world: OptInWorld) -> Read:
    box = FakeMailbox()

    def arrives(message: bytes) -> MailboxSummary:
        box.deliver(message)
        rules = AnswerRules(world.keys.suppression, ZoneInfo("Europe/Berlin"), lambda _vehicle: 24)
        return read_mailbox(world.open_uow, box, rules, world.clock)

    return arrives


def message_id(world: OptInWorld, request: OptInRequest) -> str:
    with world.open_uow() as uow:
        mail = uow.opt_in_mails.get(request.request_id)
    assert mail is not None
    return mail.message_id


def bounce(
    world: OptInWorld, request: OptInRequest, diagnostic: str, status: str, *, action: str = "failed", to: str = ERIKA
) -> bytes:
    fields = f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {diagnostic}\n"
    return report(fields, original=f"Message-ID: {message_id(world, request)}\nTo: {ERIKA}\n\nGuten Tag\n")


def complaint(world: OptInWorld, request: OptInRequest) -> bytes:
    body = (
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: {ERIKA}\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id(world, request)}\n\nx\n--b--\n"
    )
    return notice(body, headers='Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n')


def suppressed(world: OptInWorld) -> bool:
    with world.open_uow() as uow:
        return uow.suppressions.contains(address_hmac(world.keys.suppression, ERIKA), "email")


def confirm(world: OptInWorld, request: OptInRequest) -> Answer:
    with world.open_uow() as uow:
        token = token_of(opt_in_key(uow, world.entropy), world.keys.relay, request.request_id, request.expires_at)
        answer = confirm_opt_in(uow, token, world.keys.suppression, world.clock.now())
        uow.commit()
    return answer


@pytest.mark.parametrize(
    ("diagnostic", "status", "address"),
    [
        pytest.param("550 5.1.1 user unknown", "5.1.1", "suppressed", id="a dead address"),
        pytest.param("552 5.2.2 mailbox full", "5.2.2", "in use", id="a full mailbox"),
        pytest.param("554 5.7.1 blocked using zen.spamhaus.org", "5.7.1", "in use", id="our sender is refused"),
        pytest.param("552 5.3.4 message too big", "5.3.4", "in use", id="the mail is refused"),
    ],
)
def test_a_mail_that_came_back_ends_the_request_and_only_a_dead_address_is_suppressed(
    world: OptInWorld, read: Read, asked: OptInRequest, *, diagnostic: str, status: str, address: str
) -> None:
    assert 1 == read(bounce(world, asked, diagnostic, status)).bounces
    assert ("cancelled", "bounced") == world.request("erika")
    assert address == ("suppressed" if suppressed(world) else "in use")
    assert Answer.EXPIRED is confirm(world, asked)
    assert [] == list(world.ledger("erika"))


def test_a_delay_keeps_the_request_waiting(world: OptInWorld, read: Read, asked: OptInRequest) -> None:
    assert 0 == read(bounce(world, asked, "451 4.4.1 timed out", "4.4.1", action="delayed")).bounces
    assert ("mailed", "sent") == world.request("erika")
    assert Answer.CONFIRMED is confirm(world, asked)


def test_after_a_full_mailbox_the_customer_can_ask_again(world: OptInWorld, read: Read, asked: OptInRequest) -> None:
    read(bounce(world, asked, "552 5.2.2 mailbox full", "5.2.2"))
    again, channel = world.ask("erika"), FakeChannel()
    assert again.request_id != asked.request_id
    assert 1 == world.send(channel).sent


def test_the_third_soft_bounce_within_thirty_days_suppresses_the_address_that_keeps_asking(
    world: OptInWorld, read: Read
) -> None:
    found = []
    for _ in range(3):
        request = world.ask("erika")
        world.send(FakeChannel())
        read(bounce(world, request, "552 5.2.2 mailbox full", "5.2.2"))
        found.append(suppressed(world))
        world.wait(timedelta(days=8))
        world.hear_relay()
    assert [False, False, True] == found


def test_the_same_bounce_twice_counts_once(world: OptInWorld, read: Read, asked: OptInRequest) -> None:
    raw = bounce(world, asked, "550 5.1.1 user unknown", "5.1.1")
    assert [1, 0] == [read(raw).bounces, read(raw + b"\n").bounces]


def test_a_refused_sender_stops_the_mails_and_alerts(world: OptInWorld, read: Read, asked: OptInRequest) -> None:
    summary = read(bounce(world, asked, "554 5.7.1 blocked using zen.spamhaus.org", "5.7.1"))
    assert ["mail_sender_bounced"] == [alert.code for alert in summary.alerts]
    world.ask("otto")
    stopped = world.send(FakeChannel()).stopped
    assert stopped is not None
    assert "mail_sender_bounced" == stopped.code


def test_a_late_bounce_behind_a_forwarding_takes_no_confirmation_back(
    world: OptInWorld, read: Read, asked: OptInRequest
) -> None:
    assert Answer.CONFIRMED is confirm(world, asked)
    read(bounce(world, asked, "550 5.1.1 user unknown", "5.1.1", to="alt@anderswo.example"))
    assert (("confirmed", "bounced"), False) == (world.request("erika"), suppressed(world))
    assert 1 == len(world.ledger("erika"))


def test_a_mail_of_unknown_fate_that_bounces_had_left(world: OptInWorld, read: Read) -> None:
    request, channel = world.ask("erika"), FakeChannel()
    channel.answers[ERIKA] = [Receipt(Verdict.UNKNOWN)]
    world.send(channel)
    assert ("mailed", "unsure") == world.request("erika")
    read(bounce(world, request, "550 5.1.1 user unknown", "5.1.1"))
    assert ("cancelled", "bounced") == world.request("erika")


def test_whoever_complains_about_being_asked_is_never_asked_again(
    world: OptInWorld, read: Read, asked: OptInRequest
) -> None:
    raw = complaint(world, asked)
    assert [1, 0] == [read(raw).complaints, read(raw + b"\n").complaints]
    assert (("cancelled", "sent"), True) == (world.request("erika"), suppressed(world))
    assert Answer.EXPIRED is confirm(world, asked)
    world.ask("erika")
    channel = FakeChannel()
    world.send(channel)
    assert [] == channel.mails


def test_a_forged_message_id_ends_nothing(world: OptInWorld, read: Read, asked: OptInRequest) -> None:
    raw = bounce(world, asked, "550 5.1.1 user unknown", "5.1.1")
    forged = raw.replace(message_id(world, asked).encode(), b"<guess@autohaus.example>")
    assert 1 == read(forged).unmatched
    assert (("mailed", "sent"), False) == (world.request("erika"), suppressed(world))


def test_who_is_away_while_asked_is_noted_for_the_customer_who_was_asked(
    world: OptInWorld, read: Read, asked: OptInRequest
) -> None:
    headers = f"In-Reply-To: {message_id(world, asked)}\nAuto-Submitted: auto-replied\n"
    read(notice("Bin im Urlaub.", sender="vertretung@anderswo.example", subject="Abwesend", headers=headers))
    with world.open_uow() as uow:
        (kept,) = uow.replies.of("erika")
    assert ("away", "done", "") == (kept.kind, kept.state, kept.text)
    assert ("mailed", "sent") == world.request("erika")
