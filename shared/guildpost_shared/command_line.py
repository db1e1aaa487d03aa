"""A thin main for every program: one module per command, loaded only when it is asked for.

A command module offers ``HELP`` (German and English), ``configure(parser)`` and ``run(arguments) -> int``. Errors are
translated here, once: the public sentence and the next step to standard error, the exit code from the errors' table.
"""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Final, Protocol

from guildpost_shared.command_parser import PARSERS, chosen_language, read
from guildpost_shared.errors import GuildpostError, Language, exit_code, public_text
from guildpost_shared.os_reasons import file_refused

INTERRUPTED: Final = 130  # 128 + SIGINT, as shells count


class Command(Protocol):
    """What a command module offers."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit code."""
        ...


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
    language = chosen_language(given)
    parser = PARSERS[language](prog=program)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar=parser.command)
    chosen = next((word for word in given if word in commands), None)
    with nothing_collected() if arguments is None else nullcontext():
        modules = {name: importlib.import_module(path) for name, path in commands.items() if chosen in {None, name}}
    for name, module in modules.items():
        sub = subparsers.add_parser(name, help=module.HELP, description=module.HELP)
        module.configure(sub)

    def run() -> int:
        parsed = read(parser, given, language)
        return int(modules[parsed.command].run(parsed))

    return reported(language, run)


def reported(language: Language, run: Callable[[], int], *, between: str = " ") -> int:
    """Run a command and report a known error; a bug keeps its traceback.

    Args:
        language: of the sentences.
        run: reads the command line and does what it says.
        between: what stands between the sentence and the next step.

    Returns:
        The exit code of the process.
    """
    try:
        return run()
    except GuildpostError as error:
        return _told(error, language, between)
    except BrokenPipeError:  # the reader of our output has seen enough ("… | head")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        known = file_refused(error)
        if known is None:
            raise
        return _told(known, language, between)
    except KeyboardInterrupt:
        return INTERRUPTED


def _told(error: GuildpostError, language: Language, between: str) -> int:
    text = public_text(error, language)
    sys.stderr.write(f"{text.what}{between}{text.next_step}\n")
    return exit_code(error)
