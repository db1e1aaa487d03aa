"""Bounces, complaints and replies in a real encrypted database: what each brings about, once, whatever crashes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.apply_answer import AnswerRules
from guildpost_agent.app.read_mailbox import MailboxSummary, read_mailbox
from guildpost_agent.app.sender_problem import resume_mails
from guildpost_agent.domain.bounces.actions import Action, action_for
from guildpost_agent.domain.bounces.finding import BounceClass, Finding
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.domain.replies.reply import Reply, ReplyKind
from guildpost_agent.domain.suppression import address_hmac
from tests.agent.bounces.notices import notice, report
from tests.factories.sending_world import SendingWorld
from tests.fakes.channel import FakeChannel
from tests.fakes.mailbox import Crash, FakeMailbox

Send = Callable[..., Touchpoint]


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


@pytest.fixture
def send(world: SendingWorld) -> Send:
    def sent(name: str, **changes: object) -> Touchpoint:
        touchpoint = world.plan(name, Channel.EMAIL, **changes)
        assert world.dispatch(FakeChannel()).sent
        return touchpoint

    return sent


def read(world: SendingWorld, box: FakeMailbox) -> MailboxSummary:
    rules = AnswerRules(world.keys.suppression, ZoneInfo("Europe/Berlin"), lambda _vehicle: 24)
    return read_mailbox(world.open_uow, box, rules, world.clock)


def bounce(
    world: SendingWorld, touchpoint: Touchpoint, diagnostic: str, status: str, *, to: str = "", action: str = "failed"
) -> bytes:
    job = world.job(touchpoint)
    fields = f"Final-Recipient: rfc822; {to or job.recipient}\nAction: {action}\nStatus: {status}\n"
    original = f"Message-ID: {job.message_id}\nFrom: service@autohaus.example\nTo: {job.recipient}\n\nGuten Tag\n"
    return report(f"{fields}Diagnostic-Code: smtp; {diagnostic}\n", original=original)


def reply(world: SendingWorld, touchpoint: Touchpoint, text: str, *, headers: str = "") -> bytes:
    job = world.job(touchpoint)
    answers = f"In-Reply-To: {job.message_id}\n"
    return notice(text, sender=job.recipient, subject="Re: Ihre HU", headers=f"{answers}{headers}")


def suppressed(world: SendingWorld, touchpoint: Touchpoint) -> bool:
    entry = address_hmac(world.keys.suppression, world.job(touchpoint).recipient)
    with world.open_uow() as uow:
        return uow.suppressions.contains(entry, "email")


def replies(world: SendingWorld) -> list[Reply]:
    with world.open_uow() as uow:
        return uow.replies.open()


def test_a_dead_address_is_suppressed_and_the_next_channel_is_open(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    box = FakeMailbox([bounce(world, touchpoint, "550 5.1.1 user unknown", "5.1.1")])
    assert 1 == read(world, box).bounces
    assert suppressed(world, touchpoint)
    assert ("bounced", "bounced") == world.states(touchpoint)
    assert ["bounced"] == [one.kind for one in world.outcomes()]
    assert not box.inbox


def test_a_confirmation_of_an_appointment_that_came_back_counts_like_any_message(
    world: SendingWorld, send: Send
) -> None:
    touchpoint = send("erika", service_id="appointment_confirmation", lead_days=0)
    assert 1 == read(world, FakeMailbox([bounce(world, touchpoint, "550 5.1.1 user unknown", "5.1.1")])).bounces
    assert (("bounced", "bounced"), True) == (world.states(touchpoint), suppressed(world, touchpoint))


def test_a_full_mailbox_bounces_the_message_but_keeps_the_address(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    read(world, FakeMailbox([bounce(world, touchpoint, "552 5.2.2 mailbox full", "5.2.2")]))
    assert ("bounced", "bounced") == world.states(touchpoint)
    assert not suppressed(world, touchpoint)


@pytest.mark.parametrize(("apart", "expected"), [(10, "yes"), (20, "no")])
def test_the_third_soft_bounce_within_thirty_days_suppresses(
    world: SendingWorld, send: Send, apart: int, expected: str
) -> None:
    box, touchpoints = FakeMailbox(), []
    for number in range(3):
        touchpoint = send("erika", touchpoint_id=f"t-{number}", not_after=world.clock.now() + timedelta(days=20))
        touchpoints.append(touchpoint)
        box.deliver(bounce(world, touchpoint, "552 5.2.2 mailbox full", "5.2.2"))
        read(world, box)
        world.clock.set(world.clock.now() + timedelta(days=apart))
        world.hear_relay()
    assert expected == ("yes" if suppressed(world, touchpoints[-1]) else "no")


def test_a_delay_changes_nothing(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    box = FakeMailbox([bounce(world, touchpoint, "451 4.4.1 timed out", "4.4.1", action="delayed")])
    assert 0 == read(world, box).bounces
    assert ("sent", "sent") == world.states(touchpoint)


def test_a_sender_problem_stops_the_mails_and_never_touches_the_address(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    box = FakeMailbox([bounce(world, touchpoint, "554 5.7.1 blocked using zen.spamhaus.org", "5.7.1")])
    assert ["mail_sender_bounced"] == [alert.code for alert in read(world, box).alerts]
    assert not suppressed(world, touchpoint)
    waiting = world.plan("otto")
    channel = FakeChannel()
    stopped = world.dispatch(channel).stopped
    assert stopped is not None
    assert "mail_sender_bounced" == stopped.code
    assert resume_mails(world.open_uow, by="Kraft", now=world.clock.now())
    assert 1 == world.dispatch(channel).sent
    assert ("sent", "sent") == world.states(waiting)


def test_a_message_that_is_too_big_asks_for_the_template(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    box = FakeMailbox([bounce(world, touchpoint, "552 5.3.4 message too big", "5.3.4")])
    assert ["mail_content_bounced"] == [alert.code for alert in read(world, box).alerts]
    assert not suppressed(world, touchpoint)


def test_a_bounce_without_our_message_id_suppresses_nobody(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    forged = bounce(world, touchpoint, "550 5.1.1 user unknown", "5.1.1")
    forged = forged.replace(world.job(touchpoint).message_id.encode(), b"<guess@autohaus.example>")
    box = FakeMailbox([forged])
    assert 1 == read(world, box).unmatched
    assert not suppressed(world, touchpoint)
    assert box.inbox
    assert 0 == read(world, box).unmatched


def test_a_dead_address_behind_a_forwarding_counts_as_soft(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    read(world, FakeMailbox([bounce(world, touchpoint, "550 5.1.1 user unknown", "5.1.1", to="old@other.example")]))
    assert not suppressed(world, touchpoint)
    assert ("bounced", "bounced") == world.states(touchpoint)


def test_a_complaint_withdraws_advertising_by_mail(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    job = world.job(touchpoint)
    body = (
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: {job.recipient}\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {job.message_id}\n\nx\n--b--\n"
    )
    raw = notice(body, headers='Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n')
    box = FakeMailbox([raw, raw])
    assert 1 == read(world, box).complaints
    assert suppressed(world, touchpoint)


def test_an_objection_by_mail_ends_advertising_everywhere(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    read(world, FakeMailbox([reply(world, touchpoint, "Bitte keine E-Mails mehr.\n\n> Ihre HU\n")]))
    with world.open_uow() as uow:
        customer = uow.records.customer(touchpoint.customer_id)
        (kept,) = uow.replies.of(touchpoint.customer_id)
    assert customer is not None
    assert customer.advertising_block
    assert suppressed(world, touchpoint)
    assert ("objection", "done") == (kept.acted, kept.state)


@pytest.mark.parametrize("more", ["das Auto ist verkauft", "löschen Sie meine Daten"])
def test_an_objection_is_heard_at_once_and_what_else_was_said_waits_for_a_person(
    world: SendingWorld, send: Send, more: str
) -> None:
    touchpoint = send("erika")
    read(world, FakeMailbox([reply(world, touchpoint, f"Bitte keine E-Mails mehr, {more}.")]))
    with world.open_uow() as uow:
        customer = uow.records.customer(touchpoint.customer_id)
        (kept,) = uow.replies.of(touchpoint.customer_id)
    assert customer is not None
    assert (True, True) == (customer.advertising_block, suppressed(world, touchpoint))
    assert ("objection", "open") == (kept.acted, kept.state)


def test_a_sold_vehicle_is_gone_only_if_it_is_beyond_doubt(world: SendingWorld, send: Send) -> None:
    sold, asked = send("erika"), send("otto")
    read(world, FakeMailbox([reply(world, sold, "Habe das Auto verkauft."), reply(world, asked, "Auto verkauft?")]))
    with world.open_uow() as uow:
        gone, there = uow.records.vehicle(sold.vehicle_id), uow.records.vehicle(asked.vehicle_id)
    assert gone is not None
    assert there is not None
    assert gone.sold_on is not None
    assert there.sold_on is None
    assert [(asked.customer_id, ReplyKind.SOLD)] == [(one.customer_id, one.kind) for one in replies(world)]


def test_a_booking_wish_waits_for_the_staff_and_is_noted_as_an_answer(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    read(world, FakeMailbox([reply(world, touchpoint, "Ich hätte gern einen Termin am Dienstag.")]))
    assert [ReplyKind.BOOKING] == [one.kind for one in replies(world)]
    assert ("answered", "book") in [(one.kind, one.detail) for one in world.outcomes()]


def test_who_is_away_is_noted_without_a_word_of_the_text(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    away = reply(world, touchpoint, "Ich bin im Krankenhaus.", headers="Auto-Submitted: auto-replied\n")
    read(world, FakeMailbox([away]))
    with world.open_uow() as uow:
        (kept,) = uow.replies.of(touchpoint.customer_id)
    assert (ReplyKind.AWAY, "") == (kept.kind, kept.text)
    assert not replies(world)


def test_a_customer_who_writes_anew_is_known_by_the_address_strangers_are_left_alone(
    world: SendingWorld, send: Send
) -> None:
    touchpoint = send("erika")
    mine = notice("Was kostet das?", sender=world.job(touchpoint).recipient, subject="Frage")
    box = FakeMailbox([mine, notice("Kaufen Sie!", sender="x@spam.example", subject="Angebot")])
    summary = read(world, box)
    assert (1, 1) == (summary.replies, summary.others)
    assert 1 == len(box.inbox)
    assert [ReplyKind.QUESTION] == [one.kind for one in replies(world)]


def test_a_crash_before_putting_away_loses_and_repeats_nothing(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    box = FakeMailbox([reply(world, touchpoint, "Was kostet das?")])
    box.crash_before = "put_away"
    with pytest.raises(Crash):
        read(world, box)
    assert 1 == len(box.inbox)
    assert 0 == read(world, box).replies
    assert not box.inbox
    assert 1 == len(replies(world))


def test_the_same_message_under_another_key_counts_once(world: SendingWorld, send: Send) -> None:
    touchpoint = send("erika")
    raw = reply(world, touchpoint, "Was kostet das?")
    assert 1 == read(world, FakeMailbox([raw])).replies
    again = FakeMailbox()
    again.deliver(b"x")
    again.deliver(raw)
    assert 0 == read(world, again).replies


def test_a_mailbox_that_is_away_is_said_and_changes_nothing(world: SendingWorld) -> None:
    box = FakeMailbox()
    box.away = True
    stopped = read(world, box).stopped
    assert stopped is not None
    assert "mailbox_away" == stopped.code


FINDING = Finding("a@b.example", "5.0.0", BounceClass.SOFT, "onhold")


@pytest.mark.parametrize(
    ("finding", "action"),
    [
        (replace(FINDING, bounce_class=BounceClass.HARD, reason="userunknown"), Action.SUPPRESS),
        (replace(FINDING, status="5.2.1", reason="suspend"), Action.SUPPRESS),
        (replace(FINDING, status="4.2.2", reason="mailboxfull"), Action.COUNT),
        (replace(FINDING, delayed=True), Action.WAIT),
        (replace(FINDING, reason="mesgtoobig"), Action.MEND),
        (replace(FINDING, bounce_class=BounceClass.SENDER, reason="blocked"), Action.STOP),
        (replace(FINDING, bounce_class=BounceClass.FEEDBACK), Action.OBJECT),
        (replace(FINDING, bounce_class=BounceClass.AUTO_REPLY), Action.NONE),
        (replace(FINDING, bounce_class=BounceClass.NOT_A_BOUNCE), Action.NONE),
    ],
)
def test_each_class_has_its_action(finding: Finding, action: Action) -> None:
    assert action is action_for(finding)
