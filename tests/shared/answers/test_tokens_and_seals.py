"""The bytes that agent and relay exchange, written out piece by piece."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.answers import tokens
from guildpost_shared.answers.cards import DealerCard, read_card
from guildpost_shared.answers.events import Answer, AnswerEvent, EventKind, read_event
from guildpost_shared.answers.requests import TOLERANCE, check_request, sign_request
from guildpost_shared.answers.seals import SEALED_BYTES, seal, unseal
from guildpost_shared.errors import ProtocolViolation, Refused, Untrusted
from guildpost_shared.identity.keys import raw_public

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SEALING = X25519PrivateKey.from_private_bytes(bytes(range(64, 96)))


class FixedEntropy:
    """Gives 0, 1, 2, … so that the vectors can be read."""

    def token_bytes(self, size: int) -> bytes:
        """Return the first bytes."""
        return bytes(range(size))


TOKEN = tokens.issue(KEY, expires_at=NOW + timedelta(days=400), entropy=FixedEntropy())


def test_a_token_s_bytes_are_the_documented_pieces() -> None:
    body = (
        b"\x01"  # use: the links of a message
        + hashlib.sha256(raw_public(KEY)).digest()[:8]  # key id
        + bytes(range(16))  # random
        + int((NOW + timedelta(days=400)).timestamp()).to_bytes(4, "big")  # expiry
    )
    signature = KEY.sign(b"guildpost/answer-token/v1\0" + body)  # Ed25519 is deterministic
    assert base64.urlsafe_b64encode(body + signature).decode() == TOKEN
    assert (124, body) == (len(TOKEN), tokens.parse(TOKEN).token_id)


@pytest.mark.parametrize("use", tokens.Use)
def test_a_token_says_what_its_link_is_for_and_is_the_same_from_the_same_bytes(use: tokens.Use) -> None:
    made = [tokens.make(KEY, random=bytes(16), expires_at=NOW, use=use) for _ in range(2)]
    assert (1, use, int(use)) == (len(set(made)), tokens.parse(made[0]).use, tokens.parse(made[0]).token_id[0])


def test_a_token_matches_its_known_answer() -> None:
    assert (
        "d7ed3ddee72bfe8d4f03c60191afd23de632be896607cc2ea7bc2d75e88c34f1" == hashlib.sha256(TOKEN.encode()).hexdigest()
    )


def test_a_genuine_token_passes_until_it_expires() -> None:
    token = tokens.parse(TOKEN)
    tokens.verify(token, KEY.public_key(), NOW + timedelta(days=400, seconds=-1))
    with pytest.raises(Refused):
        tokens.verify(token, KEY.public_key(), NOW + timedelta(days=400))


def test_another_dealer_s_key_does_not_vouch_for_a_token() -> None:
    with pytest.raises(Refused):
        tokens.verify(tokens.parse(TOKEN), OTHER_KEY.public_key(), NOW)


@given(position=st.integers(0, 92), bit=st.integers(0, 7))
def test_no_bit_of_a_token_can_be_changed(position: int, bit: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN))
    raw[position] ^= 1 << bit
    with pytest.raises(Refused):
        tokens.verify(tokens.parse(base64.urlsafe_b64encode(bytes(raw)).decode()), KEY.public_key(), NOW)


@given(
    text=st.one_of(st.text(max_size=200), st.binary(max_size=120).map(lambda b: base64.urlsafe_b64encode(b).decode()))
)
def test_anything_else_is_refused_and_never_fails_otherwise(text: str) -> None:
    with pytest.raises(Refused):
        tokens.parse(text)


@pytest.mark.parametrize(
    "spoiled", [TOKEN + "=", TOKEN + "\n", " " + TOKEN, TOKEN[:-1], TOKEN.replace("_", "/", 1).replace("-", "+", 1)]
)
def test_a_token_has_one_spelling(spoiled: str) -> None:
    with pytest.raises(Refused):
        tokens.parse(spoiled)


def test_a_sealed_answer_matches_its_known_answer() -> None:
    sealed = seal(SEALING.public_key(), b"token id", b"book", FixedEntropy())
    ephemeral = X25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert (560, raw_public(ephemeral)) == (len(sealed), sealed[:32])
    assert "fca8f320316371396300b6422c11608ad7a9bfb6f511765a7dcbfe9598369055" == hashlib.sha256(sealed).hexdigest()


@given(answer=st.binary(max_size=510), token_id=st.binary(max_size=40), secret=st.binary(min_size=32, max_size=32))
def test_what_is_sealed_can_be_opened_and_always_has_one_size(answer: bytes, token_id: bytes, secret: bytes) -> None:
    class Entropy:
        def token_bytes(self, _size: int) -> bytes:
            return secret

    sealed = seal(SEALING.public_key(), token_id, answer, Entropy())
    assert (SEALED_BYTES, answer) == (len(sealed), unseal(SEALING, token_id, sealed))


@pytest.mark.parametrize("spoil", ["key", "token", "bytes", "size", "small order"])
def test_a_seal_opens_only_as_it_was_made(spoil: str) -> None:
    sealed = seal(SEALING.public_key(), b"token id", b"book", FixedEntropy())
    key = X25519PrivateKey.from_private_bytes(b"\x05" * 32) if spoil == "key" else SEALING
    token_id = b"token ie" if spoil == "token" else b"token id"
    if spoil == "bytes":
        sealed = sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:]
    elif spoil == "size":
        sealed = sealed[:-1]
    elif spoil == "small order":
        sealed = bytes(32) + sealed[32:]
    with pytest.raises(ProtocolViolation) as caught:
        unseal(key, token_id, sealed)
    assert not isinstance(caught.value, InvalidTag)


def test_an_event_s_bytes_are_canonical_json() -> None:
    event = AnswerEvent("a" * 24, TOKEN, EventKind.ANSWER, Answer.BOOK, NOW)
    wire = (
        b'{"at":"2027-03-01T09:00:00+00:00","event_id":"aaaaaaaaaaaaaaaaaaaaaaaa","kind":"answer","token":"'
        + TOKEN.encode()
        + b'","value":"book"}'
    )
    assert wire == event.to_bytes()
    assert event == read_event(wire)
    assert len(wire) < 510


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"[]",
        b"{}",
        b'{"kind":"answer"}',
        b"\xff",
        b'{"at":"x","event_id":"y","kind":"click","token":"z","value":""}',
    ],
)
def test_anything_that_is_no_event_is_the_relay_s_fault(wire: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        read_event(wire)


def headers(body: bytes = b"{}", at: datetime = NOW) -> dict[str, str]:
    return sign_request(KEY, method="POST", target="/v1/ack", body=body, now=at, entropy=FixedEntropy())


def test_a_signed_request_is_accepted_and_gives_its_nonce() -> None:
    nonce = check_request(KEY.public_key(), headers(), method="POST", target="/v1/ack", body=b"{}", now=NOW)
    assert bytes(range(16)).hex() == nonce


@pytest.mark.parametrize(
    ("changes", "moved"),
    [
        ({"method": "GET"}, timedelta()),
        ({"target": "/v1/answers"}, timedelta()),
        ({"body": b"{} "}, timedelta()),
        ({}, TOLERANCE + timedelta(seconds=1)),
        ({}, -TOLERANCE - timedelta(seconds=1)),
    ],
    ids=["another method", "another path", "another body", "too old", "from the future"],
)
def test_a_request_that_was_changed_or_kept_is_refused(changes: dict[str, object], moved: timedelta) -> None:
    request: dict[str, object] = {"method": "POST", "target": "/v1/ack", "body": b"{}", **changes}
    with pytest.raises(Untrusted):
        check_request(KEY.public_key(), headers(), now=NOW + moved, **request)  # type: ignore[arg-type] # real fields


@pytest.mark.parametrize("header", ["guildpost-time", "guildpost-nonce", "guildpost-signature"])
@pytest.mark.parametrize("value", ["", "x", "9" * 400, "٣" * 10])
def test_a_malformed_proof_is_refused(header: str, value: str) -> None:
    spoiled = {**headers(), header: value}
    with pytest.raises(Untrusted):
        check_request(KEY.public_key(), spoiled, method="POST", target="/v1/ack", body=b"{}", now=NOW)


CARD = DealerCard(
    "Autohaus Muster", "#0b4f6c", "Autohaus Muster GmbH, Musterstadt", "https://muster.example", b"\1" * 32, b"\2" * 32
)


def test_a_card_reads_back_as_it_was_written() -> None:
    assert read_card(CARD.to_bytes()) == CARD


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"#0b4f6c", b"red;}body{x"),
        (b"https://muster.example", b"javascript:alert(1)"),
        (b'"version":1', b'"version":2'),
        (b'"version":1', b'"version":1,"more":1'),
        (b"0101", b"01"),
        (b'Autohaus Muster"', b'"'),
        (b'"booking":""', b'"booking":"http://plain.example"'),
        (b'"booking":""', b'"booking":"javascript:alert(1)"'),
    ],
)
def test_a_card_of_another_form_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(Refused):
        read_card(CARD.to_bytes().replace(old, new, 1))
