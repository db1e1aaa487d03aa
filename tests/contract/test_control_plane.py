"""The port ``ControlPlane``: one suite for the fake and for gRPC against a running coordinator.

The agent's use cases run unchanged on both, so the suite also shows enrolment, renewal and presence end to end.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.app.anchor_association import anchor_association
from guildpost_agent.app.enrol import enrol
from guildpost_agent.app.follow_presence import PresenceFollower
from guildpost_agent.app.membership import PENDING, Membership, load_membership, load_memberships
from guildpost_agent.app.ports.control_plane import ControlPlane, Credentials, EventStream
from guildpost_agent.app.renew_certificate import certificate_due, renew_certificate
from guildpost_coordinator.app.decide_membership import lock_membership, revoke_membership, unlock_membership
from guildpost_coordinator.domain.membership import Event
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError, Conflict, GuildpostError, Refused, Unavailable, Untrusted
from guildpost_shared.identity.certificate_profile import AgentIdentity, fingerprint, identity_of
from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
    RenewalReply,
    RenewalRequest,
)
from guildpost_shared.identity.join_code import format_join_code, parse_join_code
from guildpost_shared.identity.presence import CatalogueChanged, Heartbeat, PresenceEvent, RoundWindow
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


def _fake_network() -> Network:
    plane = FakeControlPlane(SystemClock())
    return Network(plane, plane.issue, plane.decide, plane.announce, lambda: setattr(plane, "away", True))


def _grpc_network(coordinator: RunningCoordinator) -> Network:
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


@pytest.fixture(params=["fake", "grpc"])
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Network]:
    if request.param == "fake":
        yield _fake_network()
    else:
        with RunningCoordinator(tmp_path) as coordinator:
            yield _grpc_network(coordinator)


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


def _enrol(plane: ControlPlane, store: FakeDocumentStore, code: str, association: str = ASSOCIATION) -> Membership:
    return enrol(
        join_code=code,
        association_fingerprint=association,
        agent_version="0.1.0",
        open_documents=store.open,
        control_plane=plane,
        entropy=ENTROPY,
    )


def _renew(plane: ControlPlane, store: FakeDocumentStore, member: Membership, later: timedelta | None = None) -> bool:
    now = certificate_due(member) if later is None else datetime.now(UTC) + later
    return renew_certificate(
        member.agent_id, open_documents=store.open, control_plane=plane, clock=ManualClock(now), entropy=ENTROPY
    )


def _stored(store: FakeDocumentStore, agent_id: str = "dealer-01") -> Membership:
    with store.open() as transaction:
        return load_membership(transaction.documents, agent_id)


def test_a_join_code_makes_a_membership(network: Network) -> None:
    code = network.issue("dealer-01")
    store = FakeDocumentStore()
    member = _enrol(network.plane, store, code)
    parsed = parse_join_code(code)
    assert member == _stored(store)
    assert (member.agent_id, member.generation) == ("dealer-01", 1)
    assert AgentIdentity("dealer-01") == identity_of(x509.load_der_x509_certificate(member.chain[0]))
    assert parsed.ca_fingerprint == fingerprint(member.authority)
    assert parsed.root_hash == member.root_hash
    assert member.association_fingerprint == ASSOCIATION
    assert PENDING not in store.committed


def test_a_used_join_code_is_refused(network: Network) -> None:
    code = network.issue("dealer-01")
    _enrol(network.plane, FakeDocumentStore(), code)
    with pytest.raises(Refused, match="join_code_used"):
        _enrol(network.plane, FakeDocumentStore(), code)


def test_joining_again_with_the_own_code_returns_the_membership(network: Network) -> None:
    code, store = network.issue("dealer-01"), FakeDocumentStore()
    assert _enrol(network.plane, store, code) == _enrol(network.plane, store, code)


def test_a_code_that_nobody_issued_is_refused(network: Network) -> None:
    invented = format_join_code(replace(parse_join_code(network.issue("dealer-01")), secret=b"\0" * 16))
    with pytest.raises(Refused, match="join_code_unknown"):
        _enrol(network.plane, FakeDocumentStore(), invented)


def test_an_expired_code_is_refused(network: Network) -> None:
    code = network.issue("dealer-01", validity=timedelta(0))
    with pytest.raises(Refused, match="join_code_expired"):
        _enrol(network.plane, FakeDocumentStore(), code)


def test_nothing_is_sent_to_a_server_with_another_authority(network: Network) -> None:
    code, store = network.issue("dealer-01"), FakeDocumentStore()
    with pytest.raises(Untrusted, match="ca_fingerprint_mismatch"):
        _enrol(network.plane, store, format_join_code(replace(parse_join_code(code), ca_fingerprint=b"\1" * 32)))
    assert {} == store.committed
    assert "dealer-01" == _enrol(network.plane, store, code).agent_id  # the code is still unused


def test_a_server_that_the_pinned_authority_did_not_sign_receives_no_request(network: Network) -> None:
    code, store = network.issue("dealer-01"), FakeDocumentStore()
    rival = FakeControlPlane(SystemClock())
    authority = _enrol(rival, FakeDocumentStore(), rival.issue("dealer-09")).authority

    class Deceived(Losing):
        def enrol(self, endpoint: Endpoint, authority_: bytes, request: EnrolmentRequest) -> EnrolmentReply:
            assert authority_ != authority
            return self._plane.enrol(endpoint, authority, request)

    with pytest.raises(Untrusted, match="coordinator_untrusted"):
        _enrol(Deceived(network.plane), store, code)
    assert "dealer-01" == _enrol(network.plane, FakeDocumentStore(), code).agent_id  # the code is still unused


def test_a_coordinator_that_is_away_is_said_so(network: Network) -> None:
    code, store = network.issue("dealer-01"), FakeDocumentStore()
    network.go_away()
    with pytest.raises(Unavailable, match="coordinator_away"):
        _enrol(network.plane, store, code)


def test_a_lost_reply_to_an_enrolment_costs_nothing(network: Network) -> None:
    code, store, plane = network.issue("dealer-01"), FakeDocumentStore(), Losing(network.plane)
    with pytest.raises(Unavailable):
        _enrol(plane, store, code)
    assert [PENDING] == list(store.committed)
    assert ("dealer-01", 1) == ((member := _enrol(plane, store, code)).agent_id, member.generation)


def test_one_agent_may_belong_to_two_brands(network: Network) -> None:
    store = FakeDocumentStore()
    first = _enrol(network.plane, store, network.issue("dealer-01"))
    other = FakeControlPlane(SystemClock())
    second = _enrol(other, store, other.issue("autohaus-7"))
    with store.open() as transaction:
        assert (first, second) == load_memberships(transaction.documents)
    assert first.identity_key != second.identity_key


@pytest.mark.parametrize(
    "typed", ["AB:" * 31 + "AB", "ab " * 32, "", ASSOCIATION], ids=["colons", "spaces", "empty", "plain"]
)
def test_the_associations_fingerprint_is_taken_as_people_write_it(typed: str) -> None:
    plane = FakeControlPlane(SystemClock())
    member = _enrol(plane, FakeDocumentStore(), plane.issue("dealer-01"), typed)
    assert member.association_fingerprint == (ASSOCIATION if typed else "")


def test_a_mistyped_fingerprint_of_the_association_is_noticed_before_anything_is_sent() -> None:
    plane, store = FakeControlPlane(SystemClock()), FakeDocumentStore()
    plane.away = True
    with pytest.raises(ConfigurationError, match="association_fingerprint_invalid"):
        _enrol(plane, store, plane.issue("dealer-01"), "ab12")


def test_the_dealer_may_change_the_associations_fingerprint() -> None:
    plane, store = FakeControlPlane(SystemClock()), FakeDocumentStore()
    _enrol(plane, store, plane.issue("dealer-01"), "")
    anchor_association("dealer-01", ASSOCIATION, open_documents=store.open)
    assert _stored(store).association_fingerprint == ASSOCIATION


def test_a_certificate_is_not_renewed_before_its_half_life(network: Network) -> None:
    store = FakeDocumentStore()
    member = _enrol(network.plane, store, network.issue("dealer-01"))
    assert _renew(network.plane, store, member, timedelta(hours=9)) is False
    assert member == _stored(store)


def test_a_renewal_brings_a_fresh_key_and_the_next_generation(network: Network) -> None:
    store = FakeDocumentStore()
    member = _enrol(network.plane, store, network.issue("dealer-01"))
    assert _renew(network.plane, store, member) is True
    renewed = _stored(store)
    assert (renewed.generation, renewed.next_tls_key) == (2, b"")
    assert renewed.tls_key != member.tls_key
    assert renewed.identity_key == member.identity_key
    assert Heartbeat is type(_first_event(network.plane, renewed.credentials()))


def test_a_lost_reply_to_a_renewal_costs_nothing(network: Network) -> None:
    store, plane = FakeDocumentStore(), Losing(network.plane)
    member = _enrol(network.plane, store, network.issue("dealer-01"))
    with pytest.raises(Unavailable):
        _renew(plane, store, member)
    assert _renew(plane, store, _stored(store)) is True
    assert 2 == _stored(store).generation


def test_an_agent_that_was_off_for_days_renews_its_expired_certificate(network: Network) -> None:
    store = FakeDocumentStore()
    member = _enrol(network.plane, store, network.issue("dealer-01"))
    assert _renew(network.plane, store, member, timedelta(days=3)) is True
    assert 2 == _stored(store).generation


def test_a_cloned_agent_locks_the_membership_until_a_person_decides(network: Network) -> None:
    original, clone = FakeDocumentStore(), FakeDocumentStore()
    member = _enrol(network.plane, original, network.issue("dealer-01"))
    clone.committed = dict(original.committed)
    assert _renew(network.plane, original, member) is True
    with pytest.raises(Conflict, match="clone_suspected"):
        _renew(network.plane, clone, member)
    with pytest.raises(Refused, match="membership_locked"):
        _renew(network.plane, original, _stored(original))
    network.decide("dealer-01", Event.UNLOCK)
    assert _renew(network.plane, original, _stored(original)) is True
    assert 3 == _stored(original).generation


def test_a_revoked_membership_is_refused_everywhere(network: Network) -> None:
    store = FakeDocumentStore()
    member = _enrol(network.plane, store, network.issue("dealer-01"))
    network.decide("dealer-01", Event.REVOKE)
    with pytest.raises(Refused, match="membership_revoked"):
        _renew(network.plane, store, member)
    with pytest.raises(Refused, match="membership_revoked"):
        _renew(network.plane, store, member, timedelta(days=3))
    with pytest.raises(Refused, match="membership_revoked"):
        _first_event(network.plane, member.credentials())


def test_a_renewal_signed_by_another_identity_is_refused_and_locks_nobody(network: Network) -> None:
    store, thief = FakeDocumentStore(), FakeDocumentStore()
    member = _enrol(network.plane, store, network.issue("dealer-01"))
    other = _enrol(network.plane, thief, network.issue("dealer-02"))
    forged: list[RenewalRequest] = []

    class Forging(Losing):
        def renew_expired(self, endpoint: Endpoint, authority: bytes, request: RenewalRequest) -> RenewalReply:
            forged.append(replace(request, agent_id=member.agent_id, generation=7))
            return self._plane.renew_expired(endpoint, authority, forged[-1])

    with pytest.raises(Untrusted, match="identity_proof_invalid"):
        _renew(Forging(network.plane), thief, other, timedelta(days=3))
    assert 1 == len(forged)
    assert _renew(network.plane, store, member) is True


def _first_event(plane: ControlPlane, credentials: Credentials) -> PresenceEvent:
    with closing(plane.listen(credentials, "0.1.0")) as stream:
        return next(iter(stream))


def _window() -> RoundWindow:
    opens = datetime(2027, 3, 1, 12, tzinfo=UTC) + timedelta(days=40_000)
    return RoundWindow("round-1", "studies/timing/1.json", opens, opens + timedelta(hours=1), Endpoint("flower", 9))


def test_a_late_listener_hears_what_holds_now_and_then_what_changes(network: Network) -> None:
    member = _enrol(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    network.announce(CatalogueChanged(3))
    network.announce(CatalogueChanged(4))
    network.announce(_window())
    with closing(network.plane.listen(member.credentials(), "0.1.0")) as stream:
        events = iter(stream)
        assert isinstance(next(events), Heartbeat)
        assert [CatalogueChanged(4), _window()] == [next(events), next(events)]
        network.announce(CatalogueChanged(5))
        assert CatalogueChanged(5) == next(events)


def test_a_listener_without_membership_is_refused(network: Network) -> None:
    member = _enrol(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    network.decide("dealer-01", Event.LOCK)
    with pytest.raises(Refused, match="membership_locked"):
        _first_event(network.plane, member.credentials())


def test_a_follower_hands_events_on_until_it_is_stopped(network: Network) -> None:
    member = _enrol(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    heard: list[PresenceEvent] = []
    told = threading.Event()

    def note(event: PresenceEvent) -> None:
        heard.append(event)
        if isinstance(event, CatalogueChanged):
            told.set()

    follower = PresenceFollower(
        control_plane=network.plane,
        credentials=member.credentials,
        agent_version="0.1.0",
        on_event=note,
        clock=SystemClock(),
        entropy=ENTROPY,
    )
    thread = threading.Thread(target=follower.run)
    thread.start()
    network.announce(CatalogueChanged(9))
    assert told.wait(10)
    assert follower.status.connected
    follower.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert [Heartbeat, CatalogueChanged] == [type(event) for event in heard]


def test_a_follower_outlives_a_coordinator_that_goes_away(network: Network) -> None:
    member = _enrol(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    network.go_away()
    errors: list[GuildpostError | None] = []
    asked = threading.Event()

    def credentials() -> Credentials:
        errors.append(follower.status.error)
        if len(errors) > 1:
            asked.set()
        return member.credentials()

    follower = PresenceFollower(
        control_plane=network.plane,
        credentials=credentials,
        agent_version="0.1.0",
        on_event=lambda _: None,
        clock=SystemClock(),
        entropy=ENTROPY,
    )
    thread = threading.Thread(target=follower.run)
    thread.start()
    assert asked.wait(30)
    follower.stop()
    thread.join(10)
    assert [None, "coordinator_away"] == [error and error.code for error in errors[:2]]
