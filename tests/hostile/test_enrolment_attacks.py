"""Every named attack on a dealer's membership: nothing is joined or renewed, nothing is lost, a dealer can read why.

The coordinator is real TLS and gRPC with the right certificates, and lies in its answers; ``ATTACKS``: name → what it
does to an answer, the code that the agent answers.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from google.protobuf.message import Message

from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_coordinator.adapters.certificate_authority import local
from guildpost_coordinator.adapters.certificate_authority.local import LocalAuthority, create_authority
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError, Language, from_code, public_text
from guildpost_shared.identity.certificate_profile import certificate_request, requested_key
from guildpost_shared.identity.keys import new_tls_key
from tests.factories.catalogue import CatalogueWorld
from tests.factories.control_plane import join, renew, stored
from tests.fakes.documents import FakeDocumentStore
from tests.fakes.hostile_coordinator import AGENT_ID, HostileCoordinator, honest

Attack = Callable[[HostileCoordinator, Any], None]
ENTROPY: Final = OsEntropy()
PROFILE: Final = "certificate_profile"
NO_VALUE: Final = re.compile(r"(?<![0-9a-z])–")  # a placeholder without its value
JARGON: Final = re.compile(r"\b(TLS|CA|CSR|PKI|X\.509|SHA|JSON|hash|Hash|gRPC|handshake)\b")


def chain_of(*changes: bytes) -> Attack:
    def attack(_coordinator: HostileCoordinator, reply: Any) -> None:
        reply.certificate.chain[:] = changes

    return attack


def from_a_rival(_coordinator: HostileCoordinator, reply: Any) -> None:
    rival = LocalAuthority(*create_authority(ENTROPY, SystemClock().now()), ENTROPY)
    key = requested_key(certificate_request(new_tls_key(ENTROPY)))
    reply.certificate.chain[:] = rival.issue_agent(key, AGENT_ID, SystemClock().now())


def for_another_key(coordinator: HostileCoordinator, reply: Any) -> None:
    key = requested_key(certificate_request(new_tls_key(ENTROPY)))
    reply.certificate.chain[:] = coordinator._authority.issue_agent(key, AGENT_ID, SystemClock().now())


def for_a_signer(coordinator: HostileCoordinator, reply: Any) -> None:
    key = requested_key(certificate_request(new_tls_key(ENTROPY)))
    reply.certificate.chain[:] = coordinator._authority.issue_signer(key, "legal", SystemClock().now())


def the_authoritys_own(coordinator: HostileCoordinator, reply: Any) -> None:
    reply.certificate.chain[:] = [coordinator._authority.certificate()]


ATTACKS: Final[dict[str, tuple[Attack, str]]] = {
    "no certificate": (chain_of(), "message_malformed"),
    "bytes that are no certificate": (chain_of(b"\x30\x03\x02\x01\x01"), PROFILE),
    "a certificate of another authority": (from_a_rival, PROFILE),
    "a certificate for another key": (for_another_key, PROFILE),
    "a signer's certificate": (for_a_signer, PROFILE),
    "the authority's own certificate": (the_authoritys_own, PROFILE),
}
SAID: Final = {
    "join_code_malformed", "join_code_unknown", "join_code_used", "join_code_expired", "ca_fingerprint_mismatch",
    "coordinator_untrusted", "coordinator_away", "coordinator_slow", "coordinator_busy", "clone_suspected",
    "membership_locked", "membership_revoked", "membership_unknown", "certificate_profile", "certificate_expired",
    "certificate_unknown", "identity_proof_invalid", "association_fingerprint_invalid", "not_enrolled",
}  # fmt: skip


@pytest.fixture
def coordinator(tmp_path: Path) -> Iterator[HostileCoordinator]:
    world = CatalogueWorld(tmp_path)
    with HostileCoordinator(world.files, world.anchors().root_hash) as coordinator:
        yield coordinator
    world.close()


def lying(coordinator: HostileCoordinator, attack: Attack) -> Callable[[str, Message], bytes]:
    def spoil(method: str, reply: Message) -> bytes:
        if method.endswith(("/Enrol", "/Renew")):
            attack(coordinator, reply)
        return reply.SerializeToString()

    return spoil


def code_of(step: Callable[[], object]) -> str:
    with pytest.raises(GuildpostError) as caught:
        step()
    return caught.value.code


@pytest.mark.parametrize("name", ATTACKS)
def test_an_answer_to_a_join_code_that_is_not_ours_makes_no_membership_and_costs_no_code(
    coordinator: HostileCoordinator, name: str
) -> None:
    attack, code = ATTACKS[name]
    store, plane, join_code = FakeDocumentStore(), GrpcControlPlane(), coordinator.join_code()
    coordinator.spoil = lying(coordinator, attack)
    assert code == code_of(lambda: join(plane, store, join_code))
    assert not [key for key in store.committed if key.startswith("membership/")]
    coordinator.spoil = honest
    assert AGENT_ID == join(plane, store, join_code).agent_id


@pytest.mark.parametrize("name", ATTACKS)
def test_an_answer_to_a_renewal_that_is_not_ours_leaves_the_membership_as_it_was(
    coordinator: HostileCoordinator, name: str
) -> None:
    attack, code = ATTACKS[name]
    store, plane = FakeDocumentStore(), GrpcControlPlane()
    member = join(plane, store, coordinator.join_code())
    coordinator.spoil = lying(coordinator, attack)
    assert code == code_of(lambda: renew(plane, store, member))
    kept = stored(store)
    assert (member.chain, member.tls_key, member.generation) == (kept.chain, kept.tls_key, kept.generation)
    coordinator.spoil = honest
    assert renew(plane, store, kept) is True


def test_a_certificate_for_a_year_is_not_taken(
    coordinator: HostileCoordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, plane = FakeDocumentStore(), GrpcControlPlane()
    monkeypatch.setattr(local, "AGENT_LIFETIME", timedelta(days=365))
    assert PROFILE == code_of(lambda: join(plane, store, coordinator.join_code()))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", sorted(SAID))
def test_a_refusal_is_a_sentence_that_a_dealer_understands(code: str, language: Language) -> None:
    text = public_text(from_code(code), language)
    assert [True, True] == [part.endswith(".") and part[0] == part[0].upper() for part in (text.what, text.next_step)]
    assert None is NO_VALUE.search(str(text))
    assert None is JARGON.search(str(text))
