"""When a join code may be used. Pure rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guildpost_shared.errors import Refused

DEFAULT_VALIDITY: Final = timedelta(days=14)
MOST_DAYS: Final = 90


@dataclass(frozen=True)
class JoinCodeRecord:
    """What the coordinator keeps of a join code.

    Attributes:
        secret_hash: SHA-256, 32 bytes; the secret itself is not kept.
        agent_id: the planned membership it belongs to.
        expires_at: UTC.
        used_at: UTC, or None while it is open.
        used_by: public key (SubjectPublicKeyInfo) of the request that used it, SHA-256; empty while open.
        cancelled: a newer code took its place.
    """

    secret_hash: bytes
    agent_id: str
    expires_at: datetime
    used_at: datetime | None = None
    used_by: bytes = b""
    cancelled: bool = False


def check_usable(record: JoinCodeRecord | None, now: datetime) -> JoinCodeRecord:
    """Let only an open join code pass.

    Raises:
        Refused: ``join_code_unknown``, ``join_code_used`` or ``join_code_expired``.
    """
    if record is None or record.cancelled:
        raise Refused("join_code_unknown")
    if record.used_at is not None:
        raise Refused("join_code_used")
    if now >= record.expires_at:
        raise Refused("join_code_expired")
    return record


def validity_of(days: int) -> timedelta:
    """Give how long a code is good that a person asks for.

    Args:
        days: from 1 to ``MOST_DAYS``; a code lies in mailboxes until it is used.

    Raises:
        Refused: ``join_code_days``.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Refused("join_code_days", most=MOST_DAYS)
    return timedelta(days=days)
