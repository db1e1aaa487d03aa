"""By which words a workshop's line shows that a service's work was done there.

Plain words, no patterns: they come with the catalogue, and nothing in it may cost the agent more than reading it.
"""

from dataclasses import dataclass
from typing import Final

from guildpost_shared.services.fields import Fields

_WORD: Final = r"[^\x00-\x1f\x7f]{3,60}"


@dataclass(frozen=True)
class Work:
    """A line is of this work when it contains one of ``words`` and none of ``not_words``, whatever their capitals."""

    words: tuple[str, ...]
    not_words: tuple[str, ...]

    def fits(self, text: str) -> bool:
        """Say whether a line's text names this work."""
        folded = text.casefold()
        return any(word in folded for word in self.words) and not any(word in folded for word in self.not_words)


def read_work(fields: Fields | None) -> Work | None:
    """Read ``work``; null where a service's work is known by its occasion (inspections), or there is none."""
    if fields is None:
        return None
    words, not_words = (
        tuple(word.casefold() for word in fields.texts(name, _WORD, least=least, most=40))
        for name, least in (("words", 1), ("not_words", 0))
    )
    fields.end()
    return Work(words, not_words)
