"""Double opt-in as the dealer's staff and the running agent do it: the command, the step, the daily expiry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.sql.read_model import SqlReadModel
from guildpost_agent.app.relay_state import note_relay_answer
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.opt_ins import WAKE, OptIns
from guildpost_agent.cli import main
from guildpost_agent.domain.consent.opt_in import OptInRequest, OptInState
from guildpost_agent.domain.suppression import address_hmac
from guildpost_shared.clock import ManualClock
from tests.factories.agent import a_customer
from tests.factories.agent_home import an_agent_home
from tests.factories.tls_files import make_tls_files
from tests.fakes.smtp_server import SmtpServer

ERIKA = "erika@post.example"


@dataclass
class Home:
    """An agent's home whose mail server runs."""

    folder: Path
    core: Core
    clock: ManualClock
    smtp: SmtpServer
    steps: OptIns

    def record(self, *arguments: str) -> int:
        """Call the command for customer 1."""
        text = self.folder / "text.txt"
        text.write_text("Ja, ich möchte Angebote per E-Mail.", "utf-8")
        common = ["consents", "--home", str(self.folder), "--customer", "1", "--record", "opt-in"]
        shown = ["--source", "Annahme", "--by", "Kraft", "--text", str(text), "--text-version", "w-3"]
        return main([*common, *shown, *arguments])

    def hear_relay(self, at: datetime) -> None:
        """Note that the relay answered."""
        with self.core.open_uow() as uow:
            note_relay_answer(uow, at)
            uow.commit()

    def requests(self) -> list[OptInRequest]:
        """Read all requests."""
        with self.core.open_uow() as uow:
            return uow.consents.requests(*OptInState)

    def walk(self) -> None:
        """Walk the agent's steps once."""
        now = self.clock.now()
        self.steps.look(now)
        self.steps.expire(now)
        self.steps.send(now)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    tls, folder = make_tls_files(tmp_path), an_agent_home(tmp_path, monkeypatch)
    with SmtpServer(tls) as smtp:
        toml = (folder / "agent.toml").read_text("utf-8")
        server = f'host = "localhost"\nca_file = "{tls.ca}"\n'
        toml = toml.replace('host = "mail.autohaus-muster.example"\n', server).replace(
            "port = 587", f"port = {smtp.port}"
        )
        (folder / "agent.toml").write_text(toml, "utf-8")
        started = open_core(folder)
        clock = ManualClock(started.business_clock.now())
        core = open_core(folder, business_clock=clock)
        with core.open_uow() as uow:
            uow.records.upsert_customers([a_customer()])
            uow.commit()
        yield Home(folder, core, clock, smtp, OptIns(core, SqlReadModel(core.engine)))
        core.engine.dispose()


def test_the_command_notes_the_request_and_the_agent_sends_the_mail_at_once(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == home.record("--purpose", "offers")
    home.clock.set(home.clock.now() + timedelta(minutes=1))
    home.hear_relay(home.clock.now())
    home.walk()
    home.walk()

    assert [ERIKA] == [mail.recipient for mail in home.smtp.mails]
    assert (home.folder / WAKE).exists()
    assert 0 == main(["consents", "--home", str(home.folder), "--customer", "1"])
    said = capsys.readouterr().out
    for words in ("der Link gilt bis", "E-Mail noch nicht verschickt", "wartet auf Bestätigung", "E-Mail vom"):
        assert words in said


@pytest.mark.parametrize(
    "arguments",
    [["--purpose", "*"], ["--purpose", "offers", "--channel", "phone"], ["--purpose", "offers", "--text-version", ""]],
    ids=["no purpose", "another channel", "no text"],
)
def test_a_request_without_its_evidence_is_not_noted(home: Home, arguments: list[str]) -> None:
    assert 0 != home.record(*arguments)
    assert [] == home.requests()


@pytest.mark.parametrize("barrier", ["suppressed", "advertising_block"])
def test_who_objected_is_not_asked_and_the_staff_learn_how_it_can_be_done(
    home: Home, capsys: pytest.CaptureFixture[str], barrier: str
) -> None:
    with home.core.open_uow() as uow:
        if barrier == "suppressed":
            entry = address_hmac(home.core.keys.suppression, ERIKA)
            uow.suppressions.add(entry, "email", "objection", home.clock.now())
        else:
            uow.records.block_advertising("1")
        uow.commit()
    assert 0 != home.record("--purpose", "offers")
    assert [] == home.requests()
    assert f"({barrier})" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("heard", "state"),
    [(timedelta(days=7), "expired"), (timedelta(days=6), "mailed")],
    ids=["the relay has answered since", "a confirmation may still wait there"],
)
def test_requests_lapse_once_a_day_up_to_the_relay_s_last_answer(home: Home, heard: timedelta, state: str) -> None:
    home.record("--purpose", "offers")
    (request,) = home.requests()
    home.clock.set(request.requested_at)
    home.hear_relay(request.requested_at)
    home.walk()

    home.hear_relay(request.requested_at + heard)
    home.clock.set(request.requested_at + timedelta(days=8))
    home.walk()

    assert [state] == [one.state for one in home.requests()]
    home.hear_relay(request.requested_at + timedelta(days=7))
    home.walk()
    assert [state] == [one.state for one in home.requests()]
    home.clock.set(request.requested_at + timedelta(days=9))
    home.walk()
    assert ["expired"] == [one.state for one in home.requests()]


def test_requests_lapse_even_where_no_relay_ever_answered(home: Home) -> None:
    home.record("--purpose", "offers")
    home.clock.set(home.requests()[0].expires_at)
    home.steps.expire(home.clock.now())
    assert ["expired"] == [one.state for one in home.requests()]
