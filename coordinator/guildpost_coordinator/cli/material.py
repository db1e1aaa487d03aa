"""``guildpost-coordinator material``: write, review, approve, publish, recall and retire services and templates.

Whoever runs it is known by the personal token (``person_token``). A material is named by its key,
``services/hu_au`` or ``templates/hu_au/1``, with ``@2`` for a certain edition.
"""

import argparse
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from guildpost_coordinator.app.end_material import recall_material, retire_material
from guildpost_coordinator.app.judge_material import approve_material, reject_material
from guildpost_coordinator.app.material_desk import MaterialDesk
from guildpost_coordinator.app.read_material import list_materials, steps_of, view_material
from guildpost_coordinator.app.write_material import edit_material, submit_material
from guildpost_coordinator.cli.material_words import (
    diff_lines,
    list_line,
    log_lines,
    said_lines,
    show_lines,
    warning_lines,
)
from guildpost_coordinator.cli.person_token import material_desk, read_token
from guildpost_coordinator.cli.publish import read_folder
from guildpost_coordinator.config import Home
from guildpost_coordinator.domain.people import Right
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError, Refused

NAME: Final = "material"
Lines = list[str]
Step = Callable[[MaterialDesk, str, argparse.Namespace, Catalog], Lines]


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("step", choices=list(STEPS), help=texts.text("cli.material.step"))
    parser.add_argument("what", nargs="?", default="", help=texts.text("cli.material.what"))
    parser.add_argument("--role", choices=("marketing", "legal"), help=texts.text("cli.material.role"))
    parser.add_argument("--comment", default="", help=texts.text("cli.material.comment"))
    parser.add_argument("--publish-at", metavar="ISO", default="", help=texts.text("cli.material.publish_at"))
    parser.add_argument("--seen", metavar="HASH", default="", help=texts.text("cli.material.seen"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Do one step and print what came of it.

    Raises:
        ConfigurationError: the home is not set up, ``person_token_missing``, ``material_what_missing``,
            ``material_option_elsewhere``, ``material_role_missing`` or ``publish_folder_missing``.
        Untrusted: ``person_token_unknown``.
        Refused: a right or a reason is missing, it is own work, or contents may not be published.
        Conflict: the material stands elsewhere by now.
    """
    if not arguments.what and arguments.step != LIST:
        raise ConfigurationError("material_what_missing", step=arguments.step)
    for option, step in (("publish_at", "submit"), ("seen", "approve")):
        if getattr(arguments, option) and arguments.step != step:  # passed over in silence, it would be believed
            raise ConfigurationError("material_option_elsewhere", option=f"--{option.replace('_', '-')}", step=step)
    token = read_token(os.environ)
    with material_desk(Home(arguments.home)) as desk:
        print(*STEPS[arguments.step](desk, token, arguments, texts), sep="\n")
    return 0


def read_instant(text: str) -> datetime | None:
    """Read when something shall be published; nothing for as soon as possible.

    Raises:
        Refused: ``material_time_invalid``: no ISO 8601 instant, or without its zone.
    """
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("material_time_invalid", text=text[:80]) from error
    if instant.tzinfo is None:
        raise Refused("material_time_invalid", text=text[:80])
    return instant.astimezone(UTC)


def _submit(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    publish_at, files = read_instant(arguments.publish_at), read_folder(Path(arguments.what))
    submitted = submit_material(desk, token, files, publish_at=publish_at, comment=arguments.comment)
    return said_lines(submitted, texts)


def _edit(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    edited = edit_material(desk, token, read_folder(Path(arguments.what)), comment=arguments.comment)
    return said_lines(edited, texts)


def _list(desk: MaterialDesk, token: str, _arguments: argparse.Namespace, texts: Catalog) -> Lines:
    return [list_line(one, texts) for one in list_materials(desk, token)] or [texts.text("cli.material.none")]


def _show(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    return show_lines(view_material(desk, token, arguments.what), texts)


def _log(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    return log_lines(steps_of(desk, token, arguments.what), texts)


def _diff(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    return diff_lines(view_material(desk, token, arguments.what), texts)


def _approve(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    role = _role(arguments)
    warned = view_material(desk, token, arguments.what)
    seen = arguments.seen or warned.material.digest
    approved = approve_material(desk, token, arguments.what, role, seen=seen, comment=arguments.comment)
    return [*warning_lines(warned, texts), *said_lines([approved], texts)]


def _reject(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    return said_lines([reject_material(desk, token, arguments.what, comment=arguments.comment)], texts)


def _recall(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    return said_lines([recall_material(desk, token, arguments.what, comment=arguments.comment)], texts)


def _retire(desk: MaterialDesk, token: str, arguments: argparse.Namespace, texts: Catalog) -> Lines:
    role = _role(arguments)
    return said_lines([retire_material(desk, token, arguments.what, role, comment=arguments.comment)], texts)


def _role(arguments: argparse.Namespace) -> Right:
    if arguments.role is None:
        raise ConfigurationError("material_role_missing", step=arguments.step)
    return Right(arguments.role)


LIST: Final = "list"
STEPS: Final[dict[str, Step]] = {
    "submit": _submit,
    "edit": _edit,
    LIST: _list,
    "show": _show,
    "log": _log,
    "diff": _diff,
    "approve": _approve,
    "reject": _reject,
    "recall": _recall,
    "retire": _retire,
}
