"""The catalogue service: the published files as they are. Trust lies in their signatures, not here."""

from collections.abc import AsyncIterator
from typing import Final

from guildpost_coordinator.adapters.grpc_server.errors import Context
from guildpost_coordinator.adapters.grpc_server.guard import AGENT
from guildpost_coordinator.adapters.grpc_server.parcels import ParcelDesk
from guildpost_coordinator.adapters.grpc_server.server import ServicePlugin
from guildpost_coordinator.app.ports.catalogue import CatalogueFiles
from guildpost_shared.errors import Refused
from guildpost_shared.pb.v1 import catalogue_pb2, catalogue_pb2_grpc
from guildpost_shared.wire.catalogue import parse_changes_request, to_chunks

METHODS: Final = ("GetChanges", "GetMetadata", "GetTarget")


class CatalogueServicer(catalogue_pb2_grpc.CatalogueServicer):
    """Hand out what changed, and metadata and targets by name; names outside the grammar find nothing.

    Single files are read in the event loop: the system holds them in memory, and a thread for each would cost more than
    the reading.
    """

    def __init__(self, files: CatalogueFiles) -> None:
        self._files = files
        self._desk = ParcelDesk(files)

    async def GetChanges(  # noqa: N802 — the generated name
        self, request: catalogue_pb2.GetChangesRequest, context: Context
    ) -> AsyncIterator[catalogue_pb2.CatalogueParcel]:
        """Stream what is new since an agent's versions."""
        del context
        for parcel in await self._desk.parcels(parse_changes_request(request)):
            yield parcel

    async def GetMetadata(  # noqa: N802 — the generated name
        self, request: catalogue_pb2.GetMetadataRequest, context: Context
    ) -> AsyncIterator[catalogue_pb2.CatalogueChunk]:
        """Stream a metadata file."""
        del context
        for chunk in to_chunks(_found(self._files.metadata(request.name))):
            yield chunk

    async def GetTarget(  # noqa: N802 — the generated name
        self, request: catalogue_pb2.GetTargetRequest, context: Context
    ) -> AsyncIterator[catalogue_pb2.CatalogueChunk]:
        """Stream a target."""
        del context
        for chunk in to_chunks(_found(self._files.target(request.name))):
            yield chunk


def catalogue_plugin(files: CatalogueFiles) -> ServicePlugin:
    """Offer the service to agents on the control port."""
    servicer = CatalogueServicer(files)
    return ServicePlugin(
        add=lambda server: catalogue_pb2_grpc.add_CatalogueServicer_to_server(servicer, server),
        allowed={f"/guildpost.v1.Catalogue/{name}": frozenset({AGENT}) for name in METHODS},
        often=True,
    )


def _found(data: bytes | None) -> bytes:
    if data is None:
        raise Refused("catalogue_file_missing")
    return data
