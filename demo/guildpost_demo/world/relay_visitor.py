"""What a customer does with the links of a message: open, answer, unsubscribe, at the relay, over HTTPS."""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from typing import Final

import httpx

from guildpost_demo.world.responses import Answer

LINK: Final = re.compile(r"https://[^\s\"'<>]+?/([acu])/([A-Za-z0-9_\-.]+)")


@dataclass(frozen=True)
class Links:
    """The links of one message; an empty text where it has none."""

    answer: str = ""
    click: str = ""
    unsubscribe: str = ""

    @property
    def look(self) -> str:
        """The link one opens out of interest: the click link, or the answer page without answering."""
        return self.click or self.answer


def texts_of(message: Message) -> str:
    """Join the readable parts of a message, plain text first as mail programs write it.

    The plain ``Message`` of the standard library does: its modern sibling takes five times as long for thousands.
    """
    texts = []
    for part in message.walk():
        payload = part.get_payload(decode=True) if part.get_content_maintype() == "text" else None
        if isinstance(payload, bytes):
            texts.append(payload.decode(part.get_content_charset("utf-8"), errors="replace"))
    return "\n".join(texts)


def is_confirmation(message: Message) -> bool:
    """Say whether a message tells of an appointment that was made: it brings a calendar file and asks for nothing."""
    return any(part.get_content_type() == "text/calendar" for part in message.walk())


def links_of(text: str, unsubscribe_header: str) -> Links:
    """Find the links a customer can use.

    Args:
        text: the readable parts of a message.
        unsubscribe_header: its ``List-Unsubscribe`` header, for one-click unsubscribe (RFC 8058).
    """
    found: dict[str, str] = {}
    for match in LINK.finditer(text):
        found.setdefault(match.group(1), match.group(0))
    header = LINK.search(unsubscribe_header)
    return Links(found.get("a", ""), found.get("c", ""), header.group(0) if header else found.get("u", ""))


class RelayVisitor:
    """A browser without memory: trusts the demo's certificate authority, follows no redirect to elsewhere."""

    def __init__(self, ca_file: str) -> None:
        self._client = httpx.Client(
            verify=ssl.create_default_context(cafile=ca_file),
            headers={"User-Agent": "Mozilla/5.0 (customer)"},
            timeout=10,
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def click(self, url: str) -> bool:
        """Open a click link; the redirect's target is not visited."""
        return self._done(lambda: self._client.get(url))

    def answer(self, url: str, answer: Answer) -> bool:
        """Open the answer page and press one of its buttons."""

        def press() -> httpx.Response:
            self._client.get(url)
            return self._client.post(url, data={"answer": answer})

        return self._done(press)

    def unsubscribe(self, url: str) -> bool:
        """Unsubscribe the way a mail program does: one POST without cookies (RFC 8058)."""
        return self._done(lambda: self._client.post(url, data={"List-Unsubscribe": "One-Click"}))

    @staticmethod
    def _done(request: Callable[[], httpx.Response]) -> bool:
        """Say whether it worked; a relay that is away is tried again later by the caller."""
        try:
            response = request()
        except httpx.TransportError:
            return False
        return response.status_code < httpx.codes.INTERNAL_SERVER_ERROR
