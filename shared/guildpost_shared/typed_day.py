"""A day as people type it."""

import re
from datetime import date
from typing import Final

from guildpost_shared.errors import Refused

_GERMAN: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def day_of(words: str) -> date:
    """Read a day as either language writes it.

    Raises:
        Refused: ``plan_day_unreadable``.
    """
    german = _GERMAN.fullmatch(words)
    try:
        return date(*(int(part) for part in reversed(german.groups()))) if german else date.fromisoformat(words)
    except ValueError:
        raise Refused("plan_day_unreadable", given=words) from None
