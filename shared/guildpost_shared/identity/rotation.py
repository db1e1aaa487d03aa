"""When a certificate is renewed, and how long to wait after a failure. Pure rules."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

SPREAD: Final = 0.1  # of the half-life, either way: a thousand agents enrolled together do not renew together
FIRST_RETRY: Final = timedelta(seconds=2)
LAST_RETRY: Final = timedelta(minutes=5)
_UNIT: Final = 2**64


def renewal_due(not_before: datetime, not_after: datetime, seed: bytes) -> datetime:
    """Say when a certificate is to be renewed: at its half-life, ten per cent of the half-life earlier or later.

    Args:
        not_before: start of validity, UTC.
        not_after: end of validity, UTC.
        seed: bytes of the certificate, so that the answer is the same each time it is asked.

    Returns:
        An instant between 45 % and 55 % of the lifetime.
    """
    half = (not_after - not_before) / 2
    jitter = 2 * _fraction(seed) - 1
    return not_before + half * (1 + SPREAD * jitter)


def retry_after(attempt: int, jitter: bytes) -> timedelta:
    """Say how long to wait before the next attempt: doubling from 2 s to 5 min, of which a random part (50 to 100 %).

    Args:
        attempt: failures in a row so far, from 1.
        jitter: random bytes.
    """
    ceiling = min(FIRST_RETRY * (1 << min(attempt - 1, 20)), LAST_RETRY)
    return ceiling * (0.5 + _fraction(jitter) / 2)


def _fraction(seed: bytes) -> float:
    return int.from_bytes(hashlib.sha256(seed).digest()[:8], "big") / _UNIT
