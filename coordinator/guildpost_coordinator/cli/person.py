"""``guildpost-coordinator person``: who of the brand's people writes, approves and administers.

``add`` prints the new person's token alone on standard output, once; only its hash is kept. The first person of a home
needs nobody's token and becomes administrator; afterwards an administrator's token is asked for (``person_token``).
"""

import argparse
import os
import sys
from typing import Final

from guildpost_coordinator.app.keep_people import add_person, list_people, remove_person, set_rights
from guildpost_coordinator.app.material_desk import MaterialDesk
from guildpost_coordinator.cli.person_token import material_desk, read_token
from guildpost_coordinator.config import Home
from guildpost_coordinator.domain.people import Right
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError

NAME: Final = "person"
ADD, LIST, RIGHTS, REMOVE = "add", "list", "rights", "remove"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("step", choices=(ADD, LIST, RIGHTS, REMOVE), help=texts.text("cli.person.step"))
    parser.add_argument("--email", default="", help=texts.text("cli.person.email"))
    parser.add_argument("--name", default="", help=texts.text("cli.person.name"))
    parser.add_argument(
        "--rights",
        nargs="+",
        choices=[right.value for right in Right],
        default=[],
        help=texts.text("cli.person.rights"),
    )


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Do one step.

    Raises:
        ConfigurationError: the home is not set up, or ``person_token_missing``.
        Untrusted: ``person_token_unknown``.
        Refused: a right is missing, or the entry is not one.
        Conflict: ``person_exists``.
    """
    with material_desk(Home(arguments.home)) as desk:
        if arguments.step == ADD:
            _add(desk, arguments, texts)
        elif arguments.step == LIST:
            for person in list_people(desk, read_token(os.environ)):
                print(f"{person.email}  {person.name}  {_rights(person.rights, texts)}")
        elif arguments.step == RIGHTS:
            rights = [Right(right) for right in arguments.rights]
            changed = set_rights(desk, read_token(os.environ), email=arguments.email, rights=rights)
            print(texts.text("cli.person.changed", email=changed.email, rights=_rights(changed.rights, texts)))
        else:
            gone = remove_person(desk, read_token(os.environ), email=arguments.email)
            print(texts.text("cli.person.removed", email=gone.email))
    return 0


def _add(desk: MaterialDesk, arguments: argparse.Namespace, texts: Catalog) -> None:
    rights = [Right(right) for right in arguments.rights]
    fresh = add_person(desk, _token_if_any(desk), name=arguments.name, email=arguments.email, rights=rights)
    print(texts.text("cli.person.added", name=arguments.name.strip()), file=sys.stderr)
    print(fresh)


def _token_if_any(desk: MaterialDesk) -> str | None:
    """Give the caller's token; the first person of a home has none."""
    try:
        return read_token(os.environ)
    except ConfigurationError:
        with desk.open() as record:
            if any(person.active for person in record.people.all()):
                raise
        return None


def _rights(rights: frozenset[Right], texts: Catalog) -> str:
    return ", ".join(texts.text(f"cli.right.{right.value}") for right in Right if right in rights)
