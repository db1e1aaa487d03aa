"""The composition root: the coordinator's parts, put together from a home folder.

``open_core`` opens what everything shares. ``Parts`` names what is plugged in around the control plane:

    services     for the control port (catalogue, signing)
    companions   servers and drivers beside it (Flower filter and SuperLink, console, rounds); what they listen on
                 joins the published addresses, and an address named ``flower`` is handed to new members
    recorder     sees every request's bytes, for audits of what arrives
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from sqlalchemy import Engine

from guildpost_coordinator.adapters.certificate_authority.files import load_authority, read_passphrase
from guildpost_coordinator.adapters.grpc_server.enrolment import EnrolmentServicer
from guildpost_coordinator.adapters.grpc_server.guard import Recorder
from guildpost_coordinator.adapters.grpc_server.peer_standing import PeerStanding
from guildpost_coordinator.adapters.grpc_server.peers import Peer
from guildpost_coordinator.adapters.grpc_server.presence import Pace, PresenceServicer
from guildpost_coordinator.adapters.grpc_server.server import ControlPlane, Listen, ServicePlugin, newcomer_rate
from guildpost_coordinator.adapters.grpc_server.tls import ServerTls
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.admit_peer import admit_peer
from guildpost_coordinator.app.announcement_board import AnnouncementBoard
from guildpost_coordinator.app.enrol_agent import ServiceAddresses, enrol_agent
from guildpost_coordinator.app.issue_join_code import Anchors
from guildpost_coordinator.app.ports.certificate_authority import CertificateAuthority
from guildpost_coordinator.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_coordinator.app.record_contact import record_contacts
from guildpost_coordinator.app.renew_certificate import renew_certificate
from guildpost_coordinator.app.standing import Standing
from guildpost_coordinator.config import CoordinatorConfig, Home, load_config
from guildpost_shared.clock import Clock, SystemClock
from guildpost_shared.entropy import Entropy, OsEntropy
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.identity.certificate_profile import fingerprint
from guildpost_shared.identity.enrolment import Endpoint

FLOWER: Final = "flower"


class Companion(Protocol):
    """Something that runs beside the control plane."""

    def start(self) -> Mapping[str, Endpoint]:
        """Start and tell where it listens, by name (possibly nowhere)."""
        ...

    def stop(self) -> None:
        """Stop; also called when ``start`` failed half-way or was never reached."""
        ...


@dataclass(frozen=True)
class Parts:
    """What is plugged in around the control plane; see the module's docstring."""

    services: tuple[ServicePlugin, ...] = ()
    companions: tuple[Companion, ...] = ()
    recorder: Recorder | None = None


@dataclass(frozen=True)
class Core:
    """What all parts of the coordinator share.

    Attributes:
        home: paths.
        config: settings.
        clock: the wall clock.
        entropy: randomness.
        engine: the database, at the present schema.
        open_uow: opens a writing transaction.
        open_view: opens a reading transaction that waits for nobody.
        authority: the certificate authority.
        announcements: what connected agents are told.
    """

    home: Home
    config: CoordinatorConfig
    clock: Clock
    entropy: Entropy
    engine: Engine
    open_uow: OpenUnitOfWork
    open_view: OpenUnitOfWork
    authority: CertificateAuthority
    announcements: AnnouncementBoard = field(repr=False)


def open_core(
    home: Home,
    *,
    overrides: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
) -> Core:
    """Open the configuration, the database and the authority of a home.

    Args:
        home: paths.
        overrides: settings given on the command line.
        environment: of the process; tells where the authority's passphrase is.
        clock: the wall clock.
        entropy: randomness.

    Raises:
        ConfigurationError: ``ca_missing``, ``ca_passphrase_missing``, ``ca_key_unreadable``, ``configuration_invalid``.
    """
    config = load_config(home, overrides or {})
    clock, entropy = clock or SystemClock(), entropy or OsEntropy()
    passphrase = read_passphrase(os.environ if environment is None else environment)
    authority = load_authority(home.authority, passphrase, entropy)
    engine = open_engine(home.database)
    migrate(engine)
    return Core(
        home=home,
        config=config,
        clock=clock,
        entropy=entropy,
        engine=engine,
        open_uow=unit_of_work_factory(engine),
        open_view=unit_of_work_factory(engine, read_only=True),
        authority=authority,
        announcements=AnnouncementBoard(clock),
    )


