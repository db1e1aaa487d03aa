"""Material from its author to the field and back: real programs, one signature, and what is unsent stays unsent.

A brand's coordinator and its signers run as processes. A template is written by one person, approved by two others and
signed by both roles; a dealership's agent, a process too, sends hundreds of mails made from it. In the middle of that
one person recalls it and **one** role signs the removal. The seconds until the last mail are measured and printed.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
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
from guildpost_shared.answers.cards import read_card
from guildpost_shared.clock import ManualClock
from tests.e2e.brand_programs import PATIENCE, PROGRAMS, Brand, a_brand, agent_program, until
from tests.factories.agent_home import an_agent_home, point_to_servers
from tests.factories.sending_world import NOW, a_due_message, plan_all
from tests.factories.tls_files import make_tls_files
from tests.fakes.fault_server import FaultServer
from tests.fakes.relay_server import RelayServer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(280)]

MAILS: Final = 300
SMTP_SECONDS: Final = 0.5
SENT_BEFORE: Final = 12
"""So many mails have left when the recall begins."""
TEMPLATE: Final = "templates/hu_au/1"
WRITTEN_ALREADY, NOT_WRITTEN_YET = "catalogue_unknown_path", "catalogue_one_role_only"
"""Why a mail does not leave: asked when it is claimed, or when it is to be written."""
ONE_MINUTE: Final = 60.0


@pytest.fixture
def brand(tmp_path: Path) -> Iterator[Brand]:
    with a_brand(tmp_path / "brand", "Arvana") as brand:
        brand.enter("admin", "administrator")
        for name, right in (("anna", "author"), ("mia", "marketing"), ("lea", "legal")):
            brand.enter(name, right, by="admin")
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
        point_to_servers(home, tls, server.port, relay.url)
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
