"""The tombstones beside the database: encrypted, tiny, and not part of a backup of ``agent.db``.

    "GPTS1" · nonce (12 bytes) · AES-256-GCM over JSON, with "GPTS1" authenticated

A database restored from before an erasure learns from this file whom it must forget again.
"""

import json
from collections.abc import Collection
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guildpost_agent.domain.rights.identity import Tombstone
from guildpost_shared.durable_files import replace_file
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ConfigurationError, Unavailable

FILE: Final = "tombstones"
_MAGIC: Final = b"GPTS1"
_NONCE: Final = 12


class TombstoneFile:
    """A ``TombstoneKeeper`` on a file."""

    def __init__(self, path: Path, key: bytes, entropy: Entropy) -> None:
        self._path = path
        self._cipher = AESGCM(key)
        self._entropy = entropy

    def read(self) -> set[Tombstone]:
        """Read the file; a missing one is empty.

        Raises:
            ConfigurationError: ``tombstones_unreadable``.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return set()
        body = data[len(_MAGIC) :]
        try:
            rows = json.loads(self._cipher.decrypt(body[:_NONCE], body[_NONCE:], _MAGIC))
            return {
                Tombstone(mark, kind, person, reason, datetime.fromisoformat(since))
                for mark, kind, person, reason, since in rows
            }
        except (InvalidTag, ValueError) as error:
            raise ConfigurationError("tombstones_unreadable", type(error).__name__, path=self._path) from error

    def write(self, stones: Collection[Tombstone]) -> None:
        """Replace the file, durably and at once.

        Raises:
            Unavailable: ``tombstones_not_written``.
        """
        rows = [[*astuple(stone)[:4], stone.since.isoformat()] for stone in sorted(stones)]
        nonce = self._entropy.token_bytes(_NONCE)
        data = _MAGIC + nonce + self._cipher.encrypt(nonce, json.dumps(rows).encode(), _MAGIC)
        try:
            replace_file(self._path, data, mode=0o600)
        except OSError as error:
            raise Unavailable("tombstones_not_written", type(error).__name__, path=self._path) from error
