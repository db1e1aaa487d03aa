"""A thin main for every program: one module per command, loaded only when it is asked for.

A command module offers ``HELP`` (German and English), ``configure(parser)`` and ``run(arguments) -> int``. Errors are
translated here, once: the public sentence and the next step to standard error, the exit code from the errors' table.
``--lang`` is taken wherever it stands: before the command, after it, or after an action of its own.
"""

import argparse
import gc
import importlib
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final, NoReturn, Protocol

from guildpost_shared.errors import ConfigurationError, GuildpostError, Language, exit_code, public_text

INTERRUPTED: Final = 130
MISUSED: Final = 2
_MISREAD: Final = (
    ("command_line_missing", re.compile(r"the following arguments are required: (?P<what>.+)")),
    ("command_line_missing", re.compile(r"one of the arguments (?P<what>.+) is required")),
    ("command_line_missing", re.compile(r"argument (?P<what>[^:]+): expected .*argument.*")),
    ("command_line_unknown", re.compile(r"unrecognized arguments: (?P<what>.+)")),
    (
        "command_line_choice",
        re.compile(r"argument (?P<argument>[^:]+): invalid choice: '?(?P<given>.*?)'? \(choose from (?P<choices>.+)\)"),
    ),
    ("command_line_value", re.compile(r"argument (?P<argument>[^:]+): (?P<problem>.+)")),
)
"""What argparse says, in the order in which it is tried."""


class Command(Protocol):
    """What a command module offers."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit code."""
        ...


class Parser(argparse.ArgumentParser):
    """A parser that knows ``--lang``, as all its commands' and actions' parsers do; the innermost one given counts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_argument("--lang", choices=("de", "en"), default=argparse.SUPPRESS, help="de | en")

    def error(self, message: str) -> NoReturn:
        """Leave the words to ``main``, which knows the language."""
        raise _MisuseError(self.format_usage(), message)


class _MisuseError(Exception):
    """A command line that cannot be read: how it is meant, and what argparse found."""

    def __init__(self, usage: str, message: str) -> None:
        super().__init__(message)
        self.usage = usage
        self.message = message


def default_language(environment: Mapping[str, str]) -> Language:
    """Choose the language of the terminal: ``GUILDPOST_LANG``, else German."""
    return "en" if environment.get("GUILDPOST_LANG", "").lower().startswith("en") else "de"


def misread(message: str) -> GuildpostError:
    """Say in our words what argparse found wrong with a command line."""
    for code, pattern in _MISREAD:
        found = pattern.fullmatch(message)
        if found is not None:
            params = {name: _spanned(words.replace("'", "")) for name, words in found.groupdict().items()}
            return ConfigurationError(code, **params)
    return ConfigurationError("command_line_wrong", problem=message)


def _spanned(words: str) -> str:
    """Write a row of numbers by its ends: 1–50."""
    numbers = words.split(", ")
    first, last = numbers[0], numbers[-1]
    is_row = first.isdecimal() and last.isdecimal() and numbers == [f"{n}" for n in range(int(first), int(last) + 1)]
    return f"{first}–{last}" if is_row and first != last else words


def _language(given: Sequence[str]) -> Language:
    """Find the language in words that cannot be parsed; the last one said counts."""
    words = " ".join(given).replace("--lang=", "--lang ")
    said = re.findall(r"--lang (de|en)\b", words)
    return said[-1] if said else default_language(os.environ)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Let modules load without looking for garbage, then or later: what they define lives as long as the process.

    It is an eighth of what starting costs. Only for a process of our own: what else it holds is never looked at again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def main(program: str, commands: Mapping[str, str], arguments: Sequence[str] | None = None) -> int:
    """Run one command of a program.

    Args:
        program: its name.
        commands: command name → module path.
        arguments: without the program name; ``sys.argv`` when None.

    Returns:
        The exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = Parser(prog=program)
    parser.set_defaults(lang=default_language(os.environ))
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in given if word in commands), None)
    with nothing_collected() if arguments is None else nullcontext():
        modules = {name: importlib.import_module(path) for name, path in commands.items() if chosen in {None, name}}
    for name, module in modules.items():
        sub = subparsers.add_parser(name, help=module.HELP, description=module.HELP)
        module.configure(sub)
    try:
        parsed = parser.parse_args(given)
    except _MisuseError as misuse:
        sys.stderr.write(f"{misuse.usage}{public_text(misread(misuse.message), _language(given))}\n")
        raise SystemExit(MISUSED) from None
    except GuildpostError as error:  # an argument that its own reader refuses
        sys.stderr.write(f"{public_text(error, _language(given))}\n")
        return exit_code(error)
    try:
        return int(modules[parsed.command].run(parsed))
    except GuildpostError as error:
        sys.stderr.write(f"{public_text(error, parsed.lang)}\n")
        return exit_code(error)
    except BrokenPipeError:  # the reader has seen enough ("… | head")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
