"""A change of keys that is forged, incomplete, late or repeated: nothing of it gets into force, or all of it once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from guildpost_coordinator.adapters.catalogue_repository.ceremony import OnlineKeys
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles
from guildpost_coordinator.adapters.catalogue_repository.key_change import KeyChange, apply_request
from guildpost_coordinator.adapters.catalogue_repository.key_documents import KeyOffice, check_request
from guildpost_coordinator.adapters.catalogue_repository.key_request import (
    Document,
    KeyRequest,
    document,
    read_request,
    write_request,
)
from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey, new_key
from guildpost_coordinator.adapters.catalogue_repository.lock import locked
from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Conflict, GuildpostError, Refused
from tests.factories.catalogue import SERVICE, CatalogueWorld

SIGNED: Final = "key_request_not_agreed"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CatalogueWorld]:
    world = CatalogueWorld(tmp_path)
    world.publish_signed({SERVICE: b"service"})
    yield world
    world.close()


def office(world: CatalogueWorld) -> KeyOffice:
    return KeyOffice(world.files, world.repository, now=world.clock.now())


def apply(world: CatalogueWorld, request: KeyRequest, after: OnlineKeys | None = None) -> int:
    online = world.keys.online
    return apply_request(KeyChange(world.files, online, after or online), request, now=world.clock.now())


def fresh() -> CatalogueKey:
    return new_key(OsEntropy())


def refused(world: CatalogueWorld, request: KeyRequest) -> str:
    """Apply, and give the code of the refusal; the catalogue must be as before."""
    before = sorted(path.name for path in (world.folder / "catalogue" / "metadata").iterdir())
    with pytest.raises(GuildpostError) as caught:
        apply(world, request)
    assert before == sorted(path.name for path in (world.folder / "catalogue" / "metadata").iterdir())
    return caught.value.code


def signed_by_all(world: CatalogueWorld, request: KeyRequest, *others: CatalogueKey) -> KeyRequest:
    for key in (world.keys.root, *others):
        request = request.sign(key)
    return request


def test_a_change_travels_through_its_file_and_agents_go_on(world: CatalogueWorld, tmp_path: Path) -> None:
    world.agent().sync()
    new = fresh()
    write_request(tmp_path / "legal.json", office(world).replace_role("legal", new.tuf_key))
    for key in (new, world.keys.root):
        write_request(tmp_path / "legal.json", read_request(tmp_path / "legal.json").sign(key))
    apply(world, read_request(tmp_path / "legal.json"))
    agent = world.agent()
    assert {} == agent.sync().refused
    assert b"service" == agent.read(SERVICE)


def test_a_change_is_not_in_force_before_everybody_signed(world: CatalogueWorld) -> None:
    new = fresh()
    request = office(world).replace_root(new.tuf_key)
    assert ["key_request_unsigned"] * 3 == [
        refused(world, some) for some in (request, request.sign(new), request.sign(world.keys.root))
    ]


def test_applied_twice_is_applied_once(world: CatalogueWorld) -> None:
    request = signed_by_all(world, office(world).renew())
    assert apply(world, request) == apply(world, request)


def test_a_change_written_before_another_was_applied_is_stale(world: CatalogueWorld) -> None:
    new = fresh()
    late = signed_by_all(world, office(world).replace_role("legal", new.tuf_key), new)
    apply(world, signed_by_all(world, office(world).renew()))
    assert "key_request_stale" == refused(world, late)


def test_a_crash_between_root_and_snapshot_is_mended_by_applying_again(
    world: CatalogueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = fresh()
    request = signed_by_all(world, office(world).replace_root(new.tuf_key), new)

    def crash(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(TufRepository, "commit", crash)
    with pytest.raises(KeyboardInterrupt):
        apply(world, request)
    monkeypatch.undo()
    apply(world, request)
    assert {} == world.agent().sync().refused


def test_new_online_keys_are_followed_and_the_old_ones_are_worth_nothing(world: CatalogueWorld) -> None:
    world.agent().sync()
    after = OnlineKeys(fresh(), fresh(), fresh())
    request = office(world).replace_online(after.snapshot.tuf_key, after.timestamp.tuf_key, after.models.tuf_key)
    apply(world, signed_by_all(world, request), after)
    agent = world.agent()
    assert {} == agent.sync().refused
    world.repository.commit({}, now=world.clock.now())  # with the keys that were replaced
    with pytest.raises(GuildpostError, match="catalogue_bad_signature"):
        world.agent().sync()
    TufRepository(RepositoryFiles(world.folder / "catalogue"), after).commit({}, now=world.clock.now())
    assert {} == world.agent().sync().refused


@pytest.mark.parametrize(("kept", "listed"), [("keep", [b"two"]), ("empty", []), (2, [b"service"])])
def test_a_role_takes_up_what_it_listed_nothing_or_an_earlier_listing(
    world: CatalogueWorld, kept: Any, listed: list[bytes]
) -> None:
    world.publish_signed({SERVICE: b"two"})
    for role in ("legal", "marketing"):
        new = fresh()
        apply(world, signed_by_all(world, office(world).replace_role(role, new.tuf_key, kept=kept), new))
    agent = world.agent()
    agent.sync()
    assert listed == [agent.read(path) for path in agent.list("")]


def test_a_listing_that_never_was_cannot_be_taken_up(world: CatalogueWorld) -> None:
    with pytest.raises(Refused, match="key_request_no_version"):
        office(world).replace_role("legal", fresh().tuf_key, kept=77)


def test_who_is_not_asked_does_not_sign(world: CatalogueWorld) -> None:
    with pytest.raises(Refused, match="key_request_other_key"):
        office(world).renew().sign(world.keys.legal)


def _top(change: Callable[[Any], object]) -> Callable[[KeyOffice], KeyRequest]:
    def forge(office: KeyOffice) -> KeyRequest:
        request = office.renew()
        top: Any = request.documents[0].signed
        change(top)
        root = office.root.get_key(office.root.roles["root"].keyids[0])
        return replace(request, documents=(document(top, "targets", root), *request.documents[1:]))

    return forge


def _same_key(top: Any) -> None:
    top.delegations.roles["legal"].keyids = top.delegations.roles["marketing"].keyids


def _root(change: Callable[[Any], object]) -> Callable[[KeyOffice], KeyRequest]:
    def forge(office: KeyOffice) -> KeyRequest:
        request = office.renew()
        root: Any = request.documents[1].signed
        change(root)
        key = office.root.get_key(office.root.roles["root"].keyids[0])
        return replace(request, documents=(request.documents[0], document(root, "root", key)))

    return forge


FORGERIES: Final[dict[str, Callable[[KeyOffice], KeyRequest]]] = {
    "one key for two roles": _top(_same_key),
    "a wider namespace": _top(lambda top: setattr(top.delegations.roles["marketing"], "paths", ["*/*"])),
    "a namespace left open": _top(lambda top: setattr(top.delegations.roles["legal"], "terminating", False)),
    "a role too few": _top(lambda top: top.delegations.roles.pop("legal")),
    "an unknown field at the top": _top(lambda top: top.unrecognized_fields.update({"x": 1})),
    "a key that is not there": _top(lambda top: top.delegations.roles["legal"].keyids.__setitem__(0, "0" * 64)),
    "two signatures that suffice as one": _root(lambda root: setattr(root.roles["root"], "threshold", 2)),
    "no consistent snapshots": _root(lambda root: setattr(root, "consistent_snapshot", False)),
    "the root's key signs the timestamp": _root(
        lambda root: setattr(root.roles["timestamp"], "keyids", list(root.roles["root"].keyids))
    ),
    "an unknown field in the root": _root(lambda root: root.unrecognized_fields.update({"x": 1})),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_change_is_refused_by_who_signs_and_by_who_applies(world: CatalogueWorld, name: str) -> None:
    request = FORGERIES[name](office(world))
    with pytest.raises(GuildpostError, match=r"key_request_(not_agreed|unreadable)"):
        check_request(request)
    assert refused(world, signed_by_all(world, request)) in {SIGNED, "key_request_unreadable"}


def test_a_role_does_not_change_its_key_without_signing_its_listing(world: CatalogueWorld) -> None:
    request = office(world).replace_role("legal", fresh().tuf_key)
    without = replace(request, documents=request.documents[:1])
    check_request(without)
    assert SIGNED == refused(world, signed_by_all(world, without))


def test_a_signature_by_another_key_than_the_published_root_does_not_count(world: CatalogueWorld) -> None:
    thief = fresh()
    request = office(world).replace_root(thief.tuf_key)
    alone = tuple(
        Document(item.name, item.to_sign, (thief.tuf_key.keyid,)) for item in request.documents
    )  # claims that the thief's own signature is enough
    assert SIGNED == refused(world, replace(request, documents=alone).sign(thief))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"key request 1", b"key request 2"),
        lambda data: data.replace(b'\\"version\\":2', b'\\"version\\":3'),
        lambda data: data.replace(b'"purpose"', b'"purpose": "root", "purpose"'),
        lambda data: data.replace(b".root.json", b".timestamp.json"),
        lambda _: b"",
    ],
    ids=["cut", "another format", "another version inside", "a field twice", "another kind of file", "empty"],
)
def test_a_damaged_file_is_refused(world: CatalogueWorld, tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "renew.json"
    write_request(path, signed_by_all(world, office(world).renew()))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(GuildpostError, match=r"key_request_(unreadable|not_agreed)"):
        check_request(read_request(path))


def test_two_at_once_is_one_too_many(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(Conflict, match="catalogue_in_use"), locked(tmp_path):
        raise AssertionError
    with locked(tmp_path):
        assert True
