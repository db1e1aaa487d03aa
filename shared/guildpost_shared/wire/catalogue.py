"""Catalogue files on the wire: requests by name, contents in chunks."""

from collections.abc import Iterable, Iterator

from guildpost_shared.catalogue_paths import CHUNK_BYTES
from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.pb.v1 import catalogue_pb2 as pb


def metadata_request(name: str) -> pb.GetMetadataRequest:
    """Ask for a metadata file."""
    return pb.GetMetadataRequest(name=name)


def target_request(name: str) -> pb.GetTargetRequest:
    """Ask for a target by its hashed name."""
    return pb.GetTargetRequest(name=name)


def to_chunks(data: bytes) -> Iterator[pb.CatalogueChunk]:
    """Cut contents into chunks of at most 64 KiB; empty contents are no chunk at all."""
    for start in range(0, len(data), CHUNK_BYTES):
        yield pb.CatalogueChunk(data=data[start : start + CHUNK_BYTES])


def from_chunks(chunks: Iterable[pb.CatalogueChunk]) -> Iterator[bytes]:
    """Give the bytes of each chunk.

    Raises:
        ProtocolViolation: ``message_malformed``: an empty or oversized chunk.
    """
    for chunk in chunks:
        if not 1 <= len(chunk.data) <= CHUNK_BYTES:
            raise ProtocolViolation("message_malformed", detail=f"{len(chunk.data)} bytes")
        yield chunk.data


def read_limited(chunks: Iterable[bytes], limit: int) -> bytes:
    """Join chunks, stopping a sender that sends too much.

    Args:
        chunks: pieces in order.
        limit: bytes that may come at most.

    Raises:
        ProtocolViolation: ``message_malformed``: more came.
    """
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > limit:
            raise ProtocolViolation("message_malformed", detail=f"more than {limit} bytes")
    return bytes(data)
