"""One-time login links and session tokens: random, shown once, stored only as hashes."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guildpost_shared.entropy import Entropy

LINK_LIFETIME: Final = timedelta(hours=24)
SESSION_LIFETIME: Final = timedelta(hours=10)
COOKIE: Final = "guildpost-session"
SECURE_COOKIE: Final = "__Host-guildpost-session"
TOKEN_BYTES: Final = 32
_PORT: Final = re.compile(r":([0-9]{1,5})$")


@dataclass(frozen=True)
class NewSession:
    """The secrets of a fresh session: the cookie's value and the token that unsafe requests must carry."""

    token: str
    csrf: str


def new_token(entropy: Entropy) -> str:
    """Make a token: 43 URL-safe characters (256 bits)."""
    return base64.urlsafe_b64encode(entropy.token_bytes(TOKEN_BYTES)).decode("ascii").rstrip("=")


def new_session(entropy: Entropy) -> NewSession:
    """Make the secrets of a session."""
    return NewSession(new_token(entropy), new_token(entropy))


def token_hash(token: str) -> str:
    """Hash a token for storage (a 256-bit random value needs no salt)."""
    return hashlib.sha256(token.encode()).hexdigest()


def cookie_name(scheme: str, host: str) -> str:
    """Name the session cookie: bound to host and path wherever the page came over TLS.

    Browsers do not keep the cookies of two ports apart (RFC 6265, 8.5), so the name does: several dealerships and a
    console can be open on one machine at once.

    Args:
        scheme: of the request.
        host: the request's Host header.
    """
    port = _PORT.search(host)
    return (SECURE_COOKIE if scheme == "https" else COOKIE) + (f"-{port[1]}" if port else "")


def unsafe_request_allowed(
    *, scheme: str, host: str, origin: str | None, csrf: str | None, expected_csrf: str | None
) -> bool:
    """Judge a state-changing request: from our own page, and with the session's own token where there is a session.

    Args:
        scheme: of the request.
        host: the request's Host header.
        origin: its Origin header, None where the client sent none; every browser sends it with a form.
        csrf: the token it carries.
        expected_csrf: the session's token; None before login.
    """
    if not host or origin is None or origin.lower() != f"{scheme}://{host}".lower():
        return False
    return expected_csrf is None or (csrf is not None and hmac.compare_digest(csrf.encode(), expected_csrf.encode()))
