"""The running agent's catalogue: a template or a service that cannot be read keeps only itself from starting."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.membership import Membership, store_membership
from guildpost_agent.bootstrap.brand_keeper import MOST_WAITING, BrandKeeper
from guildpost_agent.bootstrap.catalogue_in_force import Catalogue
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.brands import FIRST
from guildpost_agent.domain.round_entries import AT_ONCE
from guildpost_agent.jobs.children import Worker
from guildpost_coordinator.domain.membership import Event
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.errors import GuildpostError, Unavailable
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.presence import CatalogueChanged, Heartbeat, RoundWindow
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import STUDY, CatalogueWorld, FilesTransport
from tests.factories.control_plane import join
from tests.factories.membership import NOWHERE
from tests.fakes.control_plane import FakeControlPlane
from tests.fakes.documents import FakeDocumentStore

PERIOD = "2027-01-01_2027-03-31"

MJML = "templates/hu_au/1/email.de.mjml"


def _membership(world: CatalogueWorld) -> Membership:
    """Join a brand whose coordinator is away by now."""
    anchors, plane = world.anchors(), FakeControlPlane(SystemClock())
    joined = join(plane, FakeDocumentStore(), plane.issue("dealer-01"))
    association = anchors.association or ""
    return replace(joined, control=NOWHERE, root_hash=anchors.root_hash, association_fingerprint=association)


def test_a_template_that_cannot_be_compiled_keeps_only_its_own_messages_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    world = CatalogueWorld(tmp_path)
    world.publish_signed(sample_catalogue() | {MJML: b"<mjml><mj-body>{% no such tag %}</mj-body></mjml>"})
    source = world.agent("home/catalogue")
    source.sync()
    CatalogueTemplates(source, home / "templates").compile(["inspection/1/email.de"])
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, _membership(world))
        uow.commit()
    worker = Worker(home)
    catalogue = Catalogue(core, worker)
    worker.close()
    world.close()
    assert {"hu_au", "inspection", "recall"} <= set(catalogue.services)
    assert catalogue.may_send
    assert 64 == len(catalogue.fingerprint)
    assert "Arvana" == catalogue.templates.mail("inspection/1/email.de").manifest.brand.name
    with pytest.raises(Unavailable, match="template_not_ready"):
        catalogue.templates.mail("hu_au/1/email.de")


class Counted(Catalogue):
    """Counts attempts to fetch."""

    attempts = 0

    def refresh_brand(self, brand: str) -> None:
        self.attempts += 1
        super().refresh_brand(brand)


def test_what_could_not_be_fetched_is_asked_for_again_at_the_next_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    world = CatalogueWorld(tmp_path)
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, _membership(world))
        uow.commit()
    worker = Worker(home)
    catalogue = Counted(core, worker)
    keeper = BrandKeeper(core, FIRST, catalogue)
    beat = Heartbeat(SystemClock().now())
    attempts = []
    for event in (beat, CatalogueChanged(2), beat):
        keeper._attend(event)
        attempts.append(catalogue.attempts)
    catalogue.source.sources[FIRST]._transport = FilesTransport(world.files)  # the coordinator is back
    for event in (beat, beat):
        keeper._attend(event)
        attempts.append(catalogue.attempts)
    worker.close()
    world.close()
    assert [0, 1, 2, 3, 3] == attempts
    assert not catalogue.is_unfetched(FIRST)


FAULTS = {
    "an unknown field": ({"rebate": 1}, "Feld „rebate“ (unbekannt)"),
    "an impossible window": (
        {"touches": [{"id": "late", "first_day": 3, "last_day": 9, "default_lead": 5}]},
        "Feld „touches[0].first_day“ (liegt nach",
    ),
    "a condition with an error": ({"condition": "vehicle.colour == 'red'"}, "unbekanntes Feld vehicle.colour"),
}


@pytest.mark.parametrize(("changes", "reason"), FAULTS.values(), ids=FAULTS.keys())
def test_a_signed_service_that_cannot_be_read_rests_with_line_and_reason_and_the_others_go_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, object],
    reason: str,
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    world = CatalogueWorld(tmp_path)
    contents = sample_catalogue()
    spoilt = json.dumps(json.loads(contents["services/climate.json"]) | changes, indent=1).encode()
    world.publish_signed(contents | {"services/climate.json": spoilt})
    world.agent("home/catalogue").sync()
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, _membership(world))
        uow.commit()
    worker = Worker(home)
    catalogue = Catalogue(core, worker)
    catalogue.refresh()
    worker.close()
    world.close()
    assert "climate" not in catalogue.services
    assert {"hu_au", "inspection", "recall"} <= set(catalogue.services)
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Die Beschreibung des Service")]
    assert 1 == len(told), told
    assert "services/climate.json, Zeile " in told[0]
    assert reason in told[0]
    for command in ("status", "plan"):
        assert 0 == main([command, "--home", str(home)])
        assert told[0] in capsys.readouterr().out


def test_why_a_certificate_cannot_be_renewed_is_shown_until_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    clock = ManualClock(SystemClock().now())
    plane = FakeControlPlane(clock)
    joined = join(plane, FakeDocumentStore(), plane.issue("dealer-01"))
    core = open_core(home, wall_clock=clock)
    with core.open_uow() as uow:
        store_membership(uow.documents, joined)
        uow.commit()
    worker = Worker(home)
    keeper = BrandKeeper(core, FIRST, Catalogue(core, worker))
    monkeypatch.setattr(keeper, "_control_plane", plane)
    clock.set(clock.now() + timedelta(days=2))

    def shown() -> str:
        with suppress(GuildpostError):
            keeper._attend(None)
        assert 0 == main(["status", "--home", str(home)])
        return capsys.readouterr().out

    plane.decide("dealer-01", Event.LOCK)
    assert (
        "Die Mitgliedschaft ist gesperrt, bis Ihr Hersteller entschieden hat. Rufen Sie Ihren Hersteller an" in shown()
    )
    plane.decide("dealer-01", Event.UNLOCK)
    assert "gesperrt" not in shown()
    clock.set(clock.now() + timedelta(days=2))
    plane.decide("dealer-01", Event.REVOKE)
    assert ["Die Mitgliedschaft wurde beendet." in shown() for _ in range(2)] == [True, True]
    worker.close()


def test_a_coordinator_that_announces_without_end_fills_no_memory_and_starts_few_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    world = CatalogueWorld(tmp_path)
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, _membership(world))
        uow.commit()
    worker = Worker(home)
    keeper = BrandKeeper(core, FIRST, Catalogue(core, worker))
    begun: list[list[str]] = []
    monkeypatch.setattr(BrandKeeper, "_take_part", lambda _self, _round, command: begun.append(command))
    now = SystemClock().now()
    for number in range(1_000):
        window = RoundWindow(f"round-{number}", STUDY, PERIOD, now, now, Endpoint("127.0.0.1", 1))
        keeper._hear(window)
        keeper._join(window)
    worker.close()
    world.close()
    assert MOST_WAITING == keeper._events.qsize()
    assert AT_ONCE == len(begun)


def test_a_bug_at_one_event_does_not_end_the_thread_that_hears_of_recalls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    world = CatalogueWorld(tmp_path)
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, _membership(world))
        uow.commit()
    worker = Worker(home)
    keeper = BrandKeeper(core, FIRST, Catalogue(core, worker))
    attended: list[object] = []

    def attend(_self: BrandKeeper, event: object) -> None:
        attended.append(event)
        if len(attended) == 1:
            raise RuntimeError("a bug")
        keeper._stop.set()

    monkeypatch.setattr(BrandKeeper, "_attend", attend)
    for number in (1, 2):
        keeper._hear(CatalogueChanged(number))
    keeper._keep()
    worker.close()
    world.close()
    assert [CatalogueChanged(1), CatalogueChanged(2)] == attended
