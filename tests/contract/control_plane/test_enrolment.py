"""The port ``ControlPlane``, for the fake and for gRPC against a running coordinator: enrolment.

The agent's use cases run unchanged on both.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from guildpost_agent.app.anchor_association import anchor_association
from guildpost_agent.app.membership import PENDING, load_memberships
from guildpost_shared.clock import SystemClock
from guildpost_shared.errors import ConfigurationError, Refused, Unavailable, Untrusted
from guildpost_shared.identity.certificate_profile import AgentIdentity, fingerprint, identity_of
from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
)
from guildpost_shared.identity.join_code import format_join_code, parse_join_code
from tests.factories.control_plane import ASSOCIATION, Losing, Network, join, stored
from tests.fakes.control_plane import FakeControlPlane
from tests.fakes.documents import FakeDocumentStore


def test_a_join_code_makes_a_membership(network: Network) -> None:
    code = network.issue("dealer-01")
    store = FakeDocumentStore()
    member = join(network.plane, store, code)
    parsed = parse_join_code(code)
    assert member == stored(store)
    assert (member.agent_id, member.generation) == ("dealer-01", 1)
    assert AgentIdentity("dealer-01") == identity_of(x509.load_der_x509_certificate(member.chain[0]))
    assert parsed.ca_fingerprint == fingerprint(member.authority)
    assert parsed.root_hash == member.root_hash
    assert member.association_fingerprint == ASSOCIATION
    assert PENDING not in store.committed


def test_a_used_join_code_is_refused(network: Network) -> None:
    code = network.issue("dealer-01")
    join(network.plane, FakeDocumentStore(), code)
    with pytest.raises(Refused, match="join_code_used"):
        join(network.plane, FakeDocumentStore(), code)


def test_joining_again_with_the_own_code_returns_the_membership(network: Network) -> None:
    code, store = network.issue("dealer-01"), FakeDocumentStore()
    assert join(network.plane, store, code) == join(network.plane, store, code)


def test_a_code_that_nobody_issued_is_refused(network: Network) -> None:
    invented = format_join_code(replace(parse_join_code(network.issue("dealer-01")), secret=b"\0" * 16))
    with pytest.raises(Refused, match="join_code_unknown"):
        join(network.plane, FakeDocumentStore(), invented)


def test_an_expired_code_is_refused(network: Network) -> None:
    code = network.issue("dealer-01", validity=timedelta(0))
    with pytest.raises(Refused, match="join_code_expired"):
        join(network.plane, FakeDocumentStore(), code)


def test_nothing_is_sent_to_a_server_with_another_authority(network: Network) -> None:
    code, store = network.issue("dealer-01"), FakeDocumentStore()
    with pytest.raises(Untrusted, match="ca_fingerprint_mismatch"):
        join(network.plane, store, format_join_code(replace(parse_join_code(code), ca_fingerprint=b"\1" * 32)))
    assert {} == store.committed
    assert "dealer-01" == join(network.plane, store, code).agent_id  # the code is still unused


def test_a_server_that_the_pinned_authority_did_not_sign_receives_no_request(network: Network) -> None:
    code, store = network.issue("dealer-01"), FakeDocumentStore()
    rival = FakeControlPlane(SystemClock())
    authority = join(rival, FakeDocumentStore(), rival.issue("dealer-09")).authority

    class Deceived(Losing):
        def enrol(self, endpoint: Endpoint, authority_: bytes, request: EnrolmentRequest) -> EnrolmentReply:
            assert authority_ != authority
            return self._plane.enrol(endpoint, authority, request)

    with pytest.raises(Untrusted, match="coordinator_untrusted"):
        join(Deceived(network.plane), store, code)
    assert "dealer-01" == join(network.plane, FakeDocumentStore(), code).agent_id  # the code is still unused


def test_a_coordinator_that_is_away_is_said_so(network: Network) -> None:
    code, store = network.issue("dealer-01"), FakeDocumentStore()
    network.go_away()
    with pytest.raises(Unavailable, match="coordinator_away"):
        join(network.plane, store, code)


def test_a_lost_reply_to_an_enrolment_costs_nothing(network: Network) -> None:
    code, store, plane = network.issue("dealer-01"), FakeDocumentStore(), Losing(network.plane)
    with pytest.raises(Unavailable):
        join(plane, store, code)
    assert [PENDING] == list(store.committed)
    assert ("dealer-01", 1) == ((member := join(plane, store, code)).agent_id, member.generation)


def test_one_agent_may_belong_to_two_brands(network: Network) -> None:
    store = FakeDocumentStore()
    first = join(network.plane, store, network.issue("dealer-01"))
    other = FakeControlPlane(SystemClock())
    second = join(other, store, other.issue("dealer-01"), brand="skoda")  # ids are each coordinator's own
    with store.open() as transaction:
        assert (first, second) == load_memberships(transaction.documents)
    assert ("dealer-01", "skoda/dealer-01") == (first.key, second.key)
    assert first.identity_key != second.identity_key


def test_a_new_code_of_a_brand_takes_the_place_of_its_membership_and_leaves_the_others(network: Network) -> None:
    store, other = FakeDocumentStore(), FakeControlPlane(SystemClock())
    join(network.plane, store, network.issue("dealer-01"))
    second = join(other, store, other.issue("dealer-01"), brand="skoda")
    again = join(network.plane, store, network.issue("dealer-02"))
    with store.open() as transaction:
        assert (again, second) == load_memberships(transaction.documents)
        assert None is transaction.documents.get("membership/dealer-01")


@pytest.mark.parametrize(
    "typed", ["AB:" * 31 + "AB", "ab " * 32, "", ASSOCIATION], ids=["colons", "spaces", "empty", "plain"]
)
def test_the_associations_fingerprint_is_taken_as_people_write_it(typed: str) -> None:
    plane = FakeControlPlane(SystemClock())
    member = join(plane, FakeDocumentStore(), plane.issue("dealer-01"), typed)
    assert member.association_fingerprint == (ASSOCIATION if typed else "")


def test_a_mistyped_fingerprint_of_the_association_is_noticed_before_anything_is_sent() -> None:
    plane, store = FakeControlPlane(SystemClock()), FakeDocumentStore()
    plane.away = True
    with pytest.raises(ConfigurationError, match="association_fingerprint_invalid"):
        join(plane, store, plane.issue("dealer-01"), "ab12")


def test_the_dealer_may_change_the_associations_fingerprint() -> None:
    plane, store = FakeControlPlane(SystemClock()), FakeDocumentStore()
    join(plane, store, plane.issue("dealer-01"), "")
    anchor_association("dealer-01", ASSOCIATION, open_documents=store.open)
    assert stored(store).association_fingerprint == ASSOCIATION
