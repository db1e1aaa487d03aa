"""The port ``ControlPlane``, for the fake and for gRPC against a running coordinator: certificates and their end.

The agent's use cases run unchanged on both.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from guildpost_coordinator.domain.membership import Event
from guildpost_shared.errors import Conflict, Refused, Unavailable, Untrusted
from guildpost_shared.identity.enrolment import (
    Endpoint,
    RenewalReply,
    RenewalRequest,
)
from guildpost_shared.identity.presence import Heartbeat
from tests.factories.control_plane import Losing, Network, first_event, join, renew, stored
from tests.fakes.documents import FakeDocumentStore


def test_a_certificate_is_not_renewed_before_its_half_life(network: Network) -> None:
    store = FakeDocumentStore()
    member = join(network.plane, store, network.issue("dealer-01"))
    assert renew(network.plane, store, member, timedelta(hours=9)) is False
    assert member == stored(store)


def test_a_renewal_brings_a_fresh_key_and_the_next_generation(network: Network) -> None:
    store = FakeDocumentStore()
    member = join(network.plane, store, network.issue("dealer-01"))
    assert renew(network.plane, store, member) is True
    renewed = stored(store)
    assert (renewed.generation, renewed.next_tls_key) == (2, b"")
    assert renewed.tls_key != member.tls_key
    assert renewed.identity_key == member.identity_key
    assert Heartbeat is type(first_event(network.plane, renewed.credentials()))


def test_a_lost_reply_to_a_renewal_costs_nothing(network: Network) -> None:
    store, plane = FakeDocumentStore(), Losing(network.plane)
    member = join(network.plane, store, network.issue("dealer-01"))
    with pytest.raises(Unavailable):
        renew(plane, store, member)
    assert renew(plane, store, stored(store)) is True
    assert 2 == stored(store).generation


def test_an_agent_that_was_off_for_days_renews_its_expired_certificate(network: Network) -> None:
    store = FakeDocumentStore()
    member = join(network.plane, store, network.issue("dealer-01"))
    assert renew(network.plane, store, member, timedelta(days=3)) is True
    assert 2 == stored(store).generation


def test_a_cloned_agent_locks_the_membership_until_a_person_decides(network: Network) -> None:
    original, clone = FakeDocumentStore(), FakeDocumentStore()
    member = join(network.plane, original, network.issue("dealer-01"))
    clone.committed = dict(original.committed)
    assert renew(network.plane, original, member) is True
    with pytest.raises(Conflict, match="clone_suspected"):
        renew(network.plane, clone, member)
    with pytest.raises(Refused, match="membership_locked"):
        renew(network.plane, original, stored(original))
    network.decide("dealer-01", Event.UNLOCK)
    assert renew(network.plane, original, stored(original)) is True
    assert 3 == stored(original).generation


def test_a_revoked_membership_is_refused_everywhere(network: Network) -> None:
    store = FakeDocumentStore()
    member = join(network.plane, store, network.issue("dealer-01"))
    network.decide("dealer-01", Event.REVOKE)
    with pytest.raises(Refused, match="membership_revoked"):
        renew(network.plane, store, member)
    with pytest.raises(Refused, match="membership_revoked"):
        renew(network.plane, store, member, timedelta(days=3))
    with pytest.raises(Refused, match="membership_revoked"):
        first_event(network.plane, member.credentials())


def test_a_renewal_signed_by_another_identity_is_refused_and_locks_nobody(network: Network) -> None:
    store, thief = FakeDocumentStore(), FakeDocumentStore()
    member = join(network.plane, store, network.issue("dealer-01"))
    other = join(network.plane, thief, network.issue("dealer-02"))
    forged: list[RenewalRequest] = []

    class Forging(Losing):
        def renew_expired(self, endpoint: Endpoint, authority: bytes, request: RenewalRequest) -> RenewalReply:
            forged.append(replace(request, agent_id=member.agent_id, generation=7))
            return self._plane.renew_expired(endpoint, authority, forged[-1])

    with pytest.raises(Untrusted, match="identity_proof_invalid"):
        renew(Forging(network.plane), thief, other, timedelta(days=3))
    assert 1 == len(forged)
    assert renew(network.plane, store, member) is True
