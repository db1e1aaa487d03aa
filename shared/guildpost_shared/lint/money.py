"""Money in the brand's words (rule R10): amounts, however they are written.

A figure with a currency, a figure with ",-", a figure after words such as "nur", "Preis" or "only". What excuses a
figure stands close to it: a fine, a coin, a phone tariff, a share capital.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from guildpost_shared.lint.counted import aged, clause, headed, opens
from guildpost_shared.lint.hits import By, Hit
from guildpost_shared.lint.numbers import ENGLISH, EUROS_IN_A_WORD, FIGURE, GERMAN, ROMAN, WORDS, no_figure
from guildpost_shared.lint.percents import MONEY_TALK
from guildpost_shared.lint.sentences import sentence
from guildpost_shared.lint.tables import alternatives, has, words

_CURRENCY_WORD: Final = (
    r"(?:us-?)?(?:dollars?|usd)|euro(?:nen|s|cents?)?|eur(?:os)?|teuro|t€|tsd\. ?€|cents?|ct|cts|chf|sfr|fr\."
    r"|schweizer franken|swiss francs?|francs?|k€"
    r"|franken|rappen"
    r"|gbp|pounds?(?! per)|pence|quid|bucks|kronen|sek|dkk|nok|pln|zloty|czk|taler"
    r"|tacken|mäuse|flocken|kröten|öcken|piepen|smackers|clams|nicker|steine(?= für)"
)
_GAP: Final = r"[\s\-.:;,'()\[\]~_*/]{0,4}"
_UNITS: Final = (
    r"km\b|kilomet|mm\b|cm\b|m\b|m²|meter|metre|miles?\b|mph|km/h|zoll|inch|\"|°|grad|degree|bar\b|psi|kpa|nm\b"
    r"|newton|kw|ps\b|hp\b|bhp|kwh|wh\b|ah\b|volt|v\b"
    r"|ampere|a\b(?! (?:month|year|day|week|piece|wheel|tyre|tire|litre|hour|go))|watt|w\b|hz|liter|litre|l\b|ml\b"
    r"|ccm|cm³|kg\b|g\b|gramm|gram|tonne|ton|t\b|jahr|year|monat|month|woche|week|tag|day|stund|hour|hrs?\b|h\b"
    r"|minut|min\b|sekund"
    r"|second|sec\b|uhr|o'clock|am\b|pm\b|a\.m|p\.m|mal\b|times|x\b|fach|punkt|point|sterne?\b|stars?\b|personen"
    r"|people|person|sitz|seat|tür|door|gäng|gear|zylinder|cylinder"
    r"|fahrzeug|vehicle|cars?\b|autos?\b|kunden|customer|reifen|räder|rädern|tyre|tire|wheel|stück|schritt|step"
    r"|seite|page|klick|click|prozent|per ?cent|%|‰|mitarbeit|employee|techni"
    r"|betrieb|dealer|partner|standort|location|filiale|termin|appointment|slot|plätz|platz|place|spur|lane|kilo"
    r"|grm|ppm|db\b|lux|lumen|kelvin|rpm|u/min|umdreh|stell|mai\b|januar|februar|märz"
    r"|april|juni|juli|august|september|oktober|november|dezember|january|february|march|may\b|june|july|october"
    r"|december|jan\b|feb\b|apr\b|jun\b|jul\b|aug\b|sep|okt|oct|nov|dez|dec\b"
    r"|generation|baujahr|auflage|teil\b|teile[nr]?\b|part\b|punkte[n]?|prüfpunkt|positionen|items?\b|checks\b"
    r"|arbeit|zeilen|lines?\b|fragen|questions?|ziffer|absatz|nächt|night|geräte|apps?\b"
)
_NO_UNIT: Final = (
    rf"(?![\d.,:/]*\d)(?!\s?-?(?:{_UNITS}))(?!\s?-\s?\d)(?!\. ?(?:[A-ZÄÖÜa-zäöü]|\d))"
    r"(?!\s+(?:bis|to|and|und|oder|or|-) \d)"
)
_ENDS: Final = (
    r"(?=\s*(?:$|[.!?,;)*]|\n|inkl|incl|zzgl|plus\b|pro\b|per\b|je\b|jeweils|für|for\b|statt|instead|all\b|brutto"
    r"|netto|komplett"
    r"|im monat|monatlich|a month|monthly|/|bei\b|at\b|an\b|und\b|and\b|-|nur|only|ist|is\b|-?mark|berechne|verlang"
    r"|anbiete|charge|\ue010|\ue011))"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_NORM: Final = re.compile(
    r"[12][ -]?euro[ -](?:profil|test|münz|stück|coin)"
    r"|euro[ -]?(?:norm )?[1-7](?:[a-e]|vi)?(?:[ -](?:temp|norm|ea|isc\S*))*(?![.,]?\d|[.,]-)|euro ?ncap|euro 20\d\d",
    re.IGNORECASE,
)

_TAXED: Final = (
    r"\s*\(?(?:inkl|incl|including|inclusive|inklusive|zzgl|zuzüglich|plus|exkl|excl"
    r"|excluding)\.?,? (?:of )?(?:der |gesetzl\w* ?\.? )?"
    r"(?:\d+ ?% )?(?:mwst|ust\b|vat\b|mehrwertsteuer|umsatzsteuer|tax)"
)


@cache
def _amounts() -> re.Pattern[str]:
    currency = rf"(?:[€$£¥]|(?:{_CURRENCY_WORD})(?![^\W\d_]))"
    figure_first = rf"(?:{FIGURE}|(?P<words>{WORDS})|(?-i:{ROMAN})){_GAP}(?P<unit>{currency})"
    currency_first = rf"(?<![^\W\d_])(?<!per )(?P<unit2>{currency}){_GAP}(?:{FIGURE}|{WORDS}(?![^\W_]))"
    return re.compile(f"{figure_first}|{currency_first}|{EUROS_IN_A_WORD}", re.IGNORECASE)


@cache
def _bare() -> tuple[re.Pattern[str], ...]:
    dashes = r"(?<![\d.,])\d{1,4}(?:\.\d{3})?[.,] ?[-]{1,2}(?![\d\w])(?!\s*\d)"
    strong = (
        rf"(?<![^\W_])(?:{alternatives('price', 'strong')})(?P<strong>[\s:=\-(]*(?:{FIGURE}|{WORDS})){_NO_UNIT}{_ENDS}"
    )
    weak = (
        rf"(?<![^\W_])(?<!-)(?:{alternatives('price', 'weak')})(?P<weak>[\s:=(]*(?:{FIGURE}|{WORDS})){_NO_UNIT}{_ENDS}"
    )
    cents = rf"(?P<cents>(?<![\d.,:/§])(?:\d{{1,4}}|\d{{1,3}}\.\d{{3}}(?=,))[.,]\d\d(?![\d.,:/-]*\d)){_NO_UNIT}"
    works = alternatives("price", "works")
    after_work = (
        rf"(?<![^\W_])(?:{works})(?: [^\W\d]+){{0,2}}[:?!.\-]?\s{{1,2}}(?P<after>\d{{2,4}}(?:[.,]\d\d)?(?:\.-|,-)?)"
        rf"(?=\s*(?:[!*]|\Z|\n|netto|brutto|net\b|gross|/\s))(?!\s*/\s*\d{{4}})"
    )
    er = rf"\d{{2,4}}er[- ](?:{works}|\w*gutschein\w*|scheck|bonus|voucher)"
    large = r"[a-zäöüß]*(?:und|hundert|ninety|eighty|seventy|sixty|fifty|forty|thirty)"
    alone = (
        rf"(?<![^\W_])(?P<alone>(?={large}){WORDS})(?![ -](?:and )?(?:{ENGLISH}))"
        rf"(?=\s*(?:[!,.;:\-]|\Z|\n)(?! ?-?[a-zäöü]*(?:{_UNITS})))"
    )
    tax = rf"(?P<tax>{FIGURE}){_TAXED}"
    whole = rf"(?P<whole>{FIGURE}) ?(?:all[ -]in\b|alles (?:drin|inklusive)|flat\b|pauschal|mtl\b|netto\b|brutto\b)"
    pair = rf"(?<![^\W_])(?P<pair>(?:{GERMAN}) (?:[a-zäöü]+(?:zig|ßig)))(?![^\W_])"
    patterns = (f"{dashes}|{tax}|{whole}|{pair}|{after_work}|{er}|{alone}", strong, weak, cents)
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def money(text: str) -> Iterator[Hit]:
    """Find amounts.

    Args:
        text: normalised (``normalise``).
    """
    yield from _amount_hits(text)
    yield from _bare_hits(text)
    yield from _wordless(text)


def _wordless(text: str) -> Iterator[Hit]:
    """Find currencies that stand without a figure ("für wenige Euro", "not a penny more")."""
    for match in _NO_FIGURE.finditer(text):
        if not _NORM.match(text, match.start()) and not _excused_amount(text, match.start(), match.end()):
            yield Hit("R10.amount", match.start(), match.end(), by=By.CURRENCY)


def _amount_hits(text: str) -> Iterator[Hit]:
    for match in _amounts().finditer(text):
        if no_figure(match["words"]) or _NORM.match(text, match.start()) or _joined_to_a_word(text, match):
            continue
        if not _excused_amount(text, match.start(), match.end()):
            yield Hit("R10.amount", match.start(), match.end(), by=By.CURRENCY)


def _joined_to_a_word(text: str, match: re.Match[str]) -> bool:
    """Tell a part of a code ("E4$", "DE89 3704 EUR-…") by the letter in front of its figure."""
    before = text[max(0, match.start() - 1) : match.start()]
    clear = (match["unit"] or "").lower() in {"€", "£", "euro", "euros", "eur"}
    return before.isalpha() and text[match.start()].isdigit() and not clear


def _bare_hits(text: str) -> Iterator[Hit]:
    for pattern in _bare():
        for match in pattern.finditer(text):
            kind = match.lastgroup or ""
            figure = (match[kind] if kind in _KINDS else "").strip(" \n:=-(")
            if _YEAR.fullmatch(figure) or no_figure(figure) or _excused_amount(text, match.start(), match.end()):
                continue
            if _means_money(text, match, kind, figure):
                yield Hit("R10.amount", match.start(), match.end(), by=By.ANNOUNCED)


_NO_FIGURE: Final = re.compile(
    r"(?:(?:wenigen?|paar|einige|few|symbolischen?|symbolic|halben|couple of|handful of|jede[nr]|single|every|schmale"
    r"|kleine) (?:euros?|cents?|pounds|dollars|pence|pennies|franken)"
    r"|(?:less than|under|unter|weniger als|für|for|only|just|nur|kaum|keinen) (?:an?|one|einen?|einem)"
    r" (?:pound|euro|dollar|penny|cent|franken)(?! ?-?(?:coin|stück|münze))"
    r"|(?:not|no|keine?n?|never) (?:a |one |single |einzigen )*(?:penny|cent|euro|pfennig))\b|[€$£]{2,}",
    re.IGNORECASE,
)
_KINDS: Final = frozenset({"strong", "weak", "cents", "after", "alone"})


def _means_money(text: str, match: re.Match[str], kind: str, figure: str) -> bool:
    """Say whether a figure without a currency is money, by what stands around it."""
    start, end = sentence(text, match.start(), match.end(), 160)
    if kind in {"strong", "weak"} and (
        (_MEASURED.search(text, start, end) and not MONEY_TALK.search(text, start, end))
        or _was_or_opens(text, match, figure, start, end)
    ):
        return False
    if kind == "weak":
        with_cents = re.search(r",\d\d(?!\d)", figure) is not None
        large = _is_big(figure) and not _clock(text, match.start(), match.end(), figure)
        return with_cents or (large and has("price", "works", text[start:end]))
    if kind in {"alone", "pair"}:
        return has("price", "works", text[max(0, start - 60) : end + 100])
    if kind == "after" and headed(text, match.start()):
        return False
    if kind == "cents":
        return _price_near(text, match.start(), match.end(), figure)
    return kind != "strong" or not figure.isalpha() or _is_number_word(figure)


def _was_or_opens(text: str, match: re.Match[str], figure: str, first: int, last: int) -> bool:
    """Say whether a figure is what a share or somebody's age was, or the hour that follows a weekday."""
    at = match.end() - len(figure)
    if not _ONCE.match(match[0]):
        return opens(text, match.start(), figure) or opens(text, at, figure)
    own = clause(text, match.start(), match.end(), first, last)
    share = _SHARE.search(text, first, last) and not has("price", "works", own)
    return bool(share and not MONEY_TALK.search(text, first, last)) or aged(text, at, match.end(), first, last)


