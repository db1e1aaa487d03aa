"""Double opt-in the whole way: a request, a real mail server, the real relay, the entry in the ledger."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.adapters.relay_client.http_inbox import HttpRelayInbox
from guildpost_agent.app.consents.close import close_consents
from guildpost_agent.app.consents.opt_in import expire_opt_ins
from guildpost_agent.app.dispatch_mail import Sender
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.domain.consent.terms import CHANNELS, Basis, Kind
from guildpost_agent.domain.legal_basis import permission
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import raw_public
from tests.factories.opt_in_world import OptInWorld
from tests.factories.sending_world import NOW
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.relay_server import RelayServer
from tests.fakes.smtp_server import SmtpServer

YES = {"confirm": "yes"}
MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@dataclass
class Street:
    """A dealership with its mail server and its relay; both clocks go together."""

    world: OptInWorld
    relay: RelayServer
    smtp: SmtpServer
    channel: SmtpChannel
    inbox: HttpRelayInbox
    browser: httpx.Client

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.world.wait(time)
        self.relay.clock.set(self.world.clock.now())

    def mail(self, name: str = "erika") -> str:
        """Let a customer ask, send the mail a minute later, and give the link in it."""
        self.world.ask(name)
        self.wait(MINUTE)
        assert 1 == self.world.send(self.channel).sent
        message = message_from_bytes(self.smtp.mails[-1].content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        (link,) = re.findall(r"https://\S+", message.get_content().split("https://autohaus")[0])
        return str(link)

    def allowed(self, name: str = "erika") -> bool:
        """Say whether offers may be mailed."""
        with self.world.open_uow() as uow:
            customer, state = uow.records.customer(name), uow.consents.state_of(name)
        assert customer is not None
        now = self.world.clock.now()
        return permission(customer, "email", state, lambda _c, _channel: False, now, purpose="offers").allowed  # type: ignore[arg-type] # a StrEnum's value


@pytest.fixture
def street(tmp_path: Path, tls: TlsFiles) -> Iterator[Street]:
    world = OptInWorld(tmp_path)
    card = DealerCard(
        "Autohaus Muster", "#0b4f6c", "Autohaus Muster GmbH", "https://autohaus.example",
        raw_public(world.keys.relay), raw_public(world.sealing_key),
    )  # fmt: skip
    with RelayServer(tmp_path / "relay", tls, NOW) as relay, SmtpServer(tls) as smtp, relay.browser() as browser:
        relay.store.admit(card)
        world.sender = Sender("service@autohaus.example", relay.url, world.keys)
        channel = SmtpChannel(SmtpSettings(host="localhost", port=smtp.port, ca_file=tls.ca))
        gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
        with HttpRelayInbox(
            relay.url, key=world.keys.relay, gate=gate, wall_clock=SystemClock(), entropy=OsEntropy(), ca_file=tls.ca
        ) as inbox:
            yield Street(world, relay, smtp, channel, inbox, browser)
    world.engine.dispose()


def test_pressing_the_button_in_the_mail_opens_the_ledger_with_the_whole_chain_of_proof(street: Street) -> None:
    link = street.mail()
    street.wait(timedelta(hours=1))
    pages = [street.browser.get(link).status_code, street.browser.post(link, data=YES).status_code]
    assert not street.allowed()
    street.wait(timedelta(hours=3))

    summary = street.world.poll(street.inbox)

    (event,) = street.world.ledger("erika")
    with street.world.open_uow() as uow:
        (request,) = uow.consents.requests("confirmed", customer_id="erika")  # type: ignore[arg-type] # a StrEnum's value
    pressed, heard = NOW + MINUTE + timedelta(hours=1), street.world.clock.now()
    assert ([200, 200], 1, True) == (pages, summary.applied, street.allowed())
    assert (Kind.CONFIRMED, Basis.CONSENT, pressed, heard, request.request_id) == (
        event.kind, event.basis, event.evidence.confirmed_at, event.at, event.evidence.reference,
    )  # fmt: skip
    assert (NOW, NOW + MINUTE) == (request.requested_at, street.world.mailed_at(request))


def test_a_scanner_that_opens_the_link_confirms_nothing(street: Street) -> None:
    link = street.mail()
    for method in ("HEAD", "GET", "GET"):
        assert 200 == street.browser.request(method, link).status_code
    assert (0, False) == (street.world.poll(street.inbox).applied, street.allowed())


def test_pressing_again_before_and_after_the_poll_changes_nothing(street: Street) -> None:
    link = street.mail()
    applied = []
    for _ in range(3):
        assert [200, 200] == [street.browser.post(link, data=YES).status_code for _ in range(2)]
        applied.append(street.world.poll(street.inbox).applied)
    assert ([1, 0, 0], 1) == (applied, len(street.world.ledger("erika")))


@pytest.mark.parametrize(("after", "status", "allowed"), [(-MINUTE, 200, True), (MINUTE * 0, 404, False)])
def test_the_link_holds_for_a_week_however_late_the_agent_hears_of_it(
    *, street: Street, after: timedelta, status: int, allowed: bool
) -> None:
    link = street.mail()
    street.wait(WEEK - MINUTE + after)
    assert status == street.browser.post(link, data=YES).status_code
    street.wait(timedelta(days=2))
    street.world.poll(street.inbox)
    assert allowed == street.allowed()


def test_an_objection_on_the_telephone_overtakes_a_confirmation_that_is_on_its_way(street: Street) -> None:
    link = street.mail()
    street.browser.post(link, data=YES)
    with street.world.open_uow() as uow:
        key, now = street.world.keys.suppression, street.world.clock.now()
        close_consents(uow, "erika", Kind.OBJECTED, CHANNELS, key=key, source="Anruf", at=now)
        uow.commit()

    summary = street.world.poll(street.inbox)

    assert (0, 1, False) == (summary.applied, summary.known, street.allowed())
    assert () == street.inbox.fetch(0).answers


def test_somebody_who_is_gone_meanwhile_does_not_hold_up_the_others(street: Street) -> None:
    links = [street.mail(name) for name in ("erika", "anna")]
    for link in links:
        street.browser.post(link, data=YES)
    with street.world.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM customers WHERE customer_id = 'erika'")

    summary = street.world.poll(street.inbox)

    assert (1, 1, None, True) == (summary.applied, summary.known, summary.stopped, street.allowed("anna"))


def test_a_confirmation_that_this_database_does_not_know_waits_at_the_relay(street: Street) -> None:
    link = street.mail()
    street.browser.post(link, data=YES)
    with street.world.engine.begin() as connection:
        for table in ("opt_in_mails", "opt_in_requests"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 — two fixed names
    assert (1, 1) == (street.world.poll(street.inbox).unmatched, len(street.inbox.fetch(0).answers))


def test_a_request_nobody_confirms_lapses_and_asking_anew_sends_a_new_link(street: Street) -> None:
    first = street.mail()
    street.wait(WEEK)
    with street.world.open_uow() as uow:
        assert (1, 0) == tuple(expire_opt_ins(uow, street.world.clock.now()) for _ in range(2))
        uow.commit()
    street.world.hear_relay()

    second = street.mail()

    assert (404, 200) == (street.browser.get(first).status_code, street.browser.get(second).status_code)


def test_a_used_link_settles_a_mail_whose_fate_was_unsure(street: Street) -> None:
    street.smtp.replies["DATA"] = ["drop"]
    street.world.ask("erika")
    assert 1 == street.world.send(street.channel).unsure
    assert ("mailed", "unsure") == street.world.request("erika")
    message = message_from_bytes(street.smtp.mails[-1].content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    (link,) = re.findall(r"https://localhost\S+", message.get_content())

    street.browser.post(link, data=YES)
    street.world.poll(street.inbox)

    assert ("confirmed", "sent") == street.world.request("erika")
