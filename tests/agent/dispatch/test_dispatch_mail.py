"""What becomes of a mail that is due."""

from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from guildpost_agent.app.dispatch_mail import MailRequest
from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_agent.domain.suppression import address_hmac
from guildpost_shared.errors import Refused, Unavailable
from tests.factories.sending_world import NOW, SendingWorld
from tests.fakes.channel import FakeChannel

ERIKA = "erika@beispiel.example"


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def test_a_due_mail_is_sent_once(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()

    first, second = world.dispatch(channel), world.dispatch(channel)

    assert (1, 0) == (first.sent, second.sent)
    assert [ERIKA] == [mail.recipient for mail in channel.mails]
    assert ("sent", "sent") == world.states(touchpoint)
    assert ["delivered"] == [outcome.kind for outcome in world.outcomes()]


def test_the_mail_carries_its_message_id_and_one_click_unsubscribe(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()

    world.dispatch(channel)

    job, message = world.job(touchpoint), message_from_bytes(channel.mails[0].message)
    assert job.message_id == message["Message-ID"]
    assert f"<https://relay.autohaus.example/u/{job.token}>" == message["List-Unsubscribe"]
    assert touchpoint.touchpoint_id not in job.message_id


def test_all_mails_of_a_run_share_one_connection(world: SendingWorld) -> None:
    for name in ("anna", "berta", "clara"):
        world.plan(name)
    channel = FakeChannel()

    world.dispatch(channel)

    assert (1, 3) == (channel.opened, len(channel.mails))


def test_a_mail_before_its_time_stays_planned(world: SendingWorld) -> None:
    touchpoint = world.plan("erika", planned_at=NOW + timedelta(minutes=1))

    world.dispatch(FakeChannel())

    assert ("planned", "–") == world.states(touchpoint)


@pytest.mark.parametrize(
    ("receipt", "states", "suppressed"),
    [
        (Receipt(Verdict.DEAD, 550, "5.1.1"), ("bounced", "bounced"), True),
        (Receipt(Verdict.BOUNCED, 550, ""), ("bounced", "bounced"), False),
        (Receipt(Verdict.DEFERRED, 451, "4.3.0"), ("planned", "ready"), False),
        (Receipt(Verdict.REJECTED, 552, "5.3.4"), ("failed", "failed"), False),
        (Receipt(Verdict.STOPPED, 554, "5.7.1"), ("planned", "ready"), False),
        (Receipt(Verdict.UNKNOWN), ("unsure", "unsure"), False),
    ],
    ids=["no such address", "refused", "try later", "too large", "we are blocked", "no answer after the dot"],
)
def test_each_verdict_has_its_end_state(
    world: SendingWorld, receipt: Receipt, states: tuple[str, str], suppressed: object
) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()
    channel.answers[ERIKA] = [receipt]

    world.dispatch(channel)

    with world.open_uow() as uow:
        on_list = uow.suppressions.contains(address_hmac(world.keys.suppression, ERIKA), "email")
    assert states == world.states(touchpoint)
    assert suppressed is on_list


def test_a_refusal_of_the_sender_stops_the_run_and_the_others_stay_ready(world: SendingWorld) -> None:
    touchpoints, channel = [world.plan(name) for name in ("anna", "berta")], FakeChannel()
    channel.answers["anna@beispiel.example"] = [Receipt(Verdict.STOPPED, 550, "5.7.1")]

    summary = world.dispatch(channel)

    assert isinstance(summary.stopped, Refused)
    assert "mail_sender_refused" == summary.stopped.code
    assert [("planned", "ready")] * 2 == [world.states(touchpoint) for touchpoint in touchpoints]


def test_the_mail_that_met_a_block_does_not_hold_up_the_next_run(world: SendingWorld) -> None:
    world.plan("anna")
    berta, channel = world.plan("berta"), FakeChannel()
    channel.answers["anna@beispiel.example"] = [Receipt(Verdict.STOPPED, 550, "5.7.1")]
    world.dispatch(channel)

    world.dispatch(channel)

    assert ("sent", "sent") == world.states(berta)


def test_an_unreachable_server_leaves_everything_ready(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()
    channel.away = True
    summary = world.dispatch(channel)
    channel.away = False

    assert isinstance(summary.stopped, Unavailable)
    assert ("planned", "ready") == world.states(touchpoint)
    assert 1 == world.dispatch(channel).sent


def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_ready(world: SendingWorld) -> None:
    anna, berta, channel = world.plan("anna"), world.plan("berta"), FakeChannel()
    channel.answers["berta@beispiel.example"] = [Unavailable("mail_server_away", host="m", port=25)]

    summary = world.dispatch(channel)

    assert (1, "mail_server_away") == (summary.sent, summary.stopped.code if summary.stopped else "")
    assert [("sent", "sent"), ("planned", "ready")] == [world.states(anna), world.states(berta)]


def test_a_transient_refusal_is_retried_with_growing_waits_for_72_hours(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()
    channel.answers[ERIKA] = [Receipt(Verdict.DEFERRED, 451, "4.3.0")] * 100
    attempts = []

    while world.states(touchpoint)[1] in {"–", "ready"}:
        world.hear_relay()
        world.dispatch(channel)
        attempts.append(world.clock.now())
        world.clock.set(max(world.job(touchpoint).next_attempt_at, world.clock.now() + timedelta(minutes=5)))

    assert ("failed", "failed") == world.states(touchpoint)
    assert timedelta(hours=71) < attempts[-1] - attempts[0] <= timedelta(hours=72)
    assert 14 == len(attempts)


def test_a_retry_waits_for_its_time(world: SendingWorld) -> None:
    world.plan("erika")
    channel = FakeChannel()
    channel.answers[ERIKA] = [Receipt(Verdict.DEFERRED, 451, "4.3.0")]
    world.dispatch(channel)

    assert 0 == world.dispatch(channel).sent
    world.clock.set(NOW + timedelta(minutes=15))
    assert 1 == world.dispatch(channel).sent


def test_the_last_check_happens_when_the_mail_is_claimed(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()

    def booked(uow: Reading, checked: Touchpoint) -> str | None:
        assert uow.outbox.get(checked.touchpoint_id) is not None
        return "booked_already"

    summary = world.dispatch(channel, recheck=booked)

    assert {"booked_already": 1} == summary.refused
    assert ("refused", "refused") == world.states(touchpoint)
    assert [] == channel.mails


def test_a_mail_whose_template_cannot_be_filled_is_refused_and_the_run_goes_on(world: SendingWorld) -> None:
    anna, berta, channel = world.plan("anna"), world.plan("berta"), FakeChannel()

    def compose(request: MailRequest) -> bytes:
        if request.customer.given_name == "Anna":
            raise Refused("template_slot_missing")
        return b"Subject: x\r\n\r\nx\r\n"

    summary = world.dispatch(channel, compose=compose)

    assert ({"template_slot_missing": 1}, 1) == (summary.refused, summary.sent)
    assert [("refused", "refused"), ("sent", "sent")] == [world.states(anna), world.states(berta)]


def test_somebody_on_the_suppression_list_gets_nothing(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()
    with world.open_uow() as uow:
        uow.suppressions.add(address_hmac(world.keys.suppression, ERIKA), "email", "objection", NOW)
        uow.commit()

    assert {"suppressed": 1} == world.dispatch(channel).refused
    assert ("refused", "refused") == world.states(touchpoint)


def test_a_mail_that_would_be_too_late_does_not_go_out(world: SendingWorld) -> None:
    world.plan("erika", not_after=NOW - timedelta(minutes=1))
    channel = FakeChannel()

    assert {"too_late": 1} == world.dispatch(channel).refused
    assert [] == channel.mails


def test_a_cancelled_touchpoint_in_the_queue_does_not_go_out(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()
    channel.answers[ERIKA] = [Receipt(Verdict.DEFERRED, 451, "")]
    world.dispatch(channel)
    with world.open_uow() as uow:
        uow.plans.move(touchpoint.touchpoint_id, expected="planned", to="cancelled")
        uow.commit()
    world.clock.set(NOW + timedelta(hours=1))

    assert {"cancelled": 1} == world.dispatch(channel).refused
    assert ("cancelled", "refused") == world.states(touchpoint)


def test_a_customer_without_a_usable_address_is_refused(world: SendingWorld) -> None:
    touchpoint = world.plan("erika")
    world.change_customer(touchpoint, email="erika at home")

    assert {"address_unusable": 1} == world.dispatch(FakeChannel()).refused


def test_nothing_goes_out_in_quiet_hours(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()

    world.dispatch(channel, quiet=True)

    assert ([], ("planned", "–")) == (channel.mails, world.states(touchpoint))


def test_advertising_rests_when_the_relay_was_silent_for_more_than_a_day(world: SendingWorld) -> None:
    world.plan("erika", not_after=NOW + timedelta(days=9))
    channel = FakeChannel()
    world.clock.set(NOW + timedelta(hours=24, seconds=1))

    summary = world.dispatch(channel)

    assert ("relay_silent", []) == (summary.stopped.code if summary.stopped else "", channel.mails)
    world.hear_relay()
    assert 1 == world.dispatch(channel).sent


def test_what_carries_no_advertising_goes_out_while_the_relay_is_silent(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika", not_after=NOW + timedelta(days=9)), FakeChannel()
    world.clock.set(NOW + timedelta(hours=24, seconds=1))

    summary = world.dispatch(channel, notices={touchpoint.service_id})

    assert ("relay_silent", 1) == (summary.stopped.code if summary.stopped else "", summary.sent)


def test_a_mail_found_in_sending_becomes_unsure_and_is_never_sent_again(world: SendingWorld) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()
    channel.answers[ERIKA] = [KeyboardInterrupt()]  # as if the process died while sending
    with pytest.raises(KeyboardInterrupt):
        world.dispatch(channel)
    assert ("sending", "sending") == world.states(touchpoint)

    summary = world.dispatch(channel)

    assert (1, 0) == (summary.interrupted, summary.sent)
    assert ("unsure", "unsure") == world.states(touchpoint)


def test_what_the_server_said_is_kept_when_composing_the_next_mail_fails(world: SendingWorld) -> None:
    anna, _ = world.plan("anna"), world.plan("berta")

    def compose(request: MailRequest) -> bytes:
        if request.customer.given_name == "Berta":
            raise ZeroDivisionError
        return b"Subject: x\r\n\r\nx\r\n"

    with pytest.raises(ZeroDivisionError):
        world.dispatch(FakeChannel(), compose=compose)

    assert ("sent", "sent") == world.states(anna)


def test_every_connection_holds_one_claimed_mail_at_most(world: SendingWorld) -> None:
    touchpoints = [world.plan(f"person{number:02}") for number in range(10)]
    channel = FakeChannel(connections=3)
    channel.answers["person05@beispiel.example"] = [KeyboardInterrupt()]  # as if the process died in the second turn
    with pytest.raises(KeyboardInterrupt):
        world.dispatch(channel)

    states = [world.states(touchpoint)[1] for touchpoint in touchpoints]

    assert ["sent"] * 3 + ["sending"] * 3 + ["ready"] * 4 == states
    assert (3, 4) == ((summary := world.dispatch(FakeChannel())).interrupted, summary.sent)