def _clock(text: str, start: int, end: int, figure: str) -> bool:
    """Say whether a figure is a time of day: nothing is sold around it, and an appointment or a day stands by."""
    before, behind = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    by = _CLOCK_WORDS.search(before) or _CLOCK_WORDS.search(behind)
    return bool(_CLOCK.fullmatch(figure) and by and not (MONEY_TALK.search(before) or MONEY_TALK.search(behind)))


def _is_big(figure: str) -> bool:
    """Say whether a figure without a currency is likely to be money: at least ten, or with cents."""
    if figure.replace(" ", "").isalpha():
        return _is_number_word(figure) and figure.lower() not in _SMALL
    digits = re.match(r"[\d.,]+", figure)
    return bool(digits) and (len(re.split(r"[.,]", digits[0])[0]) > 1 or bool(re.search(r"[.,]\d\d$", digits[0])))  # type: ignore[index]


_MEASURED: Final = re.compile(
    r"\d ?(?:mm|cm|bar|psi|nm|kw|kwh|km|km/h|°c?|volt|words?|wörtern?|zeichen|characters)\b"
    r"|\b\w*(?:maß|stärke|tiefe|druck)\b|thickness|depth|pressure",
    re.IGNORECASE,
)
"""Another figure of the sentence is a length, a pressure and the like: so is the bare one."""
_ONCE: Final = re.compile(r"was\b", re.IGNORECASE)
_SHARE: Final = re.compile(r"\d ?(?:%|per ?cent|prozent)", re.IGNORECASE)
"""A share in the sentence: what it was once is a share, too."""
_SMALL: Final = frozenset(
    {
        *("ein", "eine", "einen", "einem", "einer", "eines", "zwei", "drei", "vier", "fünf", "sechs", "one"),
        *("two", "three", "four", "five", "six", "a"),
    }
)


