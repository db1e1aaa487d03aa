"""Re-signing with the online keys, and publishing the roster."""

from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles
from guildpost_coordinator.adapters.catalogue_repository.keys import load_key, new_key, read_passphrase, store_key
from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.publish_roster import publish_roster
from guildpost_coordinator.app.refresh_timestamp import refresh_timestamp
from guildpost_coordinator.app.sign_pending import sign_pending
from guildpost_coordinator.domain.membership import Membership, State
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError, Conflict, Refused
from guildpost_shared.identity.keys import new_flower_key, openssh_public
from guildpost_shared.identity.roster import TARGET_PATH, Roster, parse_roster
from tests.factories.catalogue import CatalogueWorld

KEY = b"\5" * 32


@pytest.mark.parametrize(
    ("hours", "due"), [(0, False), (23, False), (24, True), (80, True)], ids=["new", "a day less", "a day", "expired"]
)
def test_the_timestamp_is_signed_anew_once_it_is_a_day_old(world: CatalogueWorld, hours: int, due: bool) -> None:  # noqa: FBT001 — a table's column
    before = world.repository.timestamp()
    world.clock.set(world.clock.now() + timedelta(hours=hours))
    assert due == refresh_timestamp(world.publishing)
    after = world.repository.timestamp()
    assert before.version + due == after.version
    assert before.snapshot_meta == after.snapshot_meta
    assert not refresh_timestamp(world.publishing)


def test_the_snapshot_is_signed_anew_before_it_expires(world: CatalogueWorld) -> None:
    world.clock.set(world.clock.now() + timedelta(days=16))
    assert refresh_timestamp(world.publishing)
    assert (2, 2) == (world.repository.snapshot().version, world.repository.timestamp().version)
    assert timedelta(days=29) < world.repository.snapshot().expires - world.clock.now()


def test_without_a_ceremony_there_is_no_repository(world: CatalogueWorld, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="catalogue_missing"):
        TufRepository(RepositoryFiles(tmp_path / "empty"), world.keys.online)


def enrol(world: CatalogueWorld, agent_id: str, state: State = State.ACTIVE) -> None:
    membership = Membership(
        agent_id=agent_id,
        company="Autohaus",
        legal_entity=agent_id,
        state=state,
        generation=1,
        identity_key=OsEntropy().token_bytes(32),
        flower_key=openssh_public(new_flower_key(OsEntropy())),
        sealing_key=b"\1" * 32,
        agent_version="0.1.0",
        enrolled_at=world.clock.now(),
    )
    with unit_of_work_factory(world.engine)() as uow:
        uow.memberships.add(membership)
        uow.commit()


def offer(world: CatalogueWorld) -> str | None:
    return publish_roster(world.publishing, unit_of_work_factory(world.engine), coordinator_key=KEY)


def published(world: CatalogueWorld) -> Roster:
    agent = world.agent()
    agent.sync()
    return parse_roster(agent.read(TARGET_PATH))


def test_the_roster_names_every_active_member(world: CatalogueWorld) -> None:
    enrol(world, "dealer-02")
    enrol(world, "dealer-01")
    enrol(world, "dealer-03", State.LOCKED)
    assert None is not offer(world)
    world.sign("legal", "association")
    roster = published(world)
    assert (1, KEY, ["dealer-01", "dealer-02"]) == (roster.version, roster.coordinator_key, list(roster.by_id))


def test_an_unchanged_roster_is_not_published_again(world: CatalogueWorld) -> None:
    assert None is offer(world)
    enrol(world, "dealer-01")
    assert None is not offer(world)
    assert None is offer(world)
    world.sign("legal", "association")
    assert None is offer(world)


def test_who_enrols_while_a_roster_awaits_signatures_is_in_the_next_one(world: CatalogueWorld) -> None:
    enrol(world, "dealer-01")
    offer(world)
    enrol(world, "dealer-02")
    assert None is offer(world)
    world.sign("legal", "association")
    assert None is not offer(world)
    world.sign("legal", "association")
    assert (2, ["dealer-01", "dealer-02"]) == (published(world).version, list(published(world).by_id))


def test_a_refused_roster_is_not_offered_again_until_it_changes(world: CatalogueWorld) -> None:
    enrol(world, "dealer-01")
    offer(world)
    with pytest.raises(Refused, match="proposal_declined"):
        sign_pending(world.signer("association", approve=False))
    assert None is offer(world)
    enrol(world, "dealer-02")
    assert None is not offer(world)


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    key, passphrase = new_key(OsEntropy()), b"a passphrase made for tests"
    store_key(tmp_path / "home" / "key.pem", key.private, passphrase)
    with pytest.raises(Conflict, match="catalogue_key_exists"):
        store_key(tmp_path / "home" / "key.pem", new_key(OsEntropy()).private, passphrase)
    assert key.public == load_key(tmp_path / "home" / "key.pem", passphrase).public
    assert b"ENCRYPTED" in (tmp_path / "home" / "key.pem").read_bytes()


@pytest.mark.parametrize(
    ("contents", "code"),
    [(None, "catalogue_passphrase_missing"), (b"short", "catalogue_passphrase_short")],
    ids=["no file", "a short one"],
)
def test_a_passphrase_comes_from_a_file_of_the_system(tmp_path: Path, contents: bytes | None, code: str) -> None:
    if contents is not None:
        (tmp_path / "guildpost-online-keys").write_bytes(contents)
    with pytest.raises(ConfigurationError, match=code):
        read_passphrase({"CREDENTIALS_DIRECTORY": str(tmp_path)}, "guildpost-online-keys", "OTHER")
    (tmp_path / "named").write_bytes(b"twenty characters or more\n")
    if contents is None:
        found = read_passphrase({"OTHER": str(tmp_path / "named")}, "guildpost-online-keys", "OTHER")
        assert b"twenty characters or more" == found
