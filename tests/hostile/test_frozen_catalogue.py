"""A coordinator that shows no newer catalogue: a study or roster that was recalled meanwhile serves no round."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.membership import store_membership
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.rounds import take_part
from guildpost_agent.cli import main
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.errors import GuildpostError
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld, FilesTransport
from tests.factories.control_plane import join
from tests.factories.membership import NOWHERE
from tests.fakes.control_plane import FakeControlPlane
from tests.fakes.documents import FakeDocumentStore

PERIOD = "2027-01-01_2027-03-31"


@dataclass
class Scene:
    """An agent with a good catalogue, and its clock; its coordinator says nothing any more."""

    core: Core
    world: CatalogueWorld
    clock: ManualClock

    def refusal(self) -> str:
        """Take part in a round of the study that is in force here; give the code of the refusal."""
        with pytest.raises(GuildpostError) as caught:
            take_part(
                self.core,
                round_id="round-1",
                study_path=STUDY,
                period=PERIOD,
                flower=str(NOWHERE),
                closes_at=self.clock.now(),
            )
        return caught.value.code

    def fails_to_sync(self) -> None:
        transport = FilesTransport(self.world.files)
        transport.away = True
        assert sync_catalogue(self.world.agent("home/catalogue", transport=transport, clock=self.clock)).problem


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    home, world = an_agent_home(tmp_path, monkeypatch), CatalogueWorld(tmp_path)
    world.publish_signed({SERVICE: b"service", STUDY: b"no study that can be read"})
    clock = ManualClock(world.clock.now())
    world.agent("home/catalogue", clock=clock).sync()
    plane, anchors = FakeControlPlane(SystemClock()), world.anchors()
    joined = replace(
        join(plane, FakeDocumentStore(), plane.issue("dealer-01"), anchors.association or ""),
        control=NOWHERE,
        root_hash=anchors.root_hash,
    )
    core = open_core(home, wall_clock=clock)
    with core.open_uow() as uow:
        store_membership(uow.documents, joined)
        uow.commit()
    yield Scene(core, world, clock)
    world.close()


def test_an_expired_catalogue_serves_no_round_while_sending_goes_on(scene: Scene) -> None:
    readable = scene.refusal()
    scene.clock.set(scene.clock.now() + timedelta(days=2, hours=23))
    assert readable == scene.refusal() != "round_catalogue_old"
    scene.clock.set(scene.clock.now() + timedelta(hours=1))
    assert "round_catalogue_old" == scene.refusal()
    agent = scene.world.agent("home/catalogue", clock=scene.clock)
    assert b"service" == agent.read(SERVICE)


def test_a_clock_that_is_set_back_does_not_make_it_younger(scene: Scene) -> None:
    scene.clock.set(scene.clock.now() + timedelta(days=4))
    scene.fails_to_sync()
    scene.clock.set(scene.clock.now() - timedelta(days=3))
    assert "round_catalogue_old" == scene.refusal()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (2, []),
        (4, ["nimmt dieser Betrieb an keiner gemeinsamen Auswertung teil"]),
        (29, ["Es wird nichts gesendet, bis der Katalog wieder abgerufen werden kann"]),
    ],
)
def test_the_dealer_reads_what_rests(
    scene: Scene, capsys: pytest.CaptureFixture[str], days: int, said: list[str]
) -> None:
    scene.clock.set(scene.clock.now() + timedelta(days=days))
    scene.fails_to_sync()  # the clock's latest time is kept beside the catalogue
    assert 0 == main(["catalogue", "--home", str(scene.core.home)])
    shown = capsys.readouterr().out
    everything = ("an keiner gemeinsamen Auswertung", "Es wird nichts gesendet")
    assert len(said) == sum(part in shown for part in everything)
    assert [True] * len(said) == [one in shown for one in said]
