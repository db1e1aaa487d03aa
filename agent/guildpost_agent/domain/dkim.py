"""DKIM signatures (RFC 6376, RFC 8463), as bytes to bytes.

What is covered: ``relaxed/relaxed`` canonicalisation, ``rsa-sha256`` and ``ed25519-sha256``, any number of keys on one
message, each with a signature of its own above the others' headers.

1. Signed are the headers of ``SIGNED`` that the message has; ``List-Unsubscribe`` and its ``-Post`` are among them
   (RFC 8058 3.1, 4). Those of ``SEALED`` are named once more than they occur, so that nobody can add another (8.15).
2. The body is signed to its end: no ``l=`` (8.2).
3. There is no ``t=`` and no ``x=``: the same message gets the same bytes, whatever the clock says.
4. An RSA key has at least 2,048 bits (RFC 8301 3.2).
"""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

SEALED: Final = (
    "From", "To", "Reply-To", "Subject", "Date", "Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip
SIGNED: Final = (*SEALED, "Message-ID", "MIME-Version", "Auto-Submitted")
LEAST_RSA_BITS: Final = 2048
_WHITE: Final = re.compile(rb"[ \t]+")
_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)(?:\r\n|\Z)")
_B64_LINE: Final = 70

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


class UnusableKey(ValueError):  # noqa: N818 — a finding in somebody's file, named for its reader
    """A key that cannot sign mail; the text says why."""


@dataclass(frozen=True)
class DkimKey:
    """A key and where its public half stands: ``<selector>._domainkey.<domain>``."""

    domain: str
    selector: str
    private: PrivateKey = field(repr=False)

    @property
    def kind(self) -> str:
        """``rsa`` or ``ed25519``, as in ``k=``."""
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    @property
    def record(self) -> str:
        """The text of the DNS record (RFC 6376 3.6.1; a raw public key for Ed25519, RFC 8463 4.2)."""
        public = self.private.public_key()
        if isinstance(self.private, RSAPrivateKey):
            raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={self.kind}; p={b64encode(raw).decode('ascii')}"

    @property
    def record_name(self) -> str:
        """The name of the DNS record."""
        return f"{self.selector}._domainkey.{self.domain}"


def read_key(pem: bytes) -> PrivateKey:
    """Read an unencrypted private key.

    Raises:
        UnusableKey: it is no such key, or an RSA key that receivers refuse.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKey("no unencrypted private key in PEM") from error
    if isinstance(key, Ed25519PrivateKey):
        return key
    if not isinstance(key, RSAPrivateKey):
        raise UnusableKey("neither RSA nor Ed25519")
    if key.key_size < LEAST_RSA_BITS:
        raise UnusableKey(f"fewer than {LEAST_RSA_BITS} bits")
    return key


def sign(message: bytes, keys: Sequence[DkimKey]) -> bytes:
    """Put a signature per key in front of a message.

    Args:
        message: a complete RFC 5322 message with CRLF.
        keys: none leaves the message as it is.
    """
    if not keys:
        return message
    head, _, body = message.partition(b"\r\n\r\n")
    fields = read_fields(head)
    names = _names(fields)
    hashed, signed = body_hash(body), canonical_fields(fields, names)
    return b"".join([*(_signature(key, names, hashed, signed) for key in keys), message])


def _signature(key: DkimKey, names: Sequence[str], hashed: str, signed: bytes) -> bytes:
    listed, line = [], "h="
    for at, name in enumerate(names):
        piece = name.lower() + (":" if at + 1 < len(names) else ";")
        if len(line) + len(piece) > _B64_LINE:
            listed.append(line)
            line = ""
        line += piece
    lines = [
        f"v=1; a={key.kind}-sha256; c=relaxed/relaxed;",
        f"d={key.domain}; s={key.selector};",
        *listed,
        line,
        f"bh={hashed};",
        "b=",
    ]
    text = "\r\n\t".join(lines)
    value = b64encode(signature(key.private, signed, text.encode("ascii"))).decode("ascii")
    folded = "\r\n\t".join(value[at : at + _B64_LINE] for at in range(0, len(value), _B64_LINE))
    return f"DKIM-Signature: {text}{folded}\r\n".encode("ascii")


def signature(key: PrivateKey, signed: bytes, unsigned: bytes) -> bytes:
    """Sign (RFC 6376 3.7; RFC 8463 3).

    Args:
        key: the private key.
        signed: the canonical headers.
        unsigned: the value of the ``DKIM-Signature`` header with an empty ``b=``.
    """
    data = signed + _canonical(b"DKIM-Signature", unsigned).removesuffix(b"\r\n")
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, PKCS1v15(), hashes.SHA256())
    return key.sign(sha256(data).digest())


def read_fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """List a message's headers, top down, names and values as they stand."""
    return [(match[1], match[2]) for match in _FIELD.finditer(head)]


def _names(fields: Sequence[tuple[bytes, bytes]]) -> list[str]:
    """Name what is signed: each header as often as it occurs, those that are sealed once more."""
    times = Counter(found.lower() for found, _ in fields)
    return [name for name in SIGNED for _ in range(times[name.lower().encode("ascii")] + (name in SEALED))]


def canonical_fields(fields: Sequence[tuple[bytes, bytes]], names: Sequence[str]) -> bytes:
    """Give the relaxed form of some headers; a name that comes again means the next one up (RFC 6376 5.4.2)."""
    left: dict[bytes, list[bytes]] = {}
    for found, value in fields:
        left.setdefault(found.lower(), []).append(value)
    whole = []
    for name in names:
        values = left.get(name.lower().encode("ascii"))
        if values:
            whole.append(_canonical(name.encode("ascii"), values.pop()))
    return b"".join(whole)


def _canonical(name: bytes, value: bytes) -> bytes:
    """Relax a header (RFC 6376 3.4.2)."""
    return name.lower() + b":" + _WHITE.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ") + b"\r\n"


def body_hash(body: bytes) -> str:
    """Give ``bh=``: SHA-256 of the relaxed body (RFC 6376 3.4.4)."""
    body = body.replace(b"\t", b" ")  # replacing is several times as fast as a pattern
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \r\n", b"\r\n").removesuffix(b" ")
    while body.endswith(b"\r\n\r\n"):
        body = body[:-2]
    if body == b"\r\n":
        body = b""
    if body and not body.endswith(b"\r\n"):
        body += b"\r\n"
    return b64encode(sha256(body).digest()).decode("ascii")
