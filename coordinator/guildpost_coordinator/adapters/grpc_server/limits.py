"""How much one peer may ask: sizes, pings, connections, and a token bucket per certificate or address."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from guildpost_shared.errors import Unavailable
from guildpost_shared.wire.limits import LEAST_PING_INTERVAL, PING_EVERY, PING_TIMEOUT, RECEIVE_CAP

CHANNEL_OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.so_reuseport", 0),  # a second coordinator on the same port is an error, not a rival
    ("grpc.max_receive_message_length", RECEIVE_CAP),
    ("grpc.max_send_message_length", RECEIVE_CAP),
    ("grpc.max_metadata_size", 8192),
    ("grpc.tsi.max_frame_size", 1024),  # a quiet stream holds a buffer of this size
    ("grpc.max_concurrent_streams", 32),
    ("grpc.keepalive_time_ms", PING_EVERY * 1000),
    ("grpc.keepalive_timeout_ms", PING_TIMEOUT * 1000),
    ("grpc.http2.min_ping_interval_without_data_ms", LEAST_PING_INTERVAL * 1000),
    ("grpc.http2.max_ping_strikes", 3),
    ("grpc.max_connection_idle_ms", 10 * 60 * 1000),
    ("grpc.max_connection_age_ms", 6 * 3600 * 1000),  # a certificate is looked at again at least this often
    ("grpc.max_connection_age_grace_ms", 60 * 1000),
)


@dataclass(frozen=True)
class Rate:
    """Requests a peer may make: so many per second in the long run, so many at once."""

    per_second: float
    burst: int


class RateLimit:
    """A token bucket per peer; the least recently seen peers are forgotten first."""

    def __init__(self, rate: Rate, *, peers: int = 10_000, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets.

        Args:
            rate: what each peer may ask.
            peers: how many peers are remembered.
            monotonic: seconds that never go back.
        """
        self._rate = rate
        self._peers = peers
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, peer: str) -> None:
        """Count one request.

        Raises:
            Unavailable: ``coordinator_busy``: this peer has asked too often.
        """
        now = self._monotonic()
        with self._lock:
            tokens, since = self._buckets.pop(peer, (float(self._rate.burst), now))
            tokens = min(tokens + (now - since) * self._rate.per_second, self._rate.burst)
            allowed = tokens >= 1
            self._buckets[peer] = (tokens - 1 if allowed else tokens, now)
            if len(self._buckets) > self._peers:
                self._buckets.popitem(last=False)
        if not allowed:
            raise Unavailable("coordinator_busy")
