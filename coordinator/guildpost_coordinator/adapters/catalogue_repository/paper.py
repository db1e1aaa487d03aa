"""A key file on paper: lines that a person can type in again, each with a check of its own.

    01  MFRGG ZDFMY XW6YT BOI3T GNBV   7c1f

Base32 (RFC 4648: no digit looks like a letter) of the *encrypted* key file, 25 characters a line, and the first four
hexadecimal digits of the SHA-256 of the line's number and characters. The passphrase is not on the paper.
"""

import base64
import hashlib
import re
from typing import Final

from guildpost_shared.errors import Refused

WIDTH: Final = 25
_GROUP: Final = 5
_PEM: Final = re.compile(r"-----(?:BEGIN|END) ENCRYPTED PRIVATE KEY-----")
_LINE: Final = re.compile(r"(?P<number>\d{2})\s+(?P<text>[A-Z2-7 ]+?)\s+(?P<check>[0-9a-f]{4})")
_PEM_WIDTH: Final = 64


def to_paper(pem: bytes) -> list[str]:
    """Write an encrypted key file (PKCS #8, PEM) as lines for paper."""
    der = base64.b64decode("".join(_PEM.sub("", pem.decode("ascii")).split()))
    text = base64.b32encode(der).decode("ascii").rstrip("=")
    lines = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    return [
        f"{number:02}  {' '.join(line[i : i + _GROUP] for i in range(0, len(line), _GROUP))}   {_check(number, line)}"
        for number, line in enumerate(lines, 1)
    ]


def from_paper(typed: str) -> bytes:
    """Read typed lines back into the encrypted key file (PEM); other lines of the sheet are passed over.

    Raises:
        Refused: ``paper_line_wrong`` with the number of the line that is missing or mistyped.
    """
    found = [match for line in typed.splitlines() if (match := _LINE.fullmatch(line.strip())) is not None]
    text = ""
    for number, match in enumerate(found, 1):
        line = match["text"].replace(" ", "")
        if int(match["number"]) != number or match["check"] != _check(number, line):
            raise Refused("paper_line_wrong", line=number)
        text += line
    try:
        der = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as error:
        raise Refused("paper_line_wrong", line=len(found) + 1) from error
    if not der or der[1:2] == b"" or len(der) != _der_length(der):
        raise Refused("paper_line_wrong", line=len(found) + 1)
    body = base64.b64encode(der).decode("ascii")
    lines = [body[start : start + _PEM_WIDTH] for start in range(0, len(body), _PEM_WIDTH)]
    frame = "ENCRYPTED PRIVATE KEY-----"
    return "\n".join([f"-----BEGIN {frame}", *lines, f"-----END {frame}", ""]).encode("ascii")


def _check(number: int, line: str) -> str:
    return hashlib.sha256(f"{number}:{line}".encode()).hexdigest()[:4]


def _der_length(der: bytes) -> int:
    """Give the length that an encrypted key's outermost DER element states (X.690, 8.1.3): a missing end shows."""
    first = der[1]
    count = first & 0x7F if first & 0x80 else 0
    stated = int.from_bytes(der[2 : 2 + count], "big") if count else first
    return 2 + count + stated
