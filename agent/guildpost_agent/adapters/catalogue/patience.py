"""A sync takes no longer than agreed, however slowly each byte comes.

A server that drips would else keep the agent from starting, from renewing its certificate and from hearing of a recall:
every question has its own deadline in the transport, yet thousands of questions may each take nearly that long. What
was fetched and verified until then stays, so that the next sync goes on from there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeVar

from guildpost_agent.app.ports.catalogue_source import CatalogueTransport
from guildpost_shared.catalogue_changes import CatalogueFile
from guildpost_shared.errors import Unavailable

SYNC_SECONDS: Final = 180.0
_Part = TypeVar("_Part", bytes, CatalogueFile)


class PatientTransport:
    """A transport in front of another (port ``CatalogueTransport``), for one sync."""

    def __init__(
        self, transport: CatalogueTransport, monotonic: Callable[[], float], seconds: float = SYNC_SECONDS
    ) -> None:
        """Begin to count.

        Args:
            transport: where files come from; each of its questions ends in time by itself.
            monotonic: seconds that never go back.
            seconds: how long everything may take.
        """
        self._transport = transport
        self._monotonic = monotonic
        self._last = monotonic() + seconds

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        """Fetch what is new; see the port."""
        return self._in_time(lambda: self._transport.changes(held))

    def metadata(self, name: str) -> Iterator[bytes]:
        """Fetch a metadata file; see the port."""
        return self._in_time(lambda: self._transport.metadata(name))

    def target(self, name: str) -> Iterator[bytes]:
        """Fetch a target; see the port."""
        return self._in_time(lambda: self._transport.target(name))

    def close(self) -> None:
        """Let go of the connection; see the port."""
        self._transport.close()

    def _in_time(self, ask: Callable[[], Iterable[_Part]]) -> Iterator[_Part]:
        """Give the parts of an answer as long as there is time.

        Raises:
            Unavailable: ``coordinator_slow``.
        """
        self._check()
        for part in ask():
            self._check()
            yield part

    def _check(self) -> None:
        if self._monotonic() > self._last:
            raise Unavailable("coordinator_slow")
