"""``guildpost-agent ledger``: what left the house, in plain words, and whether the record is whole.

ledger                                   show every entry, check chain and end
ledger --export FILE.json | FILE.csv     take it along; a CSV has its signed end beside it (FILE.end.json)
ledger --against FILE | SEQ:HASH         check that it still holds all that an export or a print-out names
ledger --accept --by NAME                after a restore: entries are missing, and a person says so
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from guildpost_agent.app.egress.export import end_to_json, read_end, signed_end, to_csv, to_json
from guildpost_agent.app.egress.ledger import verify_ledger
from guildpost_agent.app.egress.names import destination_name
from guildpost_agent.app.egress.witness import accept_ledger, check_ledger, require_entry
from guildpost_agent.app.explain import say_moment
from guildpost_agent.app.membership import load_memberships
from guildpost_agent.app.ports.unit_of_work import LedgerEntry
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError, Untrusted
from guildpost_shared.identity.keys import load_identity_key
from guildpost_shared.os_reasons import os_reason

HELP = "Zeigen und prüfen, was das Haus verlassen hat · show and verify what left the house"
_TYPED: Final = re.compile(r"(?P<seq>\d{1,12}):(?P<hash>[0-9a-f]{16,64})")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--export", type=Path, metavar="FILE", help="als .json oder .csv ausführen · export")
    parser.add_argument(
        "--against", metavar="FILE|SEQ:HASH", help="mit Ausfuhr oder Ausdruck vergleichen · compare with an export"
    )
    parser.add_argument("--accept", action="store_true", help="nach Rückspielen: so weiter · after a restore: go on")
    parser.add_argument("--by", help="wer es bestätigt · who confirms it")


def run(arguments: argparse.Namespace) -> int:
    """Print every entry, oldest first, then the verdict.

    Raises:
        Untrusted: the ledger was changed, cut off, or written anew.
        ConfigurationError: ``argument_missing``: ``--accept`` without ``--by``.
    """
    texts, core = texts_of(arguments), open_core(arguments.home)
    with core.open_uow() as uow:
        entries = uow.egress.all()
    if arguments.accept:
        _accept(core, entries, arguments.by, texts)
    elif arguments.export is not None:
        _export(core, entries, arguments.export, texts)
    elif arguments.against is not None:
        _compare(entries, arguments.against, texts)
    else:
        for entry in entries:
            print(_line(entry, texts))
    _verdict(core, entries, texts)
    return 0


def _line(entry: LedgerEntry, texts: Catalog) -> str:
    said = _words(texts, entry.destination, entry.kind)
    times = f", {entry.count} ×" if entry.count > 1 else ""
    return f"{entry.seq:6} {entry.at:%Y-%m-%d %H:%M:%S}Z {said} ({entry.size} B{times}, {entry.sha256[:12]})"


def _words(texts: Catalog, destination: str, kind: str) -> str:
    return f"{destination_name(destination, texts)}: {texts.text(f'egress.kind.{kind}')}"


def _verdict(core: Core, entries: Sequence[LedgerEntry], texts: Catalog) -> None:
    noted = check_ledger(entries, core.witness)
    print(texts.plural("web.ledger.intact", len(entries)))
    for gap in noted.gaps:
        at = say_moment(gap.at, core.zone, texts)
        print(texts.text("cli.ledger.gap", by=gap.by, at=at, was=gap.was, now_at=gap.now_at))
    if entries:
        print(texts.text("cli.ledger.note", seq=entries[-1].seq, hash=entries[-1].hash))


def _accept(core: Core, entries: Sequence[LedgerEntry], by: str | None, texts: Catalog) -> None:
    if not by:
        raise ConfigurationError("argument_missing", argument="--by")
    gap = accept_ledger(entries, core.witness, by=by, now=core.wall_clock.now())
    if gap is None:
        print(texts.text("cli.ledger.nothing_missing"))


def _export(core: Core, entries: Sequence[LedgerEntry], path: Path, texts: Catalog) -> None:
    verify_ledger(entries)
    with core.open_uow() as uow:
        member = next(iter(load_memberships(uow.documents)), None)
    key = load_identity_key(member.identity_key) if member is not None else None
    end = signed_end(entries, member.agent_id if member is not None else "", key, core.wall_clock.now())
    if path.suffix == ".csv":
        table = to_csv(entries, lambda destination, kind: _words(texts, destination, kind))
        path.write_text(table, "utf-8-sig", newline="")
        path.with_suffix(".end.json").write_text(end_to_json(end), "utf-8")
    else:
        path.write_text(to_json(entries, end), "utf-8")
    print(texts.text("cli.ledger.exported", path=path))


def _compare(entries: Sequence[LedgerEntry], given: str, texts: Catalog) -> None:
    verify_ledger(entries)
    typed = _TYPED.fullmatch(given)
    if typed is not None:
        seq, hash_ = int(typed["seq"]), typed["hash"]
    else:
        try:
            end = read_end(Path(given).read_text("utf-8"))
        except OSError as error:
            raise ConfigurationError("file_unreadable", path=given, reason=os_reason(error)) from None
        except ValueError as error:
            raise Untrusted("egress_export_invalid", type(error).__name__, path=given) from None
        seq, hash_ = end.seq, end.hash
    require_entry(entries, seq, hash_, against=given)
    print(texts.text("cli.ledger.holds", given=given, seq=seq))
