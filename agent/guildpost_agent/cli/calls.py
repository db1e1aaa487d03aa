"""``guildpost-agent calls``: whom to call today and why, and what came of it.

list [--desk workshop|sales]                                   the calls of now, with the ground of each
done TASK --result RESULT --by NAME [--on DAY | --months N]    how a call ended
note TASK TEXT --by NAME                                       something to remember
script TASK                                                    what to say, where the brand has written it
export FILE [--desk workshop|sales]                            the calls of today as a table for a call centre
"""

import argparse
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

from guildpost_agent.app.calls.close_call import close_call
from guildpost_agent.app.calls.export_calls import export_calls
from guildpost_agent.app.calls.ground import ground_line, proof_lines
from guildpost_agent.app.calls.list_calls import Call, CallList, list_calls
from guildpost_agent.app.calls.note_call import note_call
from guildpost_agent.app.calls.script import call_script
from guildpost_agent.app.calls.typed_result import typed_result
from guildpost_agent.app.explain import say_day, say_moment
from guildpost_agent.app.fence import require_original
from guildpost_agent.app.plain_names import car_of, in_one_line, name_of
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.bootstrap.calls import call_desk, call_rules
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.call_results import LONGEST_REMINDER, ResultKind
from guildpost_agent.domain.call_steps import END_CALL_HOUR, FIRST_CALL_HOUR
from guildpost_agent.domain.call_tasks import CallState, Desk
from guildpost_shared.catalog import Catalog
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import MISSING, os_reason
from guildpost_shared.typed_day import day_of

HELP = "Anrufe: wen, warum, mit welchem Ergebnis · calls: whom, why, what came of it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="wer jetzt anzurufen ist · whom to call now")
    done = actions.add_parser("done", help="Ergebnis eines Anrufs eintragen · enter how a call ended")
    note = actions.add_parser("note", help="etwas notieren · write something down")
    script = actions.add_parser("script", help="der Leitfaden für einen Anruf · what to say in a call")
    export = actions.add_parser("export", help="Anrufe von heute für ein Callcenter · today's calls for a call centre")
    export.add_argument("file", type=Path, help="die CSV-Datei · the CSV file")
    for action in (listing, export):
        action.add_argument("--desk", choices=[desk.value for desk in Desk], help="für wen · whose")
    for action in (done, note, script):
        action.add_argument("task", help="Kennung der Aufgabe · the task's id")
    for action in (done, note):
        action.add_argument("--by", required=True, help="wer anrief · who called")
    done.add_argument("--result", required=True, choices=[kind.value for kind in ResultKind], help="Ergebnis · result")
    done.add_argument("--on", type=day_of, help="Tag (JJJJ-MM-TT) · day (YYYY-MM-DD)")
    span = range(1, LONGEST_REMINDER + 1)
    again = "wieder anrufen in Monaten · call again in months"
    done.add_argument("--months", type=int, choices=span, metavar=f"1-{LONGEST_REMINDER}", help=again)
    note.add_argument("text", help="die Notiz · the note")
    for action in (listing, done, note, script, export):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        ConfigurationError: a result without its day or its months, or a file that cannot be written.
        GuildpostError: ``call_unknown`` and its like.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    now = core.business_clock.now()
    match arguments.action:
        case "done":
            _done(core, arguments, texts)
        case "note":
            note_call(core.open_uow, arguments.task, arguments.text, by=arguments.by, now=now)
            print(texts.text("cli.calls.noted"))
        case "script":
            print("\n".join(call_script(core.open_uow, arguments.task, call_desk(core), now).lines))
        case "export":
            _export(core, arguments.file, _desk(arguments), texts)
        case _:
            require_original(core.open_uow, core.fence)
            desk = _desk(arguments)
            found = list_calls(core.open_uow, call_rules(core), now, desk)
            with core.open_uow() as uow:
                for line in described(uow, found, texts, core.zone):
                    print(line)
    return 0


def _done(core: Core, arguments: argparse.Namespace, texts: Catalog) -> None:
    now, kind = core.business_clock.now(), ResultKind(arguments.result)
    if kind is ResultKind.REMIND and arguments.months is None:
        raise ConfigurationError("argument_missing", argument="--months")
    result = typed_result(kind, arguments.on, arguments.months, now.astimezone(core.zone).date())
    task = close_call(core.open_uow, arguments.task, result, by=arguments.by, rules=call_rules(core), now=now)
    if task.state is CallState.OPEN and task.not_before is not None:
        print(texts.text("cli.calls.again", day=say_day(task.not_before.astimezone(core.zone).date(), texts)))
    else:
        print(texts.text("cli.calls.closed", result=texts.text(f"call.result.{kind}")))


def _desk(arguments: argparse.Namespace) -> Desk | None:
    return None if arguments.desk is None else Desk(arguments.desk)


def _export(core: Core, path: Path, desk: Desk | None, texts: Catalog) -> None:
    require_original(core.open_uow, core.fence)
    now = core.business_clock.now()

    def write(table: bytes) -> None:
        try:
            replace_file(path, table, mode=0o600)
        except OSError as error:
            raise ConfigurationError("file_unwritable", path=path, reason=os_reason(error)) from None

    if not path.parent.is_dir():
        raise ConfigurationError("file_unwritable", path=path, reason=MISSING)
    scripts, rules = call_desk(core), call_rules(core)
    count = export_calls(core.open_uow, rules, now, desk, scripts=scripts, texts=texts, gate=core.gate, write=write)
    print(texts.plural("cli.calls.exported", count, path=path) if count else texts.text("cli.calls.nothing_to_export"))


def described(uow: UnitOfWork, found: CallList, texts: Catalog, zone: tzinfo) -> Iterator[str]:
    """Say the calls of now in plain words."""
    hours = {"first": FIRST_CALL_HOUR, "end": END_CALL_HOUR}
    yield texts.text("cli.calls.count", count=len(found.calls), **hours)
    for call in found.calls:
        yield from _call(uow, call, texts, zone)
    for name in ("later", "over", "not_allowed", "stopped", "too_soon"):
        if count := getattr(found, name):
            yield texts.plural(f"cli.calls.{name}", count)


def _call(uow: UnitOfWork, call: Call, texts: Catalog, zone: tzinfo) -> Iterator[str]:
    task, customer = call.task, call.customer
    numbers = " / ".join(filter(None, (customer.mobile, customer.phone)))
    priority = texts.text(f"call.priority.{task.priority.name.lower()}")
    yield " · ".join(filter(None, (priority, name_of(customer), numbers, car_of(call.vehicle))))
    last = say_day(task.closes, texts)
    desk = texts.text(f"call.desk.{task.desk}")
    yield "    " + texts.text("cli.calls.why", reason=texts.text(f"call.reason.{task.reason}"), day=last, desk=desk)
    for line in task.context:
        yield f"    · {line}"
    yield "    " + texts.text("cli.calls.ground", ground=ground_line(call, texts))
    for line in proof_lines(uow, call, texts, zone):
        yield f"      ↳ {in_one_line(line)}"
    if task.tries:
        yield "    " + texts.text("cli.calls.tries", count=task.tries)
    for note in task.notes:
        yield f"    ↳ {say_moment(note.at, zone, texts)} {note.by}: {note.text}"
    if not call.in_hours:
        yield "    " + texts.text("cli.calls.wait", first=FIRST_CALL_HOUR, end=END_CALL_HOUR)
    yield f"    {task.task_id}"
