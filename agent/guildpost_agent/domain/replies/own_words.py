"""What a person wrote themselves: a reply without the message it quotes, without signature and greetings' lines."""

import re
from email.message import Message
from typing import Final

from guildpost_agent.domain.bounces.parts import take_apart

MOST_OWN: Final = 8_000
_QUOTE_BEGINS: Final = re.compile(
    r"(?im)^[ \t>*_]{0,10}(?:"
    r"am [^\n]{6,120}(?:\n[^\n]{0,80})?schrieb[^:]{0,160}:"
    r"|(?:on|le|il) [^\n]{6,120}(?:\n[^\n]{0,80})?(?:wrote|a écrit|ha scritto)[^:\n]{0,20}:"
    r"|-{2,} ?(?:ursprüngliche nachricht|original message|original-nachricht|weitergeleitete nachricht|"
    r"forwarded message)[^\n]{0,20}"
    r"|von: [^\n]{3,200}\n[ \t>*_]{0,10}(?:gesendet|datum|an|date|sent): "
    r"|from: [^\n]{3,200}\n[ \t>*_]{0,10}(?:sent|date|to): "
    r"|_{20,}[ \t]*$|-- ?$|--\n"
    r"|(?:gesendet von|von meinem|sent from) (?:meinem|mein|my|outlook|mail|iphone)[^\n]{0,60}$"
    r")"
)
_QUOTED_LINE: Final = re.compile(r"(?m)^[ \t]{0,4}>[^\n]*\n?")


def own_words(message: Message) -> str:
    """Give the text of a reply as its writer typed it; at most 8,000 characters."""
    return without_quotes(take_apart(message, whole=True).text)


def without_quotes(text: str) -> str:
    """Cut what is quoted off a text."""
    found = _QUOTE_BEGINS.search(text)
    text = _QUOTED_LINE.sub("", text[: found.start()] if found else text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()[:MOST_OWN]
