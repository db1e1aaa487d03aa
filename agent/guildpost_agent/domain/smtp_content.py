"""A message as SMTP's DATA wants it (RFC 5321, sections 2.3.8 and 4.5.2): it can hold neither an end nor a command."""

import re
from typing import Final

from guildpost_shared.templates.mime import PlainLines

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


def data_content(message: bytes) -> bytes:
    """Give the message with CRLF as its only line ends, leading dots doubled, and a dot alone at the end."""
    if isinstance(message, PlainLines):  # looking costs more than writing the message did
        return message + b".\r\n"
    ends = message.count(b"\n")
    if not message.endswith(b"\r\n") or not message.count(b"\r") == message.count(b"\r\n") == ends:
        message = _LINE_END.sub(b"\r\n", message.rstrip(b"\r\n") + b"\n")
    if message.startswith(b"."):
        message = b"." + message
    if b"\n." in message:  # asking costs an eighth of replacing nothing
        message = message.replace(b"\r\n.", b"\r\n..")
    return message + b".\r\n"