def _is_number_word(figure: str) -> bool:
    return figure.lower() not in {"ein", "eine", "einen", "einem", "einer", "eines", "one", "halb", "halbe", "halber"}


_CLOCK: Final = re.compile(r"(?:[01]?\d|2[0-4])[.]\d\d")
_MINUTES: Final = 59
_CLOCK_WORDS: Final = re.compile(
    r"uhr|o'clock|\bam\b|\bpm\b|geöffnet|öffnungszeit|open|termin|appointment|bis\b|until|montag|dienstag|mittwoch"
    r"|donnerstag|freitag|samstag|monday|tuesday|wednesday|thursday|friday|saturday|\bmo\b|\bdi\b|\bfr\b|\bsa\b",
    re.IGNORECASE,
)
_PRICE_WORD: Final = re.compile(
    r"preis|price|kostet|kosten|costs?\b|eur|€|\bnur\b|\bonly\b|\bjust\b|\bstatt\b|instead|inkl|incl|mwst|vat\b"
    r"|brutto|tarif|betrag|pauschal|berechn|charge|zahl|\bpay|zum \w+satz|\bab\b|angebot|offer|anbieten|bieten",
    re.IGNORECASE,
)


_NUMBERED: Final = re.compile(
    r"(?:version|kapitel|ziffer|nr\.?|nummer|§|art\.?|abs\.?|faktor|code|stand|chapter|section|no\.) ?$", re.IGNORECASE
)
_MONTHLY: Final = re.compile(
    r"\s*(?:(?:im|pro|per|je|a|each) (?:monat|jahr|month|year|week|woche|tag|day|rad|wheel)"
    r"|/ ?(?:monat|month|jahr|year|woche|week|tag|day|rad|wheel|stück)|monatlich|monthly)",
    re.IGNORECASE,
)
_PER: Final = re.compile(r"\s*(?:je|pro|per|a|each)\s", re.IGNORECASE)


