"""Material from its author to the field and back: real programs, one signature, and what is unsent stays unsent.

A brand's coordinator and its signers run as processes. A template is written by one person, approved by two others and
signed by both roles; a dealership's agent, a process too, sends hundreds of mails made from it. In the middle of that
one person recalls it and **one** role signs the removal. The seconds until the last mail are measured and printed.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from guildpost_agent.app.planning_state import note_plan
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.member import catalogue_of
from guildpost_agent.bootstrap.running import Agent
from guildpost_demo.catalogue import targets
from guildpost_demo.driver.business_clock import BusinessClockServer
from guildpost_demo.driver.supervisor import accepts, free_port
from guildpost_shared.answers.cards import read_card
from guildpost_shared.clock import ManualClock
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import NOW, a_due_message, plan_all
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.fault_server import FaultServer
from tests.fakes.relay_server import RelayServer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(280)]

PROGRAMS: Final = Path(sys.executable).parent
HOLDERS: Final = (
    "guildpost-ca",
    "guildpost-online-keys",
    *(f"guildpost-signer-{role}" for role in ("root", "marketing", "legal", "association")),
)
MAILS: Final = 300
SMTP_SECONDS: Final = 0.5
SENT_BEFORE: Final = 12
"""So many mails have left when the recall begins."""
TEMPLATE: Final = "templates/hu_au/1"
WRITTEN_ALREADY, NOT_WRITTEN_YET = "catalogue_unknown_path", "catalogue_one_role_only"
"""Why a mail does not leave: asked when it is claimed, or when it is to be written."""
ONE_MINUTE: Final = 60.0
PATIENCE: Final = 90.0


def until(what: str, seconds: float, check: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@dataclass
class Brand:
    """The coordinator's home, its people, and its processes."""

    folder: Path
    environment: dict[str, str]
    control: int
    people: dict[str, Path] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, *words: str, who: str = "") -> str:
        """Run ``guildpost-coordinator`` as somebody; gives what it printed."""
        mine = {"GUILDPOST_PERSON_TOKEN_FILE": str(self.people[who])} if who else {}
        done = subprocess.run(
            [str(PROGRAMS / "guildpost-coordinator"), "--lang", "en", words[0], "--home", str(self.home), *words[1:]],
            env={**os.environ, **self.environment, **mine},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def enter(self, name: str, *rights: str, by: str = "") -> None:
        """Enter a person; the token goes into a file of its own."""
        token = self.run(
            "person", "add", "--name", name, "--email", f"{name}@arvana.example", "--rights", *rights, who=by
        )
        self.people[name] = self.folder / f"token-{name}"
        self.people[name].write_text(token, "ascii")

    def state(self, name: str) -> str:
        """Give a material's state in words."""
        return self.run("material", "show", name, who="mia").splitlines()[1].partition(": ")[2]

    @contextmanager
    def program(self, *words: str, says: str = "") -> Iterator["subprocess.Popen[str]"]:
        """Run a program while the block runs; its output goes to a file."""
        log = self.folder / f"{words[0]}-{len(list(self.folder.glob('*.log')))}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [str(PROGRAMS / words[0]), *words[1:]],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                text=True,
            )
        try:
            until(f"{words[0]} says {says!r}", PATIENCE, lambda: says in log.read_text() or process.poll() is not None)
            assert None is process.poll(), log.read_text()
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)

    @contextmanager
    def signer(self, role: str) -> Iterator[None]:
        """Run a role's signer while the block runs."""
        home = str(self.folder / "signers" / role)
        where = ("--home", home, "--role", role, "--coordinator", f"127.0.0.1:{self.control}", "--approve", "all")
        with self.program("guildpost-signer", "--lang", "en", *where, says="Ready"):
            yield


@pytest.fixture
def brand(tmp_path: Path) -> Iterator[Brand]:
    folder = tmp_path / "brand"
    credentials = folder / "credentials"
    credentials.mkdir(parents=True)
    for holder in HOLDERS:
        (credentials / holder).write_text("a passphrase made for tests only", "ascii")
    quiet = {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1"}
    brand = Brand(folder, {"CREDENTIALS_DIRECTORY": str(credentials), **quiet}, free_port())
    ports = ("--enrolment-port", str(free_port()), "--control-port", str(brand.control))
    brand.run("init", "--brand", "Arvana", *ports)
    brand.run("ceremony", "--signers", str(folder / "signers"))
    brand.enter("admin", "administrator")
    for name, right in (("anna", "author"), ("mia", "marketing"), ("lea", "legal")):
        brand.enter(name, right, by="admin")
    with brand.program("guildpost-coordinator", "serve", "--home", str(brand.home)):
        until("the coordinator listens", PATIENCE, lambda: accepts(brand.control))
        yield brand


def publish_everything(brand: Brand) -> None:
    """Let the sample catalogue go its whole way: written, approved twice, signed twice."""
    folder = brand.folder / "samples"
    for path, contents in targets().items():
        if path.startswith(("services/hu_au", "templates/hu_au/")):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(contents)
    brand.run("material", "submit", str(folder), "--comment", "for spring", who="anna")
    for name in ("services/hu_au", TEMPLATE):
        brand.run("material", "approve", name, "--role", "marketing", who="mia")
        brand.run("material", "approve", name, "--role", "legal", who="lea")
    with brand.signer("marketing"), brand.signer("legal"):
        until("it is in force", PATIENCE, lambda: brand.state(TEMPLATE) == "published")


def set_up(home: Path, tls: TlsFiles, smtp_port: int, relay_url: str) -> None:
    """Point the sample configuration to the servers of this test."""
    file = home / "agent.toml"
    text = file.read_text("utf-8")
    for old, new in (
        ('host = "mail.autohaus-muster.example"\nport = 587', f'host = "localhost"\nport = {smtp_port}'),
        ('username = ""', f'ca_file = "{tls.ca}"\nusername = ""'),
        ('url = "https://antwort.autohaus-muster.example"', f'url = "{relay_url}"\nca_file = "{tls.ca}"'),
    ):
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")


def agent_program(home: Path, *words: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(PROGRAMS / "guildpost-agent"), words[0], "--home", str(home), *words[1:]],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )


