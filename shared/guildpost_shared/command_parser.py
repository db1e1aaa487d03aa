"""Command lines that are read, explained and refused in German or English: the one parser of every program.

    Parser(prog=…), or EnglishParser   what argparse does, its own words in the catalogue ``messages/``
    read(parser, given, language)      the arguments, or usage, sentence, next step and the end of the program

``--lang`` is taken wherever it stands: before the command, after it, or after an action of its own. An action's parser
is of its command's class, so it speaks the same language.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, NoReturn

from guildpost_shared.catalog import Catalog, load
from guildpost_shared.errors import ConfigurationError, GuildpostError, Language, public_text
from guildpost_shared.problems import Problem

MISUSED: Final = 2
_MISREAD: Final = (
    ("command_line_missing", re.compile(r"the following arguments are required: (?P<what>.+)")),
    ("command_line_missing", re.compile(r"one of the arguments (?P<what>.+) is required")),
    ("command_line_missing", re.compile(r"argument (?P<what>[^:]+): expected .*argument.*")),
    ("command_line_unknown", re.compile(r"unrecognized arguments: (?P<what>.+)")),
    ("command_line_together", re.compile(r"argument (?P<one>[^:]+): not allowed with argument (?P<other>.+)")),
    ("command_line_ambiguous", re.compile(r"ambiguous option: (?P<given>.+) could match (?P<choices>.+)")),
    (
        "command_line_choice",
        re.compile(r"argument (?P<argument>[^:]+): invalid choice: '?(?P<given>.*?)'? \(choose from (?P<choices>.+)\)"),
    ),
    ("command_line_value", re.compile(r"argument (?P<argument>[^:]+): (?P<problem>.+)")),
)
"""What argparse says, in the order in which it is tried."""
_NO_NUMBER: Final = re.compile(r"invalid (?P<kind>int|float) value: '?(?P<given>.*?)'?")


class Parser(argparse.ArgumentParser):
    """A parser that knows ``--lang``, as all its commands' and actions' parsers do; the innermost one given counts."""

    language: ClassVar[Language] = "de"
    command: ClassVar[str] = "BEFEHL"

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": partial(_Formatter, self.language), **options, "add_help": False})
        self._help = self.add_argument("-h", "--help", action="help")
        self._lang = self.add_argument("--lang", choices=("de", "en"), default=argparse.SUPPRESS)

    def format_help(self) -> str:
        """Explain the command line; the words are loaded only here, for most commands are never asked for help."""
        texts = _texts(self.language)
        self._positionals.title = texts.text("command.positionals")
        self._optionals.title = texts.text("command.options")
        self._help.help, self._lang.help = texts.text("command.help"), texts.text("command.lang")
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Leave the words to ``read``, which knows the language."""
        raise _MisuseError(self.format_usage(), message)


class EnglishParser(Parser):
    """The same in English."""

    language = "en"
    command = "COMMAND"


PARSERS: Final[Mapping[Language, type[Parser]]] = {"de": Parser, "en": EnglishParser}


class _Formatter(argparse.HelpFormatter):
    """argparse's layout under our word for “usage”."""

    def __init__(self, language: Language, prog: str) -> None:
        super().__init__(prog)
        self._language: Language = language

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Begin with our own word, where argparse would with its."""
        if prefix is None:
            prefix = f"{_texts(self._language).text('command.usage')}: "
        super().add_usage(usage, actions, groups, prefix)


class _MisuseError(Exception):
    """A command line that cannot be read: how it is meant, and what argparse found."""

    def __init__(self, usage: str, message: str) -> None:
        super().__init__(message)
        self.usage = usage
        self.message = message


def read(parser: Parser, given: Sequence[str], language: Language) -> argparse.Namespace:
    """Read a command line; where that cannot be done, say why and what to do next on standard error.

    Args:
        parser: how it is meant.
        given: its words, without the program's name.
        language: of the words, and ``lang`` where no ``--lang`` is given.

    Raises:
        SystemExit: 2 where it cannot be read, 0 where help was asked for.
        GuildpostError: what the reader of an argument refuses.
    """
    parser.set_defaults(lang=language)
    try:
        return parser.parse_args(given)
    except _MisuseError as misuse:
        sys.stderr.write(f"{misuse.usage}{public_text(misread(misuse.message), language)}\n")
        raise SystemExit(MISUSED) from None


def default_language(environment: Mapping[str, str]) -> Language:
    """Choose the language of the terminal: ``GUILDPOST_LANG``, else German."""
    return "en" if environment.get("GUILDPOST_LANG", "").lower().startswith("en") else "de"


def chosen_language(given: Sequence[str]) -> Language:
    """Find the language in words that are not parsed yet, or cannot be; the last one said counts."""
    words = " ".join(given).replace("--lang=", "--lang ")
    said = re.findall(r"--lang (de|en)\b", words)
    return said[-1] if said else default_language(os.environ)


def misread(message: str) -> GuildpostError:
    """Say in our words what argparse found wrong with a command line."""
    for code, pattern in _MISREAD:
        found = pattern.fullmatch(message)
        if found is not None:
            return ConfigurationError(code, "", **{name: _worded(words) for name, words in found.groupdict().items()})
    return ConfigurationError("command_line_wrong", problem=message)


def _worded(words: str) -> str | Problem:
    """Say a value that is no number in our words, and write a row of numbers by its ends: 1–50."""
    found = _NO_NUMBER.fullmatch(words)
    if found is not None:
        given = found["given"]
        return Problem("no_integer", given=given) if found["kind"] == "int" else Problem("no_number", given=given)
    numbers = words.replace("'", "").split(", ")
    first, last = numbers[0], numbers[-1]
    is_row = first.isdecimal() and last.isdecimal() and numbers == [f"{n}" for n in range(int(first), int(last) + 1)]
    return f"{first}–{last}" if is_row and first != last else ", ".join(numbers)


def _texts(language: Language) -> Catalog:
    return load("guildpost_shared", language)
