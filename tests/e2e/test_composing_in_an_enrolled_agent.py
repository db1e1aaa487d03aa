"""An enrolled agent sends a few hundred mails: a second process of it composes them, and they arrive at the server.

The agent is put together as ``guildpost-agent run`` does it, and ticks once: it polls the relay, and sends what is due.
Its membership leads to no coordinator; the signed catalogue lies in its home, as the last sync left it, and both
processes verify it there.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from guildpost_agent.adapters.catalogue.tuf_catalogue import TufCatalogue
from guildpost_agent.app.dispatch_mail import compose_draft
from guildpost_agent.app.mail_run import Draft
from guildpost_agent.app.membership import store_membership
from guildpost_agent.app.planning_state import note_plan
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_agent.bootstrap import sending
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.relay_card import relay_card
from guildpost_agent.bootstrap.running import Agent
from guildpost_demo.catalogue import targets
from guildpost_shared.answers.cards import read_card
from guildpost_shared.clock import ManualClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import new_sealing_key, private_bytes
from tests.factories.agent_home import an_agent_home, point_to_servers
from tests.factories.catalogue import CatalogueWorld, FilesTransport
from tests.factories.membership import a_membership
from tests.factories.sending_world import NOW, a_due_message, plan_all
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.fault_server import FaultServer
from tests.fakes.relay_server import RelayServer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MAILS = sending.MANY_MAILS + 40
SMTP_SECONDS = 0.15


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


def enrol(core: Core, folder: Path) -> None:
    """Store a membership, and the catalogue as a coordinator would have served it."""
    catalogue = CatalogueWorld(folder)
    catalogue.publish_signed(targets())
    anchors = catalogue.anchors()
    report = sync_catalogue(
        TufCatalogue(core.home / "catalogue", FilesTransport(catalogue.files), anchors, core.wall_clock)
    )
    assert report.problem is None
    catalogue.close()
    member = a_membership(
        root_hash=anchors.root_hash,
        association_fingerprint=anchors.association or "",
        sealing_key=private_bytes(new_sealing_key(OsEntropy())),
    )
    with core.open_uow() as uow:
        store_membership(uow.documents, member)
        uow.commit()


@pytest.fixture
def scene(tmp_path: Path, tls: TlsFiles, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Core, FaultServer]]:
    """An enrolled agent on a Monday morning with mails that are due, its mail server and its relay."""
    home = an_agent_home(tmp_path, monkeypatch)
    (tmp_path / "dms").mkdir()
    with ExitStack() as stack:
        server = stack.enter_context(FaultServer(tls))
        relay = stack.enter_context(RelayServer(tmp_path / "relay", tls, NOW))
        point_to_servers(home, tls, server.port, relay.url)
        core = open_core(home, business_clock=ManualClock(NOW))
        enrol(core, tmp_path / "brand")
        relay.store.admit(read_card(relay_card(core, "#0b4f6c")))
        plan_all(core.open_uow, [a_due_message(f"p{number:03}") for number in range(MAILS)])
        yield core, server
        core.engine.dispose()


def test_the_child_of_an_enrolled_agent_composes_what_arrives(
    scene: tuple[Core, FaultServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    core, server = scene
    here: list[str] = []

    def seen(*arguments: object) -> Draft[OutboxJob]:
        draft: Draft[OutboxJob] = compose_draft(*arguments)  # type: ignore[arg-type] # handed on as they came
        here.append(draft.job.touchpoint_id)
        return draft

    monkeypatch.setattr(sending, "compose_draft", seen)  # in this process only
    server.plan(
        "DOT", f"stall:{SMTP_SECONDS}", always=True
    )  # a server as slow as real ones: the child has time to start
    agent = Agent(core)
    note_plan(core.open_uow, agent._agenda.plan_mark(NOW))  # planned before

    agent.ticker.tick(NOW)
    agent.stop()

    with core.open_uow() as uow:
        jobs = [uow.outbox.get(touchpoint.touchpoint_id) for touchpoint in uow.plans.touchpoints()]
    assert {"sent": MAILS} == Counter(job.state if job else "–" for job in jobs)
    assert sorted(job.message_id for job in jobs if job) == sorted(server.accepted)
    by_the_child = MAILS - len(here)
    assert by_the_child >= MAILS / 2