class Coordinator:
    """The running coordinator."""

    def __init__(self, core: Core, parts: Parts) -> None:
        """Bind the control plane's ports; nothing is answered before ``start``.

        Raises:
            ConfigurationError: ``port_taken``.
        """
        self._core = core
        self._parts = parts
        self._lock = threading.Lock()
        self._addresses: dict[str, Endpoint] = {}
        self._control_plane = control_plane(core, parts, self._service_addresses)
        self._publish("enrolment", self._control_plane.enrolment_port)
        self._publish("control", self._control_plane.control_port)

    def start(self) -> dict[str, Endpoint]:
        """Start everything and write ``addresses.json`` once all of it listens.

        Returns:
            Where what listens, by name.
        """
        with self._core.open_uow() as uow:
            uow.presence.disconnect_all()
            uow.commit()
        for companion in self._parts.companions:
            found = companion.start()
            with self._lock:
                self._addresses.update(found)
        self._control_plane.start()
        addresses = self.addresses()
        write_addresses(self._core.home, addresses)
        return addresses

    def addresses(self) -> dict[str, Endpoint]:
        """Tell where what listens, by name."""
        with self._lock:
            return dict(self._addresses)

    def stop(self) -> None:
        """Stop in the reverse order of the start."""
        self._control_plane.stop()
        for companion in reversed(self._parts.companions):
            companion.stop()
        self._core.engine.dispose()

    def _publish(self, name: str, port: int) -> None:
        self._addresses[name] = Endpoint(self._core.config.public_host, port)

    def _service_addresses(self) -> ServiceAddresses:
        addresses = self.addresses()
        return ServiceAddresses(addresses["control"], addresses.get(FLOWER))


def control_plane(core: Core, parts: Parts, addresses: Callable[[], ServiceAddresses]) -> ControlPlane:
    """Put the control plane together from the core.

    Args:
        core: what is shared.
        parts: further services and the recorder.
        addresses: tells where members find the other services.

    Raises:
        ConfigurationError: ``port_taken``.
    """
    config = core.config

    def admit(peer: Peer) -> None:
        admit_peer(
            peer.identity,
            serial=peer.serial,
            not_after=peer.not_after,
            now=core.clock.now(),
            open_uow=core.open_view,
        )

    standing = PeerStanding(Standing(core.open_view, core.clock))
    return ControlPlane(
        Listen(
            host=config.listen,
            enrolment_port=config.enrolment_port,
            control_port=config.control_port,
            presence_streams=config.presence_streams,
            newcomer_rate=newcomer_rate(config.newcomers_per_second),
        ),
        tls=ServerTls(core.authority, server_names(config), core.clock),
        enrolment=EnrolmentServicer(
            enrol=partial(
                enrol_agent,
                open_uow=core.open_uow,
                clock=core.clock,
                authority=core.authority,
                addresses=addresses,
            ),
            renew=partial(renew_certificate, open_uow=core.open_uow, clock=core.clock, authority=core.authority),
        ),
        presence=PresenceServicer(
            newsstand=core.announcements,
            record_contacts=partial(record_contacts, open_uow=core.open_uow, clock=core.clock),
            standing=standing,
            clock=core.clock,
            seats=config.presence_streams,
            pace=Pace(heartbeat=config.heartbeat_seconds),
        ),
        admit=admit,
        standing=standing,
        plugins=parts.services,
        recorder=parts.recorder,
    )


def server_names(config: CoordinatorConfig) -> tuple[str, ...]:
    """List the names for which server certificates are issued: the public one, and loopback for the machine itself."""
    return tuple(dict.fromkeys((config.public_host, "localhost", "127.0.0.1")))


def anchors(home: Home, config: CoordinatorConfig, authority_certificate: bytes) -> Anchors:
    """Gather what every join code carries.

    Raises:
        ConfigurationError: ``trust_root_missing`` or ``addresses_unknown``.
    """
    try:
        root = home.trust_root.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError("trust_root_missing") from error
    if config.enrolment_port:
        enrolment = Endpoint(config.public_host, config.enrolment_port)
    else:
        known = read_addresses(home).get("enrolment")
        if known is None:
            raise ConfigurationError("addresses_unknown")
        enrolment = known
    return Anchors(enrolment, fingerprint(authority_certificate), hashlib.sha256(root).digest())


def write_addresses(home: Home, addresses: Mapping[str, Endpoint]) -> None:
    """Write ``addresses.json`` in one step: readers see the old file or the new one."""
    body = {name: {"host": endpoint.host, "port": endpoint.port} for name, endpoint in sorted(addresses.items())}
    staged = home.addresses.with_name(home.addresses.name + ".new")
    staged.write_text(json.dumps(body, indent=2) + "\n", "utf-8")
    staged.replace(home.addresses)


def read_addresses(home: Home) -> dict[str, Endpoint]:
    """Read ``addresses.json``; empty before the first start."""
    if not home.addresses.is_file():
        return {}
    body = json.loads(home.addresses.read_text("utf-8"))
    return {name: Endpoint(item["host"], item["port"]) for name, item in body.items()}
