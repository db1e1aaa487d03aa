"""Double opt-in: a request, a mail with a link, one confirmation.

    pending ── hand over ──▶ mailed ── confirm ──▶ confirmed
       │                       │
       ├── confirm ──▶ confirmed   (the link was used before the hand-over was noted)
       └──── expire, cancel ───┴──▶ expired, cancelled

Nothing stands in the ledger before the confirmation. The token is one of the relay's (``answers.tokens``), its random
bytes made from a key of the dealer's and the request's id: it need not be stored to write the mail, and only its hash
is. The confirmation mail is transactional and holds no advertising (BGH I ZR 218/07 and later courts: asking for a
confirmation is no advertising as long as nothing else is in it). Using a link twice changes nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.terms import Basis, ContactChannel, Kind
from guildpost_shared.answers import tokens
from guildpost_shared.answers.tokens import Use
from guildpost_shared.errors import Conflict, Refused

EXPIRES_AFTER: Final = timedelta(days=7)
_TAG: Final = b"guildpost/opt-in/v1\0"


class OptInState(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    MAILED = "mailed"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What happens to a request."""

    HAND_OVER = "hand_over"
    CONFIRM = "confirm"
    EXPIRE = "expire"
    CANCEL = "cancel"


_NEXT: Final[dict[tuple[OptInState, Step], OptInState]] = {
    (OptInState.PENDING, Step.HAND_OVER): OptInState.MAILED,
    **{
        (state, step): after
        for state in (OptInState.PENDING, OptInState.MAILED)
        for step, after in (
            (Step.CONFIRM, OptInState.CONFIRMED),
            (Step.EXPIRE, OptInState.EXPIRED),
            (Step.CANCEL, OptInState.CANCELLED),
        )
    },
}


@dataclass(frozen=True)
class OptInRequest:
    """A request; ``email`` is the address that the mail goes to and that the confirmation proves."""

    request_id: str
    customer_id: str
    purpose: str
    email: str
    token_hash: str
    state: OptInState
    requested_at: datetime
    expires_at: datetime
    text_version: str
    text_sha256: str
    source: str
    collected_by: str
    ip: str = ""
    closed_at: datetime | None = None


def token_of(key: bytes, relay_key: Ed25519PrivateKey, request_id: str, expires_at: datetime) -> str:
    """Make a request's token, always the same one (HMAC-SHA256, cut to the token's 16 random bytes).

    Args:
        key: behind the random bytes, 32 bytes.
        relay_key: proves the token to the relay.
        request_id: whose token.
        expires_at: the request's; the relay honours its whole seconds.
    """
    random = hmac.digest(key, _TAG + request_id.encode(), hashlib.sha256)[: tokens.RANDOM_BYTES]
    return tokens.make(relay_key, random=random, expires_at=expires_at, use=Use.CONFIRMATION)


def token_hash(token: str) -> str | None:
    """Hash a token as it is stored (SHA-256, hex); None when it cannot be one."""
    try:
        use = tokens.parse(token).use
    except Refused:
        return None
    return hashlib.sha256(token.encode("ascii")).hexdigest() if use is Use.CONFIRMATION else None


def advance(request: OptInRequest, step: Step, now: datetime) -> OptInRequest:
    """Take one step.

    Raises:
        Conflict: the request's state does not allow it (``opt_in_closed``).
    """
    after = _NEXT.get((request.state, step))
    if after is None:
        raise Conflict("opt_in_closed", state=request.state.value)
    return replace(request, state=after, closed_at=None if after is OptInState.MAILED else now)


def is_over(request: OptInRequest, now: datetime) -> bool:
    """Say whether a request's time is over; its last instant is the expiry itself."""
    return now >= request.expires_at


def confirmation_event(request: OptInRequest, ip: str, confirmed_at: datetime, now: datetime) -> ConsentEvent:
    """Make the ledger's entry of a confirmation, heard now; its reference leads to the instants of request and mail."""
    return ConsentEvent(
        customer_id=request.customer_id,
        kind=Kind.CONFIRMED,
        channel=ContactChannel.EMAIL.value,
        purpose=request.purpose,
        at=now,
        basis=Basis.CONSENT,
        evidence=Evidence(
            source=request.source,
            collected_by=request.collected_by,
            given_on=request.requested_at.date(),
            text_version=request.text_version,
            text_sha256=request.text_sha256,
            confirmed_at=confirmed_at,
            ip=ip or request.ip,
            reference=request.request_id,
        ),
    )
