"""Catalogue files over the control plane's gRPC channel (port ``CatalogueTransport``)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, cast

import grpc

from guildpost_shared.errors import Unavailable
from guildpost_shared.pb.v1 import catalogue_pb2_grpc
from guildpost_shared.wire.catalogue import from_chunks, metadata_request, target_request
from guildpost_shared.wire.trailers import error_from_trailers

TIMEOUT: Final = 30.0  # seconds per file


class GrpcCatalogueTransport:
    """Fetch files from the coordinator."""

    def __init__(self, channel: Callable[[], grpc.Channel]) -> None:
        """Bind the connection.

        Args:
            channel: gives the open control channel; asked for each file, because certificates rotate.
        """
        self._channel = channel

    def metadata(self, name: str) -> Iterator[bytes]:
        """Fetch a metadata file; see the port."""
        stub = catalogue_pb2_grpc.CatalogueStub(self._channel())
        with _translated():
            yield from from_chunks(stub.GetMetadata(metadata_request(name), timeout=TIMEOUT))

    def target(self, name: str) -> Iterator[bytes]:
        """Fetch a target; see the port."""
        stub = catalogue_pb2_grpc.CatalogueStub(self._channel())
        with _translated():
            yield from from_chunks(stub.GetTarget(target_request(name), timeout=TIMEOUT))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        call = cast("grpc.Call", error)  # what a stub raises is the failed call itself
        trailers = call.trailing_metadata() or ()
        raise error_from_trailers(trailers) or Unavailable("coordinator_away", detail=str(call.code())) from error
