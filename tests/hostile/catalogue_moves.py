"""What attackers do to a catalogue, one move each; ``catalogue_attacks`` gives them names and says what follows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from securesystemslib.signer import SSlibKey
from tuf.api.metadata import DelegatedRole, MetaFile, TargetFile, Targets

from guildpost_coordinator.adapters.catalogue_repository.ceremony import signed_file, write_role
from guildpost_coordinator.adapters.catalogue_repository.codec import role_metadata
from guildpost_coordinator.adapters.catalogue_repository.keys import new_key
from guildpost_coordinator.domain.catalogue import Listing
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES, MAX_TARGETS_PER_ROLE, Role
from guildpost_shared.entropy import OsEntropy
from tests.factories.catalogue import STUDY
from tests.factories.rotation import replace_role_key, replace_root_key
from tests.hostile.catalogue_scene import EVIL, GOOD, NEW, Scene, edited

Attack = Callable[[Scene], None]
LISTED: Final = describe(EVIL)
A_DAY: Final = timedelta(days=1)


def lists(role: Role, path: str, listing: Listing = LISTED) -> Attack:
    return lambda scene: scene.list_as(role, {f"{role}/{path}": listing}, EVIL)


def disagree(first: Listing, second: Listing) -> Attack:
    def attack(scene: Scene) -> None:
        scene.list_as("marketing", {f"marketing/{NEW}": first}, EVIL)
        scene.list_as("legal", {f"legal/{NEW}": second}, EVIL, GOOD)

    return attack


def names(name: str) -> Attack:
    return lambda scene: scene.list_as("marketing", {name: LISTED}, EVIL)


def top(change: Callable[[Targets], object]) -> Attack:
    return lambda scene: scene.change_top(change)


def delegation(role: Role, change: Callable[[DelegatedRole], object]) -> Attack:
    return top(lambda top: change(roles_of(top)[role]))


def roles_of(top: Targets) -> dict[str, DelegatedRole]:
    assert top.delegations is not None
    assert top.delegations.roles is not None
    return top.delegations.roles


def _keys(top: Targets) -> dict[str, Any]:
    assert top.delegations is not None
    return top.delegations.keys


def one_key_for_two_roles(top: Targets) -> None:
    roles_of(top)["legal"].keyids = list(roles_of(top)["marketing"].keyids)


def one_key_twice(top: Targets) -> None:
    (keyid,) = roles_of(top)["legal"].keyids
    same = _keys(top)[keyid]
    _keys(top)["0" * 64] = SSlibKey("0" * 64, same.keytype, same.scheme, same.keyval)
    roles_of(top)["legal"].keyids.append("0" * 64)
    roles_of(top)["legal"].threshold = 2


def unknown_key_type(top: Targets) -> None:
    for keyid in roles_of(top)["legal"].keyids:
        _keys(top)[keyid] = SSlibKey(keyid, "rot13", "rot13", _keys(top)[keyid].keyval)


def extra_role(top: Targets) -> None:
    keyids = list(roles_of(top)["legal"].keyids)
    roles_of(top)["extra"] = DelegatedRole("extra", keyids, 1, terminating=False, paths=["association/*/*"])


def lists_itself(top: Targets) -> None:
    top.targets = {f"association/{STUDY}": TargetFile.from_data(f"association/{STUDY}", EVIL)}


def forged(role: Role, forger: str) -> Attack:
    def attack(scene: Scene) -> None:
        keys = scene.world.keys
        scene.forge_role(role, getattr(keys, forger, None) or getattr(keys.online, forger))

    return attack


def unsigned(scene: Scene) -> None:
    scene.forge_role("legal")


def root_signed_by(*signers: str) -> Attack:
    """Write a root that names a thief's key, signed by the thief (``new``), the present key (``old``) or both."""

    def attack(scene: Scene) -> None:
        old, new = scene.world.keys.root, new_key(OsEntropy())
        keys = {"old": old, "new": new}

        def change(root: Any) -> None:
            for role in ("root", "targets"):
                root.revoke_key(old.tuf_key.keyid, role)
                root.add_key(new.tuf_key, role)

        scene.change_root(change, *(keys[name] for name in signers))

    return attack


def after_rotation(role: Role) -> Attack:
    """Replace a stolen key, then use it."""

    def attack(scene: Scene) -> None:
        world, stolen = scene.world, scene.world.keys.of(role)
        replace_role_key(
            world.files, world.repository, world.keys.root, role, new_key(OsEntropy()), now=world.clock.now()
        )
        scene.agent().sync()
        scene.forge_role(role, stolen)

    return attack


def stolen_root_after_rotation(scene: Scene) -> None:
    world = scene.world
    replace_root_key(world.files, world.repository, world.keys.root, new_key(OsEntropy()), now=world.clock.now())
    scene.agent().sync()
    thief = new_key(OsEntropy())
    replace_role_key(world.files, world.repository, world.keys.root, "legal", thief, now=world.clock.now())


