"""Wire the signed catalogue into the coordinator: repository with its online keys, publishing, both services."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine

from guildpost_coordinator.adapters.catalogue_repository.ceremony import OnlineKeys
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles
from guildpost_coordinator.adapters.catalogue_repository.keys import (
    ONLINE_CREDENTIAL,
    ONLINE_VARIABLE,
    load_key,
    read_passphrase,
)
from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_coordinator.adapters.grpc_server.catalogue import catalogue_plugin
from guildpost_coordinator.adapters.grpc_server.server import ServicePlugin
from guildpost_coordinator.adapters.grpc_server.signing import signing_plugin
from guildpost_coordinator.adapters.sql.lifecycle import lifecycle_factory
from guildpost_coordinator.adapters.sql.publications import publications_factory
from guildpost_coordinator.app.advance_materials import advance_materials
from guildpost_coordinator.app.advance_publications import advance_publications
from guildpost_coordinator.app.ports.catalogue import Announce
from guildpost_coordinator.app.ports.lifecycle import OpenLifecycle
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.app.refresh_timestamp import refresh_timestamp
from guildpost_coordinator.config import Home
from guildpost_coordinator.domain.content_checks import CONTENT_CHECKS
from guildpost_coordinator.domain.proposals import ContentChecks
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy

KEYS_FOLDER: Final = "catalogue-keys"


@dataclass(frozen=True)
class CatalogueParts:
    """What the coordinator's process needs of the catalogue.

    Attributes:
        publishing: first argument of every publishing use case.
        lifecycle: opens a transaction over material and publications.
        plugins: the catalogue and signing services, for the control port.
    """

    publishing: Publishing
    lifecycle: OpenLifecycle
    plugins: tuple[ServicePlugin, ...]

    def tick(self) -> None:
        """Do what is due: re-sign the timestamp, take material and publications further.

        Every few seconds; cheap when idle.
        """
        refresh_timestamp(self.publishing)
        advance_materials(self.lifecycle, self.publishing.clock, self.publishing.entropy)
        advance_publications(self.publishing)


def open_catalogue(
    home: Home,
    engine: Engine,
    *,
    announce: Announce,
    clock: Clock,
    entropy: Entropy,
    environment: Mapping[str, str],
    checks: ContentChecks = CONTENT_CHECKS,
) -> CatalogueParts:
    """Open the catalogue of a coordinator's home and announce the version in force.

    Args:
        home: paths.
        engine: the coordinator's database, migrated.
        announce: tells connected agents about a version.
        clock: the wall clock.
        entropy: randomness of ids.
        environment: the process's environment, which says where the online keys' passphrase is.
        checks: kind → check of contents.

    Raises:
        ConfigurationError: ``catalogue_missing`` (no ceremony yet), ``catalogue_passphrase_missing``,
            ``catalogue_key_missing`` or ``catalogue_key_unreadable``.
    """
    files = RepositoryFiles(home.catalogue)
    passphrase = read_passphrase(environment, ONLINE_CREDENTIAL, ONLINE_VARIABLE)
    repository = TufRepository(files, load_online_keys(home, passphrase))
    publishing = Publishing(publications_factory(engine), repository, announce, clock, entropy, checks)
    announce(repository.snapshot().version)
    return CatalogueParts(
        publishing=publishing,
        lifecycle=lifecycle_factory(engine),
        plugins=(catalogue_plugin(files), signing_plugin(publishing)),
    )


def load_online_keys(home: Home, passphrase: bytes) -> OnlineKeys:
    """Open the three online keys.

    Raises:
        ConfigurationError: ``catalogue_key_missing`` or ``catalogue_key_unreadable``.
    """
    folder = home.folder / KEYS_FOLDER
    return OnlineKeys(
        snapshot=load_key(folder / "snapshot.pem", passphrase),
        timestamp=load_key(folder / "timestamp.pem", passphrase),
        models=load_key(folder / "models.pem", passphrase),
    )
