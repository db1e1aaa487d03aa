"""Proposals, signatures and refusals on the wire."""

import re
from typing import Final, NamedTuple

from guildpost_shared.catalogue_paths import SIGNER_ROLES, SignerRole
from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.pb.v1 import signing_pb2 as pb
from guildpost_shared.proposals import Proposal

SIGNATURE_BYTES: Final = 64
SHA256_BYTES: Final = 32
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,63}")


class Submission(NamedTuple):
    """A signer's signature over what it was shown."""

    role: SignerRole
    version: int
    signature: bytes


class Refusal(NamedTuple):
    """A signer's no, with its reason."""

    role: SignerRole
    version: int
    code: str


def signer_role(text: str) -> SignerRole:
    """Read a role.

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    for role in SIGNER_ROLES:
        if role == text:
            return role
    raise ProtocolViolation("message_malformed", detail="unknown role")


def pending_reply(proposal: Proposal | None) -> pb.PendingReply:
    """Write what awaits a role, or that nothing does."""
    if proposal is None:
        return pb.PendingReply()
    return pb.PendingReply(
        proposal=pb.Proposal(
            role=proposal.role, version=proposal.version, to_sign=proposal.to_sign, previous=proposal.previous
        )
    )


def parse_pending_reply(message: pb.PendingReply) -> Proposal | None:
    """Read what awaits a role.

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    if not message.HasField("proposal"):
        return None
    proposal = message.proposal
    return Proposal(signer_role(proposal.role), proposal.version, proposal.to_sign, proposal.previous)


def parse_content_request(message: pb.ContentRequest) -> tuple[SignerRole, str]:
    """Read which contents a signer wants: its role and their SHA-256 in hex.

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    if len(message.sha256) != SHA256_BYTES:
        raise ProtocolViolation("message_malformed", detail="sha256 length")
    return signer_role(message.role), message.sha256.hex()


def parse_submission(message: pb.SubmitRequest) -> Submission:
    """Read a signature.

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    if len(message.signature) != SIGNATURE_BYTES:
        raise ProtocolViolation("message_malformed", detail="signature length")
    return Submission(signer_role(message.role), message.version, message.signature)


def parse_refusal(message: pb.RefuseRequest) -> Refusal:
    """Read a refusal.

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    if _CODE.fullmatch(message.code) is None:
        raise ProtocolViolation("message_malformed", detail="reason code")
    return Refusal(signer_role(message.role), message.version, message.code)
