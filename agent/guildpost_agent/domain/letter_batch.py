"""A batch of letters as files: checksums beside them, and the whole of it sealed to the lettershop's key.

    <batch>.pdf                              index.csv  manifest.json  SHA256SUMS    as a folder, unsealed
    <batch>-01.pdf  <batch>-02.pdf  …        index.csv  manifest.json  SHA256SUMS    the same in several parts
    <batch>.tar.age                                                    SHA256SUMS    the first line, sealed
    <batch>-01.tar.age  …  <batch>.tar.age                             SHA256SUMS    the second line, sealed: a part
                                                                                     each, the rest in the last

``SHA256SUMS`` is what ``sha256sum -c`` reads; the one inside covers every part, so no part can be missing or belong to
another batch. An archive is plain tar with nothing in it but files of plain names.
"""

import hashlib
import io
import re
import tarfile
from collections.abc import Mapping, Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from guildpost_agent.domain import age
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ProtocolViolation

CHECKSUMS: Final = "SHA256SUMS"
MANIFEST: Final = "manifest.json"
INDEX: Final = "index.csv"
LETTERS_IN_A_PART: Final = 500
"""Typesetting takes a third of a megabyte of memory for each letter: a part stays well below 200 MB."""
_DIGITS: Final = 2
_MOST_FILES: Final = 1_000
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_SUM: Final = re.compile(r"([0-9a-f]{64})  (\S{1,100})")


def part_name(batch_id: str, number: int, parts: int) -> str:
    """Name a part, without its ending: by the batch alone where it is the only one.

    Args:
        batch_id: names the batch.
        number: of the part, counted from 1.
        parts: so many at most; names sort in the order of their numbers.
    """
    return batch_id if parts == 1 else f"{batch_id}-{number:0{max(_DIGITS, len(str(parts)))}}"


def checksum(data: bytes) -> str:
    """Give a file's SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def checksum_list(sums: Mapping[str, str]) -> bytes:
    """Write the checksum of every file, in their order."""
    return "".join(f"{one}  {name}\n" for name, one in sums.items()).encode("ascii")


def checksums(files: Mapping[str, bytes]) -> bytes:
    """Compute and write the checksum of every file, in their order."""
    return checksum_list({name: checksum(data) for name, data in files.items()})


def is_checksums(data: bytes) -> bool:
    """Say whether this is a list of checksums and nothing else."""
    lines = data.decode("ascii", errors="replace").splitlines()
    return bool(lines) and all(_SUM.fullmatch(line) for line in lines)


def sealed(files: Mapping[str, bytes], keys: Sequence[X25519PublicKey], entropy: Entropy) -> bytes:
    """Pack files and seal them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))
    return age.seal(keys, out.getvalue(), entropy)


def opened(identities: Sequence[X25519PrivateKey], packages: Sequence[bytes]) -> dict[str, bytes]:
    """Open all packages of one sealed batch and check every file against the checksums inside.

    Args:
        identities: the receiver's keys.
        packages: in any order.

    Raises:
        ProtocolViolation: ``sealed_file_broken``, or ``sealed_parts_missing`` where the checksums name more files.
        Refused: ``sealed_file_for_others``.
    """
    files: dict[str, bytes] = {}
    for package in packages:
        _unpack(age.open_sealed(identities, package), files)
    written = files.get(CHECKSUMS, b"")
    inside = {name: checksum(data) for name, data in files.items() if name != CHECKSUMS}
    lines = (_SUM.fullmatch(line) for line in written.decode("ascii", "replace").splitlines())
    named = {line[2]: line[1] for line in lines if line}
    if inside and (missing := [name for name in (CHECKSUMS, *named) if name not in files]):
        raise ProtocolViolation("sealed_parts_missing", names=", ".join(missing))
    if not inside or named != inside or written != checksum_list(named):
        raise ProtocolViolation("sealed_file_broken", "checksums")
    return files


def _unpack(plain: bytes, files: dict[str, bytes]) -> None:
    """Add an archive's files to those of the batch."""
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
            for entry in archive:
                if not entry.isfile() or not _PLAIN_NAME.fullmatch(entry.name) or entry.name in files:
                    raise ProtocolViolation("sealed_file_broken", "an entry that is no plain file")
                content = archive.extractfile(entry)
                files[entry.name] = content.read() if content else b""
                if len(files) > _MOST_FILES:
                    raise ProtocolViolation("sealed_file_broken", "too many files")
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise ProtocolViolation("sealed_file_broken", type(error).__name__) from error
