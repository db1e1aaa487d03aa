"""What memberships give: control planes, signed catalogues, services and templates in force."""

from collections.abc import Callable
from functools import partial

import grpc

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors, TufCatalogue
from guildpost_agent.adapters.control_plane.catalogue import GrpcCatalogueTransport
from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.adapters.control_plane.egress import Release, through_gate
from guildpost_agent.app.brand_catalogues import BrandCatalogues
from guildpost_agent.app.egress.policy import coordinator_of
from guildpost_agent.app.membership import Membership, load_memberships
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.domain.brands import FIRST, local_service, of_brand, signed_path
from guildpost_shared.errors import ConfigurationError, Refused
from guildpost_shared.services.definition import ServiceDefinition, parse_service

Catalogues = BrandCatalogues[TufCatalogue]


def control_plane(core: Core, brand: str = FIRST) -> GrpcControlPlane:
    """Give a coordinator's client, with the gate in front."""
    return GrpcControlPlane(wrap=_gated(core, brand), lines=core.lines)


def release_to_coordinator(core: Core, brand: str = FIRST) -> Release:
    """Give the gate's question for messages to a brand's coordinator."""

    def release(kind: str, payload: bytes) -> bytes:
        return core.gate.release(destination=coordinator_of(brand), kind=kind, payload=payload)

    return release


def _gated(core: Core, brand: str) -> Callable[[grpc.Channel], grpc.Channel]:
    """Put the egress gate in front of a connection."""
    return partial(through_gate, release=release_to_coordinator(core, brand))


def memberships_of(core: Core) -> tuple[Membership, ...]:
    """Read the membership in each brand, the oldest first; none before the first enrolment."""
    with core.open_uow() as uow:
        return load_memberships(uow.documents)


def membership_of(core: Core, brand: str = FIRST) -> Membership:
    """Read the membership in a brand.

    Raises:
        ConfigurationError: ``not_enrolled``.
    """
    found = next((one for one in memberships_of(core) if one.brand == brand), None)
    if found is None:
        raise ConfigurationError("not_enrolled")
    return found


def catalogue_of(core: Core, brand: str = FIRST) -> TufCatalogue:
    """Open the signed catalogue of a brand; nothing is fetched yet.

    Raises:
        ConfigurationError: ``not_enrolled``.
    """
    return _catalogue(core, membership_of(core, brand))


def catalogues_of(core: Core) -> Catalogues:
    """Open the signed catalogues of all brands as one; nothing is fetched yet.

    Raises:
        ConfigurationError: ``not_enrolled``, or ``brand_unknown``: the configuration names one that is no membership.
    """
    memberships = memberships_of(core)
    if not memberships:
        raise ConfigurationError("not_enrolled")
    joined = {one.brand for one in memberships}
    for brand in core.config.brands:
        if brand not in joined:
            raise ConfigurationError("brand_unknown", brand=brand)
    return BrandCatalogues({one.brand: _catalogue(core, one) for one in memberships})


def _catalogue(core: Core, membership: Membership) -> TufCatalogue:
    brand = membership.brand
    anchors = TrustAnchors(membership.root_hash, membership.association_fingerprint or None)
    transport = GrpcCatalogueTransport(
        lambda: membership_of(core, brand).credentials(), _gated(core, brand), core.lines
    )
    return TufCatalogue(core.home / of_brand("catalogue", brand), transport, anchors, core.wall_clock)


def read_services(catalogues: Catalogues) -> tuple[dict[str, ServiceDefinition], list[Refused]]:
    """Read the services in force by id, and say of each that cannot be read why: it rests, and the others go on.

    Signed by both roles and yet unreadable is what a newer version of the program writes.
    """
    from guildpost_shared.lint.parts import check_service_words  # noqa: PLC0415 — heavy; most commands read no service

    services: dict[str, ServiceDefinition] = {}
    unreadable: list[Refused] = []
    for path, contents in catalogues.contents("services/").items():
        try:
            service = local_service(parse_service(contents, path), signed_path(path)[0])
            check_service_words(path, contents)  # again, whatever was signed
        except Refused as error:
            unreadable.append(error)
        else:
            services[service.service_id] = service
    return services, unreadable


def services_of(catalogues: Catalogues) -> dict[str, ServiceDefinition]:
    """Give the services in force that can be read."""
    return read_services(catalogues)[0]


def unreadable_services(core: Core) -> list[Refused]:
    """Say of each service in force that cannot be read why; nothing before enrolment."""
    return read_services(catalogues_of(core))[1] if memberships_of(core) else []


def services_in_force(core: Core) -> tuple[ServiceDefinition, ...]:
    """Read the services in force; none before enrolment, since data may come first."""
    return tuple(services_of(catalogues_of(core)).values()) if memberships_of(core) else ()
