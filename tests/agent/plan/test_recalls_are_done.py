"""A recall is done when the workshop's lines or the next list say so, and then nobody is written to about it."""

from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.app.load_vehicle_list import close_done, load_vehicle_list
from guildpost_agent.domain.listed_work import done_entries, works_of_lists
from guildpost_agent.domain.vehicle_lists import ListEntry, ListRow, done_on
from tests.factories.agent import a_customer, a_job, a_vehicle
from tests.factories.planning_story import DAY, Story
from tests.factories.sending_world import a_store
from tests.factories.standard_services import standard_services

MARCH, TODAY = date(2027, 3, 1), date(2027, 3, 20)
WORKS = works_of_lists(standard_services())
VIN = "WVWZZZ1JZXW000001"
AIRBAG, BRAKE = (ListEntry("recall", "V1", reference, MARCH) for reference in ("69X1", "23-K7"))


@pytest.mark.parametrize(
    ("text", "day", "entries", "done"),
    [
        pytest.param("Rückruf 69X1 durchgeführt", MARCH, [AIRBAG, BRAKE], ["69X1"], id="the campaign is named"),
        pytest.param("AKTION 69 X 1", MARCH, [AIRBAG], ["69X1"], id="set apart"),
        pytest.param("Feldmaßnahme 23K7", MARCH, [AIRBAG, BRAKE], ["23-K7"], id="without its hyphen"),
        pytest.param("69X1 Airbag", MARCH - 90 * DAY, [AIRBAG], ["69X1"], id="named before the list came"),
        pytest.param("Rückrufaktion Airbag", MARCH + DAY, [AIRBAG], ["69X1"], id="work of its kind, and only one open"),
        pytest.param("Rückrufaktion Airbag", MARCH + DAY, [AIRBAG, BRAKE], [], id="of two nobody can tell which"),
        pytest.param("Rückrufaktion Airbag", MARCH - DAY, [AIRBAG], [], id="work of its kind before the list came"),
        pytest.param("Teil 169X15 ersetzt", MARCH, [AIRBAG], [], id="within another number"),
        pytest.param("Rückruf 69X1 Teile bestellt", MARCH, [AIRBAG], [], id="parts are only ordered"),
        pytest.param("Rückruf 69X1 abgelehnt", MARCH, [AIRBAG], [], id="declined"),
        pytest.param("Ölwechsel", MARCH + DAY, [AIRBAG], [], id="something else"),
    ],
)
def test_a_line_closes_the_entry_it_is_about(text: str, day: date, entries: list[ListEntry], done: list[str]) -> None:
    found = done_entries(entries, [a_job("1", vehicle_id="V1", order_date=day, text=text)], WORKS)
    assert [(entry.reference, on) for entry, on in found] == [(one, day) for one in done]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("", None), ("offen", None), ("nein", None), ("12.03.2027", date(2027, 3, 12)), ("ja", TODAY), ("Erledigt", TODAY),
     ("31.12.2027", TODAY), ("weiß nicht", None)],
)  # fmt: skip
def test_a_list_says_in_a_word_or_a_day_what_is_done(written: str, expected: date | None) -> None:
    assert done_on(ListRow(2, done=written), TODAY) == expected


def test_the_next_list_closes_what_it_says_is_done_and_adds_nothing_twice(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with store() as uow:
        uow.records.upsert_customers([a_customer("1")])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id="1", vin=VIN)])
        uow.commit()
    rows = [ListRow(2, vin=VIN, reference="69X1"), ListRow(3, vin=VIN, reference="23K7")]
    assert load_vehicle_list(store, rows, list_id="recall", source="a.csv", today=MARCH).added == 2
    rows = [ListRow(2, vin=VIN, reference="69X1", done="15.03.2027"), rows[1]]
    again = load_vehicle_list(store, rows, list_id="recall", source="b.csv", today=TODAY)
    assert (again.added, again.known, again.done) == (0, 2, 1)
    with store() as uow:
        assert [one.reference for one in uow.lists.open()] == ["23K7"]
        assert [one.done_on for one in uow.lists.all()] == [None, date(2027, 3, 15)]


def test_a_recall_that_was_done_is_neither_planned_nor_sent(tmp_path: Path) -> None:
    story = Story(tmp_path, MARCH, "recall")
    story.customer_with_a_car()
    story.add(ListEntry("recall", "V0", "69X1", MARCH), ListEntry("recall", "V0", "23K7", MARCH))
    story.plan()
    story.was_here(MARCH, "Aktion 69X1 durchgeführt")
    assert close_done(story.store, standard_services()) == 1
    with story.store() as uow:
        assert [one.reference for one in uow.lists.open()] == ["23K7"]
    story.was_here(MARCH + DAY, "Aktion 23K7 durchgeführt")
    assert close_done(story.store, standard_services(), {"V0"}) == 1
    assert close_done(story.store, standard_services(), {"V0"}) == 0
    assert story.until(MARCH + 60 * DAY) == []
