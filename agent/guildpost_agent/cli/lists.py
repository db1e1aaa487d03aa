"""``guildpost-agent lists``: the dealer's own lists of vehicles, such as recalls: load a file, show, mark as done.

lists load recall FILE          lists show [LIST] [--all]          lists done LIST --vehicle N [--reference R]
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from guildpost_agent.adapters.dms.vehicle_list_file import read_vehicle_list
from guildpost_agent.app.explain import say_day
from guildpost_agent.app.load_vehicle_list import close_by_hand, load_vehicle_list, match_waiting
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.member import services_in_force
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.appointment_news import APPOINTMENTS
from guildpost_agent.domain.brands import NAME
from guildpost_agent.domain.vehicle_lists import NOTICE, contract_lists, lists_in_use, readers_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import GuildpostError, Refused, public_text
from guildpost_shared.services.definition import ServiceDefinition

HELP = "Fahrzeuglisten wie Rückrufe: laden, zeigen, erledigen · vehicle lists such as recalls"
_LIST_ID = re.compile(rf"(?:{NAME}-)?[a-z][a-z0-9_]{{1,39}}")
SHOWN = 50


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    load = actions.add_parser("load", help="Datei laden · load a file")
    load.add_argument("list", help="Liste, etwa recall, lease_end · list, such as recall, lease_end")
    load.add_argument("file", type=Path, help="FIN oder Kennzeichen, Aktion, Text · VIN or plate, reference, text")
    show = actions.add_parser("show", help="Einträge zeigen · show the entries")
    show.add_argument("list", nargs="?", help="nur diese Liste · this list only")
    show.add_argument("--all", action="store_true", help="auch erledigte · those done, too")
    done = actions.add_parser("done", help="als erledigt merken · mark as done")
    done.add_argument("list", help="Liste · list")
    done.add_argument("--vehicle", required=True, help="Fahrzeugnummer · vehicle number")
    done.add_argument("--reference", help="nur dieser Eintrag · this entry only")
    for action in (load, show, done):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        ConfigurationError: ``file_unreadable``.
        Refused: ``list_unknown``, ``list_unused``, ``list_entry_unknown``, or the file cannot be read as a list.
    """
    core = open_core(arguments.home)
    match arguments.action:
        case "load":
            return _load(core, arguments)
        case "done":
            _done(core, arguments)
        case _:
            show_list(core, arguments, arguments.list, done=arguments.all)
    return 0


def _load(core: Core, arguments: argparse.Namespace) -> int:
    if not _LIST_ID.fullmatch(arguments.list) or arguments.list in {NOTICE, APPOINTMENTS}:
        raise Refused("list_unknown", list=arguments.list)
    services = services_or_none(core)
    used = lists_in_use(services)
    if used and arguments.list not in used:
        raise Refused("list_unused", list=arguments.list, known=", ".join(sorted(used)))
    texts, today = texts_of(arguments), core.business_clock.now().astimezone(core.zone).date()
    rows, broken = read_vehicle_list(arguments.file)
    loaded = load_vehicle_list(core.open_uow, rows, list_id=arguments.list, source=arguments.file.name, today=today)
    loaded.problems += [(number, Refused("list_row_fields")) for number in broken]
    figures = {"added": loaded.added, "known": loaded.known, "waiting": loaded.waiting}
    print(texts.text("cli.lists.loaded", **figures, wrong=len(loaded.problems)))
    if loaded.done:
        print(texts.text("cli.lists.done", count=loaded.done))
    if loaded.all_waiting:
        print(texts.text("cli.lists.all_waiting", count=loaded.all_waiting, done=loaded.waiting_done))
    if arguments.list in contract_lists(services) and (unsigned := _open(core, arguments.list)):
        print(texts.text("cli.lists.unsigned", count=unsigned))
    print_idle(core, arguments.list, services, texts)
    for number, problem in sorted(loaded.problems, key=lambda one: one[0]):
        print(texts.text("cli.lists.wrong", row=number, why=public_text(problem, arguments.lang).what))
    return 0


def _open(core: Core, list_id: str) -> int:
    with core.open_uow() as uow:
        return sum(entry.list_id == list_id for entry in uow.lists.open())


def print_idle(core: Core, list_id: str, services: Sequence[ServiceDefinition], texts: Catalog) -> None:
    """Say it where no service that reads the list is switched on: what was entered would wait unseen."""
    readers = {service.service_id for service in readers_of(list_id, services)}
    if services and not readers & set(core.config.services.enabled):
        print(texts.text("cli.lists.idle", services=", ".join(sorted(readers)) or "–"))


def services_or_none(core: Core) -> tuple[ServiceDefinition, ...]:
    """Give the services in force; none while no catalogue can be believed, since a list may come first."""
    try:
        return services_in_force(core)
    except GuildpostError:
        return ()


def _done(core: Core, arguments: argparse.Namespace) -> None:
    today = core.business_clock.now().astimezone(core.zone).date()
    count = close_by_hand(core.open_uow, arguments.list, arguments.vehicle, today, arguments.reference)
    if not count:
        raise Refused("list_entry_unknown", list=arguments.list, vehicle=arguments.vehicle)
    print(texts_of(arguments).text("cli.lists.done", count=count))


def show_list(core: Core, arguments: argparse.Namespace, list_id: str | None, *, done: bool = False) -> None:
    """Print a list's entries (of all lists without a name), and the rows that wait for their vehicle."""
    match_waiting(core.open_uow)
    with core.open_uow() as uow:
        kept = [k for k in uow.lists.all() if list_id in {None, k.entry.list_id} and (done or k.done_on is None)]
        waiting = [row for row in uow.lists.waiting() if list_id in {None, row.list_id}]
        wanted = {k.entry.vehicle_id for k in kept[-SHOWN:]}
        plates = {v.vehicle_id: v.plate or v.vin for v in uow.records.vehicles_of(wanted)}
    texts = texts_of(arguments)
    print(texts.text("cli.lists.entries", count=len(kept), shown=min(len(kept), SHOWN)))
    for k in kept[-SHOWN:]:
        entry, state = k.entry, texts.text("cli.lists.state", day=say_day(k.done_on, texts)) if k.done_on else ""
        place = f"{entry.vehicle_id} {plates.get(entry.vehicle_id, '')}".strip()
        parts = (say_day(entry.entered_on, texts), entry.list_id, place, entry.reference, entry.text, state)
        print(f"  {'  '.join(parts)}".rstrip())
    if waiting:
        print(texts.text("cli.lists.waiting", count=len(waiting)))
    for row in waiting[:SHOWN]:
        state = texts.text("cli.lists.state", day=say_day(row.done_on, texts)) if row.done_on else ""
        print(f"  {say_day(row.entered_on, texts)}  {row.list_id}  {row.written}  {row.reference}  {state}".rstrip())
