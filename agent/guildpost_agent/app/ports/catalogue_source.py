"""The signed catalogue, as the agent uses it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from guildpost_shared.catalogue_changes import CatalogueFile


@dataclass(frozen=True)
class CatalogueVersion:
    """A verified state of the catalogue.

    Attributes:
        snapshot: TUF snapshot version; a coordinator's announcement names it.
        signed_at: when the coordinator signed the timestamp of this state, UTC.
        refused: paths that are listed but not in force → error code that says why.
    """

    snapshot: int
    signed_at: datetime
    refused: Mapping[str, str]


class CatalogueSource(Protocol):
    """Contents that every required role has signed, and nothing else."""

    def sync(self) -> CatalogueVersion:
        """Fetch and verify the newest state; on any error the last good state stays in force.

        Raises:
            Unavailable: the coordinator is away, or too slow.
            Untrusted: a signature, version, date, hash or the clock is wrong; the code says which.
            Refused: ``catalogue_too_large``.
        """
        ...

    def current(self) -> CatalogueVersion | None:
        """Give the last good state, or None before the first."""
        ...

    def age(self) -> timedelta | None:
        """Say how long ago the last good state's timestamp was signed; None before the first."""
        ...

    def read(self, path: str) -> bytes:
        """Give the contents in force under a path (without role), from the verified copy; needs no connection.

        Raises:
            Refused: not in force, with the reason: ``catalogue_unknown_path``, ``catalogue_one_role_only``,
                ``catalogue_target_too_large``, ``association_key_missing`` or ``association_key_mismatch``.
            Untrusted: ``catalogue_roles_disagree``, or ``catalogue_cache_damaged``: the copy on disk was changed.
            Unavailable: ``catalogue_never_synced``.
        """
        ...

    def list(self, prefix: str) -> tuple[str, ...]:
        """List the paths in force that start with a prefix, sorted; before the first sync there are none."""
        ...


class CatalogueTransport(Protocol):
    """Bytes of the coordinator's catalogue files; nothing in them is trusted yet."""

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        """Fetch at once what a sync will probably ask for.

        Args:
            held: role (``HELD_ROLES``) → version of its metadata that was verified before; nothing at first.

        Returns:
            Some of the files that are new since then, or none; at most ``MAX_CHANGES_BYTES``.

        Raises:
            Unavailable: the coordinator is away.
            ProtocolViolation: ``message_malformed``: it sent too much.
        """
        ...

    def metadata(self, name: str) -> Iterator[bytes]:
        """Fetch a metadata file in pieces.

        Raises:
            Refused: ``catalogue_file_missing``.
            Unavailable: the coordinator is away.
        """
        ...

    def target(self, name: str) -> Iterator[bytes]:
        """Fetch a target by its hashed name in pieces; errors as above."""
        ...

    def close(self) -> None:
        """Let go of the connection at the end of a sync; the next question opens another where that is needed."""
        ...
