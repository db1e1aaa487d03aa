"""The signing service: each signer sees and signs for its own role only, by its certificate."""

from collections.abc import Iterator

import grpc

from guildpost_coordinator.adapters.grpc_server.peers import role_of
from guildpost_coordinator.adapters.grpc_server.server import ServicePlugin
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.app.sign_proposals import (
    pending_proposal,
    proposed_content,
    refuse_proposal,
    submit_signature,
)
from guildpost_shared.catalogue_paths import SIGNER_ROLES, SignerRole
from guildpost_shared.errors import Refused
from guildpost_shared.pb.v1 import catalogue_pb2, signing_pb2, signing_pb2_grpc
from guildpost_shared.wire import signing as wire
from guildpost_shared.wire.catalogue import to_chunks


class SigningServicer(signing_pb2_grpc.SigningServicer):
    """Show proposals, take signatures and refusals."""

    def __init__(self, publishing: Publishing) -> None:
        self._publishing = publishing

    def Pending(  # noqa: N802 — the generated name
        self, request: signing_pb2.PendingRequest, context: grpc.ServicerContext
    ) -> signing_pb2.PendingReply:
        """Show what awaits the caller's role."""
        role = _own(wire.signer_role(request.role), context)
        return wire.pending_reply(pending_proposal(self._publishing, role))

    def Content(  # noqa: N802 — the generated name
        self, request: signing_pb2.ContentRequest, context: grpc.ServicerContext
    ) -> Iterator[catalogue_pb2.CatalogueChunk]:
        """Stream contents that await the caller's role."""
        role, sha256 = wire.parse_content_request(request)
        return to_chunks(proposed_content(self._publishing, _own(role, context), sha256))

    def Submit(  # noqa: N802 — the generated name
        self, request: signing_pb2.SubmitRequest, context: grpc.ServicerContext
    ) -> signing_pb2.SubmitReply:
        """Take a signature."""
        role, version, signature = wire.parse_submission(request)
        published = submit_signature(self._publishing, _own(role, context), version, signature)
        return signing_pb2.SubmitReply(published=published)

    def Refuse(  # noqa: N802 — the generated name
        self, request: signing_pb2.RefuseRequest, context: grpc.ServicerContext
    ) -> signing_pb2.RefuseReply:
        """Take a refusal."""
        role, version, code = wire.parse_refusal(request)
        refuse_proposal(self._publishing, _own(role, context), version, code)
        return signing_pb2.RefuseReply()


def signing_plugin(publishing: Publishing) -> ServicePlugin:
    """Offer the service to signers on the control port."""
    servicer = SigningServicer(publishing)
    signers = frozenset(f"signer:{role}" for role in SIGNER_ROLES)
    return ServicePlugin(
        add=lambda server: signing_pb2_grpc.add_SigningServicer_to_server(servicer, server),
        allowed={f"/guildpost.v1.Signing/{name}": signers for name in ("Pending", "Content", "Submit", "Refuse")},
    )


def _own(role: SignerRole, context: grpc.ServicerContext) -> SignerRole:
    """Check that the caller's certificate is for the role it speaks for.

    Raises:
        Refused: ``method_not_allowed``.
    """
    if role_of(context) != role:
        raise Refused("method_not_allowed")
    return role
