"""A coordinator without network, database and TLS: the port ``ControlPlane`` on top of the real domain rules.

``plane = FakeControlPlane(clock)`` · ``plane.issue("dealer-01")`` gives a join code · ``plane.away = True`` lets every
call fail as if the coordinator were unreachable · ``plane.announce(event)`` reaches open and later streams.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_coordinator.adapters.certificate_authority.local import LocalAuthority, create_authority
from guildpost_coordinator.app.announcement_board import AnnouncementBoard
from guildpost_coordinator.domain.join_codes import JoinCodeRecord, check_usable
from guildpost_coordinator.domain.membership import Event, Membership, enrol, require_active, step
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Conflict, Refused, Unavailable, Untrusted
from guildpost_shared.identity.certificate_profile import fingerprint, requested_key
from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
    IssuedCertificate,
    RenewalReply,
    RenewalRequest,
    renewal_statement,
)
from guildpost_shared.identity.join_code import JoinCode, format_join_code, secret_hash
from guildpost_shared.identity.keys import check_identity_proof
from guildpost_shared.identity.presence import CatalogueChanged, Heartbeat, PresenceEvent, RoundWindow

ENDPOINT = Endpoint("coordinator.test", 4433)
CONTROL = Endpoint("coordinator.test", 4434)
FLOWER = Endpoint("coordinator.test", 4435)
ROOT_HASH = bytes(range(32))


class FakeControlPlane:
    """One coordinator for any number of agents."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entropy = OsEntropy()
        self._authority = LocalAuthority(*create_authority(self._entropy, clock.now()), self._entropy)
        self._codes: dict[bytes, JoinCodeRecord] = {}
        self.memberships: dict[str, Membership] = {}
        self._issued: dict[tuple[str, bytes], IssuedCertificate] = {}
        self._board = AnnouncementBoard(clock)
        self.away = False

    def issue(self, agent_id: str, validity: timedelta = timedelta(days=14)) -> str:
        """Plan a membership and issue its join code."""
        secret = self._entropy.token_bytes(16)
        self.memberships.setdefault(agent_id, Membership(agent_id, "Autohaus", agent_id))
        self._codes[secret_hash(secret)] = JoinCodeRecord(secret_hash(secret), agent_id, self._clock.now() + validity)
        return format_join_code(JoinCode(ENDPOINT, secret, fingerprint(self._authority.certificate()), ROOT_HASH))

    def decide(self, agent_id: str, event: Event) -> None:
        """Lock, unlock or revoke."""
        self.memberships[agent_id] = step(self.memberships[agent_id], event)

    def announce(self, event: CatalogueChanged | RoundWindow) -> None:
        """Tell every open stream, and those that open later."""
        if isinstance(event, CatalogueChanged):
            self._board.announce_catalogue(event.version)
        else:
            self._board.announce_round(event)

    def server_chain(self, endpoint: Endpoint) -> tuple[bytes, ...]:
        self._reach(endpoint)
        return (self._authority.certificate(),)

    def enrol(self, endpoint: Endpoint, authority: bytes, request: EnrolmentRequest) -> EnrolmentReply:
        self._reach(endpoint, authority)
        now = self._clock.now()
        key = requested_key(request.certificate_request)
        record = self._codes.get(secret_hash(request.secret))
        if record is None or record.used_by != key:
            record = check_usable(record, now)
            self._codes[record.secret_hash] = replace(record, used_at=now, used_by=key)
            member = enrol(self.memberships[record.agent_id], request, now)
            self.memberships[member.agent_id] = member
            self._issue(member, key)
        return EnrolmentReply(record.agent_id, self._issued[record.agent_id, key], CONTROL, FLOWER, now)

    def renew(self, credentials: Credentials, request: RenewalRequest) -> RenewalReply:
        self._reach(credentials.control, credentials.authority)
        return self._renew(request)

    def renew_expired(self, endpoint: Endpoint, authority: bytes, request: RenewalRequest) -> RenewalReply:
        self._reach(endpoint, authority)
        return self._renew(request)

    def listen(self, credentials: Credentials, agent_version: str) -> "FakeEventStream":
        del agent_version
        return FakeEventStream(self, self._board, credentials)

    def check_listener(self, credentials: Credentials) -> Heartbeat:
        """Refuse a stream as the real one would, or give its first heartbeat."""
        self._reach(credentials.control, credentials.authority)
        names = [agent for (agent, _), issued in self._issued.items() if issued.chain == credentials.chain]
        require_active(self.memberships.get(names[0]) if names else None)
        return Heartbeat(self._clock.now())

    def _renew(self, request: RenewalRequest) -> RenewalReply:
        key = requested_key(request.certificate_request)
        membership = self.memberships.get(request.agent_id)
        if membership is None:
            raise Refused("membership_unknown")
        statement = renewal_statement(
            agent_id=request.agent_id, certificate_request=request.certificate_request, generation=request.generation
        )
        check_identity_proof(membership.identity_key, request.identity_proof, statement)
        member = require_active(membership)
        if (request.agent_id, key) not in self._issued:
            if request.generation != member.generation:
                self.decide(request.agent_id, Event.LOCK)
                raise Conflict("clone_suspected")
            self.memberships[member.agent_id] = replace(member, generation=member.generation + 1)
            self._issue(self.memberships[member.agent_id], key)
        return RenewalReply(self._issued[request.agent_id, key], self._clock.now())

    def _issue(self, member: Membership, key: bytes) -> None:
        chain = self._authority.issue_agent(key, member.agent_id, self._clock.now())
        self._issued[member.agent_id, key] = IssuedCertificate(chain, member.generation)

    def _reach(self, endpoint: Endpoint, authority: bytes | None = None) -> None:
        if self.away or endpoint not in {ENDPOINT, CONTROL}:
            raise Unavailable("coordinator_away")
        if authority not in {None, self._authority.certificate()}:
            raise Untrusted("coordinator_untrusted")


class FakeEventStream:
    """A presence stream of the fake."""

    def __init__(self, plane: FakeControlPlane, board: AnnouncementBoard, credentials: Credentials) -> None:
        self._plane = plane
        self._board = board
        self._credentials = credentials
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[PresenceEvent]:
        yield self._plane.check_listener(self._credentials)
        bell, position = threading.Event(), 0
        with self._board.listening(bell.set):
            while not self._closed.is_set():
                news, position = self._board.since(position)
                yield from news
                bell.wait(0.02)
                bell.clear()

    def close(self) -> None:
        self._closed.set()
