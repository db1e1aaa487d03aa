"""What a key has signed, one file per version, in the signer's own home (port ``SignedLog``)."""

from pathlib import Path

from guildpost_shared.durable_files import replace_file

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
        """Write durably what is about to be signed."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(self._folder / f"{version}{_SUFFIX}", to_sign)