def _price_near(text: str, start: int, end: int, figure: str) -> bool:
    around = text[max(0, start - 90) : end + 60]
    if _MONTHLY.match(text, end) or ("," in figure and not _NUMBERED.search(text[max(0, start - 24) : start])):
        return True
    if (_PER.match(text, end) or "," in figure) and has("price", "works", around):
        return True
    if "." in figure and int(figure[-2:]) > _MINUTES and not _NUMBERED.search(text[max(0, start - 24) : start]):
        first, last = sentence(text, start, end, 160)
        return not _MEASURED.search(text[first:last])
    if _CLOCK.fullmatch(figure) and _CLOCK_WORDS.search(text[max(0, start - 60) : end + 40]):
        return False
    return bool(_PRICE_WORD.search(around)) and bool(
        has("price", "works", around) or re.search("preis|price", around, re.IGNORECASE)
    )


_TRIGGER: Final = re.compile(
    r"\b(?:nur|ab|statt|für nur|preis\w*|kostet|only|just|from|instead|price\w*|costs?)\b", re.IGNORECASE
)
_SAME_BREATH: Final = re.compile(
    r"(?:[,;:]? ?\(?(?:which|that|it|they|this|sie|es|das|die|der|dies\w*|dann|und zwar)\b|:|\()?[^,;:!?]*",
    re.IGNORECASE,
)
"""What may stand between a fine and what it comes to: no further clause but one that speaks of the fine."""
_LURE: Final = re.compile(r"\b(?:nur|statt|preis\w*|only|just|instead|price\w*)\b", re.IGNORECASE)
_LATE: Final = re.compile(
    r"überz|überschr|überfäll|verspät|versäum|abgelaufen|overdue|\blate\b|expired|missed", re.IGNORECASE
)
_NEAR: Final = 60
_TELEPHONE: Final = re.compile(r"\s*(?:/|pro |je |per |a )\s*(?:min\b|minute|anruf|call)", re.IGNORECASE)
_LABOUR: Final = re.compile(r"arbeits|lohn|labou?r|werkstatt(?:stunde|zeit)|mechani", re.IGNORECASE)


