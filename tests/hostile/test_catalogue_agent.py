"""What an agent does under attack besides refusing (``test_catalogue_attacks``): it locks, skips, follows."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, MetaFile, Timestamp

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors
from guildpost_coordinator.adapters.catalogue_repository.ceremony import signed_file, write_role
from guildpost_coordinator.adapters.catalogue_repository.codec import canonical, role_metadata
from guildpost_coordinator.adapters.catalogue_repository.keys import new_key
from guildpost_coordinator.app.ports.catalogue import SignedRole
from guildpost_coordinator.domain.catalogue import Listing
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES, Role
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError, Refused, Unavailable, Untrusted
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld, FilesTransport, real_now
from tests.factories.rotation import replace_role_key, replace_root_key


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CatalogueWorld]:
    world = CatalogueWorld(tmp_path)
    yield world
    world.close()


def force(world: CatalogueWorld, role: Role, targets: Mapping[str, Listing], *contents: bytes) -> None:
    """Put one role's metadata into force with its real key, whatever the other roles say."""
    version = world.repository.published(role).version + 1
    to_sign = canonical(role_metadata(version, world.clock.now() + timedelta(days=30), targets))
    signed = SignedRole(to_sign, world.keys.of(role).sign(to_sign))
    world.repository.publish({role: signed}, {describe(c).sha256: c for c in contents}, now=world.clock.now())


def fails_with(world: CatalogueWorld, transport: FilesTransport | None = None) -> str:
    """Sync and give the code of the refusal; nothing new may be in force afterwards."""
    agent = world.agent(transport=transport)
    before = agent.current()
    with pytest.raises(GuildpostError) as caught:
        agent.sync()
    assert before == agent.current()
    return caught.value.code


@pytest.mark.parametrize("name", ["timestamp.json", "snapshot.json", "marketing.json", "targets.json"])
def test_metadata_changed_on_the_way_is_refused(world: CatalogueWorld, name: str) -> None:
    world.publish_signed({SERVICE: b"service"})
    transport = FilesTransport(world.files)
    transport.tamper[name] = lambda data: data.replace(b'"expires":"20', b'"expires":"30')
    assert "catalogue_bad_signature" == fails_with(world, transport)


def test_a_timestamp_that_nobody_renewed_has_expired(tmp_path: Path) -> None:
    world = CatalogueWorld(tmp_path, now=real_now() - timedelta(days=4))
    assert "catalogue_expired" == fails_with(world)
    world.clock.set(real_now())
    assert world.repository.refresh(now=world.clock.now())
    assert 1 == world.agent().sync().snapshot
    world.close()


def test_a_root_of_another_network_is_refused(world: CatalogueWorld) -> None:
    agent = world.agent(anchors=TrustAnchors(b"\1" * 32, None))
    with pytest.raises(Untrusted, match="catalogue_wrong_root"):
        agent.sync()
    assert not (world.folder / "agent" / "metadata").exists()


def test_a_coordinator_that_is_away_is_unavailable(world: CatalogueWorld) -> None:
    transport = FilesTransport(world.files)
    transport.away = True
    with pytest.raises(Unavailable, match="coordinator_away"):
        world.agent(transport=transport).sync()


def test_a_brand_that_swaps_the_associations_key_locks_studies_and_nothing_else(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service", STUDY: b"study"})
    agent = world.agent()
    agent.sync()
    swapped = new_key(OsEntropy())
    replace_role_key(world.files, world.repository, world.keys.root, "association", swapped, now=world.clock.now())
    assert {STUDY: "association_key_mismatch"} == agent.sync().refused
    assert b"service" == agent.read(SERVICE)
    with pytest.raises(Refused, match="association_key_mismatch"):
        agent.read(STUDY)


def test_an_association_key_beside_the_anchored_one_counts_as_a_mismatch(world: CatalogueWorld) -> None:
    world.publish_signed({STUDY: b"study"})
    top = world.repository.top_targets()
    top.add_key(new_key(OsEntropy()).tuf_key, "association")
    top.version += 1
    publish_top(world, signed_file(top, world.keys.root), top.version)
    assert {STUDY: "association_key_mismatch"} == world.agent().sync().refused


def test_an_oversized_target_is_refused_and_never_fetched(world: CatalogueWorld) -> None:
    large = Listing(MAX_TARGET_BYTES + 1, "0" * 64)
    force(world, "marketing", {f"marketing/{SERVICE}": large})
    force(world, "legal", {f"legal/{SERVICE}": large})
    transport = FilesTransport(world.files)
    agent = world.agent(transport=transport)
    assert {SERVICE: "catalogue_target_too_large"} == agent.sync().refused
    assert not [name for name in transport.served if "hu_au" in name]


def test_a_replaced_root_key_is_followed_from_the_first_root(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    world.agent().sync()
    fresh = new_key(OsEntropy())
    replace_root_key(world.files, world.repository, world.keys.root, fresh, now=world.clock.now())
    replace_role_key(world.files, world.repository, fresh, "legal", new_key(OsEntropy()), now=world.clock.now())
    for name in ("agent", "newcomer"):
        agent = world.agent(name)
        agent.sync()
        assert b"service" == agent.read(SERVICE)


def test_the_file_names_of_the_repository_cannot_be_left(world: CatalogueWorld) -> None:
    (world.folder / "secret.json").write_bytes(b"secret")
    names = ["../secret.json", "/etc/passwd", "../coordinator.sqlite", "1.root.json/../../../secret.json", ""]
    assert [None] * 10 == [read(name) for name in names for read in (world.files.metadata, world.files.target)]


def publish_top(world: CatalogueWorld, data: bytes, version: int) -> None:
    metas: dict[str, MetaFile] = write_role(world.files, "targets", data, version)
    world.repository.commit(metas, now=world.clock.now())


def test_the_timestamp_states_three_days(world: CatalogueWorld) -> None:
    data = world.files.metadata("timestamp.json")
    assert data is not None
    expires = Metadata[Timestamp].from_bytes(data).signed.expires
    assert timedelta(days=3) == expires - world.clock.now().replace(microsecond=0)
