"""Words of the workshop that go into a notice: short, plain, and without advertising.

A notice (closure, delay, delivery, repair, recall) goes out without consent because a contract or the law asks for it.
A price, a percentage or an offer in it would make it advertising (§ 7 UWG), so such words are refused, whoever wrote
them; so are markup and addresses of pages, which a template sets and a text must not.
"""

import re
from typing import Final

from guildpost_shared.errors import Refused

LONGEST: Final = 240
_MARKUP: Final = re.compile(
    r"[<>{}\[\]`\\|]|\*\*|__|&#?\w+;|https?:|www\.|[^\s\w.,;:!?()/&+*#'\"„“”‚‘’%€$°§–—·…-]", re.IGNORECASE
)
_ADVERTISING: Final = re.compile(
    r"\d[\d.,]*(?:,-)?\s*(?:€|\$|(?:euros?|eur|cents?)\b)|[€$]|\beur\s*\d[\d.,]*|\d[\d.]*,-"
    r"|\d+(?:[.,]\d+)?\s*(?:%|prozent\b|per\s?cent\b)|%"
    r"|\b\w*(?:rabatt|gutschein|sonderangebot|sonderpreis|schnäppchen|preisvorteil|preisnachlass)\w*"
    r"|\b(?:discount|voucher|special offer|bargain)s?\b",
    re.IGNORECASE,
)


def fitting(text: str) -> str:
    """Give the text with single blanks, if it may stand in a notice.

    Args:
        text: at most 240 characters.

    Raises:
        Refused: ``notice_text_length``, ``notice_text_markup``, ``notice_text_advertising``, with the mark found.
    """
    words = " ".join(text.split())
    if not 0 < len(words) <= LONGEST:
        raise Refused("notice_text_length", length=len(words), most=LONGEST)
    if found := _ADVERTISING.search(words):
        raise Refused("notice_text_advertising", mark=found[0].strip())
    if found := _MARKUP.search(words):
        raise Refused("notice_text_markup", mark=found[0])
    return words
