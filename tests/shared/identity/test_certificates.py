"""Certificate requests and profiles: what is taken, what is refused."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from guildpost_coordinator.adapters.certificate_authority import local
from guildpost_coordinator.adapters.certificate_authority.local import LocalAuthority, create_authority
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ProtocolViolation, Untrusted
from guildpost_shared.identity.certificate_profile import (
    AGENT_LIFETIME,
    AgentIdentity,
    SignerIdentity,
    certificate_request,
    check_issued,
    find_authority,
    fingerprint,
    identity_of,
    requested_key,
)
from guildpost_shared.identity.keys import new_flower_key, new_tls_key

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
ENTROPY = OsEntropy()


@pytest.fixture(scope="module")
def authority() -> LocalAuthority:
    return LocalAuthority(*create_authority(ENTROPY, NOW), ENTROPY)


def _wordy_request(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Ask for everything an attacker would like."""
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dealer-99")]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=3), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier("guildpost://signer/legal")]), critical=False
        )
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def test_of_a_request_only_the_public_key_is_taken(authority: LocalAuthority) -> None:
    key = new_tls_key(ENTROPY)
    chain = authority.issue_agent(requested_key(_wordy_request(key)), "dealer-01", NOW)
    leaf = x509.load_der_x509_certificate(chain[0])
    assert identity_of(leaf) == AgentIdentity("dealer-01")
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert key.public_key() == leaf.public_key()
    assert "CN=dealer-01" == leaf.subject.rfc4514_string()


def test_an_agents_certificate_lives_24_hours(authority: LocalAuthority) -> None:
    chain = authority.issue_agent(requested_key(certificate_request(new_tls_key(ENTROPY))), "dealer-01", NOW)
    leaf = x509.load_der_x509_certificate(chain[0])
    assert timedelta(hours=24) == AGENT_LIFETIME == leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert NOW - timedelta(minutes=5) == leaf.not_valid_before_utc


def test_a_signers_certificate_names_its_role(authority: LocalAuthority) -> None:
    chain = authority.issue_signer(requested_key(certificate_request(new_tls_key(ENTROPY))), "legal", NOW)
    assert SignerIdentity("legal") == identity_of(x509.load_der_x509_certificate(chain[0]))


def _other_curve() -> bytes:
    return certificate_request(new_flower_key(ENTROPY))


def _rsa() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _borrowed_key() -> bytes:
    """Replace the key in a signed request by somebody else's."""
    mine, theirs = certificate_request(new_tls_key(ENTROPY)), requested_key(certificate_request(new_tls_key(ENTROPY)))
    return mine.replace(requested_key(mine), theirs)


@pytest.mark.parametrize(
    "request_bytes",
    [b"", b"\x30\x03\x02\x01\x01", _other_curve(), _rsa(), _borrowed_key(), b"\x30" * 5000],
    ids=["empty", "no request", "P-384", "RSA", "somebody else's key", "too long"],
)
def test_a_request_of_another_form_is_refused(request_bytes: bytes) -> None:
    with pytest.raises(ProtocolViolation, match="certificate_request_invalid"):
        requested_key(request_bytes)


def test_the_authority_is_found_by_its_fingerprint(authority: LocalAuthority) -> None:
    certificate = authority.certificate()
    assert certificate == find_authority([b"leaf", certificate], hashlib.sha256(certificate).digest())


def test_another_authority_is_not_trusted(authority: LocalAuthority) -> None:
    with pytest.raises(Untrusted, match="ca_fingerprint_mismatch"):
        find_authority([b"leaf", authority.certificate()], fingerprint(b"another"))


@pytest.mark.parametrize("wrong", ["name", "key", "authority", "empty"])
def test_an_issued_certificate_must_be_ours(authority: LocalAuthority, wrong: str) -> None:
    mine, other = (requested_key(certificate_request(new_tls_key(ENTROPY))) for _ in range(2))
    chain = authority.issue_agent(mine, "dealer-01", NOW)
    rival = LocalAuthority(*create_authority(ENTROPY, NOW), ENTROPY)
    check_issued(chain, authority=authority.certificate(), agent_id="dealer-01", public_key=mine)
    with pytest.raises(Untrusted, match="certificate_profile"):
        check_issued(
            () if wrong == "empty" else chain,
            authority=rival.certificate() if wrong == "authority" else authority.certificate(),
            agent_id="dealer-02" if wrong == "name" else "dealer-01",
            public_key=other if wrong == "key" else mine,
        )


@pytest.mark.parametrize("lifetime", [timedelta(hours=24, seconds=1), timedelta(days=3650)], ids=str)
def test_an_agent_takes_no_certificate_that_lives_longer_than_a_day(
    authority: LocalAuthority, monkeypatch: pytest.MonkeyPatch, lifetime: timedelta
) -> None:
    monkeypatch.setattr(local, "AGENT_LIFETIME", lifetime)
    mine = requested_key(certificate_request(new_tls_key(ENTROPY)))
    chain = authority.issue_agent(mine, "dealer-01", NOW)
    with pytest.raises(Untrusted, match="certificate_profile"):
        check_issued(chain, authority=authority.certificate(), agent_id="dealer-01", public_key=mine)


def test_a_server_certificate_names_no_member(authority: LocalAuthority) -> None:
    server = authority.issue_server(("coordinator.example", "127.0.0.1"), NOW)
    with pytest.raises(Untrusted, match="certificate_profile"):
        identity_of(x509.load_pem_x509_certificate(server.chain_pem))