def prepare(home: Path) -> Core:
    """Let mails be due that were planned with the catalogue in force."""
    core = open_core(home, business_clock=ManualClock(NOW))
    assert None is sync_catalogue(catalogue_of(core)).problem
    plan_all(core.open_uow, [a_due_message(f"p{number:03}") for number in range(MAILS)])
    agent = Agent(core)
    note_plan(core.open_uow, agent._agenda.plan_mark(NOW))
    agent.stop()
    return core


def test_one_signature_stops_what_is_unsent_within_a_minute(
    brand: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_everything(brand)
    code = brand.run("join-code", "--agent-id", "dealer-01", "--company", "Autohaus", "--legal-entity", "entity-1")
    (tmp_path / "dealer").mkdir()
    home = an_agent_home(tmp_path / "dealer", monkeypatch)
    (tmp_path / "dealer" / "dms").mkdir()
    mine = {"CREDENTIALS_DIRECTORY": str(tmp_path / "dealer")}
    tls = make_tls_files(tmp_path)
    with ExitStack() as stack:
        server = stack.enter_context(FaultServer(tls))
        relay = stack.enter_context(RelayServer(tmp_path / "relay", tls, NOW))
        set_up(home, tls, server.port, relay.url)
        card = tmp_path / "card.json"
        key = (brand.folder / "signers/association/fingerprint.txt").read_text()
        enrol = ("--join-code", code.strip(), "--association-key", key.strip(), "--relay-card", str(card))
        agent_program(home, "enrol", *enrol, environment=mine)
        relay.store.admit(read_card(card.read_bytes()))
        core = prepare(home)
        server.plan("DOT", f"stall:{SMTP_SECONDS}", always=True)
        arrivals: list[float] = []
        server.on_accepted = lambda: arrivals.append(time.monotonic())
        clock = BusinessClockServer(NOW)
        stack.callback(clock.close)
        clock.expect(home.name)
        process = subprocess.Popen(
            [str(PROGRAMS / "guildpost-agent"), "run", "--home", str(home), "--business-clock", clock.address],
            env={**os.environ, **mine},
            stdout=(tmp_path / "agent.log").open("w"),
            stderr=subprocess.STDOUT,
        )
        stack.callback(process.wait, PATIENCE)
        stack.callback(process.terminate)
        until("mails leave", PATIENCE, lambda: len(arrivals) >= SENT_BEFORE)
        brand.run("material", "recall", TEMPLATE, "--comment", "a wrong sentence", who="lea")
        assert "recall being signed" == brand.state(TEMPLATE)
        began = time.monotonic()  # before the signature: the signer has yet to start
        with brand.signer("legal"):  # marketing's key is not there
            until("the removal is signed", PATIENCE, lambda: brand.state(TEMPLATE) == "recalled")
            until("the agent has done its round", PATIENCE, lambda: not clock.waiting_for())
        last = max(arrivals)
        with core.open_uow() as uow:
            jobs = [uow.outbox.get(touchpoint.touchpoint_id) for touchpoint in uow.plans.touchpoints()]
        states = Counter(job.state for job in jobs if job)
        reasons = Counter(job.response for job in jobs if job and job.state == "refused")
        core.engine.dispose()
    seconds = max(0.0, last - began)
    with capsys.disabled():
        sys.stdout.write(f"\nrecall by one role: last mail {seconds:.1f} s after its signer was started, ")
        sys.stdout.write(f"{len(arrivals)} of {MAILS} mails sent\n")
    assert seconds < ONE_MINUTE
    assert len(arrivals) < MAILS / 2
    assert {"sent": len(arrivals), "refused": MAILS - len(arrivals)} == states
    assert {WRITTEN_ALREADY, NOT_WRITTEN_YET} == set(reasons)
