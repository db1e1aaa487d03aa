"""A mail through a real Postfix to a real mailbox: it arrives over TLS, bounces, and can be unsubscribed from.

Debian's package, started here on loopback with its own configuration and queue. It is skipped where Postfix cannot run
(not installed, or not root); with ``GUILDPOST_REQUIRE_POSTFIX=1``, as in the continuous integration, it must run.
"""

import os
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.adapters.mailbox.maildir import MaildirMailbox
from guildpost_agent.adapters.relay_client.http_inbox import HttpRelayInbox
from guildpost_agent.app.dispatch_mail import Sender
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.read_mailbox import read_mailbox
from guildpost_agent.domain.suppression import address_hmac
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import raw_public
from tests.factories.postfix import DOMAIN, Postfix
from tests.factories.sending_world import NOW, RELAY_URL, SendingWorld
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.relay_server import RelayServer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not Postfix.available() and not os.environ.get("GUILDPOST_REQUIRE_POSTFIX"), reason="Postfix cannot run here"
    ),
]
SERVICE = f"service@{DOMAIN}"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(tls: TlsFiles) -> Iterator[Postfix]:
    with Postfix(tls) as server:
        yield server


@pytest.fixture
def late(tls: TlsFiles) -> Iterator[Postfix]:
    with Postfix(tls, bounces_late=True) as server:
        yield server


def world_of(folder: Path) -> SendingWorld:
    (folder / "agent").mkdir()
    world = SendingWorld(folder / "agent")
    world.sender = Sender(SERVICE, RELAY_URL, world.keys)
    return world


def channel(server: Postfix, tls: TlsFiles) -> SmtpChannel:
    return SmtpChannel(SmtpSettings("localhost", server.port, ca_file=tls.ca))


def read(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_arrives_in_the_mailbox_over_tls_and_carries_its_one_click_unsubscribe(
    tmp_path: Path, server: Postfix, tls: TlsFiles
) -> None:
    world = world_of(tmp_path)
    touchpoint = world.plan("erika")
    world.change_customer(touchpoint, email=f"erika@{DOMAIN}")

    assert 1 == world.dispatch(channel(server, tls)).sent

    (delivered,) = server.wait_for_mail("erika")
    message, job = read(delivered), world.job(touchpoint)
    assert (job.message_id, f"erika@{DOMAIN}") == (message["Message-ID"], message["To"])
    assert f"<{RELAY_URL}/u/{job.token}>" == message["List-Unsubscribe"]
    assert "List-Unsubscribe=One-Click" == message["List-Unsubscribe-Post"]
    assert "Guten Tag" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr] # there is one
    assert ("with ESMTPS" in message["Received"], "sent") == (True, world.states(touchpoint)[1])


def test_the_link_in_the_delivered_mail_unsubscribes_with_one_click_and_nothing_follows(
    tmp_path: Path, server: Postfix, tls: TlsFiles
) -> None:
    world = world_of(tmp_path)
    card = DealerCard(
        "Autohaus Muster", "#0b4f6c", "Autohaus Muster GmbH", "https://autohaus.example",
        raw_public(world.keys.relay), raw_public(world.sealing_key),
    )  # fmt: skip
    with RelayServer(tmp_path / "relay", tls, NOW) as relay, relay.browser() as mailbox_provider:
        relay.store.admit(card)
        world.sender = Sender(SERVICE, relay.url, world.keys)
        world.change_customer(world.plan("erika"), email=f"erika@{DOMAIN}")
        world.dispatch(channel(server, tls))
        (delivered,) = server.wait_for_mail("erika")
        link = read(delivered)["List-Unsubscribe"].strip("<>")

        answer = mailbox_provider.post(link, data={"List-Unsubscribe": "One-Click"})  # RFC 8058, section 3.2
        gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
        with HttpRelayInbox(
            relay.url, key=world.keys.relay, gate=gate, wall_clock=SystemClock(), entropy=OsEntropy(), ca_file=tls.ca
        ) as inbox:
            heard = world.poll(inbox)

    again = world.plan("erika2")
    world.change_customer(again, email=f"erika@{DOMAIN}")
    summary = world.dispatch(channel(server, tls))
    assert (200, 1, 0, {"suppressed": 1}) == (answer.status_code, heard.applied, summary.sent, summary.refused)


def test_a_mailbox_that_does_not_exist_bounces_at_once_and_is_suppressed(
    tmp_path: Path, server: Postfix, tls: TlsFiles
) -> None:
    world = world_of(tmp_path)
    touchpoint = world.plan("nobody")
    world.change_customer(touchpoint, email=f"nobody@{DOMAIN}")

    world.dispatch(channel(server, tls))

    with world.open_uow() as uow:
        listed = uow.suppressions.contains(address_hmac(world.keys.suppression, f"nobody@{DOMAIN}"), "email")
    assert ("bounced", True) == (world.states(touchpoint)[1], listed)


def test_a_server_that_bounces_later_sends_a_notice_that_is_read_and_acted_on_once(
    tmp_path: Path, late: Postfix, tls: TlsFiles
) -> None:
    world = world_of(tmp_path)
    touchpoint = world.plan("nobody")
    world.change_customer(touchpoint, email=f"nobody@{DOMAIN}")

    assert 1 == world.dispatch(channel(late, tls)).sent

    (notice,) = [read(data) for data in late.wait_for_mail("service")]
    status = next(part for part in notice.walk() if part.get_content_type() == "message/delivery-status")
    fields = {key.lower(): value for block in status.iter_parts() for key, value in block.items()}
    assert ("multipart/report", "delivery-status") == (
        notice.get_content_type(),
        notice["Content-Type"].params["report-type"],
    )
    assert ("failed", "5.1.1") == (fields["action"], fields["status"])
    assert fields["final-recipient"].endswith(f"nobody@{DOMAIN}")
    assert world.job(touchpoint).message_id in notice.as_string()

    mailbox = MaildirMailbox(late.maildir("service"), "Erledigt")
    read_once = read_mailbox(world.open_uow, mailbox, world.answer_rules(), world.clock)
    read_twice = read_mailbox(world.open_uow, mailbox, world.answer_rules(), world.clock)

    with world.open_uow() as uow:
        listed = uow.suppressions.contains(address_hmac(world.keys.suppression, f"nobody@{DOMAIN}"), "email")
    assert (1, 0, None) == (read_once.bounces, read_twice.bounces, read_once.stopped)
    assert ("bounced", True) == (world.states(touchpoint)[1], listed)
