"""One-time login links and session tokens: random, shown once, stored only as hashes."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from guildpost_shared.entropy import Entropy

LINK_LIFETIME: Final = timedelta(hours=24)
SESSION_LIFETIME: Final = timedelta(hours=10)
COOKIE: Final = "guildpost-session"
SECURE_COOKIE: Final = "__Host-guildpost-session"
TOKEN_BYTES: Final = 32


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


def cookie_name(scheme: str) -> str:
    """Name the session cookie: bound to host and path wherever the page came over TLS."""
    return SECURE_COOKIE if scheme == "https" else COOKIE


def unsafe_request_allowed(*, host: str, origin: str | None, csrf: str | None, expected_csrf: str | None) -> bool:
    """Judge a state-changing request: same origin, and the session's own token where there is a session.

    Args:
        host: the request's Host header.
        origin: its Origin header, None where the client sent none.
        csrf: the token it carries.
        expected_csrf: the session's token; None before login.
    """
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    if expected_csrf is None:
        return origin is not None
    return csrf is not None and hmac.compare_digest(csrf, expected_csrf)
