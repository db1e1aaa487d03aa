"""Reading requests with care: short bodies only, and the few forms this server understands."""

from collections.abc import Mapping
from email import policy
from email.parser import BytesParser
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

MAX_FORM: Final = 4 * 1024
MAX_ACKNOWLEDGEMENT: Final = 64 * 1024
_MOST_FIELDS: Final = 40
_ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")


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


def form_fields(body: bytes) -> dict[str, str]:
    """Read a URL-encoded form; a field that is there more than once is left out, too many fields make an empty form."""
    try:
        fields = parse_qs(body.decode("utf-8", errors="replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items() if len(values) == 1}


def form_field(body: bytes, name: str) -> str:
    """Give a field of a URL-encoded form; empty when it is not there exactly once."""
    return form_fields(body).get(name, "")


def is_one_click(headers: Mapping[str, str], body: bytes) -> bool:
    """Say whether a POST asks to unsubscribe (RFC 8058, section 3.2: multipart or URL-encoded)."""
    kind = headers.get("content-type", "")
    if kind.strip().lower().startswith("multipart/form-data"):
        return _ONE_CLICK in _multipart_fields(kind, body)
    return form_field(body, _ONE_CLICK[0]) == _ONE_CLICK[1]


def _multipart_fields(kind: str, body: bytes) -> list[tuple[str, str]]:
    """List the fields of a form in parts (RFC 7578); what cannot be read as one has none."""
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", errors="replace")
    form = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    found = []
    for part in form.iter_parts() if form.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found.append((name, content.decode("utf-8", errors="replace").strip()))
    return found
