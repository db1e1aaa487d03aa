"""Catalogue files over the control plane (port ``CatalogueTransport``)."""

from collections.abc import Callable, Iterator
from typing import Final

import grpc

from guildpost_agent.adapters.control_plane.channel import open_member_channel, translated
from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_shared.pb.v1 import catalogue_pb2_grpc
from guildpost_shared.wire.catalogue import from_chunks, metadata_request, target_request

TIMEOUT: Final = 30.0  # seconds per file


class GrpcCatalogueTransport:
    """Fetch files from the coordinator; one connection serves many files, until the certificate changes."""

    def __init__(
        self,
        credentials: Callable[[], Credentials],
        wrap: Callable[[grpc.Channel], grpc.Channel] = lambda channel: channel,
    ) -> None:
        """Bind the agent's credentials; nothing is connected yet.

        Args:
            credentials: gives the current ones; asked for each file, because certificates rotate.
            wrap: puts something in front of the connection (the egress gate).
        """
        self._credentials = credentials
        self._wrap = wrap
        self._open: tuple[Credentials, grpc.Channel] | None = None

    def metadata(self, name: str) -> Iterator[bytes]:
        """Fetch a metadata file; see the port."""
        with translated():
            yield from from_chunks(self._stub().GetMetadata(metadata_request(name), timeout=TIMEOUT))

    def target(self, name: str) -> Iterator[bytes]:
        """Fetch a target; see the port."""
        with translated():
            yield from from_chunks(self._stub().GetTarget(target_request(name), timeout=TIMEOUT))

    def close(self) -> None:
        """End the connection; the next file opens a new one."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _stub(self) -> catalogue_pb2_grpc.CatalogueStub:
        credentials = self._credentials()
        if self._open is None or self._open[0] != credentials:
            self.close()
            self._open = credentials, self._wrap(open_member_channel(credentials))
        return catalogue_pb2_grpc.CatalogueStub(self._open[1])
