"""Catalogue files over the control plane (port ``CatalogueTransport``)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import grpc

from guildpost_agent.adapters.control_plane.channel import Wrap, open_member_channel, translated, unwrapped
from guildpost_agent.adapters.control_plane.lines import Lines, Share
from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_shared.catalogue_changes import CatalogueFile
from guildpost_shared.pb.v1 import catalogue_pb2_grpc
from guildpost_shared.wire.catalogue import (
    changes_request,
    from_chunks,
    from_parcels,
    metadata_request,
    target_request,
)

TIMEOUT: Final = 30.0  # seconds per question


class GrpcCatalogueTransport:
    """Fetch files from the coordinator; one connection serves a whole sync, or more where others hold it open."""

    def __init__(
        self,
        credentials: Callable[[], Credentials],
        wrap: Wrap = unwrapped,
        lines: Lines[grpc.Channel] | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> None:
        """Bind the agent's credentials; nothing is connected yet.

        Args:
            credentials: gives the current ones; asked for each question, because certificates rotate.
            wrap: puts something in front of the connection (the egress gate).
            lines: the agent's lasting connections; none that others share by default.
            timeout: seconds after which a question ends, whatever has come until then.
        """
        self._credentials = credentials
        self._wrap = wrap
        self._timeout = timeout
        self._lines = lines if lines is not None else Lines[grpc.Channel]()
        self._share: Share[grpc.Channel] | None = None

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        """Fetch what is new; see the port."""
        with translated():
            yield from from_parcels(self._stub().GetChanges(changes_request(held), timeout=self._timeout))

    def metadata(self, name: str) -> Iterator[bytes]:
        """Fetch a metadata file; see the port."""
        with translated():
            yield from from_chunks(self._stub().GetMetadata(metadata_request(name), timeout=self._timeout))

    def target(self, name: str) -> Iterator[bytes]:
        """Fetch a target; see the port."""
        with translated():
            yield from from_chunks(self._stub().GetTarget(target_request(name), timeout=self._timeout))

    def close(self) -> None:
        """Let go of the connection; see the port."""
        if self._share is not None:
            self._share.close()
            self._share = None

    def _stub(self) -> catalogue_pb2_grpc.CatalogueStub:
        credentials = self._credentials()
        if self._share is not None and not self._share.fits(credentials):
            self.close()
        if self._share is None:
            self._share = self._lines.share(credentials, lambda: self._wrap(open_member_channel(credentials)))
        return catalogue_pb2_grpc.CatalogueStub(self._share.channel)
