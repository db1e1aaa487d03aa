"""``guildpost-coordinator``: a thin main; each command is a module of its own."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from guildpost_coordinator.cli import init, join_code, serve, signer_certificate
from guildpost_coordinator.cli.report import chosen_language, reported
from guildpost_coordinator.cli.texts import texts_in

COMMANDS = (init, join_code, serve, signer_certificate)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a known error becomes a sentence on standard error and its exit code.

    Args:
        arguments: instead of the process's own.
    """
    language = chosen_language(arguments)
    texts = texts_in(language)
    parser = argparse.ArgumentParser(prog="guildpost-coordinator", description=texts.text("cli.description"))
    parser.add_argument("--lang", choices=("de", "en"), default="de", help=texts.text("cli.lang"))
    commands = parser.add_subparsers(required=True, metavar=texts.text("cli.command"))
    for command in COMMANDS:
        sub = commands.add_parser(command.NAME, help=texts.text(f"cli.{command.NAME}.help"))
        sub.add_argument("--home", type=Path, required=True, help=texts.text("cli.home"))
        command.add_arguments(sub, texts)
        sub.set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    return reported(language, lambda: chosen.run(chosen, texts))
