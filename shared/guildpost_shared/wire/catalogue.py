"""Catalogue files on the wire: requests by name, contents in chunks; or all that changed, in parcels."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final

from guildpost_shared.catalogue_changes import (
    HELD_ROLES,
    MAX_CHANGED_FILES,
    MAX_CHANGES_BYTES,
    MAX_VERSION,
    CatalogueFile,
)
from guildpost_shared.catalogue_paths import CHUNK_BYTES
from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.pb.v1 import catalogue_pb2 as pb

MAX_NAME: Final = 256
MAX_PIECES: Final = MAX_CHANGED_FILES + MAX_CHANGES_BYTES // CHUNK_BYTES


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


def changes_request(held: Mapping[str, int]) -> pb.GetChangesRequest:
    """Ask for what is new since these versions (role → version of its metadata)."""
    return pb.GetChangesRequest(held=[pb.HeldVersion(role=role, version=held[role]) for role in sorted(held)])


def parse_changes_request(message: pb.GetChangesRequest) -> dict[str, int]:
    """Read what an agent holds.

    Raises:
        ProtocolViolation: ``message_malformed``: an unknown role, one that is named twice, or no version.
    """
    held = {item.role: item.version for item in message.held}
    known = held.keys() <= set(HELD_ROLES) and all(1 <= version <= MAX_VERSION for version in held.values())
    if not known or len(held) != len(message.held):
        raise ProtocolViolation("message_malformed", detail="held versions")
    return held


def to_parcels(files: Iterable[CatalogueFile]) -> Iterator[pb.CatalogueParcel]:
    """Pack files into parcels, each with at most 64 KiB of contents."""
    parcel, room = pb.CatalogueParcel(), CHUNK_BYTES
    for piece in (piece for file in files for piece in _pieces(file)):
        if len(piece.data) > room:
            yield parcel
            parcel, room = pb.CatalogueParcel(), CHUNK_BYTES
        parcel.pieces.append(piece)
        room -= len(piece.data)
    if parcel.pieces:
        yield parcel


def from_parcels(parcels: Iterable[pb.CatalogueParcel]) -> Iterator[CatalogueFile]:
    """Give the files in parcels, stopping a sender that sends too many or too much.

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    for name, pieces in groupby(_limited(parcels), lambda piece: piece.name):
        whole = list(pieces)
        missing = any(piece.missing for piece in whole)
        yield CatalogueFile(name, None if missing else b"".join(piece.data for piece in whole))


def _pieces(file: CatalogueFile) -> Iterator[pb.FilePiece]:
    if file.data is None:
        yield pb.FilePiece(name=file.name, missing=True)
        return
    for start in range(0, max(1, len(file.data)), CHUNK_BYTES):
        yield pb.FilePiece(name=file.name, data=file.data[start : start + CHUNK_BYTES])


def _limited(parcels: Iterable[pb.CatalogueParcel]) -> Iterator[pb.FilePiece]:
    """Give the pieces in parcels as long as they keep to what was agreed."""
    total = 0
    for count, piece in enumerate((piece for parcel in parcels for piece in parcel.pieces), 1):
        total += len(piece.data)
        too_much = count > MAX_PIECES or total > MAX_CHANGES_BYTES
        if too_much or len(piece.name) > MAX_NAME or len(piece.data) > CHUNK_BYTES:
            raise ProtocolViolation("message_malformed", detail=f"piece {count}, {total} bytes")
        yield piece


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
