"""A hostile or broken coordinator or network against an agent's catalogue: each attack has its own code."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, MetaFile, TargetFile, Timestamp

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors
from guildpost_coordinator.adapters.catalogue_repository.ceremony import signed_file, write_role
from guildpost_coordinator.adapters.catalogue_repository.codec import canonical, role_metadata
from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey, new_key
from guildpost_coordinator.adapters.catalogue_repository.rotation import replace_role_key, replace_root_key
from guildpost_coordinator.app.ports.catalogue import SignedRole
from guildpost_coordinator.domain.catalogue import Listing
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES, MAX_TARGETS_PER_ROLE, Role
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError, Refused, Unavailable, Untrusted
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld, FilesTransport, real_now


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


@pytest.mark.parametrize("role", ["marketing", "legal"])
def test_a_service_that_one_role_lists_alone_is_not_in_force(world: CatalogueWorld, role: Role) -> None:
    force(world, role, {f"{role}/{SERVICE}": describe(b"x")}, b"x")
    agent = world.agent()
    assert {SERVICE: "catalogue_one_role_only"} == agent.sync().refused
    with pytest.raises(Refused, match="catalogue_one_role_only"):
        agent.read(SERVICE)


def test_two_roles_that_list_different_contents_put_neither_into_force(world: CatalogueWorld) -> None:
    force(world, "marketing", {f"marketing/{SERVICE}": describe(b"one")}, b"one")
    force(world, "legal", {f"legal/{SERVICE}": describe(b"two")}, b"two")
    agent = world.agent()
    agent.sync()
    with pytest.raises(Untrusted, match="catalogue_roles_disagree"):
        agent.read(SERVICE)


def test_a_study_without_the_association_is_not_in_force(world: CatalogueWorld) -> None:
    force(world, "legal", {f"legal/{STUDY}": describe(b"s")}, b"s")
    assert {STUDY: "catalogue_one_role_only"} == world.agent().sync().refused


@pytest.mark.parametrize(
    "name",
    [f"legal/{SERVICE}", f"marketing/{STUDY}", "marketing/prices/x.json", "marketing/services/../x"],
    ids=["another role's namespace", "a kind it does not sign", "an unknown kind", "a path with .."],
)
def test_a_role_that_lists_what_is_none_of_its_business_spoils_the_state(world: CatalogueWorld, name: str) -> None:
    force(world, "marketing", {name: describe(b"x")}, b"x")
    assert "catalogue_bad_delegation" == fails_with(world)


@pytest.mark.parametrize(
    "change",
    [lambda data: data[:-1] + b"!", lambda data: data[:-1], lambda data: data + b"!", lambda _: b"x" * 100_000],
    ids=["a changed byte", "a byte less", "a byte more", "an endless stream"],
)
def test_contents_changed_on_the_way_are_refused(world: CatalogueWorld, change: Callable[[bytes], bytes]) -> None:
    world.publish_signed({SERVICE: b"service"})
    transport = FilesTransport(world.files)
    transport.tamper["hu_au.json"] = change
    assert "catalogue_tampered_target" == fails_with(world, transport)


@pytest.mark.parametrize("name", ["timestamp.json", "snapshot.json", "marketing.json", "targets.json"])
def test_metadata_changed_on_the_way_is_refused(world: CatalogueWorld, name: str) -> None:
    world.publish_signed({SERVICE: b"service"})
    transport = FilesTransport(world.files)
    transport.tamper[name] = lambda data: data.replace(b'"expires":"20', b'"expires":"30')
    assert "catalogue_bad_signature" == fails_with(world, transport)


def test_withheld_contents_are_noticed(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    (world.folder / "catalogue" / "targets" / hashlib.sha256(b"service").hexdigest()).unlink()
    assert "catalogue_tampered_target" == fails_with(world)


def test_an_older_state_than_the_last_one_is_a_rollback(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"1"})
    old = world.files.metadata("timestamp.json")
    assert old is not None
    world.publish_signed({SERVICE: b"2"})
    world.agent().sync()
    transport = FilesTransport(world.files)
    transport.tamper["timestamp.json"] = lambda _: old
    assert "catalogue_rollback" == fails_with(world, transport)
    assert b"2" == world.agent().read(SERVICE)


def test_a_role_rolled_back_under_a_new_snapshot_is_refused(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"1"})
    old = world.repository.snapshot().meta["marketing.json"]
    world.publish_signed({SERVICE: b"2"})
    world.agent().sync()
    world.repository.commit({"marketing.json": old}, now=world.clock.now())
    assert "catalogue_rollback" == fails_with(world)


def test_a_timestamp_that_nobody_renewed_has_expired(tmp_path: Path) -> None:
    world = CatalogueWorld(tmp_path, now=real_now() - timedelta(days=4))
    assert "catalogue_expired" == fails_with(world)
    world.clock.set(real_now())
    assert world.repository.refresh(now=world.clock.now())
    assert 1 == world.agent().sync().snapshot
    world.close()


def test_a_timestamp_that_is_valid_for_longer_than_agreed_is_refused(world: CatalogueWorld) -> None:
    stamp = world.repository.timestamp()
    stamp.version += 1
    stamp.expires += timedelta(days=3650)
    world.files.write_metadata("timestamp.json", signed_file(stamp, world.keys.online.timestamp))
    assert "catalogue_clock_behind" == fails_with(world)


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


@pytest.mark.parametrize("forger", ["models", "snapshot", "timestamp"])
def test_a_role_signed_by_an_online_key_is_refused(world: CatalogueWorld, forger: str) -> None:
    key: CatalogueKey = getattr(world.keys.online, forger)
    metadata = role_metadata(2, world.clock.now() + timedelta(days=1), {f"legal/{SERVICE}": describe(b"x")})
    metas = write_role(world.files, "legal", signed_file(metadata, key), 2)
    world.repository.commit(metas, now=world.clock.now())
    assert "catalogue_bad_signature" == fails_with(world)


def test_delegations_signed_by_an_online_key_are_refused(world: CatalogueWorld) -> None:
    forger = world.keys.online.models
    replace_role_key(world.files, world.repository, forger, "legal", forger, now=world.clock.now())
    assert "catalogue_bad_signature" == fails_with(world)


def test_a_top_level_role_that_lists_targets_itself_is_refused(world: CatalogueWorld) -> None:
    top = world.repository.top_targets()
    top.version += 1
    top.targets = {f"association/{STUDY}": TargetFile.from_data(f"association/{STUDY}", b"s")}
    publish_top(world, signed_file(top, world.keys.root), top.version)
    assert "catalogue_bad_delegation" == fails_with(world)


@pytest.mark.parametrize("flaw", ["wider paths", "not terminating", "another role"])
def test_delegations_other_than_agreed_are_refused(world: CatalogueWorld, flaw: str) -> None:
    top = world.repository.top_targets()
    top.version += 1
    assert top.delegations is not None
    assert top.delegations.roles is not None
    if flaw == "wider paths":
        top.delegations.roles["marketing"].paths = ["*/*/*"]
    elif flaw == "not terminating":
        top.delegations.roles["legal"].terminating = False
    else:
        top.delegations.roles["extra"] = type(top.delegations.roles["legal"])(
            "extra", top.delegations.roles["legal"].keyids, 1, terminating=False, paths=["association/*/*"]
        )
    publish_top(world, signed_file(top, world.keys.root), top.version)
    assert "catalogue_bad_delegation" == fails_with(world)


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


def test_too_many_targets_are_refused(world: CatalogueWorld) -> None:
    many = {f"marketing/services/s{i}.json": describe(b"") for i in range(MAX_TARGETS_PER_ROLE + 1)}
    force(world, "marketing", many)
    assert "catalogue_too_large" == fails_with(world)


def test_too_many_bytes_in_all_are_refused(world: CatalogueWorld) -> None:
    listings = {f"models/models/m{i}.json": Listing(MAX_TARGET_BYTES, f"{i:064x}") for i in range(65)}
    force(world, "models", listings)
    assert "catalogue_too_large" == fails_with(world)


def test_metadata_longer_than_its_limit_is_not_read_to_its_end(world: CatalogueWorld) -> None:
    transport = FilesTransport(world.files)
    transport.tamper["timestamp.json"] = lambda _: b" " * 10_000_000
    assert "catalogue_bad_signature" == fails_with(world, transport)


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


def test_the_old_root_key_is_worth_nothing_after_it_was_replaced(world: CatalogueWorld) -> None:
    replace_root_key(world.files, world.repository, world.keys.root, new_key(OsEntropy()), now=world.clock.now())
    replace_role_key(
        world.files, world.repository, world.keys.root, "legal", new_key(OsEntropy()), now=world.clock.now()
    )
    assert "catalogue_bad_signature" == fails_with(world)


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
