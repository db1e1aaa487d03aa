"""``guildpost-coordinator``: a thin main; each command is a module of its own."""

import importlib
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from guildpost_coordinator.cli.texts import texts_in
from guildpost_shared.command_line import nothing_collected, reported
from guildpost_shared.command_parser import PARSERS, chosen_language, read

COMMANDS: Final = {
    "ceremony": "ceremony",
    "init": "init",
    "insights": "insights",
    "join-code": "join_code",
    "key-apply": "key_apply",
    "key-request": "key_request",
    "key-sign": "key_sign",
    "keys": "keys",
    "lint": "lint",
    "login-link": "login_link",
    "material": "material",
    "member": "member",
    "new-key": "new_key",
    "person": "person",
    "preview": "preview",
    "publish": "publish",
    "restore-key": "restore_key",
    "round": "run_round",
    "rounds": "rounds",
    "serve": "serve",
    "sign": "sign",
    "signer-certificate": "signer_certificate",
    "status": "status",
    "study": "study",
}
"""Command → module of this package; only what is asked for is loaded."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a known error becomes a sentence on standard error and its exit code.

    Args:
        arguments: instead of the process's own.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = chosen_language(given)
    texts = texts_in(language)
    parser = PARSERS[language](prog="guildpost-coordinator", description=texts.text("cli.description"))
    commands = parser.add_subparsers(required=True, metavar=parser.command)
    asked = [name for name in COMMANDS if name in given] or list(COMMANDS)
    with nothing_collected() if arguments is None else nullcontext():
        modules = [importlib.import_module(f"{__name__}.{COMMANDS[name]}") for name in asked]
    for command in modules:
        sub = commands.add_parser(command.NAME, help=texts.text(f"cli.{command.NAME}.help"))
        if getattr(command, "NEEDS_HOME", True):
            sub.add_argument("--home", type=Path, required=True, help=texts.text("cli.home"))
        command.add_arguments(sub, texts)
        sub.set_defaults(run=command.run)

    def run() -> int:
        chosen = read(parser, given, language)
        return int(chosen.run(chosen, texts))

    return reported(language, run, between="\n")
