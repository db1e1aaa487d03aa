"""What a membership gives: control plane, signed catalogue, services and templates in force."""

from collections.abc import Callable
from functools import partial

import grpc

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors, TufCatalogue
from guildpost_agent.adapters.control_plane.catalogue import GrpcCatalogueTransport
from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.adapters.control_plane.egress import Release, through_gate
from guildpost_agent.app.egress.policy import COORDINATOR
from guildpost_agent.app.membership import Membership, load_memberships
from guildpost_agent.app.ports.catalogue_source import CatalogueSource
from guildpost_agent.bootstrap.core import Core
from guildpost_shared.errors import ConfigurationError, Refused
from guildpost_shared.lint.parts import check_service_words
from guildpost_shared.services.definition import ServiceDefinition, parse_service


def release_to_coordinator(core: Core) -> Release:
    """Give the gate's question for messages to the coordinator."""

    def release(kind: str, payload: bytes) -> bytes:
        return core.gate.release(destination=COORDINATOR, kind=kind, payload=payload)

    return release


def control_plane(core: Core) -> GrpcControlPlane:
    """Give the coordinator's client, with the gate in front."""
    return GrpcControlPlane(wrap=_gated(core), lines=core.lines)


def _gated(core: Core) -> Callable[[grpc.Channel], grpc.Channel]:
    """Put the egress gate in front of a connection."""
    return partial(through_gate, release=release_to_coordinator(core))


def membership_of(core: Core) -> Membership:
    """Read the agent's membership.

    Raises:
        ConfigurationError: ``not_enrolled``.
    """
    with core.open_uow() as uow:
        memberships = load_memberships(uow.documents)
    if not memberships:
        raise ConfigurationError("not_enrolled")
    return memberships[0]


def catalogue_of(core: Core) -> TufCatalogue:
    """Open the signed catalogue of the membership; nothing is fetched yet."""
    membership = membership_of(core)
    anchors = TrustAnchors(membership.root_hash, membership.association_fingerprint or None)
    transport = GrpcCatalogueTransport(lambda: membership_of(core).credentials(), _gated(core), core.lines)
    return TufCatalogue(core.home / "catalogue", transport, anchors, core.wall_clock)


def read_services(catalogue: CatalogueSource) -> tuple[dict[str, ServiceDefinition], list[Refused]]:
    """Read the services in force by id, and say of each that cannot be read why: it rests, and the others go on.

    Signed by both roles and yet unreadable is what a newer version of the program writes.
    """
    services: dict[str, ServiceDefinition] = {}
    unreadable: list[Refused] = []
    for path in catalogue.list("services/"):
        contents = catalogue.read(path)
        try:
            service = parse_service(contents, path)
            check_service_words(path, contents)  # again, whatever was signed
        except Refused as error:
            unreadable.append(error)
        else:
            services[service.service_id] = service
    return services, unreadable


def services_of(catalogue: CatalogueSource) -> dict[str, ServiceDefinition]:
    """Give the services in force that can be read."""
    return read_services(catalogue)[0]


def unreadable_services(core: Core) -> list[Refused]:
    """Say of each service in force that cannot be read why; nothing before enrolment."""
    with core.open_uow() as uow:
        enrolled = bool(load_memberships(uow.documents))
    return read_services(catalogue_of(core))[1] if enrolled else []


def services_in_force(core: Core) -> tuple[ServiceDefinition, ...]:
    """Read the services in force; none before enrolment, since data may come first."""
    with core.open_uow() as uow:
        enrolled = bool(load_memberships(uow.documents))
    return tuple(services_of(catalogue_of(core)).values()) if enrolled else ()
