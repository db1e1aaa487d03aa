"""Cut a condition into texts, whole numbers, names and marks; whatever is none of them is refused where it stands."""

import re
from typing import Final

from guildpost_shared.problems import Problem

_TOKEN: Final = re.compile(
    r"(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|(?P<number>[0-9]+(?![\w.]))|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<mark>&&|\|\||[=!<>]=|[<>!?:+*().,\[\]-])",
    re.ASCII,
)
_SPACE: Final = re.compile(r"[ \t\r\n\f]*")
_MOST_SHOWN: Final = 40


class MisreadError(ValueError):
    """What a condition holds that is not allowed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.said("en"))
        self.problem = problem


class Tokens:
    """The tokens of an expression, one after the other.

    ``kind`` of the next one is text, number, name, mark or end; ``token`` is how it is written.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self.kind, self.token = "end", ""
        self._move(0)

    def _move(self, to: int) -> None:
        start = _SPACE.match(self._source, to)
        self._at = start.end() if start else to
        found = _TOKEN.match(self._source, self._at)
        if found is not None:
            self.kind, self.token = str(found.lastgroup), found[0]
        elif self._at < len(self._source):
            self.token = self._source[self._at]
            raise self._unexpected()
        else:
            self.kind, self.token = "end", "the end"

    def _unexpected(self) -> MisreadError:
        column = self._at - self._source.rfind("\n", 0, self._at)
        if self._at >= len(self._source):
            return MisreadError(Problem("condition_ends", column=column))
        return MisreadError(Problem("condition_unexpected", column=column, token=_shown(self.token)))

    def sees(self, *tokens: str) -> bool:
        """Say whether the next token is one of these marks or words."""
        return self.kind in {"mark", "name"} and self.token in tokens

    def take(self, token: str) -> str:
        """Take the next token, which must be this mark or word.

        Raises:
            MisreadError: something else stands there.
        """
        if not self.sees(token):
            raise self._unexpected()
        return self.take_kind(self.kind)

    def take_kind(self, kind: str) -> str:
        """Take the next token, which must be of this kind.

        Raises:
            MisreadError: something else stands there.
        """
        if self.kind != kind:
            raise self._unexpected()
        token = self.token
        if kind != "end":
            self._move(self._at + len(token))
        return token


def _shown(token: str) -> str:
    """Give a token as it can be printed."""
    return token[:_MOST_SHOWN] if token.isprintable() else ascii(token)[:_MOST_SHOWN]
