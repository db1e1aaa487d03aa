"""Mutated repositories by the thousand: a genuine next state of the catalogue, spoiled in one place, from a seed.

A mutant is made for one of several attackers. Who holds no key leaves the signatures as they are; the others sign what
they changed with the keys they hold, and bring snapshot and timestamp into line where they hold the online keys.

    attacker       holds
    network        nothing: it sits between coordinator and dealer
    online         snapshot, timestamp and models: a coordinator taken over
    marketing      the online keys and marketing's;  likewise legal, association
"""

import copy
import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

from securesystemslib.exceptions import FormatError
from securesystemslib.formats import encode_canonical

from guildpost_coordinator.adapters.catalogue_repository.ceremony import CeremonyKeys
from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey
from guildpost_shared.catalogue_changes import CatalogueFile
from guildpost_shared.catalogue_paths import CHUNK_BYTES, ROLES
from guildpost_shared.errors import Refused
from tests.hostile.catalogue_spoils import BYTE_SPOILS, JSON_SPOILS, list_evil

Attacker = Literal["network", "online", "marketing", "legal", "association"]
ATTACKERS: Final[tuple[Attacker, ...]] = ("network", "online", "marketing", "legal", "association")
Files = dict[str, bytes]


@dataclass(frozen=True)
class Mutant:
    """A spoiled repository: metadata by name, contents by the name they are fetched under, and what was done."""

    metadata: Files
    targets: Files
    attacker: Attacker
    done: str


class MemoryTransport:
    """Serve files from memory (port ``CatalogueTransport``): by name only, or also everything unasked."""

    def __init__(self, metadata: Mapping[str, bytes], targets: Mapping[str, bytes], *, unasked: bool) -> None:
        self._metadata = metadata
        self._targets = targets
        self._unasked = unasked

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        del held
        for files in (self._metadata, self._targets) if self._unasked else ():
            yield from map(CatalogueFile, files.keys(), files.values())

    def metadata(self, name: str) -> Iterator[bytes]:
        return _pieces(self._metadata.get(name))

    def target(self, name: str) -> Iterator[bytes]:
        return _pieces(self._targets.get(name))

    def close(self) -> None:
        """Nothing is open."""


def _pieces(data: bytes | None) -> Iterator[bytes]:
    if data is None:
        raise Refused("catalogue_file_missing")
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


class Mutator:
    """Spoils one genuine state again and again."""

    def __init__(self, metadata: Files, targets: Files, fresh: list[str], keys: CeremonyKeys) -> None:
        """Take the state over.

        Args:
            metadata: every published metadata file.
            targets: every published target by the name under which it is fetched.
            fresh: names of the metadata files that the next sync fetches.
            keys: of the catalogue; attackers get what is theirs.
        """
        self._metadata = metadata
        self._targets = targets
        self._fresh = fresh
        self._keys = keys

    def mutant(self, seed: int) -> Mutant:
        """Give the mutant of a seed, always the same one."""
        chance = random.Random(seed)
        attacker = chance.choice(ATTACKERS)
        metadata, targets = dict(self._metadata), dict(self._targets)
        kind = chance.random()
        if attacker == "network" and kind < 0.4:
            files, names = (targets, sorted(targets)) if kind < 0.2 else (metadata, self._fresh)
            name, spoil = chance.choice(names), chance.choice(sorted(BYTE_SPOILS))
            others = [data for data in files.values() if data != files[name]]
            files[name] = BYTE_SPOILS[spoil](files[name], chance, others)
            return Mutant(metadata, targets, attacker, f"{spoil} in {name}")
        held = self._held(attacker)
        name = chance.choice(self._fresh)
        if kind > 0.6:
            name = chance.choice([other for other in self._fresh if _role(other) in ROLES])
        if kind > 0.7 and attacker in ROLES:
            name = next(other for other in self._fresh if _role(other) == attacker)
        value, spoils = self._spoiled(name, chance, evil=kind > 0.6)
        signer = held.get(_role(name)) or (chance.choice(list(held.values())) if held else None)
        metadata[name] = _signed(value, signer)
        if held:
            self._bring_into_line(metadata, name)
        return Mutant(metadata, targets, attacker, f"{', '.join(spoils)} in {name}")

    def _spoiled(self, name: str, chance: random.Random, *, evil: bool) -> tuple[dict[str, Any], list[str]]:
        """Spoil a metadata file, until what is signed differs; now and then twice or three times over."""
        genuine = json.loads(self._metadata[name])
        others = [json.loads(data) for other, data in self._metadata.items() if other != name]
        value, spoils = copy.deepcopy(genuine), list[str]()
        if evil:
            list_evil(value, _role(name), chance)
            spoils.append("evil contents listed")
        more = chance.choice((0, 1, 2)) if evil else chance.choice((1, 1, 2))
        while more > 0 or value.get("signed") == genuine["signed"]:
            spoils.append(chance.choice(sorted(JSON_SPOILS)))
            JSON_SPOILS[spoils[-1]](value, chance, others)
            more -= 1
        return value, spoils

    def _held(self, attacker: Attacker) -> dict[str, CatalogueKey]:
        """Give the keys that an attacker holds, by role."""
        if attacker == "network":
            return {}
        online = self._keys.online
        held = {"snapshot": online.snapshot, "timestamp": online.timestamp, "models": online.models}
        return held if attacker == "online" else {**held, attacker: self._keys.of(attacker)}

    def _bring_into_line(self, metadata: Files, changed: str) -> None:
        """Let snapshot and timestamp describe what was changed, as whoever holds their keys would."""
        stamp = json.loads(metadata["timestamp.json"])
        if changed == "timestamp.json":
            return
        snapshot_name = f"{self._snapshot_version()}.snapshot.json"
        if changed != snapshot_name:
            snapshot = json.loads(metadata[snapshot_name])
            if f"{_role(changed)}.json" in snapshot["signed"]["meta"]:
                snapshot["signed"]["meta"][f"{_role(changed)}.json"] = _meta(
                    int(changed.partition(".")[0]), metadata[changed]
                )
            metadata[snapshot_name] = _signed(snapshot, self._keys.online.snapshot)
        stamp["signed"]["meta"]["snapshot.json"] = _meta(self._snapshot_version(), metadata[snapshot_name])
        metadata["timestamp.json"] = _signed(stamp, self._keys.online.timestamp)

    def _snapshot_version(self) -> int:
        version: int = json.loads(self._metadata["timestamp.json"])["signed"]["meta"]["snapshot.json"]["version"]
        return version


def _role(name: str) -> str:
    """Give the role of a metadata file."""
    return name.removesuffix(".json").rpartition(".")[2]


def _signed(value: dict[str, Any], signer: CatalogueKey | None) -> bytes:
    """Write a metadata file, signed anew by whoever can; what cannot be signed goes out as it is."""
    signed = value.get("signed")
    if signer is not None and isinstance(signed, dict):
        with suppress(FormatError, TypeError, UnicodeError, RecursionError):
            to_sign = str(encode_canonical(signed)).encode("utf-8")
            value["signatures"] = [{"keyid": signer.tuf_key.keyid, "sig": signer.sign(to_sign).hex()}]
    return json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _meta(version: int, data: bytes) -> dict[str, Any]:
    return {"version": version, "length": len(data), "hashes": {"sha256": hashlib.sha256(data).hexdigest()}}
