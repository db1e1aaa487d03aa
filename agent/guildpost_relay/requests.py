"""Reading requests with care: short bodies only, and the few forms this server understands."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

MAX_FORM: Final = 4 * 1024
MAX_ACKNOWLEDGEMENT: Final = 64 * 1024


class BodyTooLargeError(Exception):
    """The body is longer than anything this server expects."""


async def read_body(request: Request, most: int) -> bytes:
    """Read a body of at most ``most`` bytes, counting while it comes in.

    Raises:
        BodyTooLargeError: there is more.
    """
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise BodyTooLargeError
    except ClientDisconnect:
        return b""
    return body


def form_field(body: bytes, name: str) -> str:
    """Give a field of a URL-encoded form; empty when it is not there exactly once."""
    fields = parse_qs(body.decode("utf-8", errors="replace"), max_num_fields=20)
    values = fields.get(name, [])
    return values[0] if len(values) == 1 else ""


def is_one_click(headers: Mapping[str, str], body: bytes) -> bool:
    """Say whether a POST asks to unsubscribe (RFC 8058, section 3.2: URL-encoded or multipart)."""
    if headers.get("content-type", "").startswith("multipart/form-data"):
        return b'name="List-Unsubscribe"' in body and b"One-Click" in body
    try:
        return form_field(body, "List-Unsubscribe") == "One-Click"
    except ValueError:
        return False
