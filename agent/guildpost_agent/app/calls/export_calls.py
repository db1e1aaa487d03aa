"""Hand the calls of the day over to a call centre: a table that passes the egress gate before it is written."""

from collections.abc import Callable
from datetime import datetime

from guildpost_agent.app.calls.ground import ground_line
from guildpost_agent.app.calls.list_calls import Call, list_calls
from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.calls.script import ScriptDesk, call_script
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import CALL_CENTRE
from guildpost_agent.app.plain_names import car_of, polite_name_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.call_sheet import SheetRow, dialled, sheet
from guildpost_agent.domain.call_steps import END_CALL_HOUR, FIRST_CALL_HOUR
from guildpost_agent.domain.call_tasks import Desk
from guildpost_agent.domain.working_days import is_working_day
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import Refused

KIND = "call_list"


def export_calls(
    open_uow: OpenUnitOfWork,
    rules: CallRules,
    now: datetime,
    desk: Desk | None = None,
    *,
    scripts: ScriptDesk,
    texts: Catalog,
    gate: EgressGate,
    write: Callable[[bytes], None],
) -> int:
    """Write the calls that may be made on this local day, in the order in which they want to be made.

    Args:
        open_uow: opens a transaction.
        rules: the dealer's side.
        now: the business clock.
        desk: whose; everybody's by default.
        scripts: what scripts are filled from.
        texts: the language of its words.
        gate: the way out; the ledger has the table before anybody else has.
        write: stores the table.

    Returns:
        How many calls stand in it; where there are none, nothing is written.

    Raises:
        Refused: ``egress_refused``: the dealer's policy does not let such a table out.
        ConfigurationError: the policy cannot be read.
    """
    gate.require(CALL_CENTRE, KIND)
    today = now.astimezone(rules.zone).date()
    calls = [
        call
        for call in list_calls(open_uow, rules, now, desk).calls
        if is_working_day(today, rules.states(call.customer))
    ]
    if calls:
        rows = tuple(_row(call, today.isoformat(), _script(open_uow, call, scripts, now), texts) for call in calls)
        write(gate.release(destination=CALL_CENTRE, kind=KIND, payload=sheet(rows)))
    return len(calls)


def _row(call: Call, day: str, script: str, texts: Catalog) -> SheetRow:
    task = call.task
    return SheetRow(
        task=task.task_id,
        call_on=day,
        hours=f"{FIRST_CALL_HOUR}-{END_CALL_HOUR}",
        priority=texts.text(f"call.priority.{task.priority.name.lower()}"),
        desk=texts.text(f"call.desk.{task.desk}"),
        name=polite_name_of(call.customer),
        phones=" / ".join(dialled(number) for number in (call.customer.mobile, call.customer.phone) if number),
        vehicle=car_of(call.vehicle),
        reason=texts.text(f"call.reason.{task.reason}"),
        context="\n".join(task.context),
        ground=ground_line(call, texts),
        script=script,
    )


def _script(open_uow: OpenUnitOfWork, call: Call, scripts: ScriptDesk, now: datetime) -> str:
    """Give what the brand has written for the call; where there is none to fill, reason and context have to do."""
    try:
        return "\n".join(call_script(open_uow, call.task.task_id, scripts, now).lines)
    except Refused:
        return ""