def _excused_amount(text: str, start: int, end: int) -> bool:
    """Say whether a figure is a fine, a coin, a tariff of a telephone or the like."""
    no_price, works = words("price", "no_price"), words("price", "works")
    first, last = sentence(text, start, end, 200)
    around = text[first:last]
    if _LABOUR.search(around):
        return False
    if _TELEPHONE.match(text, end) or _named_behind(text, end) or _FINED.search(text, first, start):
        return True
    if _named_before(text, first, start) or _risked_before(text, first, start):
        return True
    own = clause(text, start, end, first, last)
    if no_price.search(own) and not _TRIGGER.search(own):
        return not works.search(own) or bool(_LATE.search(own))
    return False


def _named_behind(text: str, end: int) -> bool:
    """Say whether what follows a figure within two words names it ("60 Euro Bußgeld")."""
    for width in range(3):
        lead = re.match(rf"[\s\-(]*(?:[^\s.,;:!?]+[\s-]+){{{width}}}", text[end : end + 60])
        if lead and words("price", "no_price").match(text, end + lead.end()):
            return True
    return False


def _named_before(text: str, first: int, start: int) -> bool:
    """Say whether what stands before a figure in its sentence names it, with no work or lure between."""
    for match in words("price", "no_price").finditer(text, first, start):
        if _SPENT.search(text, first, match.start()):
            continue
        gap = text[match.end() : start]
        apart = not _SAME_BREATH.fullmatch(gap) or words("price", "works").search(gap) or _LURE.search(gap)
        if len(gap) <= _NEAR and not apart:
            return True
    return False


def _risked_before(text: str, first: int, start: int) -> bool:
    """Say whether an earlier figure of the sentence is a fine, with no work or lure between."""
    risked = _RISKED.search(text, first, start)
    if risked is None:
        return False
    gap = text[risked.end() : start]
    return not (words("price", "works").search(gap) or _LURE.search(gap))


_RISKED: Final = re.compile(
    r"\b(?:droh(?:t|en)|riskier\w*|risks?|faces?|bußgeld\w*|verwarnungsgeld\w*|fines?):?(?: [^\W\d]+){0,4} \d",
    re.IGNORECASE,
)
_SPENT: Final = re.compile(r"\d ?(?:€|euros?|eur) ?(?:-)?$", re.IGNORECASE)
"""An amount right in front of a fine: it explains that one ("statt 60 Euro Bußgeld"), no other."""
_FINED: Final = re.compile(
    r"(?:bußgeld|bussgeld|verwarnungsgeld|geldbuße|strafe|\w*verstoß|vergehen|fines?|penalty|offence|maut|vignette"
    r"|kfz-steuer|kraftfahrzeugsteuer|road tax|toll|staat|bund|government)\b[^.;:!?]{0,60} (?:beträgt|von|ist|sind|war"
    r"|bis zu|in höhe von|mit|is|are|was|been|of|costs?|up to|kostet|liegt bei|at)(?: [^\W\d]+| (?:19|20)\d\d){0,3} ?$"
    r"|\b(?:droh(?:t|en)|riskier\w*|risks?|faces?)(?: [^\W\d]+){0,3} ?$",
    re.IGNORECASE,
)
"""A fine and what it comes to, in one breath: no work between them makes it a price."""
