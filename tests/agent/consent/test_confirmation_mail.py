"""The mail that asks for the confirmation of an opt-in: what is in it, who gets it, and that nobody gets it twice."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from guildpost_agent.app.compose_confirmation import render_confirmation
from guildpost_agent.app.consents.close import close_consents
from guildpost_agent.app.consents.opt_in import PendingConfirmation
from guildpost_agent.app.consents.send_confirmations import ConfirmationRequest
from guildpost_agent.app.sender_problem import note_sender_problem, resume_mails
from guildpost_agent.domain.consent.terms import CHANNELS, Kind
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_agent.domain.suppression import address_hmac
from guildpost_shared.errors import Language, Refused, Unavailable
from tests.factories.opt_in_world import CONFIG, OptInWorld, compose
from tests.factories.sending_world import NOW
from tests.fakes.channel import FakeChannel

ERIKA = "erika@beispiel.example"


@pytest.fixture
def world(tmp_path: Path) -> OptInWorld:
    return OptInWorld(tmp_path)


def read(message: bytes) -> EmailMessage:
    read = message_from_bytes(message, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def test_a_request_gets_one_mail_however_often_the_agent_looks(world: OptInWorld) -> None:
    request, channel = world.ask("erika"), FakeChannel()
    world.wait(timedelta(minutes=1))

    sent = [world.send(channel).sent for _ in range(3)]

    assert ([1, 0, 0], [ERIKA]) == (sent, [mail.recipient for mail in channel.mails])
    assert (("mailed", "sent"), NOW + timedelta(minutes=1)) == (world.request("erika"), world.mailed_at(request))


def test_asking_again_while_the_link_waits_sends_no_second_mail(world: OptInWorld) -> None:
    channel = FakeChannel()
    for _ in range(2):
        world.ask("erika")
        world.send(channel)
    assert 1 == len(channel.mails)


def test_the_mail_says_who_asks_for_what_until_when_and_what_happens_otherwise(world: OptInWorld) -> None:
    world.ask("erika")
    channel = FakeChannel()
    world.send(channel)
    message = read(channel.mails[0].message)
    text = " ".join(message.get_content().split())

    assert ("text/plain", "auto-generated") == (message.get_content_type(), message["Auto-Submitted"])
    for said in (
        "Mo., 1. März 2027, 10:00", "Angebote", "Fassung w-3", "https://relay.autohaus.example/o/",
        "gilt bis Mo., 8. März 2027, 10:00", "Wenn Sie nichts tun, geschieht nichts", "jederzeit widerrufen",
        "HRB 1", "DE123456789", "Autohaus Muster GmbH",
    ):  # fmt: skip
        assert said in text


@pytest.mark.parametrize("header", ["List-Unsubscribe", "List-Unsubscribe-Post"])
def test_the_mail_is_no_advertising_and_offers_nothing_to_unsubscribe_from(world: OptInWorld, header: str) -> None:
    world.ask("erika")
    channel = FakeChannel()
    world.send(channel)
    assert header not in read(channel.mails[0].message)


def test_a_mailbox_that_nobody_has_proved_learns_no_name(world: OptInWorld) -> None:
    world.ask("erika")
    channel = FakeChannel()
    world.send(channel)
    assert [] == [
        name for name in ("Erika", "Mustermann", "Hauptstraße") if name in str(read(channel.mails[0].message))
    ]


@pytest.mark.parametrize(("language", "word"), [("de", "Guten Tag"), ("en", "Good day")])
def test_both_languages_hold_the_link_on_a_line_of_its_own(language: Language, word: str) -> None:
    pending = PendingConfirmation("r", "1", ERIKA, "offers", "t", "w-3", NOW, NOW + timedelta(days=7))
    mail = render_confirmation(CONFIG, ConfirmationRequest(pending, "https://r.example/o/t", "<m@x>", NOW), language)
    assert ("", True) == (mail.html, mail.text.startswith(word))
    assert "https://r.example/o/t" in mail.text.splitlines()


def block(world: OptInWorld) -> None:
    with world.open_uow() as uow:
        uow.records.block_advertising("erika")
        uow.commit()


def suppress(world: OptInWorld) -> None:
    with world.open_uow() as uow:
        uow.suppressions.add(address_hmac(world.keys.suppression, ERIKA), "email", "objection", NOW)
        uow.commit()


def object_(world: OptInWorld) -> None:
    with world.open_uow() as uow:
        close_consents(uow, "erika", Kind.OBJECTED, CHANNELS, key=world.keys.suppression, source="Anruf", at=NOW)
        uow.commit()


def restrict(world: OptInWorld) -> None:
    with world.open_uow() as uow:
        uow.rights.restrict(["erika"], "objection", NOW)
        uow.commit()


def move(world: OptInWorld) -> None:
    with world.open_uow() as uow:
        customer = uow.records.customer("erika")
        assert customer is not None
        uow.records.upsert_customers([type(customer)(**{**vars(customer), "email": "neu@beispiel.example"})])
        uow.commit()


def wait(world: OptInWorld) -> None:
    world.wait(timedelta(days=7))
    world.hear_relay()


@pytest.mark.parametrize(
    ("happens", "states"),
    [
        (suppress, ("cancelled", "refused")),
        (block, ("cancelled", "refused")),
        (restrict, ("cancelled", "refused")),
        (move, ("cancelled", "refused")),
        (object_, ("cancelled", "–")),
        (wait, ("pending", "–")),
    ],
    ids=["address suppressed", "blocked in the DMS", "restricted", "another address", "objected", "time over"],
)
def test_nothing_goes_to_whom_it_must_not(
    world: OptInWorld, happens: Callable[[OptInWorld], None], states: tuple[str, str]
) -> None:
    world.ask("erika")
    happens(world)
    channel = FakeChannel()
    world.send(channel)
    assert ([], states) == (channel.mails, world.request("erika"))


@pytest.mark.parametrize(
    ("receipt", "states", "suppressed"),
    [
        (Receipt(Verdict.DEAD, 550, "5.1.1"), ("cancelled", "bounced"), True),
        (Receipt(Verdict.BOUNCED, 550, ""), ("cancelled", "bounced"), False),
        (Receipt(Verdict.DEFERRED, 451, "4.3.0"), ("pending", "ready"), False),
        (Receipt(Verdict.REJECTED, 552, "5.3.4"), ("cancelled", "failed"), False),
        (Receipt(Verdict.STOPPED, 554, "5.7.1"), ("pending", "ready"), False),
        (Receipt(Verdict.UNKNOWN), ("mailed", "unsure"), False),
    ],
    ids=["no such address", "refused", "try later", "too large", "we are blocked", "no answer after the dot"],
)
def test_each_verdict_has_its_end_state(
    world: OptInWorld, receipt: Receipt, states: tuple[str, str], suppressed: object
) -> None:
    world.ask("erika")
    channel = FakeChannel()
    channel.answers[ERIKA] = [receipt]

    world.send(channel)

    with world.open_uow() as uow:
        listed = uow.suppressions.contains(address_hmac(world.keys.suppression, ERIKA), "email")
    assert (states, suppressed) == (world.request("erika"), listed)


def test_a_transient_refusal_is_tried_again_and_given_up_after_72_hours(world: OptInWorld) -> None:
    world.ask("erika")
    channel, attempts = FakeChannel(), 0
    channel.answers[ERIKA] = [Receipt(Verdict.DEFERRED, 451, "4.3.0")] * 100
    while world.request("erika")[0] == "pending":
        world.hear_relay()
        attempts += world.send(channel).deferred
        world.wait(timedelta(minutes=15))
    assert (13, ("cancelled", "failed")) == (attempts, world.request("erika"))


def test_a_crash_while_sending_leaves_it_unsure_and_never_sends_again(world: OptInWorld) -> None:
    world.ask("erika")
    channel = FakeChannel()
    channel.answers[ERIKA] = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        world.send(channel)
    assert ("pending", "sending") == world.request("erika")

    again = world.send(channel)

    assert (1, 0, []) == (again.interrupted, again.sent, channel.mails)
    assert ("mailed", "unsure") == world.request("erika")


@pytest.mark.parametrize("problem", ["away", "in the middle", "relay"])
def test_what_could_not_be_handed_over_stays_ready(world: OptInWorld, problem: str) -> None:
    world.ask("erika")
    channel = FakeChannel()
    channel.away = problem == "away"
    if problem == "in the middle":
        channel.answers[ERIKA] = [Unavailable("mail_server_away", host="m", port=25)]
    if problem == "relay":
        world.wait(timedelta(hours=25))

    stopped = world.send(channel).stopped
    channel.away = False
    world.hear_relay()

    assert ("relay_silent" if problem == "relay" else "mail_server_away") == (stopped.code if stopped else "")
    assert (("pending", "ready"), 1) == (world.request("erika"), world.send(channel).sent)


def test_confirmations_rest_too_while_other_servers_refuse_the_sender(world: OptInWorld) -> None:
    world.ask("erika")
    with world.open_uow() as uow:
        note_sender_problem(uow, "blocked", "5.7.1", NOW)
        uow.commit()

    stopped = world.send(FakeChannel()).stopped

    assert "mail_sender_bounced" == (stopped.code if stopped else "")
    assert resume_mails(world.open_uow, by="Frau Berg", now=NOW)
    assert 1 == world.send(FakeChannel()).sent


def test_a_mail_that_cannot_be_written_cancels_only_its_own_request(world: OptInWorld) -> None:
    world.ask("erika")
    world.ask("anna")
    channel = FakeChannel()

    def picky(request: ConfirmationRequest) -> bytes:
        if request.pending.customer_id == "erika":
            raise Refused("mail_header_unsafe", header="To")
        return compose(request)

    summary = world.send(channel, picky)

    assert ({"mail_header_unsafe": 1}, 1) == (dict(summary.refused), summary.sent)
    assert [("cancelled", "refused"), ("mailed", "sent")] == [world.request(name) for name in ("erika", "anna")]


def test_the_mail_counts_as_no_contact_and_as_no_use_of_a_consent(world: OptInWorld) -> None:
    world.ask("erika")
    world.send(FakeChannel())
    with world.open_uow() as uow:
        assert ([], [], {}) == (
            uow.plans.touchpoints_of("erika"),
            uow.outcomes.all(),
            uow.consents.state_of("erika").last_used,
        )
