"""What the dealer's key signs, an independent verifier accepts; what was changed on the way, it does not."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.domain.dkim import (
    DkimKey,
    UnusableKey,
    body_hash,
    canonical_fields,
    read_fields,
    read_key,
    sign,
    signature,
)
from guildpost_shared.templates.context import clean
from guildpost_shared.templates.mail import RenderedMail
from guildpost_shared.templates.mime import Envelope, Mailbox, to_bytes

RSA = DkimKey("autohaus.example", "gp1", generate_rsa(65537, 2048))
ED25519 = DkimKey("autohaus.example", "gp2", Ed25519PrivateKey.generate())
ENVELOPE = Envelope(
    sender=Mailbox("Autohaus Größl & Söhne", "service@autohaus.example"),
    recipient=Mailbox("Änne Weiß", "aenne.weiss@post.example"),
    reply_to=Mailbox("Werkstatt", "werkstatt@autohaus.example"),
    message_id="<0f3a9c@autohaus.example>",
    date=datetime(2027, 1, 18, 9, 5, tzinfo=UTC),
    unsubscribe="https://antwort.autohaus.example/u/aB3-_x",
)
MAIL = to_bytes(RenderedMail.whole("HU/AU im März 2027", "<p>Grüße aus Öd</p>", "Grüße aus Öd\n"), ENVELOPE)

# RFC 8463 appendix A: the message, both signatures, and the keys.
RFC_MESSAGE = b"""\
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
RFC_BODY_HASH = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
RFC_NAMES = ("from", "to", "subject", "date", "message-id", "from", "subject", "date")
RFC_ED25519_HEADER = b""" v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b="""
RFC_ED25519_SIGNATURE = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
RFC_ED25519_KEY = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
RFC_ED25519_RECORD = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
RFC_RSA_HEADER = b""" v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b="""
RFC_RSA_SIGNATURE = (
    "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz"
    "dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="
)
RFC_RSA_PUBLIC = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
    "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)


def _dns(*keys: DkimKey) -> Callable[..., bytes | None]:
    records = {f"{key.record_name}.": key.record.encode() for key in keys}
    return lambda name, timeout=5: records.get(name.decode())  # noqa: ARG005 — the verifier's form of a look-up


def _verified(message: bytes, *keys: DkimKey) -> list[bool]:
    """Ask the independent verifier about the signature of each key."""
    return [_is_verified(dkim.DKIM(message), at, keys) for at in range(len(keys))]


def _is_verified(verifier: dkim.DKIM, at: int, keys: tuple[DkimKey, ...]) -> bool:
    try:
        return bool(verifier.verify(idx=at, dnsfunc=_dns(*keys)))
    except dkim.DKIMException:
        return False


@pytest.mark.parametrize("keys", [(RSA,), (ED25519,), (RSA, ED25519)], ids=["RSA", "Ed25519", "both"])
def test_an_independent_verifier_accepts_every_signature(keys: tuple[DkimKey, ...]) -> None:
    signed = sign(MAIL, keys)
    assert signed.endswith(MAIL)
    assert len(keys) == signed.count(b"DKIM-Signature:")
    assert [True] * len(keys) == _verified(signed, *keys)


def test_the_headers_of_the_unsubscribe_link_are_signed() -> None:
    header = sign(MAIL, [RSA]).partition(b"\r\nFrom:")[0]
    names = header.partition(b"h=")[2].partition(b";")[0].replace(b"\r\n\t", b"").split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names)
    for sealed in (b"from", b"subject", b"to", b"list-unsubscribe"):
        assert 2 == names.count(sealed)


@pytest.mark.parametrize(
    "change",
    [
        (b"Subject: ", b"Subject: x"),
        (b"List-Unsubscribe: <https://antwort", b"List-Unsubscribe: <https://fremd"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"From: ", b"From: x@y.example\r\nFrom: "),
        (b"To: ", b"Subject: another\r\nTo: "),
        (b"To: ", b"Reply-To: x@y.example\r\nTo: "),
        (b"=C3=96d", b"=C3=96de"),
    ],
    ids=["subject", "link", "one-click gone", "second sender", "second subject", "second reply address", "body"],
)
@pytest.mark.parametrize("key", [RSA, ED25519], ids=["RSA", "Ed25519"])
def test_what_was_changed_on_the_way_is_noticed(key: DkimKey, change: tuple[bytes, bytes]) -> None:
    signed = sign(MAIL, [key])
    head, own, rest = signed.rpartition(b"\r\nFrom:")
    changed = head + (own + rest).replace(*change, 1)
    assert signed != changed
    assert [False] == _verified(changed, key)


