"""Find phrases by the tables: expressions, and what must or must not stand in the same sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from guildpost_shared.lint.abstains import keeps_out_of_prices
from guildpost_shared.lint.counted import clause
from guildpost_shared.lint.hits import By, Hit
from guildpost_shared.lint.left import left_to_the_dealer
from guildpost_shared.lint.marked import DEALER
from guildpost_shared.lint.sentences import sentence, with_question
from guildpost_shared.lint.tables import has, table, words

PRICES: Final = ("resale", "duties", "verbs", "paying")
CONDUCT: Final = ("conduct",)
_OF_PRICES: Final = "R10."
_NEAR: Final = 60
_RECALLED_BEFORE: Final = 500
_EXTRA: Final = re.compile(
    r"check|wäsche|wash|ölwechsel|oil change|\b\w*räder|\b\w*reifen|tyre|wheel"
    r"|klima(?!regler|steuer|kompressor)|air-?con\b"
    r"|inspektion|wartung(?!en)|servicing|\bservice\b(?! (?:campaign|action|team|partner|cent|depart|workshop))"
    r"|einlager|storage|politur|polish|aufbereit|valet",
    re.IGNORECASE,
)
"""Works of a workshop that no recall and no warranty brings about."""
BY_LAW: Final = re.compile(
    r"mangel\b|mängel\b|defects?\b|garantiefall|garantie gedeckt"
    r"|garantiereparatur|garantiezeit|gewährleist|kulanz|gesetzliche[nr]? (?:rechte|ansprüche)"
    r"|(?:under|by|during|within|in) (?:the |your )?(?:\w+ )?warranty"
    r"|versicherung (?:\w+ )?(?:zahlt|übernimmt|trägt)|insur(?:er|ance)(?: company)? (?:\w+ )?(?:pays|covers|bears)"
    r"|warranty (?:case|claim|repair)|(?:statutory|legal) (?:rights|warranty|guarantee)",
    re.IGNORECASE,
)
RECALL: Final = re.compile(
    r"rückruf|recall|ruf(?:t|en)\b[^!?]{0,160}werkst|calling [^!?]{0,160}workshop", re.IGNORECASE
)
_COST: Final = re.compile(
    r"kosten|costs?|trägt|tragen|übernimmt|übernehmen|(?:be)?zahlt|(?:be)?zahlen|pays?|paid|bears?|covers?|meets?"
    r"|(?:die |der |the )?(?:rechnung|bill)",
    re.IGNORECASE,
)
MAKER: Final = re.compile(
    r"\b(?:hersteller|werk|marke|importeur|manufacturer|maker|brand|factory|importer)\b", re.IGNORECASE
)
_LIKEWISE: Final = re.compile(
    r"\b(?:auch(?! wenn)|ebenso|ebenfalls|genauso|gleichfalls|too|as well|likewise|so (?:is|are))\b", re.IGNORECASE
)
_OF_THAT: Final = re.compile(r"\s*(?:Sie (?:kostet|ist|wird)|It|They|This|That|Das|Dies\w*)\b")
"""How a sentence begins that goes on about what the one before it names."""
_NOTHING: Final = re.compile(r"(?!)")


@dataclass(frozen=True)
class _Phrase:
    rule: str
    severity: str
    find: re.Pattern[str]
    together: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str]
    dealer: bool
    left: bool
    works: bool

    def applies(self, around: str, answered: str) -> bool:
        """Say whether what must stand in the sentence does, and nothing that excuses it.

        Args:
            around: the sentence.
            answered: the same with the question or the answer beside it.
        """
        if not all(each.search(around) for each in self.together):
            return False
        if self.unless.search(answered if self.left else around):
            return False
        if self.works and not has("price", "works", around):
            return False
        if self.rule.startswith(_OF_PRICES) and keeps_out_of_prices(around):
            return False
        return not (self.left and (left_to_the_dealer(around) or left_to_the_dealer(answered)))


@cache
def _phrases(name: str) -> tuple[_Phrase, ...]:
    return tuple(
        _Phrase(
            row["rule"],
            row.get("severity", "error"),
            _whole("|".join(f"(?:{entry})" for entry in row["any"])),
            tuple(_whole(row[key]) for key in ("with", "also") if key in row),
            re.compile(row["unless"], re.IGNORECASE) if "unless" in row else _NOTHING,
            row.get("dealer", False),
            row.get("left", False),
            row.get("works", False),
        )
        for row in table(name)["phrases"]
    )


def _whole(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{expression})(?![^\W_])", re.IGNORECASE)


def phrases(text: str, names: tuple[str, ...]) -> Iterator[Hit]:
    """Find what the tables name.

    Args:
        text: normalised.
        names: of the tables.
    """
    for name in names:
        for phrase in _phrases(name):
            applies: dict[tuple[int, int], bool] = {}
            for match in phrase.find.finditer(text):
                first, last = sentence(text, match.start(), match.end())
                if (first, last) not in applies:
                    begin, end = with_question(text, first, last)
                    applies[first, last] = phrase.applies(text[first:last], text[begin:end])
                if not applies[first, last] or _maker_bears(text, match, first, last):
                    continue
                near = text[max(first, match.start() - _NEAR) : min(last, match.end() + _NEAR)]
                if not (phrase.dealer and DEALER in near):
                    yield Hit(phrase.rule, match.start(), match.end(), phrase.severity)


def _maker_bears(text: str, found: re.Match[str], first: int, last: int) -> bool:
    """Say whether what is spoken of is the cost of a recall or of a warranty, which the maker bears."""
    if not _COST.fullmatch(found[0]) or not MAKER.search(text, first, last):
        return False
    owed = RECALL.search(text, max(0, first - _RECALLED_BEFORE), last) or BY_LAW.search(text, first, last)
    return bool(owed) and not _EXTRA.search(text, first, last)


def given_away(text: str) -> Iterator[Hit]:
    """Find what costs nothing, unless it is free by law, by the maker's duty or by its nature."""
    for match in words("free", "free").finditer(text):
        first, last = sentence(text, match.start(), match.end(), 120)
        around = text[first:last]
        if _covered(text, match, first, last):
            continue
        likewise = has("free", "sold", around) and _LIKEWISE.search(around)
        extra = _EXTRA.search(clause(text, match.start(), match.end(), first, last))
        owed = not likewise and RECALL.search(text, max(0, first - _RECALLED_BEFORE), last)
        named = first
        if _OF_THAT.match(text, first) and not _EXTRA.search(around):
            named = sentence(text, max(0, first - 2), max(0, first - 1), 120)[0]
        if (owed or BY_LAW.search(text, named, last)) and not extra:
            continue
        first, last = with_question(text, first, last)
        around = text[first:last]
        sold, nature = has("free", "sold", around), has("free", "free_by_nature", around)
        nature = nature and not _of_its_clause(text, match, first, last)
        if nature and not likewise and not (sold and _closer(text, match, first, last)):
            continue
        yield Hit("R10.free", match.start(), match.end(), by=By.FREE)


def _covered(text: str, found: re.Match[str], first: int, last: int) -> bool:
    start = max(first, found.start() - _NEAR)
    return any(
        each.start() <= found.start() < each.end() for each in words("free", "not_free").finditer(text, start, last)
    )


def _of_its_clause(text: str, found: re.Match[str], first: int, last: int) -> bool:
    """Say whether the word's own clause names a work and nothing that is free by nature."""
    start = max(first, text.rfind(",", first, found.start()) + 1)
    end = text.find(",", found.end(), last)
    clause = text[start : end if end >= 0 else last]
    return has("free", "sold", clause) and not has("free", "free_by_nature", clause)


def _closer(text: str, found: re.Match[str], first: int, last: int) -> bool:
    """Say whether a work stands closer to the word than what is free by nature."""

    def distance(key: str) -> int:
        gaps = (
            max(found.start() - each.end(), each.start() - found.end(), 0)
            for each in words("free", key).finditer(text, first, last)
        )
        return min(gaps, default=last - first)

    return distance("sold") < distance("free_by_nature")
