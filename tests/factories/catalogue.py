"""A whole signed catalogue in a folder: repository, publishing, signers and agents, without a network between them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors, TufCatalogue
from guildpost_agent.app.ports.catalogue_source import CatalogueTransport
from guildpost_coordinator.adapters.catalogue_repository.ceremony import CeremonyKeys, OnlineKeys, found_catalogue
from guildpost_coordinator.adapters.catalogue_repository.codec import CanonicalReader, SigningKey
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles
from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey, new_key
from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_coordinator.adapters.signing_client.log import FileSignedLog
from guildpost_coordinator.adapters.sql import catalogue_tables
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.publications import publications_factory
from guildpost_coordinator.app.catalogue_changes import changes_since
from guildpost_coordinator.app.ports.signing import SigningDesk
from guildpost_coordinator.app.publish_catalogue import publish_catalogue
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.app.sign_pending import Signed, Signer, sign_pending
from guildpost_coordinator.app.sign_proposals import (
    pending_proposal,
    proposed_content,
    refuse_proposal,
    submit_signature,
)
from guildpost_coordinator.domain.proposals import ContentChecks, Review
from guildpost_shared.catalogue_changes import CatalogueFile
from guildpost_shared.catalogue_keys import key_fingerprint, root_hash
from guildpost_shared.catalogue_paths import CHUNK_BYTES, REQUIRED_ROLES, SIGNER_ROLES, SignerRole
from guildpost_shared.clock import Clock, ManualClock, SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Refused, Unavailable
from guildpost_shared.proposals import Proposal

SERVICE = "services/hu_au.json"
STUDY = "studies/slot-lead/1.json"


def accept(path: str, contents: bytes) -> None:
    """Check nothing: most tests are about signatures, not about contents."""


ANYTHING: ContentChecks = dict.fromkeys(REQUIRED_ROLES, accept)


@cache
def ceremony_keys() -> CeremonyKeys:
    """Make the keys once per test run; no test changes them."""
    root, marketing, legal, association, snapshot, timestamp, models = (new_key(OsEntropy()) for _ in range(7))
    return CeremonyKeys(root, marketing, legal, association, OnlineKeys(snapshot, timestamp, models))


def real_now() -> datetime:
    """Give the machine's time: python-tuf compares expiry dates with it."""
    return SystemClock().now()


class InProcessDesk:
    """A signer's desk without a network (port ``SigningDesk``)."""

    def __init__(self, publishing: Publishing, role: SignerRole) -> None:
        self.publishing = publishing
        self.role = role

    def pending(self) -> Proposal | None:
        return pending_proposal(self.publishing, self.role)

    def content(self, sha256: str, limit: int) -> bytes:
        return proposed_content(self.publishing, self.role, sha256)[: limit + 1]

    def submit(self, version: int, signature: bytes) -> bool:
        return submit_signature(self.publishing, self.role, version, signature)

    def refuse(self, version: int, code: str) -> None:
        refuse_proposal(self.publishing, self.role, version, code)


class FilesTransport:
    """Serve a repository's files, and play a hostile or missing network on demand (port ``CatalogueTransport``).

    Set ``away`` to be unreachable, put a function into ``tamper`` to change what a name delivers, take ``foresees``
    away to be asked for each file by name. ``served`` counts files, ``asked`` what was not among the changes.
    """

    def __init__(self, files: RepositoryFiles) -> None:
        self.files = files
        self.away = False
        self.tamper: dict[str, Callable[[bytes], bytes]] = {}
        self.served: list[str] = []
        self.asked: list[str] = []
        self.foresees = True

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        if self.away:
            raise Unavailable("coordinator_away")
        for name, data in changes_since(self.files, held) if self.foresees else ():
            yield CatalogueFile(name, None if data is None else b"".join(self._pieces(name, data)))

    def metadata(self, name: str) -> Iterator[bytes]:
        yield from self._serve(name, self.files.metadata(name))

    def target(self, name: str) -> Iterator[bytes]:
        yield from self._serve(name, self.files.target(name))

    def _serve(self, name: str, data: bytes | None) -> Iterator[bytes]:
        if self.away:
            raise Unavailable("coordinator_away")
        self.asked.append(name)
        if data is None:
            raise Refused("catalogue_file_missing")
        yield from self._pieces(name, data)

    def close(self) -> None:
        """Nothing is open."""

    def _pieces(self, name: str, data: bytes) -> Iterator[bytes]:
        self.served.append(name)
        for part, change in self.tamper.items():
            data = change(data) if part in name else data
        for start in range(0, len(data), CHUNK_BYTES):
            yield data[start : start + CHUNK_BYTES]


class CatalogueWorld:
    """A coordinator's catalogue with its signers' keys beside it."""

    def __init__(
        self,
        folder: Path,
        *,
        now: datetime | None = None,
        keys: CeremonyKeys | None = None,
        checks: ContentChecks = ANYTHING,
    ) -> None:
        self.folder = folder
        self.keys = keys or ceremony_keys()
        self.clock = ManualClock(now or real_now())
        self.files = RepositoryFiles(folder / "catalogue")
        self.root = found_catalogue(self.files, self.keys, now=self.clock.now())
        self.repository = TufRepository(self.files, self.keys.online)
        self.engine = open_engine(folder / "coordinator.sqlite")
        catalogue_tables.publications.metadata.create_all(self.engine)
        self.announced: list[int] = []
        self.publishing = Publishing(
            publications_factory(self.engine),
            self.repository,
            self.announced.append,
            self.clock,
            OsEntropy(),
            checks,
        )
        self.reviews: list[Review] = []

    def publish(self, paths: Mapping[str, bytes], *, remove: tuple[str, ...] = ()) -> str:
        """Put files up for signature."""
        return publish_catalogue(self.publishing, paths, remove=remove)

    def signer(
        self,
        role: SignerRole,
        *,
        key: CatalogueKey | None = None,
        desk: SigningDesk | None = None,
        checks: ContentChecks = ANYTHING,
        approve: bool = True,
    ) -> Signer:
        """Make a signer of a role; its record of signed versions outlives it."""

        def look(review: Review) -> bool:
            self.reviews.append(review)
            return approve

        return Signer(
            desk=desk or InProcessDesk(self.publishing, role),
            key=SigningKey(role, key or self.keys.of(role)),
            log=FileSignedLog(self.folder / "signers" / role / "signed"),
            reader=CanonicalReader(),
            checks=checks,
            approve=look,
            clock=self.clock,
        )

    def sign(self, *roles: SignerRole) -> list[Signed | None]:
        """Let signers look once, all of them by default."""
        return [sign_pending(self.signer(role)) for role in roles or SIGNER_ROLES]

    def publish_signed(self, paths: Mapping[str, bytes], *, remove: tuple[str, ...] = ()) -> str:
        """Publish with everybody's signature."""
        publication = self.publish(paths, remove=remove)
        self.sign()
        return publication

    def anchors(self, association: str | None = "") -> TrustAnchors:
        """Give what a dealer trusts; an empty fingerprint stands for the right one."""
        right = key_fingerprint(self.keys.association.public)
        return TrustAnchors(root_hash(self.root), right if association == "" else association)

    def agent(
        self,
        name: str = "agent",
        *,
        transport: CatalogueTransport | None = None,
        anchors: TrustAnchors | None = None,
        clock: Clock | None = None,
    ) -> TufCatalogue:
        """Make a dealer's catalogue; the same name finds the same folder again."""
        return TufCatalogue(
            self.folder / name,
            transport or FilesTransport(self.files),
            anchors or self.anchors(),
            clock or self.clock,
        )

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()
