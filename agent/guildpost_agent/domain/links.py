"""What makes a message recognisable: its links with an opaque token, and a mail's Message-ID."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

TOKEN_LIFETIME: Final = timedelta(days=400)
"""How long a message's links work: longer than a yearly cycle, so that an old mail can still be objected to."""

_ID_BYTES: Final = 16


@dataclass(frozen=True)
class Links:
    """The addresses a message carries: the answer page, the same page counted as a click, and the objection."""

    answer: str
    click: str
    unsubscribe: str


def links_for(relay_url: str, token: str) -> Links:
    """Give a message's links: the relay's address and the token, no other parameter."""
    base = relay_url.rstrip("/")
    return Links(answer=f"{base}/a/{token}", click=f"{base}/c/{token}", unsubscribe=f"{base}/u/{token}")


def confirmation_link(relay_url: str, token: str) -> str:
    """Give the address of the page that confirms an opt-in."""
    return f"{relay_url.rstrip('/')}/o/{token}"


def mail_message_id(key: bytes, job_id: str, domain: str) -> str:
    """Make the Message-ID of a job: always the same one, meaningless to everybody else.

    Args:
        key: the dealer's key for this purpose, 32 bytes.
        job_id: the touchpoint, or the request that the mail asks to confirm.
        domain: of the sender's address.
    """
    digest = hmac.digest(key, b"guildpost/message-id/v1\0" + job_id.encode(), hashlib.sha256)
    return f"<{digest[:_ID_BYTES].hex()}@{domain}>"
