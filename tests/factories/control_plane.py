"""A coordinator, faked or running, and an agent's use cases on the way to it."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.app.enrol import enrol
from guildpost_agent.app.membership import Membership, load_membership
from guildpost_agent.app.ports.control_plane import ControlPlane, Credentials, EventStream
from guildpost_agent.app.renew_certificate import certificate_due, renew_certificate
from guildpost_coordinator.app.decide_membership import lock_membership, revoke_membership, unlock_membership
from guildpost_coordinator.domain.membership import Event
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Unavailable
from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
    RenewalReply,
    RenewalRequest,
)
from guildpost_shared.identity.presence import CatalogueChanged, PresenceEvent, RoundWindow
from tests.fakes.control_plane import FakeControlPlane
from tests.fakes.coordinator import RunningCoordinator
from tests.fakes.documents import FakeDocumentStore

ASSOCIATION = "ab" * 32
ENTROPY = OsEntropy()
Issue = Callable[..., str]


@dataclass(frozen=True)
class Network:
    """One coordinator with the agent's way to it."""

    plane: ControlPlane
    issue: Issue
    decide: Callable[[str, Event], object]
    announce: Callable[[CatalogueChanged | RoundWindow], None]
    go_away: Callable[[], None]


def fake_network() -> Network:
    plane = FakeControlPlane(SystemClock())
    return Network(plane, plane.issue, plane.decide, plane.announce, lambda: setattr(plane, "away", True))


def grpc_network(coordinator: RunningCoordinator) -> Network:
    core = coordinator.core
    decisions = {Event.LOCK: lock_membership, Event.UNLOCK: unlock_membership, Event.REVOKE: revoke_membership}

    def announce(event: CatalogueChanged | RoundWindow) -> None:
        if isinstance(event, CatalogueChanged):
            core.announcements.announce_catalogue(event.version)
        else:
            core.announcements.announce_round(event)

    return Network(
        plane=GrpcControlPlane(call_timeout=5),
        issue=coordinator.issue,
        decide=lambda agent_id, event: decisions[event](
            agent_id, open_uow=core.open_uow, clock=core.clock, actor="test"
        ),
        announce=announce,
        go_away=coordinator.stop,
    )


class Losing:
    """A control plane that loses the reply to the first enrolment and the first renewal, after they happened."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._lost: set[str] = set()

    def server_chain(self, endpoint: Endpoint) -> tuple[bytes, ...]:
        return self._plane.server_chain(endpoint)

    def enrol(self, endpoint: Endpoint, authority: bytes, request: EnrolmentRequest) -> EnrolmentReply:
        reply = self._plane.enrol(endpoint, authority, request)
        self._lose_once("enrol")
        return reply

    def renew(self, credentials: Credentials, request: RenewalRequest) -> RenewalReply:
        reply = self._plane.renew(credentials, request)
        self._lose_once("renew")
        return reply

    def renew_expired(self, endpoint: Endpoint, authority: bytes, request: RenewalRequest) -> RenewalReply:
        return self._plane.renew_expired(endpoint, authority, request)

    def listen(self, credentials: Credentials, agent_version: str) -> EventStream:
        return self._plane.listen(credentials, agent_version)

    def _lose_once(self, name: str) -> None:
        if name not in self._lost:
            self._lost.add(name)
            raise Unavailable("coordinator_away")


def join(
    plane: ControlPlane, store: FakeDocumentStore, code: str, association: str = ASSOCIATION, brand: str = ""
) -> Membership:
    return enrol(
        join_code=code,
        association_fingerprint=association,
        agent_version="0.1.0",
        open_documents=store.open,
        control_plane=plane,
        entropy=ENTROPY,
        brand=brand,
    )


def renew(plane: ControlPlane, store: FakeDocumentStore, member: Membership, later: timedelta | None = None) -> bool:
    now = certificate_due(member) if later is None else datetime.now(UTC) + later
    return renew_certificate(
        member.key, open_documents=store.open, control_plane=plane, clock=ManualClock(now), entropy=ENTROPY
    )


def stored(store: FakeDocumentStore, agent_id: str = "dealer-01") -> Membership:
    with store.open() as transaction:
        return load_membership(transaction.documents, agent_id)


def first_event(plane: ControlPlane, credentials: Credentials) -> PresenceEvent:
    with closing(plane.listen(credentials, "0.1.0")) as stream:
        return next(iter(stream))
