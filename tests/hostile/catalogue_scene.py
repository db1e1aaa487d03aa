"""A dealer with a good catalogue, and the tools of whoever attacks it next.

The good state holds ``SERVICE`` and ``STUDY`` with harmless contents; everything that an attacker adds says ``EVIL``.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from tuf.api.metadata import MetaFile, Root, Snapshot, Targets, Timestamp

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors, TufCatalogue
from guildpost_coordinator.adapters.catalogue_repository.ceremony import signed_file, write_role
from guildpost_coordinator.adapters.catalogue_repository.codec import canonical, role_metadata
from guildpost_coordinator.adapters.catalogue_repository.files import newest_root
from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey
from guildpost_coordinator.app.ports.catalogue import SignedRole
from guildpost_coordinator.domain.catalogue import Listing
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.catalogue_paths import Role
from guildpost_shared.clock import ManualClock
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld, FilesTransport, real_now

GOOD: Final = b"good"
EVIL: Final = b"evil"
NEW: Final = "services/new.json"


@dataclass
class Scene:
    """The coordinator's world, and the dealer's anchors, clock and line to it."""

    world: CatalogueWorld
    transport: FilesTransport
    clock: ManualClock
    anchors: TrustAnchors

    def agent(self) -> TufCatalogue:
        """Give the dealer's catalogue as it is after a restart."""
        return self.world.agent(transport=self.transport, anchors=self.anchors, clock=self.clock)

    def list_as(self, role: Role, targets: Mapping[str, Listing], *contents: bytes) -> None:
        """Let a role list more than before, with its real key, whatever the other roles say."""
        world = self.world
        listed = {**world.repository.published(role).targets, **targets}
        to_sign = canonical(role_metadata(self._next(role), world.clock.now() + timedelta(days=30), listed))
        signed = SignedRole(to_sign, world.keys.of(role).sign(to_sign))
        world.repository.publish({role: signed}, {describe(c).sha256: c for c in contents}, now=world.clock.now())

    def forge_role(self, role: Role, *signers: CatalogueKey, version: int | None = None) -> None:
        """Put metadata of a role into force that lists evil contents, signed by these keys."""
        listing = {f"{role}/{NEW if role != 'association' else STUDY}": describe(EVIL)}
        metadata = role_metadata(version or self._next(role), self.world.clock.now() + timedelta(days=1), listing)
        self.world.files.write_target(describe(EVIL).sha256, EVIL)
        self.commit(write_role(self.world.files, role, signed_file(metadata, *signers), metadata.version))

    def change_top(self, change: Callable[[Targets], object], *signers: CatalogueKey) -> None:
        """Put changed top-level metadata into force, signed by the root key unless others are given."""
        top = self.world.repository.top_targets()
        top.version += 1
        change(top)
        data = signed_file(top, *(signers or (self.world.keys.root,)))
        self.commit(write_role(self.world.files, "targets", data, top.version))

    def change_root(self, change: Callable[[Root], object], *signers: CatalogueKey) -> None:
        """Write the next root, signed by the root key unless others are given."""
        root = newest_root(self.world.files)
        root.version += 1
        change(root)
        data = signed_file(root, *(signers or (self.world.keys.root,)))
        self.world.files.write_metadata(f"{newest_root(self.world.files).version + 1}.root.json", data)

    def change_timestamp(self, change: Callable[[Timestamp], object]) -> None:
        """Write the next timestamp with its real key."""
        stamp = self.world.repository.timestamp()
        stamp.version += 1
        change(stamp)
        self.world.files.write_metadata("timestamp.json", signed_file(stamp, self.world.keys.online.timestamp))

    def change_snapshot(self, change: Callable[[Snapshot], object]) -> None:
        """Put the next snapshot into force with the real online keys."""
        snapshot = self.world.repository.snapshot()
        snapshot.version += 1
        change(snapshot)
        data = signed_file(snapshot, self.world.keys.online.snapshot)
        self.world.files.write_metadata(f"{snapshot.version}.snapshot.json", data)
        self.change_timestamp(lambda stamp: _point(stamp, MetaFile.from_data(snapshot.version, data, ["sha256"])))

    def commit(self, metas: dict[str, MetaFile]) -> None:
        """Put written targets metadata into force with the real online keys."""
        self.world.repository.commit(metas, now=self.world.clock.now())

    def deliver(self, name: str, data: bytes) -> None:
        """Let the network deliver other bytes under a file name."""
        self.transport.tamper[name] = lambda _: data

    def bytes_of(self, name: str) -> bytes:
        """Give a published metadata file."""
        return self.world.repository.read(name)

    def _next(self, role: Role) -> int:
        return self.world.repository.published(role).version + 1


def _point(stamp: Timestamp, snapshot: MetaFile) -> None:
    stamp.snapshot_meta = snapshot


def edited(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Change a metadata file as JSON and leave its signatures as they are."""
    value = json.loads(data)
    change(value)
    return json.dumps(value).encode()


def good_scene(folder: Path, name: str = "agent") -> Scene:
    """Publish the good state and let the dealer fetch it."""
    world = CatalogueWorld(folder)
    world.publish_signed({SERVICE: b"older", STUDY: GOOD})
    world.publish_signed({SERVICE: GOOD})
    scene = Scene(world, FilesTransport(world.files), ManualClock(real_now()), world.anchors())
    world.agent(name).sync()
    return scene


def evil_in_force(agent: TufCatalogue) -> Iterator[str]:
    """List the paths whose contents in force are not the good ones."""
    yield from (path for path in agent.list("") if agent.read(path) != GOOD)
