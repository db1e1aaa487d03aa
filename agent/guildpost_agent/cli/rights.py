"""``guildpost-agent rights``: what people may ask of the dealer, and how long what is kept.

find      --email E | --name N               whose number is it
export    --customer ID … --out FOLDER       everything about a person, as JSON and PDF (Art. 15 GDPR)
erase     --customer ID … [--dry-run]        erase a person for good (Art. 17 GDPR)
readmit   --customer ID …                    an erased person became a customer anew
restrict  --customer ID … [--lift]           keep, but neither plan nor send (Art. 18, 21 GDPR)
retention [--dry-run | --confirm]            let go what is old enough; the first time only once it is confirmed
log                                          which rights were exercised when

Export, erasure and restriction take all records of the person, as matching joined them; ``--only`` takes the numbers
named.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.report.typeset import typeset_report
from guildpost_agent.app.explain import say_moment
from guildpost_agent.app.rights.erase import erase_person, readmit
from guildpost_agent.app.rights.export import report_person
from guildpost_agent.app.rights.restrict import Ground, lift_restriction, restrict_person
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.rights import report_words
from guildpost_agent.cli.covering import add_customers, covered, described
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.cli.retention import add_retention, run_retention
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import Refused
from guildpost_shared.os_reasons import os_reason

HELP = "Rechte der Kunden: Auskunft, Löschung, Einschränkung, Fristen · people's rights and retention"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    kinds = parser.add_subparsers(dest="right", required=True, metavar="RIGHT")
    parsers = {name: kinds.add_parser(name, help=words, description=words) for name, words in _HELP.items()}
    for sub in parsers.values():
        add_home(sub)
    for name in ("export", "erase", "readmit", "restrict"):
        add_customers(parsers[name], whole_person=name != "readmit")
    parsers["find"].add_argument("--email", default="", help="genaue Adresse · exact address")
    parsers["find"].add_argument("--name", default="", help="Teile des Namens · parts of the name")
    parsers["export"].add_argument("--out", type=Path, required=True, help="Zielordner · target folder")
    grounds = [ground.value for ground in Ground]
    parsers["restrict"].add_argument("--ground", choices=grounds, default=grounds[0], help="Grund · ground")
    parsers["restrict"].add_argument("--lift", action="store_true", help="aufheben · lift")
    parsers["erase"].add_argument("--dry-run", action="store_true", help="nur zählen · count only")
    add_retention(parsers["retention"])


def run(arguments: argparse.Namespace) -> int:
    """Exercise one right.

    Raises:
        GuildpostError: ``person_unknown`` and its like.
    """
    _RIGHTS[arguments.right](open_core(arguments.home), arguments, texts_of(arguments))
    return 0


def _find(core: Core, arguments: argparse.Namespace, texts: Catalog) -> None:
    with core.open_uow() as uow:
        found = uow.rights.find(email=arguments.email, name=arguments.name)
    if not found:
        raise Refused("person_not_found")
    for customer in found:
        print(described(customer, texts))


def _export(core: Core, arguments: argparse.Namespace, texts: Catalog) -> None:
    now = core.business_clock.now()
    ids = covered(core, arguments, texts)
    report = report_person(core.rights, ids, core.config, report_words(arguments.lang), now)
    pdf = typeset_report(report, created=now)
    folder: Path = arguments.out
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for suffix, data in ((".json", json.dumps(report, ensure_ascii=False, indent=1).encode()), (".pdf", pdf)):
            path = folder / f"{texts.text('cli.rights.file')}{suffix}"
            path.touch(mode=0o600)
            path.write_bytes(data)
            print(path)
    except OSError as error:
        raise Refused("person_report_not_written", path=folder, reason=os_reason(error)) from None


def _erase(core: Core, arguments: argparse.Namespace, texts: Catalog) -> None:
    ids = covered(core, arguments, texts)
    done = erase_person(core.rights, ids, core.business_clock.now(), dry_run=arguments.dry_run)
    for table, count in done.rows.items():
        print(f"{count:7}  {texts.text(f'rights.table.{table}')}")
    key = "cli.rights.would_erase" if arguments.dry_run else "cli.rights.erased"
    print(texts.text(key, rows=sum(done.rows.values()), files=done.files))
    if done.waiting:
        print(texts.plural("cli.rights.waiting", done.waiting))
    if not arguments.dry_run and not done.scrubbed:
        print(texts.text("cli.rights.scrub_later"))


def _readmit(core: Core, arguments: argparse.Namespace, texts: Catalog) -> None:
    readmit(core.rights, set(arguments.customer), core.business_clock.now())
    print(texts.text("cli.rights.readmitted"))


def _restrict(core: Core, arguments: argparse.Namespace, texts: Catalog) -> None:
    ids, ground, now = covered(core, arguments, texts), Ground(arguments.ground), core.business_clock.now()
    if arguments.lift:
        lift_restriction(core.rights, ids, ground, now)
        print(texts.text("cli.rights.lifted"))
    else:
        print(texts.text("cli.rights.restricted", cancelled=restrict_person(core.rights, ids, ground, now)))


def _log(core: Core, arguments: argparse.Namespace, texts: Catalog) -> None:
    del arguments
    with core.open_uow() as uow:
        entries = uow.rights.logged()
    for entry in entries:
        kind = texts.text(f"rights.kind.{entry.kind}")
        print(f"{say_moment(entry.at, core.zone, texts)}  {entry.reference}  {kind}  {sum(entry.counts.values())}")


_HELP: Final[Mapping[str, str]] = {
    "find": "Kundennummer suchen · find a customer's number",
    "export": "Auskunft nach Art. 15 DSGVO · report under Art. 15 GDPR",
    "erase": "Löschen nach Art. 17 DSGVO · erase under Art. 17 GDPR",
    "readmit": "Gelöschten Kunden wieder zulassen · let an erased customer in again",
    "restrict": "Einschränken nach Art. 18 DSGVO · restrict under Art. 18 GDPR",
    "retention": "Fristen anwenden · apply the retention periods",
    "log": "Welche Rechte wann ausgeübt wurden · which rights were exercised when",
}
_RIGHTS: Final[Mapping[str, Callable[[Core, argparse.Namespace, Catalog], None]]] = {
    "find": _find,
    "export": _export,
    "erase": _erase,
    "readmit": _readmit,
    "restrict": _restrict,
    "retention": run_retention,
    "log": _log,
}
