"""How much one address, one link and one dealer may cause: a bucket for each that refills steadily.

    address    requests of any kind; IPv6 addresses count by their /64, which is what one connection usually holds
    link       clicks and wishes of one token
    dealer     clicks and wishes of one dealer, so that nobody fills the disk of a relay that serves several

Genuine unsubscribes, answers and confirmations are never limited: a mail provider may deliver many from one address,
and none may be lost. Each link can store only one of each, and only the dealer makes links.

A bucket that is full again says nothing and is forgotten; there are never more than 50,000.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

PER_LINK: Final = 30
PER_LINK_SECONDS: Final = 3600.0
"""Clicks and wishes of one link: so many within an hour are still a person's."""
_MOST_BUCKETS: Final = 50_000


class RateLimit:
    """Buckets by name; the memory is bounded, the ones used longest ago are forgotten first."""

    def __init__(self, most: int, monotonic: Callable[[], float], *, seconds: float = 60.0) -> None:
        """Set the rate.

        Args:
            most: so many at once, and as many again in ``seconds``.
            monotonic: seconds that never go back.
            seconds: in which an empty bucket is full again.
        """
        self._most = float(most)
        self._seconds = seconds
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Count the buckets in memory."""
        return len(self._buckets)

    def allows(self, name: str) -> bool:
        """Count one more; say whether it may pass."""
        now = self._monotonic()
        with self._lock:
            self._forget(now)
            left, at = self._buckets.pop(name, (self._most, now))
            left = min(self._most, left + (now - at) * self._most / self._seconds)
            allowed = left >= 1
            self._buckets[name] = (left - 1 if allowed else left, now)
        return allowed

    def forget(self) -> None:
        """Forget the buckets that are full again."""
        with self._lock:
            self._forget(self._monotonic())

    def _forget(self, now: float) -> None:
        """Drop the oldest ones first; they are in the order of their last use."""
        while self._buckets:
            name, (_, at) = next(iter(self._buckets.items()))
            if now - at < self._seconds and len(self._buckets) < _MOST_BUCKETS:
                return
            del self._buckets[name]


def network_of(address: str) -> str:
    """Name the network that an address counts for: itself, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
