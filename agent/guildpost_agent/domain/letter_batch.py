"""A batch of letters as files: checksums beside them, and the whole of it sealed to the lettershop's key.

    <batch>.pdf      index.csv      manifest.json      SHA256SUMS                 as a folder, unsealed
    <batch>.tar.age                                    SHA256SUMS                 the four above, sealed

``SHA256SUMS`` is what ``sha256sum -c`` reads. The archive is plain tar with nothing in it but files of plain names.
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
_MOST_FILES: Final = 100
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_SUM: Final = re.compile(r"([0-9a-f]{64})  (\S{1,100})")


def checksums(files: Mapping[str, bytes]) -> bytes:
    """Write the checksum of every file, in their order."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()).encode("ascii")


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


def opened(identities: Sequence[X25519PrivateKey], data: bytes) -> dict[str, bytes]:
    """Open a sealed batch and check every file against the checksums inside.

    Raises:
        ProtocolViolation: ``sealed_file_broken``.
        Refused: ``sealed_file_for_others``.
    """
    files: dict[str, bytes] = {}
    plain = age.open_sealed(identities, data)
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
    inside = {name: one for name, one in files.items() if name != CHECKSUMS}
    if not inside or files.get(CHECKSUMS) != checksums(inside):
        raise ProtocolViolation("sealed_file_broken", "checksums")
    return files
