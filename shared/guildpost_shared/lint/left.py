"""A price that a sentence leaves to the dealer: it says that it is told, agreed or decided, and by whom (left.toml).

So does a sentence that says whose fee it is: an office's, a testing organisation's, a telephone company's.
"""

from functools import lru_cache

from guildpost_shared.lint.classes import classes_of
from guildpost_shared.lint.tables import has, table


@lru_cache(maxsize=1024)
def left_to_the_dealer(around: str) -> bool:
    """Say whether a sentence leaves the price to the dealer.

    Args:
        around: the sentence, normalised.
    """
    if has("left", "says", around) and has("left", "whom", around):
        return True
    found = classes_of(around)
    return any(
        all(name in found for name in row["all"]) and not any(name in found for name in row.get("unless", ()))
        for row in table("left")["frames"]
    )
