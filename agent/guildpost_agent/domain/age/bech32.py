"""Bech32 (BIP 173): the writing of age's keys; a mistyped character shows.

age1…                  a public key, lower case
AGE-SECRET-KEY-1…      a private key, upper case
"""

from collections.abc import Iterable, Iterator
from typing import Final

_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK_LENGTH: Final = 6
_BYTE, _GROUP = 8, 5


def encode(prefix: str, data: bytes) -> str:
    """Write bytes under a prefix, in lower case."""
    groups = list(_regroup(data, _BYTE, _GROUP, pad=True))
    values = [*_spread(prefix), *groups]
    check = _polymod([*values, *(0,) * _CHECK_LENGTH]) ^ 1
    groups += [(check >> _GROUP * (_CHECK_LENGTH - 1 - place)) & 31 for place in range(_CHECK_LENGTH)]
    return f"{prefix}1" + "".join(_ALPHABET[group] for group in groups)


def decode(text: str) -> tuple[str, bytes]:
    """Read a text.

    Returns:
        The prefix in lower case, and the bytes.

    Raises:
        ValueError: mixed case, a foreign character, or a checksum that does not fit.
    """
    if text.lower() != text and text.upper() != text:
        raise ValueError("mixed case")
    prefix, found, rest = text.lower().rpartition("1")
    if not found or not prefix or len(rest) < _CHECK_LENGTH or set(rest) - set(_ALPHABET):
        raise ValueError("not Bech32")
    groups = [_ALPHABET.index(letter) for letter in rest]
    if _polymod([*_spread(prefix), *groups]) != 1:
        raise ValueError("checksum")
    return prefix, bytes(_regroup(groups[:-_CHECK_LENGTH], _GROUP, _BYTE, pad=False))


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            check ^= generator if top >> place & 1 else 0
    return check


def _spread(prefix: str) -> list[int]:
    codes = [ord(letter) for letter in prefix]
    return [*(code >> _GROUP for code in codes), 0, *(code & 31 for code in codes)]


def _regroup(values: Iterable[int], width: int, to: int, *, pad: bool) -> Iterator[int]:
    held, bits = 0, 0
    for value in values:
        held, bits = held << width | value, bits + width
        while bits >= to:
            bits -= to
            yield held >> bits & ((1 << to) - 1)
        held &= (1 << bits) - 1
    if pad and bits:
        yield held << (to - bits) & ((1 << to) - 1)
    elif not pad and (bits >= width or held):
        raise ValueError("padding")
