"""Sealed files are age files: the format's published vectors, the age tool itself, and every byte guarded."""

import shutil
import subprocess
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain import age
from guildpost_agent.domain.age import bech32
from guildpost_agent.domain.age.payload import CHUNK_BYTES
from guildpost_shared.errors import ConfigurationError, GuildpostError, ProtocolViolation, Refused
from tests.fakes.seeded_entropy import SeededEntropy
from tests.programs import needs_program

VECTORS = Path(__file__).parents[2] / "vectors" / "age"
KEY = X25519PrivateKey.from_private_bytes(b"\x07" * 32)
OTHER = X25519PrivateKey.from_private_bytes(b"\x08" * 32)
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]


@dataclass(frozen=True)
class Vector:
    """A published vector: what should become of the file, the hash of its contents, and the keys to try."""

    expect: str
    payload: str
    identities: tuple[str, ...]
    file: bytes


def vector(name: str) -> Vector:
    head, _, file = (VECTORS / name).read_bytes().partition(b"\n\n")
    rows = [line.split(": ", 1) for line in head.decode().splitlines()]
    values = dict(rows)
    packed = values.get("compressed") == "zlib"
    identities = tuple(value for key, value in rows if key == "identity")
    return Vector(values["expect"], values.get("payload", ""), identities, zlib.decompress(file) if packed else file)


NAMES = sorted(path.name for path in VECTORS.iterdir() if path.suffix != ".md")


@pytest.mark.parametrize("name", NAMES)
def test_a_published_vector_ends_as_the_format_says(name: str) -> None:
    one = vector(name)
    identities = age.read_identities("\n".join(one.identities)) if one.identities else [KEY]
    match one.expect:
        case "success":
            assert one.payload == sha256(age.open_sealed(identities, one.file)).hexdigest()
        case "no match":
            with pytest.raises(Refused, match="sealed_file_for_others"):
                age.open_sealed(identities, one.file)
        case _:
            with pytest.raises(ProtocolViolation, match="sealed_file_broken"):
                age.open_sealed(identities, one.file)


def test_the_vectors_hold_successes_and_failures_of_every_kind() -> None:
    kinds = {vector(name).expect for name in NAMES}
    assert kinds == {"success", "no match", "HMAC failure", "header failure", "payload failure"}
    assert len(NAMES) > 50


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_to_several_is_opened_by_each_of_them(size: int) -> None:
    plain = bytes(size)
    sealed = age.seal([KEY.public_key(), OTHER.public_key()], plain, SeededEntropy(b"a"))
    assert plain == age.open_sealed([KEY], sealed) == age.open_sealed([OTHER], sealed)


def test_nobody_else_opens_it() -> None:
    sealed = age.seal([KEY.public_key()], b"Erika Muster", SeededEntropy(b"a"))
    assert b"Erika" not in sealed
    with pytest.raises(Refused, match="sealed_file_for_others"):
        age.open_sealed([OTHER], sealed)


@given(place=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7), cut=st.booleans())
def test_a_flipped_bit_or_a_cut_is_noticed_wherever_it_is(place: int, bit: int, *, cut: bool) -> None:
    sealed = age.seal([KEY.public_key()], bytes(CHUNK_BYTES + 5), SeededEntropy(b"a"))
    at = place % len(sealed)
    changed = sealed[:at] if cut else sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
    with pytest.raises(GuildpostError):
        age.open_sealed([KEY], changed)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_and_nothing_crashes(data: bytes) -> None:
    for file in (data, age.MAGIC + data, age.MAGIC + b"-> X25519 " + data):
        with pytest.raises(GuildpostError):
            age.open_sealed([KEY], file)


@needs_program("age")
@pytest.mark.parametrize("size", SIZES)
def test_the_age_tool_opens_what_we_sealed(size: int, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(age.identity_text(KEY) + "\n")
    (tmp_path / "sealed").write_bytes(age.seal([KEY.public_key()], bytes(size), SeededEntropy(b"b")))
    command = ["age", "-d", "-i", str(tmp_path / "key"), str(tmp_path / "sealed")]
    assert bytes(size) == subprocess.run(command, check=True, capture_output=True).stdout


@needs_program("age")
@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_the_age_tool_sealed(size: int) -> None:
    command = ["age", "-r", age.recipient_text(KEY.public_key())]
    sealed = subprocess.run(command, check=True, capture_output=True, input=bytes(size)).stdout
    assert bytes(size) == age.open_sealed([KEY], sealed)


@needs_program("age-keygen")
def test_a_key_file_of_the_age_tool_is_read_and_names_the_same_public_key() -> None:
    text = subprocess.run([shutil.which("age-keygen") or ""], check=True, capture_output=True, text=True).stdout
    (key,) = age.read_identities(text)
    assert f"# public key: {age.recipient_text(key.public_key())}" in text.splitlines()
    assert (
        KEY.public_key().public_bytes_raw()
        == age.read_recipient(age.recipient_text(KEY.public_key())).public_bytes_raw()
    )


@given(st.binary(max_size=60))
def test_bech32_reads_what_it_wrote(data: bytes) -> None:
    assert ("age", data) == bech32.decode(bech32.encode("age", data))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("# nur ein Kommentar\n", id="a comment alone"),
        pytest.param(age.recipient_text(KEY.public_key()), id="the public key instead of the private one"),
        pytest.param(age.identity_text(KEY)[:-1] + "Q", id="a mistyped character"),
        pytest.param(age.identity_text(KEY).lower(), id="lower case"),
    ],
)
def test_a_key_file_without_a_private_key_is_refused_with_the_next_step(text: str) -> None:
    with pytest.raises(ConfigurationError, match="lettershop_key_unreadable"):
        age.read_identities(text)
