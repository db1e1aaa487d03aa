"""What the staff does on the pages: who is to be called and how it ended, and what customers wrote back."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.bootstrap.calls import staff_desk
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.domain.call_results import (
    Booked,
    CallBack,
    DoneElsewhere,
    NoCalls,
    NotReached,
    Reached,
    Remind,
    Result,
    Sold,
)
from guildpost_agent.domain.call_tasks import CallState, CallTask
from guildpost_agent.domain.replies.reply import ReplyState
from guildpost_shared.services.definition import ServiceDefinition, parse_service
from tests.agent.web.dealership import CALL, EVIL, EVIL_CALL, NOW, REPLY, Dealership, sample_catalogue
from tests.factories.agent import a_withdrawal
from tests.factories.agent_home import an_agent_home
from tests.fakes.catalogue_source import FakeCatalogue
from tests.shared.web.visitor import Visitor, row_counts, visiting

NUMBER = "+491701234567"


def press(visitor: Visitor, path: str, **fields: str) -> int:
    """Press a button of a form; give the status."""
    return visitor.submit(path, csrf=visitor.csrf(), **fields).status_code


def task(dealership: Dealership, name: str = CALL) -> CallTask:
    with dealership.open_uow() as uow:
        found = uow.calls.get(name)
    assert found is not None
    return found


def changed(dealership: Dealership, change: Callable[[UnitOfWork], object]) -> None:
    with dealership.open_uow() as uow:
        change(uow)
        uow.commit()


def test_the_list_says_whom_to_call_about_which_vehicle_why_and_on_what_ground(visitor: Visitor) -> None:
    page = visitor.words("/calls")
    assert "2 Anrufe sind jetzt an der Reihe." in page
    for part in ("Annegret", "Arvana", "Leasing oder Finanzierung endet", "Einwilligung, Art. 6", "Verkauf"):
        assert part in page
    assert "2 calls are to be made now." in visitor.words("/calls?lang=en")


def test_a_calls_page_has_numbers_context_script_and_the_consents_own_evidence(visitor: Visitor) -> None:
    page = visitor.words(f"/calls/{CALL}")
    for part in (NUMBER, "Hat zuletzt 2025 gebucht", "hier ist", "bis August 2027", "Passt es Ihnen gerade"):
        assert part in page
    ground = page.partition("Warum Sie anrufen dürfen")[2].partition("Leitfaden")[0]
    for part in ("Einwilligung, Art. 6 Abs. 1 lit. a DSGVO", "erklärt am 02.01.2026", "wo: Annahme, Formular 3"):
        assert part in ground
    assert "Bitte jetzt nicht anrufen, erst werktags von 9 bis 18 Uhr." in page, "it is half past eight"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"result": "reached"}, Reached()),
        ({"result": "booked", "on": "2027-03-09"}, Booked(date(2027, 3, 9))),
        ({"result": "booked"}, Booked()),
        ({"result": "no_calls"}, NoCalls()),
        ({"result": "sold", "on": "2027-02-10"}, Sold(date(2027, 2, 10))),
        ({"result": "sold"}, Sold(NOW.date())),
        ({"result": "done_elsewhere", "on": "10.02.2027"}, DoneElsewhere(date(2027, 2, 10))),
        ({"result": "call_back", "on": "2027-03-04"}, CallBack(date(2027, 3, 4))),
        ({"result": "remind", "months": "6"}, Remind(6)),
    ],
    ids=str,
)
def test_a_button_says_how_a_call_ended(
    dealership: Dealership, visitor: Visitor, fields: dict[str, str], expected: Result
) -> None:
    assert 303 == press(visitor, f"/calls/{CALL}/result", by="Frau Kraft", **fields)
    left = task(dealership)
    assert (CallState.DONE, expected, "Frau Kraft") == (left.state, left.result, left.closed_by)
    page = visitor.words(f"/calls?closed={CALL}")
    assert "Abgeschlossen: " in page
    assert "1 Anruf ist jetzt an der Reihe." in page


def test_not_reached_puts_the_call_back_to_the_next_working_day_and_says_so(
    dealership: Dealership, visitor: Visitor
) -> None:
    assert 303 == press(visitor, f"/calls/{CALL}/result", by="Kraft", result="not_reached")
    assert (CallState.OPEN, 1) == (task(dealership).state, task(dealership).tries)
    assert "Nicht erreicht: Die Aufgabe kommt wieder, Di., 2. März 2027, 09:00." in visitor.words(
        f"/calls?closed={CALL}"
    )
    assert not isinstance(task(dealership).result, NotReached), "it has not ended"


def test_a_second_press_is_told_that_somebody_was_quicker(dealership: Dealership, visitor: Visitor) -> None:
    assert 303 == press(visitor, f"/calls/{CALL}/result", by="Kraft", result="reached")
    assert 409 == press(visitor, f"/calls/{CALL}/result", by="Blum", result="sold")
    assert 409 == visitor.get(f"/calls/{CALL}").status_code
    assert (Reached(), "Kraft") == (task(dealership).result, task(dealership).closed_by)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"result": "reached"}, 422, id="nobody called"),
        pytest.param({"by": "Kraft"}, 422, id="no result"),
        pytest.param({"by": "Kraft", "result": "shouted"}, 422, id="unknown result"),
        pytest.param({"by": "Kraft", "result": "remind", "months": "25"}, 422, id="in 25 months"),
        pytest.param({"by": "Kraft", "result": "sold", "on": "2027-02-30"}, 403, id="no such day"),
        pytest.param({"by": "Kraft", "result": "call_back"}, 403, id="call back without a day"),
        pytest.param({"by": "Kraft", "result": "call_back", "on": "2027-02-28"}, 403, id="call back yesterday"),
        pytest.param({"by": "Kraft", "result": "call_back", "on": "2029-03-02"}, 403, id="call back in two years"),
        pytest.param({"by": "K" * 81, "result": "reached"}, 422, id="a name too long"),
    ],
)
def test_what_is_wrong_changes_nothing_and_is_said_in_words(
    dealership: Dealership, visitor: Visitor, fields: dict[str, str], status: int
) -> None:
    before = task(dealership)
    assert status == press(visitor, f"/calls/{CALL}/result", **fields)
    assert before == task(dealership)


def test_a_note_stands_on_the_page_from_then_on(visitor: Visitor) -> None:
    assert 303 == press(visitor, f"/calls/{CALL}/note", by="Blum", text="ruft nach 14 Uhr zurück")
    assert "Blum: ruft nach 14 Uhr zurück" in visitor.words(f"/calls/{CALL}")


def test_a_withdrawn_consent_takes_call_and_numbers_off_the_pages_at_once(
    dealership: Dealership, visitor: Visitor
) -> None:
    changed(dealership, lambda uow: uow.consents.append([a_withdrawal(f"k-{CALL}", channel="phone", at=NOW)]))
    page = visitor.words("/calls")
    assert "1 Anruf ist jetzt an der Reihe." in page
    assert "1 Aufgabe ruht: Ein Anruf ist nicht erlaubt oder nicht möglich." in page
    answer = visitor.get(f"/calls/{CALL}")
    assert (403, False) == (answer.status_code, NUMBER in answer.text)


def test_an_unknown_call_is_a_page_in_words(visitor: Visitor) -> None:
    for name in ("unknown", "%3Cscript%3E", "x" * 2_000):
        answer = visitor.get(f"/calls/{name}")
        assert (404, True, False) == (answer.status_code, "<h1>" in answer.text, "<script" in answer.text)
    assert 403 == press(visitor, "/calls/unknown/result", by="Kraft", result="reached")


def test_a_restored_copy_shows_nobody_to_call(dealership: Dealership, visitor: Visitor) -> None:
    dealership.is_copy = True
    for path in ("/calls", f"/calls/{CALL}"):
        answer = visitor.get(path)
        assert (403, False) == (answer.status_code, NUMBER in answer.text)
        assert "guildpost-agent restored" in answer.text


def test_without_calls_and_replies_it_says_so(tmp_path: Path) -> None:
    empty = Dealership(tmp_path, filled=False)
    with visiting(empty.app) as visitor:
        visitor.log_in(empty)
        assert "Jetzt ist niemand anzurufen." in visitor.words("/calls")
        assert "0 offene Antworten" in visitor.words("/replies")
    empty.close()


def test_the_inbox_shows_a_reply_with_what_whoever_answers_should_know(visitor: Visitor) -> None:
    page = visitor.words("/replies")
    for part in ("1 offene Antwort", "Frage", "k@post.example", "Was kostet das?", NUMBER, "Arvana", "Zu prüfen: "):
        assert part in page


def test_a_reply_is_closed_once_by_name_and_whoever_comes_second_reads_by_whom(
    dealership: Dealership, visitor: Visitor
) -> None:
    assert 303 == press(visitor, f"/replies/{REPLY}/close", by="Kraft", note="angerufen")
    dealership.clock.set(NOW + timedelta(hours=1))
    assert 303 == press(visitor, f"/replies/{REPLY}/close", by="Blum")
    with dealership.open_uow() as uow:
        reply = uow.replies.get(REPLY)
    assert reply is not None
    assert (ReplyState.DONE, "Kraft", "angerufen") == (reply.state, reply.closed_by, reply.note)
    page = visitor.words(f"/replies?closed={REPLY}")
    assert "Erledigt: Kraft, Mo., 1. März 2027, 08:30." in page
    assert "0 offene Antworten" in page
    assert 403 == press(visitor, "/replies/unknown/close", by="Kraft")


def test_markup_from_outside_stays_text(visitor: Visitor) -> None:
    for path in ("/calls", f"/calls/{EVIL_CALL}", "/replies"):
        text = visitor.get(path).text
        assert (False, True) == (EVIL in text, "&lt;script&gt;" in text), path


def test_a_running_agent_gives_the_pages_the_services_of_the_moment_and_no_look_writes_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = open_core(an_agent_home(tmp_path, monkeypatch))
    services: dict[str, ServiceDefinition] = {}
    desk = staff_desk(core, lambda: services, CatalogueTemplates(FakeCatalogue(sample_catalogue()), tmp_path))
    before = row_counts(core.engine)
    assert frozenset() == desk.call_rules().hu_services
    services["hu_au"] = parse_service(sample_catalogue()["services/hu_au.json"])
    assert {"hu_au"} == desk.call_rules().hu_services == set(desk.scripts().services)
    desk.require_original()
    assert before == row_counts(core.engine)
    core.engine.dispose()
