"""Whom to call now, one call with its script and its ground, and the buttons that say how it ended.

Numbers are shown only while the call is allowed: the ledger is asked at each look.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from guildpost_agent.app.calls.close_call import close_call, open_task
from guildpost_agent.app.calls.ground import ground_line, proof_lines
from guildpost_agent.app.calls.list_calls import Call, CallList, list_calls
from guildpost_agent.app.calls.note_call import note_call
from guildpost_agent.app.calls.script import call_script
from guildpost_agent.app.calls.typed_result import typed_result
from guildpost_agent.app.plain_names import car_of, name_of, polite_name_of
from guildpost_agent.domain.call_results import LONGEST_REMINDER, ResultKind, to_stored
from guildpost_agent.domain.call_steps import END_CALL_HOUR, FIRST_CALL_HOUR
from guildpost_agent.domain.call_tasks import CallState
from guildpost_shared.catalog import load
from guildpost_shared.errors import GuildpostError, Refused, public_text
from guildpost_shared.typed_day import day_of
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb

RESTS: Final = ("stopped", "not_allowed", "too_soon", "later", "over")
MOST_NAME: Final = 80
MOST_NOTE: Final = 2_000
REMINDERS: Final = (1, 2, 3, 6, 12, LONGEST_REMINDER)
"""Months that the page offers; the command takes any number between."""
_SEE_OTHER: Final = 303
_NOT_FOUND: Final = 404
_Name = Annotated[str, Form(min_length=1, max_length=MOST_NAME)]


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the list, the page of one call, and what its buttons do."""
    routes = APIRouter()
    _looking(routes, web, pages)
    _doing(routes, web)
    return routes


def _looking(routes: APIRouter, web: "DealerWeb", pages: Pages) -> None:
    @routes.get("/calls")
    def calls(request: Request) -> HTMLResponse:
        found = _now(web)
        texts = load("guildpost_agent", pages.language(request))
        return pages.page(
            request,
            "calls.html",
            calls=found.calls,
            rests=[(name, getattr(found, name)) for name in RESTS if getattr(found, name)],
            ground=lambda call: ground_line(call, texts),
            closed=_closed(web, request.query_params.get("closed", "")),
            **_WORDS,
        )

    @routes.get("/calls/{task_id}")
    def call(request: Request, task_id: str) -> HTMLResponse:
        language = pages.language(request)
        try:
            shown = _one(web, task_id)
        except Refused as error:
            return pages.error(request, error, _NOT_FOUND if error.code == "call_unknown" else None)
        texts, zone = load("guildpost_agent", language), web.desk.call_rules().zone
        with web.open_uow() as uow:
            proof = proof_lines(uow, shown, texts, zone)
        script, problem = None, None
        try:
            script = call_script(web.open_uow, task_id, web.desk.scripts(), web.business_clock.now())
        except GuildpostError as error:
            problem = public_text(error, language)
        return pages.page(
            request,
            "call.html",
            call=shown,
            ground=ground_line(shown, texts),
            proof=proof,
            script=script,
            problem=problem,
            kinds=list(ResultKind),
            months=REMINDERS,
            **_WORDS,
        )


def _doing(routes: APIRouter, web: "DealerWeb") -> None:
    @routes.post("/calls/{task_id}/result")
    def result(
        task_id: str,
        by: _Name,
        kind: Annotated[ResultKind, Form(alias="result")],
        on: Annotated[str, Form(max_length=10)] = "",
        months: Annotated[int, Form(ge=1, le=LONGEST_REMINDER)] = REMINDERS[0],
    ) -> Response:
        desk, now = web.desk, web.business_clock.now()
        rules = desk.call_rules()
        ended = typed_result(kind, day_of(on) if on else None, months, now.astimezone(rules.zone).date())
        close_call(desk.open_uow, task_id, ended, by=by, rules=rules, now=now)
        return RedirectResponse(f"/calls?closed={task_id}", status_code=_SEE_OTHER)

    @routes.post("/calls/{task_id}/note")
    def note(task_id: str, by: _Name, text: Annotated[str, Form(min_length=1, max_length=MOST_NOTE)]) -> Response:
        note_call(web.desk.open_uow, task_id, text, by=by, now=web.business_clock.now())
        return RedirectResponse(f"/calls/{task_id}", status_code=_SEE_OTHER)


_WORDS: Final[Mapping[str, Any]] = {
    "name_of": name_of,
    "polite_name_of": polite_name_of,
    "car_of": car_of,
    "first_hour": FIRST_CALL_HOUR,
    "end_hour": END_CALL_HOUR,
}


def _now(web: "DealerWeb") -> CallList:
    web.desk.require_original()
    return list_calls(web.open_uow, web.desk.call_rules(), web.business_clock.now())


def _one(web: "DealerWeb", task_id: str) -> Call:
    """Find a call that may be made now.

    Raises:
        Refused: ``call_unknown``, or ``call_rests``.
        Conflict: ``call_closed``.
    """
    shown = next((call for call in _now(web).calls if call.task.task_id == task_id), None)
    if shown is None:
        with web.open_uow() as uow:
            open_task(uow, task_id)
        raise Refused("call_rests")
    return shown


def _closed(web: "DealerWeb", task_id: str) -> dict[str, object] | None:
    """Say what became of the call that was entered last: its result, or the instant of the next try."""
    if not task_id:
        return None
    with web.open_uow() as uow:
        task = uow.calls.get(task_id)
    if task is None:
        return None
    if task.state is CallState.OPEN:
        return {"again": task.not_before}
    return {"again": None, "result": None if task.result is None else to_stored(task.result)[0].value}