def test_a_relay_that_folds_headers_anew_and_adds_its_own_breaks_nothing() -> None:
    signed = sign(MAIL, [RSA, ED25519])
    passed = b"Received: from a by b; Mon, 18 Jan 2027 09:05:01 +0000\r\n" + signed.replace(
        b" 2027 ", b"\r\n  2027 ", 1
    )
    assert [True, True] == _verified(passed, RSA, ED25519)


def test_the_same_mail_gets_the_same_signature() -> None:
    assert sign(MAIL, [RSA, ED25519]) == sign(MAIL, [RSA, ED25519])


def test_without_a_key_nothing_changes() -> None:
    assert MAIL == sign(MAIL, [])


def test_the_ed25519_signature_of_rfc_8463_is_reproduced_to_the_byte() -> None:
    head, _, body = RFC_MESSAGE.partition(b"\r\n\r\n")
    assert RFC_BODY_HASH == body_hash(body)
    key = Ed25519PrivateKey.from_private_bytes(b64decode(RFC_ED25519_KEY))
    signed = canonical_fields(read_fields(head), RFC_NAMES)
    made = signature(key, signed, RFC_ED25519_HEADER.replace(b"\n", b"\r\n"))
    assert RFC_ED25519_SIGNATURE == b64encode(made).decode()
    assert RFC_ED25519_RECORD == DkimKey("football.example.com", "brisbane", key).record


def test_the_rsa_signature_of_rfc_8463_is_over_what_we_sign() -> None:
    head = RFC_MESSAGE.partition(b"\r\n\r\n")[0]
    signed = canonical_fields(read_fields(head), RFC_NAMES)
    public = load_der_public_key(b64decode(RFC_RSA_PUBLIC))
    assert isinstance(public, RSAPublicKey)
    header = b"dkim-signature:" + b" ".join(RFC_RSA_HEADER.split())
    public.verify(b64decode(RFC_RSA_SIGNATURE), signed + header, PKCS1v15(), SHA256())


@pytest.mark.parametrize(
    ("body", "canonical"),
    [
        (b"", b""),
        (b"\r\n", b""),
        (b"\r\n\r\n\r\n", b""),
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"),
        (b"no end", b"no end\r\n"),
        (b"ends in white \t", b"ends in white\r\n"),
    ],
    ids=["none", "one line end", "line ends only", "RFC 6376 3.4.5", "no last line end", "white at the end"],
)
def test_a_body_is_relaxed_as_the_rfc_has_it(body: bytes, canonical: bytes) -> None:
    assert b64encode(sha256(canonical).digest()).decode() == body_hash(body)


@settings(max_examples=25, deadline=None)
@given(name=st.text(max_size=60), subject=st.text(max_size=120), body=st.text(max_size=300))
def test_whatever_is_written_verifies(name: str, subject: str, body: str) -> None:
    envelope = Envelope(
        ENVELOPE.sender, Mailbox(clean(name), "a@b.example"), None, ENVELOPE.message_id, ENVELOPE.date, None
    )
    message = to_bytes(RenderedMail.whole(clean(subject), f"<p>{body}</p>", body), envelope)
    assert [True, True] == _verified(sign(message, [RSA, ED25519]), RSA, ED25519)


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (b"", "no unencrypted private key"),
        (b"-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n", "no unencrypted private key"),
        (
            generate_rsa(65537, 2048).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
            ),
            "no unencrypted private key",
        ),
        (
            generate_rsa(65537, 1024).private_bytes(  # noqa: S505 — that it is too short is the case
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ),
            "fewer than 2048 bits",
        ),
        (
            generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "neither RSA nor Ed25519",
        ),
    ],
    ids=["empty", "nonsense", "encrypted", "too short", "another kind"],
)
def test_a_key_that_cannot_sign_says_why(pem: bytes, reason: str) -> None:
    with pytest.raises(UnusableKey, match=reason):
        read_key(pem)
