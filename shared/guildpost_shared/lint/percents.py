"""Percentages in the brand's words (rule R10): each is one of a price, unless it says what else it is a part of.

A battery, a tread, drivers, a tax are such wholes (``no_discount`` of words/price.toml). They excuse nothing where the
sentence speaks of a discount or of what is off: "20 % auf Batterien".
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from guildpost_shared.lint.counted import clause
from guildpost_shared.lint.hits import By, Hit
from guildpost_shared.lint.numbers import FIGURE, WORDS, no_figure
from guildpost_shared.lint.sentences import sentence
from guildpost_shared.lint.tables import has, words

_PERCENT: Final = r"(?:%|prozent\w*|percent\w*|per cent|per hundred|pct\b|proz\.|v\. ?h\.|vom hundert|‰|promille)"
_NO_FIGURE: Final = re.compile(r"%{2,}|(?:so ?viel|viele|=) (?:prozent|%)", re.IGNORECASE)
_HARD: Final = re.compile(
    r"rabatt|preisnachl|\bnachlass\b|\bnachlässe\b|preisvorteil|skonto|gutschein|cashback|ermäßig|vergünstig"
    r"|geschenkt|gratis|uvp|preis|\boff\b|discount|rebate|rrp|msrp|voucher|coupon"
    r"|weniger (?:zahlen|bezahlen)|(?:zahlen|bezahlen|kostet) (?:\w+ ){0,3}weniger|pay (?:\w+ ){0,2}less|knocked"
    r"|price|jahreszins|\bapr\b|finanzierung|financ|wallet|purse|pocket|geldbeutel|geldbörse|portemonnaie|\bkasse\b"
    r"|arbeitslohn|lohn\b|\brechnung\b|\bbill\b|\binvoice\b|labou?r|marge|margin",
    re.IGNORECASE,
)
_ON_A_PART: Final = re.compile(
    r"\s*(?:nachlass )?(?:auf|on|off) (?!dem\b|der\b|wunsch|charge|average|the (?:road|motorway|front|rear|display"
    r"|left|right"
    r"|(?:cold|frosty|hot|warm|icy|winter|summer|long)\b))(?:\w)",
    re.IGNORECASE,
)
_SAVED: Final = re.compile(
    r"\s*(?:(?:zu |to )?(?:spar|gespart|erspar)\w*|saved?|saving)\s*(?:auf|bei|beim|on|[.!]|\Z|\n)", re.IGNORECASE
)
_FUEL: Final = re.compile(
    r"kraftstoff|sprit\b|benzin|diesel|verbrauch|energie|strom|reichweite|fuel|petrol|energy|power|range|consumption",
    re.IGNORECASE,
)
_SHARED: Final = re.compile(r"\s*(?:ihre[rs]|its|their)\b", re.IGNORECASE)
_TAX: Final = re.compile(
    r"[\s\-]*(?:gesetzliche[rn]? )?(?:mwst|ust\b|mehrwertsteuer|umsatzsteuer|vat\b|sales tax)", re.IGNORECASE
)
_GIVEN_AWAY: Final = re.compile(
    r"schenk|spar|erlass|übernehm|geschenkt|entfällt|saving|save|on us|we pay", re.IGNORECASE
)
_SHARE: Final = re.compile(
    r"\s*(?:aller|der|des|von|of|unserer) (?!(?:the |your |all |our )?(?:preis|üblich|normal|rechnung|kosten|price"
    r"|cost|bill|invoice|usual|full|regular|repair|reparatur|arbeit|work\b|labou?r|lohn|summe|betrag))",
    re.IGNORECASE,
)
MONEY_TALK: Final = re.compile(
    r"arbeitslohn|lohnkosten|entgelt|vergütung|honorar|remuneration"
    r"|preis|rabatt|nachlass|kosten|rechnung|price|cost|bill\b|invoice|discount|zahlen|\bpay|uvp|rrp",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"\s*(?:mehr|more|länger|longer|höher|higher|besser|better|weiter|further|farther|heller|brighter|schneller|faster"
    r"|breiter|wider)\b",
    re.IGNORECASE,
)
"""More of something is no discount."""
_LESS_OF: Final = re.compile(
    r"\s*(?:weniger (?-i:(?!Geld|Lohn|Preis|Kosten|Gebühr|Aufpreis|Miete|Arbeitslohn|Ausgaben)[A-ZÄÖÜ])\w+"
    r"|(?:less|fewer) (?!(?:than|for|on|at|to|when|if|with|in|this|until|money|you|your|and|by|from|every|each|all"
    r"|during|through|as|the|a|or|off|before|after|because|labou?r|cash)\b)(?-i:[a-z])[a-z]{2,})",
    re.IGNORECASE,
)
"""Nor is less of something that nobody pays for."""
_TECHNICAL: Final = re.compile(r"\d ?(?:mm|bar|psi|volts?|v|ah|kwh|ampere|ohm|°c?|k?n|nm)\b", re.IGNORECASE)
"""Something is measured in the same sentence."""
_LESS: Final = re.compile(r"(?:minus|(?<!\w)-) ?$", re.IGNORECASE)
_VAGUE: Final = re.compile(
    r"qualität|verlass|sicherheit|überzeug|einsatz|leidenschaft|voll|full|licht|light|hell|bright|power|leistung|speed"
    r"|geschwindigkeit|team|frauen|women|left|länger|longer|schneller|faster|sicht|vis|risk|risiko|load|complete|result"
    r"|ergebnis|leder|leather|papier|effort|strom|electric|nachhaltig|sustainab|recycl|zufrieden|satisf|reserve|score",
    re.IGNORECASE,
)
"""Wholes that slogans speak of: they explain a percentage of their own clause alone."""
_IDIOM: Final = re.compile(r"(?:(?<!bis )\bzu|\d ?%? ?(?:auf|bis|to|-|prozent auf)) $", re.IGNORECASE)


@cache
def _percents() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{FIGURE}|(?P<words>{WORDS}))[\s\-.]{{0,2}}(?P<unit>{_PERCENT})|(?<!\d)[-+]?%[\s]?\d+", re.IGNORECASE
    )


def percents(text: str) -> Iterator[Hit]:
    """Find percentages of a price.

    Args:
        text: normalised (``normalise``).
    """
    for match in _NO_FIGURE.finditer(text):
        first, last = sentence(text, match.start(), match.end(), 90)
        if not has("price", "no_discount", text[first:last]):
            yield Hit("R10.discount", match.start(), match.end(), by=By.PERCENT)
    for match in _percents().finditer(text):
        if no_figure(match["words"]):
            continue
        first, last = sentence(text, match.start(), match.end(), 90)
        around = text[first:last]
        if "promille" in match[0].lower() or "‰" in match[0] or _is_tax(text, match.end(), around):
            continue
        if _TAX.match(text, match.end()) or _is_discount(text, match, around):
            yield Hit("R10.discount", match.start(), match.end(), by=By.PERCENT)


def _part_of_a_thing(text: str, match: re.Match[str]) -> bool:
    """Say whether the clause of a percentage, or its sentence beyond doubt, says what it is a part of."""
    first, last = sentence(text, match.start(), match.end(), 90)
    if has("price", "no_discount", clause(text, match.start(), match.end(), first, last)):
        return True
    if _LESS.search(text, first, match.start()):
        return False
    wholes = words("price", "no_discount").finditer(text, first, last)
    return any(not _VAGUE.match(each[0]) for each in wholes)


def _is_tax(text: str, end: int, around: str) -> bool:
    return bool(_TAX.match(text, end)) and not _GIVEN_AWAY.search(around)


def _is_discount(text: str, match: re.Match[str], around: str) -> bool:
    """Say whether a percentage is one of a price: always, unless it says what else it is a part of."""
    share = _SHARE.match(text, match.end()) and not MONEY_TALK.search(around)
    if share or (_SHARED.match(text, match.end()) and not MONEY_TALK.search(around)):
        return False
    if _HARD.search(around) or _ON_A_PART.match(text, match.end()):
        return True
    if _SAVED.match(text, match.end()) and not _FUEL.search(around):
        return True
    if _MORE.match(text, match.end()) or _TECHNICAL.search(around):
        return False
    less = _LESS_OF.match(text, match.end())
    if less and not MONEY_TALK.search(around) and not has("price", "works", less[0]):
        return False
    lead = text[max(0, match.start() - 14) : match.start()]
    whole = _IDIOM.search(lead) or re.match(r"100\D|hundert|one hundred|a hundred", match[0], re.IGNORECASE)
    return not (whole or _part_of_a_thing(text, match))
