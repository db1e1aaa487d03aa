"""What every message owes: imprint, objection, legal basis; a letter its class, a call its question, a subject brevity.

mail     imprint, legal basis and a way to object, in both parts, outside conditions and not hidden
         (§ 5 DDG, § 7 (3) UWG, Art. 13 and 21 GDPR)
letter   legal basis; an invitation or an offer, and no contents of a contract, else it is no advertising and is
         posted at the full letter rate (Dialogpost: advertising only, since 2020)
call     a question whether the call suits before anything is offered (§ 7 (2) no. 1 UWG)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.markup import HIDES, take_apart
from guildpost_shared.lint.structure import shown_always
from guildpost_shared.services.definition import Channel

MOST_SUBJECT: Final = 100
"""Characters; many programs show 60 to 80 of a subject."""
_OWED: Final = {
    "DUTY.imprint": (
        "dealer.imprint",
        r"impressum|imprint|amtsgericht|registergericht|\bhrb\b|registered in|geschäftsführ",
    ),
    "DUTY.unsubscribe": (
        "links.unsubscribe",
        r"abmeld|abbestell|widersprech|unsubscribe|opt[ -]?out|object to|austragen",
    ),
    "DUTY.legal_basis": (
        "legal_basis",
        r"rechtsgrundlage|legal basis|art\. ?6|§ ?7 abs|sie erhalten diese|you receive this|weil sie kund",
    ),
}
_MUST: Final = {
    Channel.EMAIL: ("DUTY.imprint", "DUTY.unsubscribe", "DUTY.legal_basis"),
    Channel.LETTER: ("DUTY.legal_basis",),  # the installed letter layout prints the imprint itself
    Channel.CALL: (),
}
_INVITES: Final = re.compile(
    r"einlad|laden (?:wir )?sie|angebot|termin|vereinbar|besuch|kommen sie|freuen uns|invit|offer|appointment|visit"
    r"|welcome|arrange|book",
    re.IGNORECASE,
)
_CONTRACT: Final = re.compile(
    r"\brechnung(?:s\w*)?\b|mahnung|zahlungserinnerung|kontostand|überweis|lastschrift|fälliger betrag"
    r"|vertragsnummer|vertragsänderung|preisänderung"
    r"|preiserhöhung|agb-änderung|geschäftsbedingungen|kündigungsbestätigung|terminbestätigung|auftragsbestätigung"
    r"|bescheid\b|jahresabrechnung"
    r"|\binvoice\b|payment reminder|dunning|account balance|amount due|contract number|price change"
    r"|terms and conditions|confirmation of (?:order|cancellation)"
    r"|links\.(?:payment|invoice)|\bappointments\b|\bcancelled\b",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"passt es (?:ihnen|gerade|dir)|haben sie (?:kurz |gerade |einen |einen kurzen |eine )?(?:zeit|moment"
    r"|augenblick|minute)|störe ich|darf ich (?:ihnen |sie |kurz )"
    r"|sind sie (?:damit )?einverstanden|ist es (?:ihnen )?recht|erlauben sie|möchten sie (?:darüber |dazu )|einwillig"
    r"|is (?:now|this) a good (?:time|moment)|do you have (?:a|one|two) (?:moment|minute)|may i |are you (?:happy"
    r"|ok|okay) (?:for|with|if|to)|do you agree|would you mind|can i (?:tell|talk)|consent",
    re.IGNORECASE,
)
_ADVERTISES: Final = re.compile(
    r"angebot|einlad|aktion\b|slots\.offer|\boffers\b|termin (?:anbieten|vereinbaren|vorschlagen)|wir (?:bieten"
    r"|empfehlen|laden)|vorteil|inspektion|wechsel|service\b|check\b"
    r"|offer|invite|promotion|appointment|we (?:recommend|suggest)|inspection|change\b",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_EMOJI: Final = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\u2b50\u2b55\u203c\u2049]\ufe0f?")


@dataclass(frozen=True)
class Debt:
    """A duty that is not met: rule, offset in the source, words."""

    rule: str
    place: int
    words: str


def owed(source: str, channel: Channel, *, alone: bool, notice: bool = False) -> Iterator[Debt]:
    """Find duties that a part of a message does not meet.

    Args:
        source: of the part, with its Liquid.
        channel: of the template.
        alone: without a manifest; literal words then do as well as the names.
        notice: it is no advertising: the way to object may depend on what else is in it.
    """
    pieces = take_apart(Marked.of(source))
    linked = " ".join(tag.get("href") for tag in pieces.tags if not HIDES.search(tag.get("style")))
    for rule in _MUST[channel]:
        name, words = _OWED[rule]
        if alone and (name in source or re.search(words, source, re.IGNORECASE)):
            continue
        if notice and rule == "DUTY.unsubscribe" and name in source:
            continue
        reached = pieces.seen.text if name not in linked else _COMMENT.sub("", source)
        if not shown_always(reached, name):
            yield Debt(rule, 0, name)


def letter_class(source: str) -> Iterator[Debt]:
    """Find what makes an advertising letter lose its class: no invitation, or contents of a contract."""
    if _INVITES.search(source) is None:
        yield Debt("LETTER.no_invitation", 0, "")
    for match in _CONTRACT.finditer(source):
        yield Debt("LETTER.contract", match.start(), match[0])


def call_question(source: str) -> Iterator[Debt]:
    """Find an advertising call that does not ask first."""
    offers = _ADVERTISES.search(source)
    asks = _ASKS.search(source)
    if offers and (asks is None or asks.start() > offers.end()):
        yield Debt("CALL.question", offers.start(), offers[0])


def subject(shown: str, place: int) -> Iterator[Debt]:
    """Find a subject that is too long, or has pictures or shouting in it.

    Args:
        shown: the subject of the sample, or as it stands.
        place: its offset in the source.
    """
    if len(shown) > MOST_SUBJECT:
        yield Debt("SUBJECT.long", place, f"{len(shown)}")
    found = _EMOJI.search(shown)
    if found:
        yield Debt("SUBJECT.emoji", place, found[0])
