"""The two gRPC ports: enrolment (server-authenticated TLS) and control (mutual TLS).

Other parts of the coordinator plug their services into the control port; each brings along who may call it. Both ports
are served from one event loop in a thread of its own, so that ten thousand open streams need no thread each.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import grpc

from guildpost_coordinator.adapters.grpc_server.enrolment import EnrolmentServicer
from guildpost_coordinator.adapters.grpc_server.guard import (
    AGENT,
    ANONYMOUS_PEER,
    Admit,
    AllowedPeers,
    Guard,
    Recorder,
)
from guildpost_coordinator.adapters.grpc_server.limits import CHANNEL_OPTIONS, Rate, RateLimit
from guildpost_coordinator.adapters.grpc_server.peer_standing import PeerStanding
from guildpost_coordinator.adapters.grpc_server.presence import PresenceServicer
from guildpost_coordinator.adapters.grpc_server.tls import ServerTls
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.pb.v1 import enrolment_pb2_grpc, presence_pb2_grpc

WORKERS: Final = 16  # threads for calls that end at once
CALLS_AT_ONCE: Final = 1_024  # beside the streams; what is more is told to come again
MEMBER_RATE: Final = Rate(per_second=50, burst=200)
STOP_GRACE: Final = 2.0  # seconds for calls in flight

ENROLMENT_ALLOWED: Final[AllowedPeers] = {
    "/guildpost.v1.Enrolment/Enrol": frozenset({ANONYMOUS_PEER}),
    "/guildpost.v1.Enrolment/Renew": frozenset({ANONYMOUS_PEER}),  # certificate ran out; the identity key signs
}
CONTROL_ALLOWED: Final[AllowedPeers] = {
    "/guildpost.v1.Enrolment/Renew": frozenset({AGENT}),
    "/guildpost.v1.Presence/Connect": frozenset({AGENT}),
}


_Result = TypeVar("_Result")


@dataclass(frozen=True)
class ServicePlugin:
    """A service for the control port.

    Attributes:
        add: registers the servicer, usually ``lambda server: add_XServicer_to_server(servicer, server)``.
        allowed: full method name → kinds of peers that may call it (``agent``, ``signer:<role>``).
        often: its methods are called so often that the register is not asked each time.
    """

    add: Callable[[grpc.aio.Server], None]
    allowed: AllowedPeers
    often: bool = False


def newcomer_rate(per_second: float) -> Rate:
    """Allow so many requests per address on the enrolment port; a burst of twelve seconds' worth, at least one."""
    return Rate(per_second, max(1, round(12 * per_second)))


NEWCOMER_RATE: Final = newcomer_rate(5)


@dataclass(frozen=True)
class Listen:
    """Where the ports listen (0 lets the system choose) and how much they take.

    Attributes:
        host: address to bind.
        enrolment_port: for newcomers.
        control_port: for members and signers.
        presence_streams: agents connected at once.
        member_rate: requests per certificate.
        newcomer_rate: requests per address on the enrolment port.
    """

    host: str = "127.0.0.1"
    enrolment_port: int = 0
    control_port: int = 0
    presence_streams: int = 10_000
    member_rate: Rate = MEMBER_RATE
    newcomer_rate: Rate = NEWCOMER_RATE


class ControlPlane:
    """Both ports while they are open."""

    def __init__(
        self,
        listen: Listen,
        *,
        tls: ServerTls,
        enrolment: EnrolmentServicer,
        presence: PresenceServicer,
        admit: Admit,
        standing: PeerStanding,
        plugins: Iterable[ServicePlugin] = (),
        recorder: Recorder | None = None,
    ) -> None:
        """Bind both ports; nothing is answered before ``start``.

        Args:
            listen: addresses and limits.
            tls: server credentials.
            enrolment: the enrolment service, on both ports.
            presence: the presence service.
            admit: raises when a peer's certificate or membership is not in force.
            standing: the same for those who ask often.
            plugins: further services of the control port.
            recorder: sees every request's bytes.

        Raises:
            ConfigurationError: ``port_taken``.
        """
        self._presence = presence
        services = tuple(plugins)
        allowed = dict(CONTROL_ALLOWED)
        for plugin in services:
            allowed.update(plugin.allowed)
        often = {method for plugin in services if plugin.often for method in plugin.allowed}
        self._workers = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="grpc")
        newcomers, members = (
            Guard(
                allowed=table,
                admit=admit,
                standing=standing,
                often=often,
                rate=RateLimit(rate),
                workers=self._workers,
                recorder=recorder,
            )
            for table, rate in ((ENROLMENT_ALLOWED, listen.newcomer_rate), (allowed, listen.member_rate))
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="control-plane", daemon=True)
        self._thread.start()

        async def build() -> tuple[int, int]:
            self._servers: tuple[grpc.aio.Server, ...] = (
                _server(newcomers, 0),
                _server(members, listen.presence_streams),
            )
            for server in self._servers:
                enrolment_pb2_grpc.add_EnrolmentServicer_to_server(enrolment, server)
            presence_pb2_grpc.add_PresenceServicer_to_server(presence, self._servers[1])
            for plugin in services:
                plugin.add(self._servers[1])
            return (
                _bind(self._servers[0], listen.host, listen.enrolment_port, tls.enrolment_credentials()),
                _bind(self._servers[1], listen.host, listen.control_port, tls.control_credentials()),
            )

        try:
            self.enrolment_port, self.control_port = self._do(build())
        except ConfigurationError:
            self._end()
            raise

    def start(self) -> None:
        """Answer from now on, in a thread of its own."""

        async def start() -> None:
            await self._presence.start()
            for server in self._servers:
                await server.start()

        self._do(start())

    def stop(self, grace: float = STOP_GRACE) -> None:
        """End streams, let calls in flight finish, close the ports.

        Args:
            grace: seconds for calls in flight.
        """

        async def stop() -> None:
            await self._presence.stop()
            await asyncio.gather(*(server.stop(grace) for server in self._servers))
            await self._presence.close()

        self._do(stop())
        self._end()

    def _do(self, work: "Coroutine[Any, Any, _Result]") -> "_Result":
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._servers = ()  # one that is still known when the process ends makes gRPC wait two seconds for it
        self._workers.shutdown(wait=False, cancel_futures=True)


def _server(guard: Guard, streams: int) -> grpc.aio.Server:
    return grpc.aio.server(
        interceptors=[guard], options=CHANNEL_OPTIONS, maximum_concurrent_rpcs=streams + CALLS_AT_ONCE
    )


def _bind(server: grpc.aio.Server, host: str, port: int, credentials: grpc.ServerCredentials) -> int:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise ConfigurationError("port_taken", address=address) from error
