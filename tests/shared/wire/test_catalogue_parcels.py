"""What changed in the catalogue, on the wire: packed, taken apart, and stopped when it is too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.catalogue_changes import HELD_ROLES, MAX_CHANGES_BYTES, MAX_VERSION, CatalogueFile
from guildpost_shared.catalogue_paths import CHUNK_BYTES
from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.pb.v1 import catalogue_pb2 as pb
from guildpost_shared.wire.catalogue import (
    MAX_NAME,
    MAX_PIECES,
    changes_request,
    from_parcels,
    parse_changes_request,
    to_parcels,
)

SIZES = st.sampled_from([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]) | st.integers(0, 500)
FILES = st.lists(st.none() | SIZES, max_size=6)


@given(FILES)
def test_files_arrive_as_they_left_in_messages_that_are_small(sizes: list[int | None]) -> None:
    files = [CatalogueFile(f"{n}.json", None if size is None else bytes(size)) for n, size in enumerate(sizes)]
    parcels = list(to_parcels(files))
    assert files == list(from_parcels(parcels))
    assert all(sum(len(piece.data) for piece in parcel.pieces) <= CHUNK_BYTES for parcel in parcels)
    assert all(parcel.pieces for parcel in parcels)


@given(st.dictionaries(st.sampled_from(HELD_ROLES), st.integers(1, MAX_VERSION)))
def test_held_versions_arrive_as_they_left(held: dict[str, int]) -> None:
    assert held == parse_changes_request(changes_request(held))


QUESTIONS = {
    "an unknown role": [("timestamp", 1)],
    "no version": [("root", 0)],
    "a version beyond the grammar": [("root", MAX_VERSION + 1)],
    "a role named twice": [("root", 1), ("root", 2)],
}


@pytest.mark.parametrize("held", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_a_question_that_makes_no_sense_is_refused(held: list[tuple[str, int]]) -> None:
    request = pb.GetChangesRequest(held=[pb.HeldVersion(role=role, version=version) for role, version in held])
    with pytest.raises(ProtocolViolation, match="message_malformed"):
        parse_changes_request(request)


def _parcel(*pieces: tuple[str, int]) -> pb.CatalogueParcel:
    return pb.CatalogueParcel(pieces=[pb.FilePiece(name=name, data=bytes(size)) for name, size in pieces])


TOO_MUCH = {
    "a piece that is too long": [_parcel(("a", CHUNK_BYTES + 1))],
    "a name that is too long": [_parcel(("a" * (MAX_NAME + 1), 1))],
    "too many bytes": [_parcel(("a", CHUNK_BYTES))] * (MAX_CHANGES_BYTES // CHUNK_BYTES) + [_parcel(("b", 1))],
    "too many pieces": [_parcel(*[("a", 0)] * (MAX_PIECES + 1))],
}


@pytest.mark.parametrize("parcels", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_a_sender_that_sends_too_much_is_stopped(parcels: list[pb.CatalogueParcel]) -> None:
    with pytest.raises(ProtocolViolation, match="message_malformed"):
        list(from_parcels(parcels))


def test_as_much_as_was_agreed_is_taken() -> None:
    parcels = [_parcel(("a", CHUNK_BYTES))] * (MAX_CHANGES_BYTES // CHUNK_BYTES)
    assert [("a", MAX_CHANGES_BYTES)] == [(name, len(data or b"")) for name, data in from_parcels(parcels)]
