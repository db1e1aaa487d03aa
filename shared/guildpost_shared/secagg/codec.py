"""Bytes of the secure-aggregation messages: big-endian, length-prefixed, one encoding per value.

No protobuf here: what is signed and hashed must have exactly one byte form, whatever library carries it.
"""

from collections.abc import Iterable
from typing import Final

from guildpost_shared.errors import ProtocolViolation

MAX_ITEMS: Final = 10_000


class Writer:
    """Append fields and take the bytes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def u8(self, value: int) -> "Writer":
        """Append one byte."""
        self._parts.append(value.to_bytes(1, "big"))
        return self

    def u32(self, value: int) -> "Writer":
        """Append four bytes."""
        self._parts.append(value.to_bytes(4, "big"))
        return self

    def raw(self, value: bytes) -> "Writer":
        """Append bytes whose length both sides know."""
        self._parts.append(value)
        return self

    def text(self, value: str) -> "Writer":
        """Append a short ASCII string with its length."""
        return self.raw(short_text(value))

    def sized(self, value: bytes) -> "Writer":
        """Append bytes with their length."""
        return self.u32(len(value)).raw(value)

    def ids(self, values: Iterable[str]) -> "Writer":
        """Append a list of agent ids, which are never empty and hold no line break."""
        return self.sized("\n".join(values).encode("ascii"))

    def take(self) -> bytes:
        """Return everything appended."""
        return b"".join(self._parts)


class Reader:
    """Take fields from the front; ``end`` refuses leftovers.

    Every method raises ``ProtocolViolation("secagg_malformed")`` when the bytes are not there.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def raw(self, size: int) -> bytes:
        """Take ``size`` bytes."""
        end = self._at + size
        if end > len(self._data):
            raise malformed("too short")
        piece = self._data[self._at : end]
        self._at = end
        return piece

    def u8(self) -> int:
        """Take one byte."""
        return self.raw(1)[0]

    def u32(self) -> int:
        """Take four bytes."""
        return int.from_bytes(self.raw(4), "big")

    def sized(self) -> bytes:
        """Take bytes with their length."""
        return self.raw(self.u32())

    def text(self) -> str:
        """Take a short ASCII string."""
        data = self.raw(self.u8())
        if not data.isascii():
            raise malformed("not ASCII")
        return data.decode("ascii")

    def ids(self) -> tuple[str, ...]:
        """Take a list of agent ids."""
        data = self.sized()
        if not data.isascii() or data.count(b"\n") >= MAX_ITEMS:
            raise malformed("not a list of ids")
        return tuple(data.decode("ascii").split("\n")) if data else ()

    def rows(self, count: int, size: int) -> tuple[bytes, ...]:
        """Take ``count`` pieces of one size."""
        data = self.raw(count * size)
        return tuple(data[at : at + size] for at in range(0, len(data), size))

    def rest(self) -> bytes:
        """Take what is left."""
        return self.raw(len(self._data) - self._at)

    def end(self) -> None:
        """Refuse leftovers."""
        if self._at != len(self._data):
            raise malformed("trailing bytes")


def short_text(value: str) -> bytes:
    """Write a short ASCII string with its length in one byte."""
    return bytes((len(value),)) + value.encode("ascii")


def malformed(detail: str) -> ProtocolViolation:
    """Say that bytes could not be read."""
    return ProtocolViolation("secagg_malformed", detail=detail)
