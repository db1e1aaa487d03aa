"""The coordinator over gRPC."""

from collections.abc import Callable, Iterator
from typing import Final

import grpc

from guildpost_agent.adapters.control_plane.channel import (
    Wrap,
    open_member_channel,
    open_newcomer_channel,
    rebuilt,
    translated,
    unwrapped,
)
from guildpost_agent.adapters.control_plane.lines import Lines, Share
from guildpost_agent.adapters.control_plane.probe import server_chain
from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
    RenewalReply,
    RenewalRequest,
)
from guildpost_shared.identity.presence import PresenceEvent
from guildpost_shared.pb.v1 import enrolment_pb2_grpc, presence_pb2, presence_pb2_grpc
from guildpost_shared.wire.enrolment import (
    enrol_reply_from_wire,
    enrol_request_to_wire,
    renew_reply_from_wire,
    renew_request_to_wire,
)
from guildpost_shared.wire.presence import event_from_wire

PROBE_TIMEOUT: Final = 10.0  # seconds
CALL_TIMEOUT: Final = 20.0  # seconds


class GrpcControlPlane:
    """Ask the coordinator; each call opens and closes its own connection, a presence stream shares a lasting one."""

    def __init__(
        self,
        call_timeout: float = CALL_TIMEOUT,
        wrap: Wrap = unwrapped,
        lines: Lines[grpc.Channel] | None = None,
    ) -> None:
        """Set the client up.

        Args:
            call_timeout: seconds after which a call counts as failed.
            wrap: puts something in front of every connection (the egress gate).
            lines: the agent's lasting connections; none that others share by default.
        """
        self._timeout = call_timeout
        self._wrap = wrap
        self._lines = lines if lines is not None else Lines[grpc.Channel]()

    def server_chain(self, endpoint: Endpoint) -> tuple[bytes, ...]:
        """Look at the certificates a server shows; see the port."""
        return server_chain(endpoint, min(PROBE_TIMEOUT, self._timeout))

    def enrol(self, endpoint: Endpoint, authority: bytes, request: EnrolmentRequest) -> EnrolmentReply:
        """Use a join code; see the port."""
        with translated(), self._wrap(open_newcomer_channel(endpoint, authority)) as channel:
            stub = enrolment_pb2_grpc.EnrolmentStub(channel)
            return enrol_reply_from_wire(stub.Enrol(enrol_request_to_wire(request), timeout=self._timeout))

    def renew(self, credentials: Credentials, request: RenewalRequest) -> RenewalReply:
        """Ask for the next certificate; see the port."""
        return self._renew(lambda: open_member_channel(credentials), request)

    def renew_expired(self, endpoint: Endpoint, authority: bytes, request: RenewalRequest) -> RenewalReply:
        """Ask for the next certificate after the last one ran out; see the port."""
        return self._renew(lambda: open_newcomer_channel(endpoint, authority), request)

    def listen(self, credentials: Credentials, agent_version: str) -> "GrpcEventStream":
        """Open the presence stream; see the port."""
        share = self._lines.share(credentials, lambda: self._wrap(open_member_channel(credentials)))
        return GrpcEventStream(share, agent_version)

    def _renew(self, connect: Callable[[], grpc.Channel], request: RenewalRequest) -> RenewalReply:
        with translated(), self._wrap(connect()) as channel:
            stub = enrolment_pb2_grpc.EnrolmentStub(channel)
            return renew_reply_from_wire(stub.Renew(renew_request_to_wire(request), timeout=self._timeout))


class GrpcEventStream:
    """An open presence stream and its share of its connection."""

    def __init__(self, share: Share[grpc.Channel], agent_version: str) -> None:
        self._share = share
        self._closed = False
        self._call = presence_pb2_grpc.PresenceStub(share.channel).Connect(
            presence_pb2.ConnectRequest(agent_version=agent_version)
        )

    def __iter__(self) -> Iterator[PresenceEvent]:
        """Yield events as they come; see the port."""
        try:
            for message in self._call:
                event = event_from_wire(message)
                if event is not None:
                    yield event
        except grpc.RpcError as error:
            if not self._closed:
                raise rebuilt(error) from error

    def close(self) -> None:
        """End the stream and give the share back."""
        self._closed = True
        self._call.cancel()
        self._share.close()
