"""Figures as people write them: in digits, in German and English words, in Roman letters."""

from typing import Final

DIGITS: Final = r"(?<![\d.,])(?:\d{1,3}(?:[.' ]\d{3})+|\d+)(?:[.,]\d{1,2})?(?!\d)"
"""A figure of money or percent; thousands may be parted."""
_GERMAN_UNITS: Final = (
    "null|eine?[nrms]?|zwei|zwo|drei|vier|fünf|fuenf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwoelf"
    "|(?:drei|vier|fünf|fuenf|sech|sieb|acht|neun)zehn|zwanzig|(?:drei|vier|fünf|fuenf|sech|sieb|acht|neun)(?:zig|ßig|ssig)"
    "|hundert|tausend|und|komma"
)
GERMAN: Final = (
    rf"(?<![a-zäöüß])(?:(?:{_GERMAN_UNITS})[ -]?){{1,10}}?(?<=[a-zäöüß])(?:einhalb)?(?![a-zäöüß])"
    r"|(?<![a-zäöüß])(?:eineinhalb|anderthalb|halber?[nrs]?)(?![a-zäöüß])"
)
_ENGLISH_UNITS: Final = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen"
)
_JOINT: Final = r"[ -]+(?:and[ -]+|point[ -]+)?"
ENGLISH: Final = rf"\b(?:(?:a|half a) )?(?:{_ENGLISH_UNITS})(?:{_JOINT}(?:{_ENGLISH_UNITS})){{0,8}}\b"
WORDS: Final = rf"(?:{GERMAN}|{ENGLISH})"
EUROS_IN_A_WORD: Final = (
    rf"(?<![a-zäöüß])(?:{_GERMAN_UNITS}){{1,8}}euro(?:{_GERMAN_UNITS}){{0,6}}(?![a-zäöüß])"
    rf"|(?<![a-z])(?:{_ENGLISH_UNITS}|and){{1,6}} {{0,2}}(?:euros?|pounds?(?! per)|dollars?|pence)(?![a-z])"
)
"""An amount written as one word (``neunzehneurofünfzig``)."""
ROMAN: Final = r"\b(?=[IVXLCDM]{1,10}\b)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b"
LETTERS_FOR_DIGITS: Final = (
    r"(?<![^\W_])(?=[OoIl|SBZ\d]*\d)(?=[OoIl|SBZ\d]*[OoIl|SBZ])[OoIl|SBZ\d]{2,6}(?:[.,][OoSIl\d]{2})?(?![^\W_€])"
)
"""A figure with letters that look like digits in it (``9O``, ``l49``)."""
FIGURE: Final = rf"(?:{DIGITS}|{LETTERS_FOR_DIGITS})(?:[.,]?[-]{{1,2}})?"
"""A figure of money as it is printed (``149``, ``149,-``, ``l49``)."""
_NO_FIGURES: Final = frozenset({"und", "komma", "a", "halb", "halbe", "halber", "halbes", "halben"})


def no_figure(found: str | None) -> bool:
    """Say whether what was found as words for a figure is none by itself ("und", "halbe")."""
    return found is not None and found.lower().strip(" -") in _NO_FIGURES
