"""The enrolment service: messages in, use case, messages out."""

from collections.abc import Callable

import grpc

from guildpost_coordinator.adapters.grpc_server.peers import peer_of
from guildpost_shared.errors import Refused
from guildpost_shared.identity.certificate_profile import AgentIdentity
from guildpost_shared.identity.enrolment import EnrolmentReply, EnrolmentRequest, RenewalReply, RenewalRequest
from guildpost_shared.pb.v1 import enrolment_pb2, enrolment_pb2_grpc
from guildpost_shared.wire.enrolment import (
    enrol_reply_to_wire,
    enrol_request_from_wire,
    renew_reply_to_wire,
    renew_request_from_wire,
)


class EnrolmentServicer(enrolment_pb2_grpc.EnrolmentServicer):
    """Answer newcomers and members whose certificate grows old."""

    def __init__(
        self, enrol: Callable[[EnrolmentRequest], EnrolmentReply], renew: Callable[[RenewalRequest], RenewalReply]
    ) -> None:
        """Bind the use cases.

        Args:
            enrol: ``app.enrol_agent`` with its ports.
            renew: ``app.renew_certificate`` with its ports.
        """
        self._enrol = enrol
        self._renew = renew

    def Enrol(  # noqa: N802 — the generated name
        self, request: enrolment_pb2.EnrolRequest, context: grpc.ServicerContext
    ) -> enrolment_pb2.EnrolReply:
        """Turn a join code into a membership."""
        del context
        return enrol_reply_to_wire(self._enrol(enrol_request_from_wire(request)))

    def Renew(  # noqa: N802 — the generated name
        self, request: enrolment_pb2.RenewRequest, context: grpc.ServicerContext
    ) -> enrolment_pb2.RenewReply:
        """Issue the next certificate; on the control port only for the agent that the certificate names."""
        identity = peer_of(context).identity
        if isinstance(identity, AgentIdentity) and identity.agent_id != request.agent_id:
            raise Refused("method_not_allowed")
        return renew_reply_to_wire(self._renew(renew_request_from_wire(request)))
