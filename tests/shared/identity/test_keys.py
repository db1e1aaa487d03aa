"""Keys come from the given randomness alone, and proofs bind every piece."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ProtocolViolation, Untrusted
from guildpost_shared.identity.enrolment import enrolment_statement, renewal_statement
from guildpost_shared.identity.keys import (
    _ORDERS,
    check_flower_key,
    check_identity_proof,
    load_curve_key,
    load_identity_key,
    load_sealing_key,
    new_flower_key,
    new_identity_key,
    new_sealing_key,
    new_tls_key,
    openssh_public,
    private_bytes,
    raw_public,
)


class CountingEntropy:
    """Bytes that anybody can compute again."""

    def __init__(self) -> None:
        self.calls = 0

    def token_bytes(self, size: int) -> bytes:
        self.calls += 1
        return hashlib.shake_256(bytes([self.calls])).digest(size)


def test_keys_are_made_of_the_given_randomness_only() -> None:
    def made() -> list[bytes]:
        entropy = CountingEntropy()
        return [
            private_bytes(make(entropy)) for make in (new_identity_key, new_sealing_key, new_tls_key, new_flower_key)
        ]

    assert made() == made()
    assert 4 == len(set(made()))


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=["P-256", "P-384"])
def test_the_orders_of_the_curves_are_right(curve: ec.EllipticCurve) -> None:
    order = _ORDERS[curve.name]
    last = ec.derive_private_key(order - 1, curve).public_key().public_numbers()
    first = ec.derive_private_key(1, curve).public_key().public_numbers()
    assert first.x == last.x  # (n − 1)·G = −G
    assert first.y != last.y
    with pytest.raises(ValueError, match=r"."):
        ec.derive_private_key(order, curve)


def test_stored_keys_are_read_back() -> None:
    entropy = OsEntropy()
    identity, sealing, flower = new_identity_key(entropy), new_sealing_key(entropy), new_flower_key(entropy)
    assert raw_public(identity) == raw_public(load_identity_key(private_bytes(identity)))
    assert raw_public(sealing) == raw_public(load_sealing_key(private_bytes(sealing)))
    assert openssh_public(flower) == openssh_public(load_curve_key(private_bytes(flower)))


def test_a_key_of_another_kind_is_not_taken() -> None:
    sealing = private_bytes(new_sealing_key(OsEntropy()))
    with pytest.raises(TypeError):
        load_identity_key(sealing)


@pytest.mark.parametrize(
    "line",
    ["", "ecdsa-sha2-nistp384 AAAA", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEno"],
    ids=["empty", "cut off", "other type"],
)
def test_a_flower_key_of_another_form_is_refused(line: str) -> None:
    with pytest.raises(ProtocolViolation, match="enrolment_key_invalid"):
        check_flower_key(line)


def test_a_p256_key_is_no_flower_key() -> None:
    line = openssh_public(new_tls_key(OsEntropy()))
    with pytest.raises(ProtocolViolation, match="enrolment_key_invalid"):
        check_flower_key(line)


def test_a_real_flower_key_is_accepted() -> None:
    check_flower_key(openssh_public(new_flower_key(OsEntropy())))


@pytest.mark.parametrize("piece", ["secret", "certificate_request", "identity_key", "flower_key", "sealing_key"])
def test_the_proof_binds_every_piece_of_an_enrolment(piece: str) -> None:
    key = new_identity_key(OsEntropy())
    pieces = {
        "secret": b"s" * 16,
        "certificate_request": b"csr",
        "identity_key": raw_public(key),
        "flower_key": "ecdsa",
        "sealing_key": b"x" * 32,
    }
    proof = key.sign(enrolment_statement(**pieces))  # type: ignore[arg-type]
    check_identity_proof(raw_public(key), proof, enrolment_statement(**pieces))  # type: ignore[arg-type]
    changed = {**pieces, piece: "other" if piece == "flower_key" else b"other"}
    with pytest.raises(Untrusted, match="identity_proof_invalid"):
        check_identity_proof(raw_public(key), proof, enrolment_statement(**changed))  # type: ignore[arg-type]


def test_a_renewal_statement_is_these_bytes() -> None:
    expected = b"".join(
        [
            (17).to_bytes(4, "big") + b"guildpost/renew/1",
            (9).to_bytes(4, "big") + b"dealer-01",
            (3).to_bytes(4, "big") + b"csr",
            (8).to_bytes(4, "big") + (7).to_bytes(8, "big"),
        ]
    )
    assert expected == renewal_statement(agent_id="dealer-01", certificate_request=b"csr", generation=7)
