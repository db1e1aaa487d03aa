"""The roster: which dealers may take part in rounds, with which keys, and which legal entity each belongs to.

The roster is a catalogue target (``roster/roster.json``) that the legal role *and* the association must list with the
same hash. Its hash is bound into every mask of a round, so two agents with different rosters cannot form a sum.

Rules (a document that breaks one is refused as a whole):

1. every field is present, typed and within bounds; nothing else stands there;
2. an agent id, an identity key and a Flower key occur once each, and no dealer uses the coordinator's key;
3. floors count **legal entities**: the entries of one ``legal_entity`` are one group.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.errors import Refused
from guildpost_shared.strict_json import Fields

TARGET_PATH: Final = "roster/roster.json"
AGENT_ID: Final = r"[a-z0-9][a-z0-9-]{2,62}"
LEGAL_ENTITY: Final = r"[^\x00-\x1f\x7f]{1,200}"
FLOWER_KEY: Final = r"ecdsa-sha2-nistp384 [A-Za-z0-9+/]{40,400}={0,2}( [!-~]{1,100})?"
KEY_BYTES: Final = 32
MAX_ENTRIES: Final = 10_000


@dataclass(frozen=True)
class RosterEntry:
    """One dealer: raw Ed25519 identity key (32 bytes), Flower node key in OpenSSH form."""

    agent_id: str
    legal_entity: str
    identity_key: bytes
    flower_key: str


@dataclass(frozen=True)
class Roster:
    """All dealers of a network and the key that signs round instructions (raw Ed25519, 32 bytes)."""

    version: int
    coordinator_key: bytes
    entries: tuple[RosterEntry, ...]

    @cached_property
    def by_id(self) -> Mapping[str, RosterEntry]:
        """Entries by agent id."""
        return MappingProxyType({entry.agent_id: entry for entry in self.entries})

    def entry(self, agent_id: str) -> RosterEntry | None:
        """Find a dealer."""
        return self.by_id.get(agent_id)

    def groups(self, agents: Iterable[str] | None = None) -> frozenset[str]:
        """Name the legal entities of some agents (of all, when none are named); unknown ids belong to none."""
        if agents is None:
            return frozenset(entry.legal_entity for entry in self.entries)
        return frozenset(self.by_id[agent].legal_entity for agent in agents if agent in self.by_id)

    @cached_property
    def canonical_bytes(self) -> bytes:
        """The document as it is published: entries by agent id, canonical JSON."""
        return strict_json.canonical(
            {
                "type": "roster",
                "version": self.version,
                "coordinator_key": _b64(self.coordinator_key),
                "entries": [
                    {
                        "agent_id": entry.agent_id,
                        "legal_entity": entry.legal_entity,
                        "identity_key": _b64(entry.identity_key),
                        "flower_key": entry.flower_key,
                    }
                    for entry in sorted(self.entries, key=lambda entry: entry.agent_id)
                ],
            }
        )

    @cached_property
    def sha256(self) -> bytes:
        """Hash of the canonical bytes (32 bytes)."""
        return hashlib.sha256(self.canonical_bytes).digest()


def parse_roster(data: bytes) -> Roster:
    """Read a roster.

    Args:
        data: the bytes of the catalogue target.

    Returns:
        The roster with its entries ordered by agent id.

    Raises:
        Refused: ``document_*`` with the field that breaks a rule.
    """
    fields = strict_json.read(data, "roster")
    fields.text("type", "roster")
    roster = Roster(
        version=fields.integer("version", 1, 2**53),
        coordinator_key=_key(fields, "coordinator_key"),
        entries=tuple(
            sorted((_entry(item) for item in fields.children("entries", most=MAX_ENTRIES)), key=lambda e: e.agent_id)
        ),
    )
    entries = roster.entries
    fields.require("entries.agent_id", len({entry.agent_id for entry in entries}) == len(entries))
    fields.require("entries.flower_key", len({entry.flower_key.split()[1] for entry in entries}) == len(entries))
    keys = {entry.identity_key for entry in entries} | {roster.coordinator_key}
    fields.require("entries.identity_key", len(keys) == len(entries) + 1)
    fields.end()
    return roster


def _entry(fields: Fields) -> RosterEntry:
    entry = RosterEntry(
        agent_id=fields.text("agent_id", AGENT_ID),
        legal_entity=fields.text("legal_entity", LEGAL_ENTITY),
        identity_key=_key(fields, "identity_key"),
        flower_key=fields.text("flower_key", FLOWER_KEY),
    )
    fields.require("legal_entity", entry.legal_entity == entry.legal_entity.strip())
    fields.end()
    return entry


def _key(fields: Fields, name: str) -> bytes:
    text = fields.text(name, r"[A-Za-z0-9+/]{43}=")
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Refused("document_field_invalid", document="roster", field=name) from error
    fields.require(name, len(key) == KEY_BYTES and _b64(key) == text)
    return key


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
