"""python-tuf's network layer over our own transport: URLs are only names here."""

from collections.abc import Iterator
from typing import Final

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import FetcherInterface

from guildpost_agent.app.ports.catalogue_source import CatalogueTransport
from guildpost_shared.errors import Refused

METADATA_BASE: Final = "catalogue:metadata/"
TARGET_BASE: Final = "catalogue:target/"
_NOT_FOUND: Final = 404


class TransportFetcher(FetcherInterface):
    """Fetch what the updater asks for; a missing file is python-tuf's 404, which ends its walk through the roots."""

    def __init__(self, transport: CatalogueTransport) -> None:
        self._transport = transport

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            if url.startswith(METADATA_BASE):
                yield from self._transport.metadata(url.removeprefix(METADATA_BASE))
            else:
                yield from self._transport.target(url.removeprefix(TARGET_BASE))
        except Refused as error:
            if error.code != "catalogue_file_missing":
                raise
            raise DownloadHTTPError(url, _NOT_FOUND) from error
