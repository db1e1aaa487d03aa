"""Words for a discount with one letter wrong, missing, doubled or exchanged ("Rabbatt", "discout").

A reader takes no notice; a list of words would.
"""

from functools import lru_cache
from typing import Final

_MEANT: Final = (
    *("rabatt", "nachlass", "gutschein", "gutschrift", "festpreis", "sonderpreis", "mindestpreis", "geschenkt"),
    *("kostenlos", "prozent", "discount", "voucher", "cashback", "rebate", "percent", "coupon"),
)
_OTHER_WORDS: Final = frozenset(
    {
        *(
            "rabatte",
            "rabatts",
            "gutscheine",
            "gutscheins",
            "festpreise",
            "geschenk",
            "geschenke",
            "kostenlose",
            "prozente",
        ),
        *("prozents", "discounts", "vouchers", "rebates", "rebated", "coupons", "percents"),
        "rebase",
    }
)


MONEY: Final = frozenset(
    {*_MEANT, "euro", "euros", "cent", "preis", "preise", "gratis", "umsonst", "pound", "pounds"}
) | {
    *("price", "prices", "pence", "free", "dollar", "dollars", "franken", "rabatte", "discounts", "vouchers"),
}
"""Words for money as a whole."""


def whole_of(syllables: str) -> str | None:
    """Give a word for money that hyphens part ("Ra-batt"), or None where it is another word."""
    word = syllables.replace("-", "")
    return word if word.lower() in MONEY else None


@lru_cache(maxsize=8192)
def slip_of(word: str) -> str | None:
    """Give the word that was meant, or None where it is spelt rightly or means something else."""
    lower = word.lower()
    if lower in _OTHER_WORDS or lower in _MEANT:
        return None
    return next((meant for meant in _MEANT if lower[0] == meant[0] and _one_off(lower, meant)), None)


def _one_off(word: str, meant: str) -> bool:
    """Say whether one letter was added, dropped or replaced, or two neighbours exchanged."""
    if abs(len(word) - len(meant)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant)))
    rest, of = word[start:], meant[start:]
    swapped = len(rest) > 1 and len(rest) == len(of) and rest[1] + rest[0] + rest[2:] == of
    return swapped or rest[1:] == of[1:] or rest[1:] == of or rest == of[1:]
