"""python-tuf's public updater, the only one this product uses: over our transport, with our limits, from our root.

The updater answers "who lists this target, with which hash" (``target``) but has no call that lists targets. Names can
be read from the metadata files that it keeps on disk (``stored``): it writes a file there only after verifying it, and
loads each role on the first question about its namespace.

What a file on the way may be, python-tuf's specification says; the public conformance suite checks this very class
(``tests/hostile/tuf_client``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from tuf.api import exceptions as tuf
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization import DeserializationError
from tuf.ngclient import Updater, UpdaterConfig

from guildpost_agent.adapters.catalogue.fetcher import METADATA_BASE, TARGET_BASE, TransportFetcher
from guildpost_agent.app.ports.catalogue_source import CatalogueTransport
from guildpost_shared.catalogue_paths import ROLES
from guildpost_shared.errors import Untrusted

LIMITS: Final = UpdaterConfig(
    max_root_rotations=64,
    max_delegations=len(ROLES) + 1,
    root_max_length=64 * 1024,
    timestamp_max_length=16 * 1024,
    snapshot_max_length=64 * 1024,
    targets_max_length=1024 * 1024,
)
_Signed = TypeVar("_Signed", Root, Snapshot, Targets, Timestamp)


class MetadataUpdater:
    """python-tuf's updater for one sync; afterwards a new one is made."""

    def __init__(
        self, folder: Path, transport: CatalogueTransport, root: bytes, *, limits: UpdaterConfig = LIMITS
    ) -> None:
        """Load the trusted root; nothing is fetched yet.

        Args:
            folder: metadata that python-tuf has verified and keeps.
            transport: where files come from.
            root: bootstrap root metadata, which the caller trusts already.
            limits: how much is read and how far is searched at most.

        Raises:
            Untrusted: ``catalogue_bad_signature``.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        with translated():
            self._updater = Updater(
                str(folder),
                METADATA_BASE,
                target_base_url=TARGET_BASE,
                fetcher=TransportFetcher(transport),
                config=limits,
                bootstrap=root,
            )

    def refresh(self) -> None:
        """Fetch and verify root, timestamp, snapshot and top-level targets, in this order.

        Raises:
            Untrusted: ``catalogue_bad_signature``, ``catalogue_rollback`` or ``catalogue_expired``.
            Unavailable: the coordinator is away.
        """
        with translated():
            self._updater.refresh()

    def target(self, name: str) -> TargetFile | None:
        """Give what the roles that a name is delegated to say about it, or None; errors as for ``refresh``."""
        with translated():
            return self._updater.get_targetinfo(name)

    def fetch(self, target: TargetFile, into: Path) -> None:
        """Fetch contents into a file; what does not have the listed length and hash is not written.

        Raises:
            Untrusted: ``catalogue_tampered_target``.
            Unavailable: the coordinator is away.
        """
        with translated(), _as_tampered(target.path):
            self._updater.download_target(target, str(into))

    def has(self, target: TargetFile, at: Path) -> bool:
        """Say whether a file holds a target's contents, undamaged."""
        return self._updater.find_cached_target(target, str(at)) is not None

    def stored(self, role: str, kind: type[_Signed]) -> _Signed:
        """Read a metadata file that the updater has verified and written.

        Raises:
            Untrusted: ``catalogue_bad_signature``.
        """
        with translated():
            metadata = Metadata[_Signed].from_bytes((self._folder / f"{role}.json").read_bytes())
            if not isinstance(metadata.signed, kind):
                raise tuf.RepositoryError(f"{role} is no {kind.__name__}")
            return metadata.signed


@contextmanager
def _as_tampered(path: str) -> Iterator[None]:
    try:
        yield
    except (tuf.LengthOrHashMismatchError, tuf.DownloadLengthMismatchError, tuf.DownloadHTTPError) as error:
        raise Untrusted("catalogue_tampered_target", detail=path) from error


@contextmanager
def translated() -> Iterator[None]:
    """Turn python-tuf's errors into ours; the transport's own errors pass through."""
    try:
        yield
    except tuf.BadVersionNumberError as error:
        raise Untrusted("catalogue_rollback", detail=str(error)) from error
    except tuf.ExpiredMetadataError as error:
        raise Untrusted("catalogue_expired", detail=str(error)) from error
    except (tuf.RepositoryError, tuf.DownloadError, DeserializationError, ValueError, KeyError) as error:
        raise Untrusted("catalogue_bad_signature", detail=f"{type(error).__name__}: {error}") from error
