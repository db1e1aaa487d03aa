"""What a key has signed, one file per version, in the signer's own home (port ``SignedLog``)."""

import os
from pathlib import Path

_SUFFIX = ".json"


class FileSignedLog:
    """Keep every version's canonical bytes; the newest is the base of the next comparison."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def latest(self) -> bytes | None:
        """Give the bytes signed last, if any."""
        versions = [int(path.stem) for path in self._folder.glob(f"*{_SUFFIX}") if path.stem.isdecimal()]
        return (self._folder / f"{max(versions)}{_SUFFIX}").read_bytes() if versions else None

    def record(self, version: int, to_sign: bytes) -> None:
        """Write durably what is about to be signed: temporary name, sync, rename, sync the folder."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{version}{_SUFFIX}"
        staged = path.with_name(path.name + ".new")
        with staged.open("wb") as file:
            file.write(to_sign)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
