"""What the demo's mail server says to a recipient: accepted, dead (550 5.1.1), or greylisted (451) at first."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

ACCEPTED: Final = "250 2.1.5 OK"
DEAD: Final = "550 5.1.1 Recipient address rejected: user unknown"
GREYLISTED: Final = "451 4.2.0 Greylisted, please try again in 15 minutes"
GREYLIST_SHARE: Final = 0.02
GREYLIST_WAIT: Final = timedelta(minutes=15)


def is_greylisted(recipient: str) -> bool:
    """Say whether a recipient's server greylists: always the same answer for the same address."""
    digest = hashlib.sha256(b"greylist/" + recipient.lower().encode()).digest()
    return digest[0] * 256 + digest[1] < GREYLIST_SHARE * 65536


def reply_to(recipient: str, dead: frozenset[str], first_seen: datetime, now: datetime) -> str:
    """Decide the answer to ``RCPT TO``.

    Args:
        recipient: the address as given.
        dead: the addresses that exist no more, in lower case.
        first_seen: when greylisting saw the recipient first.
        now: the business instant.
    """
    if recipient.lower() in dead:
        return DEAD
    if is_greylisted(recipient) and now - first_seen < GREYLIST_WAIT:
        return GREYLISTED
    return ACCEPTED
