"""Who approved what and when, as the dealer's own command tells it; and weeks without a coordinator."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.membership import store_membership
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_coordinator.adapters.catalogue_repository.keys import new_key
from guildpost_shared.catalogue_keys import key_fingerprint
from guildpost_shared.clock import ManualClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Untrusted
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld, FilesTransport
from tests.factories.membership import a_membership
from tests.factories.rotation import replace_role_key

OTHER = "services/inspection.json"


@pytest.fixture
def enrolled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CatalogueWorld]:
    home = an_agent_home(tmp_path, monkeypatch)
    world = CatalogueWorld(tmp_path)
    anchors = world.anchors()
    core = open_core(home)
    with core.open_uow() as uow:
        membership = a_membership(root_hash=anchors.root_hash, association_fingerprint=anchors.association or "")
        store_membership(uow.documents, membership)
        uow.commit()
    core.engine.dispose()
    yield world
    world.close()


def told(world: CatalogueWorld, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    assert 0 == main(["catalogue", "--home", str(world.folder / "home"), *options])
    return capsys.readouterr().out


def test_each_path_names_its_roles_keys_versions_and_dates(
    enrolled: CatalogueWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    enrolled.publish_signed({SERVICE: b"service", STUDY: b"study"})
    enrolled.agent("home/catalogue").sync()
    shown = told(enrolled, capsys, "--lang", "en")
    for words in ("the brand's marketing", "the brand's legal department", "your dealers' association"):
        assert f"approved by {words}, issued " in shown
    found = json.loads(told(enrolled, capsys, "--json"))
    keys = {each["role"]: each["key"] for item in found["in_force"].values() for each in item["approvals"]}
    expected = {role: key_fingerprint(enrolled.keys.of(role).public) for role in ("marketing", "legal", "association")}
    assert expected == keys
    assert found["may_send"]


def test_an_approval_keeps_its_version_while_contents_and_key_stay_the_same(enrolled: CatalogueWorld) -> None:
    agent = enrolled.agent("home/catalogue")
    enrolled.publish_signed({SERVICE: b"service"})
    agent.sync()
    first = agent.in_force()[SERVICE]
    enrolled.publish_signed({OTHER: b"other"})
    agent.sync()
    assert first == agent.in_force()[SERVICE]
    assert [3, 3] == [each.version for each in agent.in_force()[OTHER].approvals]
    replace_role_key(
        enrolled.files, enrolled.repository, enrolled.keys.root, "legal", new_key(OsEntropy()), now=enrolled.clock.now()
    )
    agent.sync()
    assert [2, 4] == [each.version for each in agent.in_force()[SERVICE].approvals]


def test_what_is_not_in_force_is_said_with_its_reason(
    enrolled: CatalogueWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    enrolled.publish_signed({SERVICE: b"service"})
    agent = enrolled.agent("home/catalogue")
    agent.sync()
    (enrolled.folder / "home" / "catalogue" / "contents" / agent.in_force()[SERVICE].listing.sha256).write_bytes(b"x")
    assert (SERVICE,) == agent.set_damaged_aside()
    assert f"„{SERVICE}“ ist beschädigt." in told(enrolled, capsys)
    with pytest.raises(Untrusted, match="catalogue_cache_damaged"):
        agent.read(SERVICE)
    agent.sync()
    assert b"service" == agent.read(SERVICE)


def test_for_four_weeks_without_a_coordinator_the_last_good_catalogue_is_told_and_used(
    enrolled: CatalogueWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    enrolled.publish_signed({SERVICE: b"service"})
    transport = FilesTransport(enrolled.files)
    clock = ManualClock(enrolled.clock.now())
    enrolled.agent("home/catalogue", transport=transport, clock=clock).sync()
    transport.away = True
    for day in range(1, 40):
        clock.set(enrolled.clock.now() + timedelta(days=day))
        agent = enrolled.agent("home/catalogue", transport=transport, clock=clock)
        assert (day < 28) == sync_catalogue(agent).may_send
        assert b"service" == agent.read(SERVICE)
    assert "Zu alt: Es wird nichts gesendet" in told(enrolled, capsys)


def test_before_the_first_sync_it_says_so(enrolled: CatalogueWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert 75 == main(["catalogue", "--home", str(enrolled.folder / "home")])
    assert "noch nie abgerufen" in capsys.readouterr().err
