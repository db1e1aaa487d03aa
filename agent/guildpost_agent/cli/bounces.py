"""``guildpost-agent bounces``: what messages that came back say; and letting mails leave again after a sender problem.

--classify PATH… [--json]        a message, an mbox, a Maildir or a folder of them; touches nothing
--resume --by NAME --home HOME   other servers take mails from this sender again: mails may leave
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from guildpost_agent.adapters.mailbox.message_files import messages_in
from guildpost_agent.app.remember_problems import remember_problem
from guildpost_agent.app.sender_problem import SENDER_STEP, resume_mails
from guildpost_agent.cli.options import texts_of
from guildpost_agent.domain.bounces.classify import classify
from guildpost_agent.domain.bounces.finding import NO_BOUNCE, Finding
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError

HELP = "Rückläufer deuten; E-Mails wieder freigeben · read bounces; let mails leave again"
_WIDTH = 28


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    paths = "Dateien, mbox, Maildir oder Ordner · files, mbox, Maildir or folders"
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--classify", nargs="+", type=Path, metavar="PATH", help=paths)
    what.add_argument("--resume", action="store_true", help="E-Mails gehen wieder hinaus · mails leave again")
    parser.add_argument("--by", help="wer das geklärt hat · who mended it")
    parser.add_argument("--home", type=Path, help="Ordner des Agenten, nur für --resume · the agent's folder")
    parser.add_argument(
        "--json", action="store_true", help="eine JSON-Zeile je Empfänger · one JSON line per recipient"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was found, which needs no home and no configuration; or let mails leave again.

    Raises:
        ConfigurationError: a path does not exist (``file_unreadable``), or an argument is missing.
    """
    if arguments.resume:
        return _resume(arguments)
    found = _found(arguments.classify)
    lines = map(_as_json, found) if arguments.json else table(found, texts_of(arguments))
    for line in lines:
        print(line)
    return 0


def _resume(arguments: argparse.Namespace) -> int:
    from guildpost_agent.bootstrap.core import open_core  # noqa: PLC0415 — classifying loads no database

    for name in ("by", "home"):
        if not getattr(arguments, name):
            raise ConfigurationError("argument_missing", argument=f"--{name}")
    core = open_core(arguments.home)
    rested = resume_mails(core.open_uow, by=arguments.by, now=core.business_clock.now())
    remember_problem(core.open_uow, SENDER_STEP, None)
    print(texts_of(arguments).text("cli.bounces.resumed" if rested else "cli.bounces.not_resting"))
    return 0


def _found(paths: Iterable[Path]) -> Iterator[tuple[str, Finding]]:
    """Give what each file holds; one that holds no bounce at all says so once."""
    messages = (message for path in paths for message in messages_in(path))
    for file, of_file in groupby(messages, key=attrgetter("file")):
        nothing = True
        for message in of_file:
            for finding in classify(message.raw or b""):
                if finding != NO_BOUNCE:
                    nothing = False
                    yield file, finding
        if nothing:
            yield file, NO_BOUNCE


def _as_json(one: tuple[str, Finding]) -> str:
    """Write a finding as the one JSON line that other programs read; its keys are promised."""
    file, finding = one
    row = {
        "file": file,
        "recipient": finding.recipient,
        "status": finding.status,
        "class": finding.bounce_class.value,
        "reason": finding.reason,
    }
    if finding.feedback_type:
        row["feedback_type"] = finding.feedback_type
    return json.dumps(row, ensure_ascii=True)


def table(found: Iterable[tuple[str, Finding]], texts: Catalog) -> Iterator[str]:
    """Say what was found in plain words, one line per recipient, and how much of each class."""
    counts: dict[str, int] = {}
    for file, finding in found:
        name = texts.text(f"bounce.class.{finding.bounce_class.value}")
        counts[name] = counts.get(name, 0) + 1
        reason = f"{texts.text(f'bounce.reason.{finding.reason}')} [{finding.reason}]" if finding.reason else ""
        what = " · ".join(filter(None, (name, _printable(finding.recipient), finding.status, reason)))
        yield f"{Path(_printable(file)).name:<{_WIDTH}}  {what}"
    if not counts:
        yield texts.text("cli.bounces.nothing")
        return
    yield texts.text("cli.bounces.total", counts=", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


def _printable(text: str) -> str:
    """Leave out what would steer a terminal: the text comes from strangers."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
