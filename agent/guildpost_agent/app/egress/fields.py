"""Take a protobuf message apart without its schema: the values of its length-delimited fields, however deep they lie.

Wire format: a field is a tag (field number ≪ 3 | wire type) and a value; wire types 0 (varint), 1 (8 bytes), 2 (a
length and as many bytes) and 5 (4 bytes) are in use. Of a value of type 2 the wire does not say whether it is text,
bytes or a message; text is never taken apart, anything else is where all of it reads as a message.
"""

from collections.abc import Iterator
from typing import Final

_FIXED: Final = {1: 8, 5: 4}
_VARINT, _DELIMITED = 0, 2
_DEEPEST: Final = 16
_BLANKS: Final = dict.fromkeys(map(ord, "\t\r\n"), " ")


def fields_of(message: bytes) -> list[bytes] | None:
    """List the innermost values that have a length.

    Returns:
        None where the bytes are no message.
    """
    return _fields(message, _DEEPEST)


def _fields(message: bytes, depth: int) -> list[bytes] | None:
    found: list[bytes] = []
    try:
        for value in _delimited(message):
            inner = None if depth == 0 or not value or is_text(value) else _fields(value, depth - 1)
            found += inner or [value]
    except ValueError:
        return None
    return found


def is_text(value: bytes) -> bool:
    """Say whether all of it can be read, ends of lines and tabs included."""
    try:
        return value.decode("utf-8").translate(_BLANKS).isprintable()
    except UnicodeDecodeError:
        return False


def _delimited(message: bytes) -> Iterator[bytes]:
    """Walk the fields.

    Raises:
        ValueError: these bytes are no message.
    """
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if tag >> 3 == 0 or (kind not in _FIXED and kind not in {_VARINT, _DELIMITED}):
            raise ValueError("no field begins like this")
        if kind == _VARINT:
            _, at = _varint(message, at)
            continue
        size, at = (_FIXED[kind], at) if kind in _FIXED else _varint(message, at)
        if at + size > len(message):
            raise ValueError("the field is longer than its message")
        if kind == _DELIMITED:
            yield message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at >= len(message):
            raise ValueError("the message ends within a number")
        byte, at = message[at], at + 1
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value, at
    raise ValueError("a number has ten bytes at most")