def older_file(name: str) -> Attack:
    """Deliver the file that was in force before the good state."""

    def attack(scene: Scene) -> None:
        stamp, snapshot = scene.world.repository.timestamp(), scene.world.repository.snapshot()
        if name == "timestamp":
            stamp.version -= 1
            scene.deliver("timestamp.json", signed_file(stamp, scene.world.keys.online.timestamp))
        elif name == "snapshot":
            older = snapshot.version - 1
            data = scene.bytes_of(f"{older}.snapshot.json")
            scene.change_timestamp(
                lambda now: setattr(now, "snapshot_meta", MetaFile.from_data(older, data, ["sha256"]))
            )
        else:
            version = snapshot.meta["marketing.json"].version - 1
            older_role = MetaFile.from_data(version, scene.bytes_of(f"{version}.marketing.json"), ["sha256"])
            scene.change_snapshot(lambda now: now.meta.update({"marketing.json": older_role}))

    return attack


def older_top(scene: Scene) -> None:
    scene.change_top(lambda _: None)
    scene.agent().sync()
    old = MetaFile.from_data(1, scene.bytes_of("1.targets.json"), ["sha256"])
    scene.change_snapshot(lambda now: now.meta.update({"targets.json": old}))


def older_everything_after_lost_metadata(scene: Scene) -> None:
    """Delete what the updater had kept, then show the state before, renewed with the online keys."""
    for path in sorted((scene.world.folder / "agent" / "metadata").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    data = scene.bytes_of("2.snapshot.json")
    scene.change_timestamp(lambda now: setattr(now, "snapshot_meta", MetaFile.from_data(2, data, ["sha256"])))


def mixed(scene: Scene) -> None:
    scene.forge_role("legal", scene.world.keys.legal)
    version = scene.world.repository.published("legal").version
    scene.deliver(f"{version}.legal.json", scene.bytes_of(f"{version - 1}.legal.json"))


def other_contents_same_version(scene: Scene) -> None:
    version = scene.world.repository.published("legal").version
    (scene.world.folder / "agent" / "metadata" / "legal.json").unlink()
    metadata = role_metadata(version, scene.world.clock.now() + A_DAY, {f"legal/{NEW}": LISTED})
    scene.deliver(f"{version}.legal.json", signed_file(metadata, scene.world.keys.legal))


def split_view(scene: Scene) -> None:
    """Show one dealer another timestamp of the same version than the others."""
    stamp = scene.world.repository.timestamp()
    stamp.expires += A_DAY
    scene.deliver("timestamp.json", signed_file(stamp, scene.world.keys.online.timestamp))


def split_snapshot(scene: Scene) -> None:
    """Leave a role out of the snapshot that this dealer is shown."""
    scene.change_snapshot(lambda now: now.meta.pop("legal.json"))


def expired_role(scene: Scene) -> None:
    role: Role = "legal"
    metadata = role_metadata(9, scene.world.clock.now() - A_DAY, {f"legal/{NEW}": LISTED})
    scene.commit(write_role(scene.world.files, role, signed_file(metadata, scene.world.keys.legal), 9))


def expires(part: str, by: timedelta) -> Attack:
    def change(signed: Any) -> None:
        signed.expires = signed.expires + by if by > timedelta() else signed.expires.replace(year=2020)

    changes: dict[str, Attack] = {
        "timestamp": lambda scene: scene.change_timestamp(change),
        "snapshot": lambda scene: scene.change_snapshot(change),
        "targets": lambda scene: scene.change_top(change),
        "root": lambda scene: scene.change_root(change),
    }
    return changes[part]


def clock(by: timedelta) -> Attack:
    return lambda scene: scene.clock.set(scene.clock.now() + by)


def contents(change: Callable[[bytes], bytes]) -> Attack:
    def attack(scene: Scene) -> None:
        scene.world.publish_signed({NEW: GOOD + b"!"})
        scene.transport.tamper["new.json"] = change

    return attack


def text(name: str, change: Callable[[bytes], bytes]) -> Attack:
    def attack(scene: Scene) -> None:
        scene.world.publish_signed({NEW: EVIL})
        scene.transport.tamper[name] = change

    return attack


def json(name: str, change: Callable[[dict[str, Any]], None]) -> Attack:
    return text(name, lambda data: edited(data, change))


def many_targets(scene: Scene) -> None:
    scene.list_as("marketing", {f"marketing/services/s{i}.json": LISTED for i in range(MAX_TARGETS_PER_ROLE + 1)})


def many_bytes(scene: Scene) -> None:
    scene.list_as("models", {f"models/models/m{i}.json": Listing(MAX_TARGET_BYTES, f"{i:064x}") for i in range(65)})


def oversized(scene: Scene) -> None:
    large = Listing(MAX_TARGET_BYTES + 1, LISTED.sha256)
    for role in ("marketing", "legal"):
        scene.list_as(role, {f"{role}/{NEW}": large})


def withheld(scene: Scene) -> None:
    scene.world.publish_signed({NEW: EVIL})
    (scene.world.folder / "catalogue" / "targets" / LISTED.sha256).unlink()


def swapped_association(scene: Scene) -> None:
    world, thief = scene.world, new_key(OsEntropy())
    replace_role_key(world.files, world.repository, world.keys.root, "association", thief, now=world.clock.now())


def other_network(scene: Scene) -> None:
    scene.anchors = replace(scene.anchors, root_hash=b"\1" * 32)
    (scene.world.folder / "agent" / "1.root.json").unlink()


def hash_of_another_kind(scene: Scene) -> None:
    metadata = role_metadata(9, scene.world.clock.now() + A_DAY, {f"legal/{NEW}": LISTED})
    metadata.targets[f"legal/{NEW}"].hashes = {"md5": "0" * 32}
    scene.commit(write_role(scene.world.files, "legal", signed_file(metadata, scene.world.keys.legal), 9))
