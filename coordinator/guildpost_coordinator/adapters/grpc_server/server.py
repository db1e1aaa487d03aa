"""The two gRPC ports: enrolment (server-authenticated TLS) and control (mutual TLS).

Other parts of the coordinator plug their services into the control port; each brings along who may call it.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

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
from guildpost_coordinator.adapters.grpc_server.presence import PresenceServicer
from guildpost_coordinator.adapters.grpc_server.tls import ServerTls
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.pb.v1 import enrolment_pb2_grpc, presence_pb2_grpc

WORKERS: Final = 16  # threads per port for calls that end at once
MEMBER_RATE: Final = Rate(per_second=50, burst=200)
NEWCOMER_RATE: Final = Rate(per_second=5, burst=60)
STOP_GRACE: Final = 2.0  # seconds for calls in flight

ENROLMENT_ALLOWED: Final[AllowedPeers] = {
    "/guildpost.v1.Enrolment/Enrol": frozenset({ANONYMOUS_PEER}),
    "/guildpost.v1.Enrolment/Renew": frozenset({ANONYMOUS_PEER}),  # certificate ran out; the identity key signs
}
CONTROL_ALLOWED: Final[AllowedPeers] = {
    "/guildpost.v1.Enrolment/Renew": frozenset({AGENT}),
    "/guildpost.v1.Presence/Connect": frozenset({AGENT}),
}


@dataclass(frozen=True)
class ServicePlugin:
    """A service for the control port.

    Attributes:
        add: registers the servicer, usually ``lambda server: add_XServicer_to_server(servicer, server)``.
        allowed: full method name → kinds of peers that may call it (``agent``, ``signer:<role>``).
    """

    add: Callable[[grpc.Server], None]
    allowed: AllowedPeers


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
    presence_streams: int = 1500
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
        newcomers = Guard(
            allowed=ENROLMENT_ALLOWED, admit=admit, rate=RateLimit(listen.newcomer_rate), recorder=recorder
        )
        members = Guard(allowed=allowed, admit=admit, rate=RateLimit(listen.member_rate), recorder=recorder)
        self._enrolment_server = _server(newcomers, WORKERS)
        self._control_server = _server(members, WORKERS + listen.presence_streams)
        for server in (self._enrolment_server, self._control_server):
            enrolment_pb2_grpc.add_EnrolmentServicer_to_server(enrolment, server)
        presence_pb2_grpc.add_PresenceServicer_to_server(presence, self._control_server)
        for plugin in services:
            plugin.add(self._control_server)
        self.enrolment_port = _bind(
            self._enrolment_server, listen.host, listen.enrolment_port, tls.enrolment_credentials()
        )
        self.control_port = _bind(self._control_server, listen.host, listen.control_port, tls.control_credentials())

    def start(self) -> None:
        """Answer from now on, in threads of their own."""
        self._enrolment_server.start()
        self._control_server.start()

    def stop(self, grace: float = STOP_GRACE) -> None:
        """End streams, let calls in flight finish, close the ports.

        Args:
            grace: seconds for calls in flight.
        """
        self._presence.stop()
        for stopped in [server.stop(grace) for server in (self._enrolment_server, self._control_server)]:
            stopped.wait()


def _server(guard: Guard, workers: int) -> grpc.Server:
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="grpc")
    return grpc.server(pool, interceptors=[guard], options=CHANNEL_OPTIONS, maximum_concurrent_rpcs=workers + WORKERS)


def _bind(server: grpc.Server, host: str, port: int, credentials: grpc.ServerCredentials) -> int:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise ConfigurationError("port_taken", address=address) from error
