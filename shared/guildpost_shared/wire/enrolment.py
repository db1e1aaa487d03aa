"""Enrolment messages ↔ values."""

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
    IssuedCertificate,
    RenewalReply,
    RenewalRequest,
    is_host,
)
from guildpost_shared.pb.v1 import common_pb2, enrolment_pb2
from guildpost_shared.wire.times import from_timestamp, to_timestamp

_MAX_PORT = 65535


def endpoint_to_wire(endpoint: Endpoint) -> common_pb2.Endpoint:
    """Write an endpoint."""
    return common_pb2.Endpoint(host=endpoint.host, port=endpoint.port)


def endpoint_from_wire(message: common_pb2.Endpoint) -> Endpoint:
    """Read an endpoint.

    Raises:
        ProtocolViolation: ``message_malformed``: no host or no port.
    """
    if not is_host(message.host) or not 0 < message.port <= _MAX_PORT:
        raise ProtocolViolation("message_malformed", detail="endpoint")
    return Endpoint(message.host, message.port)


def enrol_request_to_wire(request: EnrolmentRequest) -> enrolment_pb2.EnrolRequest:
    """Write an enrolment request."""
    return enrolment_pb2.EnrolRequest(
        secret=request.secret,
        certificate_request=request.certificate_request,
        identity_key=request.identity_key,
        flower_key=request.flower_key,
        sealing_key=request.sealing_key,
        identity_proof=request.identity_proof,
        agent_version=request.agent_version,
    )


def enrol_request_from_wire(message: enrolment_pb2.EnrolRequest) -> EnrolmentRequest:
    """Read an enrolment request; the use case judges its content."""
    return EnrolmentRequest(
        secret=message.secret,
        certificate_request=message.certificate_request,
        identity_key=message.identity_key,
        flower_key=message.flower_key,
        sealing_key=message.sealing_key,
        identity_proof=message.identity_proof,
        agent_version=message.agent_version,
    )


def enrol_reply_to_wire(reply: EnrolmentReply) -> enrolment_pb2.EnrolReply:
    """Write the reply to an enrolment."""
    return enrolment_pb2.EnrolReply(
        agent_id=reply.agent_id,
        certificate=_certificate_to_wire(reply.certificate),
        control=endpoint_to_wire(reply.control),
        flower=None if reply.flower is None else endpoint_to_wire(reply.flower),
        server_time=to_timestamp(reply.server_time),
    )


def enrol_reply_from_wire(message: enrolment_pb2.EnrolReply) -> EnrolmentReply:
    """Read the reply to an enrolment.

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    return EnrolmentReply(
        agent_id=message.agent_id,
        certificate=_certificate_from_wire(message.certificate),
        control=endpoint_from_wire(message.control),
        flower=endpoint_from_wire(message.flower) if message.HasField("flower") else None,
        server_time=from_timestamp(message.server_time),
    )


def renew_request_to_wire(request: RenewalRequest) -> enrolment_pb2.RenewRequest:
    """Write a renewal request."""
    return enrolment_pb2.RenewRequest(
        certificate_request=request.certificate_request,
        generation=request.generation,
        agent_id=request.agent_id,
        identity_proof=request.identity_proof,
    )


def renew_request_from_wire(message: enrolment_pb2.RenewRequest) -> RenewalRequest:
    """Read a renewal request; the use case judges its content."""
    return RenewalRequest(
        agent_id=message.agent_id,
        certificate_request=message.certificate_request,
        generation=message.generation,
        identity_proof=message.identity_proof,
    )


def renew_reply_to_wire(reply: RenewalReply) -> enrolment_pb2.RenewReply:
    """Write the reply to a renewal."""
    return enrolment_pb2.RenewReply(
        certificate=_certificate_to_wire(reply.certificate), server_time=to_timestamp(reply.server_time)
    )


def renew_reply_from_wire(message: enrolment_pb2.RenewReply) -> RenewalReply:
    """Read the reply to a renewal.

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    return RenewalReply(_certificate_from_wire(message.certificate), from_timestamp(message.server_time))


def _certificate_to_wire(certificate: IssuedCertificate) -> enrolment_pb2.Certificate:
    return enrolment_pb2.Certificate(chain=certificate.chain, generation=certificate.generation)


def _certificate_from_wire(message: enrolment_pb2.Certificate) -> IssuedCertificate:
    if not message.chain or message.generation == 0:
        raise ProtocolViolation("message_malformed", detail="certificate")
    return IssuedCertificate(tuple(message.chain), message.generation)
