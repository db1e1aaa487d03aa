"""The running agent and double opt-in: a request is mailed with the next tick, the answer comes with a poll."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.app.membership import Membership, store_membership
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.relay_card import relay_card
from guildpost_agent.bootstrap.running import Agent
from guildpost_agent.cli import main
from guildpost_shared.answers.cards import read_card
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.identity.keys import private_bytes
from tests.factories.agent import a_customer
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import STUDY, CatalogueWorld
from tests.factories.membership import a_membership
from tests.factories.tls_files import make_tls_files
from tests.fakes.relay_server import RelayServer
from tests.fakes.smtp_server import SmtpServer


@dataclass
class Running:
    """An agent that ticks when the test says so, with its mail server and its relay."""

    home: Path
    agent: Agent
    clock: ManualClock
    smtp: SmtpServer
    relay: RelayServer

    def tick(self, later: timedelta) -> None:
        """Let time pass, then tick."""
        self.clock.set(self.clock.now() + later)
        self.relay.clock.set(self.clock.now())
        assert self.agent.ticker.tick(self.clock.now())
        assert {} == self.agent.ticker.problems

    def states(self) -> list[str]:
        """Read the states of all requests."""
        with self.agent.core.open_uow() as uow:
            return [one.state.value for one in uow.consents.requests("pending", "mailed", "confirmed", "expired")]  # type: ignore[arg-type] # a StrEnum's values


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    home, tls, catalogue = an_agent_home(tmp_path, monkeypatch), make_tls_files(tmp_path), CatalogueWorld(tmp_path)
    catalogue.publish_signed({STUDY: b"a dealership without any service"})
    catalogue.agent("home/catalogue").sync()
    clock = ManualClock(SystemClock().now())
    with SmtpServer(tls) as smtp, RelayServer(tmp_path / "relay", tls, clock.now()) as relay:
        toml = (home / "agent.toml").read_text("utf-8")
        for old, new in (
            ('host = "mail.autohaus-muster.example"', f'host = "localhost"\nca_file = "{tls.ca}"'),
            ("port = 587", f"port = {smtp.port}"),
            ('url = "https://antwort.autohaus-muster.example"', f'url = "{relay.url}"\nca_file = "{tls.ca}"'),
        ):
            assert old in toml
            toml = toml.replace(old, new)
        (home / "agent.toml").write_text(toml, "utf-8")
        core = open_core(home, business_clock=clock)
        with core.open_uow() as uow:
            store_membership(uow.documents, _membership(catalogue))
            uow.records.upsert_customers([a_customer()])
            uow.commit()
        relay.store.admit(read_card(relay_card(core, "#0b4f6c")))
        agent = Agent(core)
        yield Running(home, agent, clock, smtp, relay)
        agent.stop()
        agent.inbox.close()
        core.engine.dispose()
    catalogue.close()


def _membership(world: CatalogueWorld) -> Membership:
    anchors = world.anchors()
    return a_membership(
        sealing_key=private_bytes(X25519PrivateKey.generate()),
        root_hash=anchors.root_hash,
        association_fingerprint=anchors.association or "",
    )


def ask(running: Running) -> None:
    text = running.home / "text.txt"
    text.write_text("Ja, ich möchte Angebote per E-Mail.", "utf-8")
    shown = ["--source", "Annahme", "--by", "Kraft", "--text", str(text), "--text-version", "w-3"]
    command = ["consents", "--home", str(running.home), "--customer", "1", "--record", "opt-in", "--purpose", "offers"]
    assert 0 == main([*command, *shown])


def test_a_request_is_mailed_with_the_next_tick_and_its_confirmation_comes_with_a_poll(running: Running) -> None:
    running.tick(timedelta(minutes=1))
    ask(running)
    running.tick(timedelta(minutes=1))
    (mail,) = running.smtp.mails
    message = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    (link,) = re.findall(r"https://localhost\S+", message.get_content())
    with running.relay.browser() as browser:
        assert 200 == browser.post(link, data={"confirm": "yes"}).status_code

    running.tick(timedelta(hours=4))

    assert (["confirmed"], 1) == (running.states(), len(running.smtp.mails))


def test_a_request_that_nobody_confirms_lapses_by_itself(running: Running) -> None:
    ask(running)
    running.tick(timedelta(minutes=1))
    for _ in range(2):
        running.tick(timedelta(days=4))
    assert (["expired"], 1) == (running.states(), len(running.smtp.mails))
