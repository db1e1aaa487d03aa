"""How many requests one address may make: a bucket per address that refills steadily.

IPv6 addresses count by their /64, which is what one connection usually holds. Genuine unsubscribes and answers are
never limited: a mail provider may deliver many from one address, and none may be lost.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_MOST_ADDRESSES: Final = 50_000


class RateLimit:
    """A token bucket per address; the addresses seen longest ago are forgotten first."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        """Set the rate.

        Args:
            per_minute: requests per minute and address; also how many may come at once.
            monotonic: seconds that never go back.
        """
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        """Count a request; say whether it may pass."""
        key, now = _network(address), self._monotonic()
        with self._lock:
            left, at = self._buckets.pop(key, (float(self._per_minute), now))
            left = min(float(self._per_minute), left + (now - at) * self._per_minute / 60)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, now)
            if len(self._buckets) > _MOST_ADDRESSES:
                self._buckets.popitem(last=False)
        return allowed


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))  # noqa: PLR2004 — IP version 4
