"""Previews, comparisons and answers on a small stored dealership."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.answer_why import About, answer_why
from guildpost_agent.app.compare_plans import Kind, compare_plans
from guildpost_agent.app.explain_entry import explain_entry
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.preview_entries import Entry
from guildpost_agent.app.preview_plan import Preview, preview_plan
from guildpost_agent.app.why_barred import NO_ADDRESS
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.preview_scope import FURTHEST_DAYS, Scope, Standing
from guildpost_agent.domain.records import Channel, Outcome
from guildpost_agent.domain.sequel import Next
from guildpost_shared.catalog import load
from guildpost_shared.errors import Refused
from tests.factories.agent import KEY, NOW, TODAY, a_config, a_customer, a_service, a_vehicle, open_store
from tests.factories.plan_world import HELD_OUT, LATER, LETTER, MAIL, NEVER_DUE, everything_stored, put_small_dealership

SERVICES = (a_service("hu_au"), a_service("inspection"))
CONFIG = a_config()
SPRING = Scope(TODAY, date(2027, 4, 30))


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    store = open_store(tmp_path)
    with store() as uow:
        put_small_dealership(uow)
        uow.commit()
    return store


def preview(store: OpenUnitOfWork, scope: Scope = SPRING, *, afresh: bool = False) -> Preview:
    return preview_plan(store, SERVICES, CONFIG, NOW, scope, afresh=afresh)


def compare(store: OpenUnitOfWork, other: AgentConfig, *, afresh: bool = False) -> list[tuple[Kind, str]]:
    changes = compare_plans(store, SERVICES, (CONFIG, other), NOW, SPRING, afresh=afresh).changes
    return [(change.kind, change.shown.occasion.vehicle_id) for change in changes]


def only(found: Preview, vehicle: str) -> Entry:
    (entry,) = [one for one in found.entries if one.occasion.vehicle_id == vehicle]
    return entry


ASKED: dict[str, Callable[[OpenUnitOfWork], object]] = {
    "a preview": preview,
    "a preview afresh": lambda store: preview(store, afresh=True),
    "a comparison": lambda store: compare(store, a_config(services={"enabled": ["inspection"]})),
    "an answer": lambda store: answer_why(store, SERVICES, CONFIG, NOW, "V1"),
}


@pytest.mark.parametrize("plans_before", [0, 1], ids=["never planned", "planned before"])
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED.keys())
def test_nothing_is_stored(
    store: OpenUnitOfWork, tmp_path: Path, ask: Callable[[OpenUnitOfWork], object], plans_before: int
) -> None:
    for _ in range(plans_before):
        plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY)
    before = everything_stored(tmp_path / "agent.db")
    ask(store)
    assert before == everything_stored(tmp_path / "agent.db")


def test_a_preview_is_what_planning_then_does(store: OpenUnitOfWork) -> None:
    found = preview(store, Scope(TODAY, TODAY + timedelta(days=28)))
    plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY)
    with store() as uow:
        assert list(found.plan.touchpoints) == uow.plans.touchpoints()
        assert found.plan.decisions == {
            one: decision for one in found.plan.occasions if (decision := uow.plans.decision(one)) is not None
        }


def test_messages_cost_and_refusals_are_counted(store: OpenUnitOfWork) -> None:
    found = preview(store)
    assert {Channel.EMAIL: 1, Channel.LETTER: 1} == {channel: n for (_, _, channel), n in found.messages.items()}
    assert ({Standing.NEW: 2}, {"hu_au": 1}) == (found.standing, found.carried)
    assert CONFIG.figures.letter_cents == found.letter_cents
    assert {"ALREADY_BOOKED": 1, "HOLDOUT": 1, "OPEN_COMPLAINT": 1, "SOLD_OR_GONE": 1} == found.refused


def test_what_was_planned_before_stays_and_is_counted_so(store: OpenUnitOfWork) -> None:
    new = preview(store)
    plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY)
    again = preview(store)
    assert (new.messages, {Standing.PLANNED_BEFORE: 2}) == (again.messages, again.standing)


def test_a_letter_counts_on_the_day_it_is_met_where_it_left_before_and_costs_nothing_then(
    store: OpenUnitOfWork,
) -> None:
    letter = only(preview(store), "V2")
    assert letter.touchpoint is not None
    met = letter.touchpoint.due_date - timedelta(days=letter.touchpoint.lead_days)
    later = preview(store, Scope(letter.day + timedelta(days=1), met))
    assert (met, 0) == (only(later, "V2").day, later.letter_cents)


def test_a_horizon_that_reaches_further_shows_what_is_not_due_yet(store: OpenUnitOfWork) -> None:
    assert "V8" not in {entry.occasion.vehicle_id for entry in preview(store).entries}
    far = only(preview(store, Scope(TODAY, date(2027, 9, 30))), "V8")
    assert (True, True) == (far.touchpoint is not None, date(2027, 7, 1) < far.day < date(2027, 9, 30))


@pytest.mark.parametrize(
    ("scope", "vehicles"),
    [
        (Scope(SPRING.first, SPRING.last, vehicle="V2"), {"V2"}),
        (Scope(SPRING.first, SPRING.last, customer=MAIL), {"V1", "V3"}),
        (Scope(SPRING.first, SPRING.last, service="inspection"), set[str]()),
        (Scope(date(2027, 1, 1), date(2027, 1, 31)), set[str]()),
    ],
    ids=["a vehicle", "a customer", "another service", "days before"],
)
def test_a_scope_shows_only_its_own(store: OpenUnitOfWork, scope: Scope, vehicles: set[str]) -> None:
    assert vehicles == {entry.occasion.vehicle_id for entry in preview(store, scope).entries}


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        (Scope(TODAY, TODAY - timedelta(days=1)), "plan_days_reversed"),
        (Scope(TODAY, TODAY + timedelta(days=FURTHEST_DAYS + 1)), "plan_days_too_far"),
        (Scope(TODAY, TODAY, service="recall"), "service_not_in_force"),
        (Scope(TODAY, TODAY, vehicle="V99"), "vehicle_unknown"),
        (Scope(TODAY, TODAY, customer="99"), "customer_unknown"),
    ],
    ids=["days the wrong way round", "more than a year", "unknown service", "unknown vehicle", "unknown customer"],
)
def test_a_scope_that_cannot_be_is_refused(store: OpenUnitOfWork, scope: Scope, code: str) -> None:
    with pytest.raises(Refused) as caught:
        preview(store, scope)
    assert code == caught.value.code


def test_a_service_that_the_dealer_does_not_run_is_refused(store: OpenUnitOfWork) -> None:
    config = a_config(services={"enabled": ["hu_au"]})
    with pytest.raises(Refused, match="service_not_run"):
        preview_plan(store, SERVICES, config, NOW, Scope(TODAY, TODAY, service="inspection"))


EXPLAINED = {
    "written to": ("V3", "Eingeplant: ", "so steht es im Händlersystem"),
    "carried along": (
        "V1",
        "Wird in derselben Nachricht miterledigt (führender Anlass: hu_au, Fahrzeug V3).",
        "Per E-Mail, weil",
    ),
    "sold": ("V4", "Nicht angeschrieben: Das Fahrzeug ist verkauft", "seit 01.03.2027 so im Händlersystem"),
    "complaint": ("V5", "Nicht angeschrieben: Seit 20.02.2027 ist eine Beschwerde offen.", "Die HU ist bis 30.04.2027"),
    "booked": ("V6", "Nicht angeschrieben: Am 10.03.2027 ist dafür schon ein Termin gebucht.", "Die HU ist bis"),
    "control group": ("V7", "Nicht angeschrieben: Der Kunde gehört zur ausgelosten", "Ohne die Auslosung wäre"),
}


@pytest.mark.parametrize(("vehicle", "answer", "reason"), EXPLAINED.values(), ids=EXPLAINED.keys())
def test_every_occasion_has_an_answer_and_a_chain_of_reasons(
    store: OpenUnitOfWork, vehicle: str, answer: str, reason: str
) -> None:
    found = preview(store)
    explanation = explain_entry(only(found, vehicle), found.plan.services, load("guildpost_agent", "de"))
    assert explanation.headline.startswith(answer)
    assert any(reason in sentence for sentence in explanation.reasons), explanation.reasons


OTHER: dict[str, tuple[AgentConfig, list[tuple[Kind, str]]]] = {
    "the same": (CONFIG, []),
    "a service less": (
        a_config(services={"enabled": ["inspection"]}),
        [(Kind.ONLY_HERE, vehicle) for vehicle in ("V1", "V3", "V2")],
    ),
    "no money for letters": (
        a_config(figures={"weekly_budget_cents": 1, "workshop_places_per_day": 0, "hourly_rate_cents": 1}),
        [(Kind.ONLY_HERE, "V2")],
    ),
    "other release days": (
        a_config(letters={"folder": Path("letters"), "release_weekdays": [3], "release_every_days": 14}),
        [(Kind.MOVED, "V2")],
    ),
}


@pytest.mark.parametrize(("other", "changes"), OTHER.values(), ids=OTHER.keys())
def test_two_configurations_differ_in_what_they_would_plan(
    store: OpenUnitOfWork, other: AgentConfig, changes: list[tuple[Kind, str]]
) -> None:
    found = compare(store, other)
    assert sorted(changes) == sorted(found)
    assert found == compare(store, other)


def test_what_is_planned_already_differs_only_afresh(store: OpenUnitOfWork) -> None:
    plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY)
    other = OTHER["other release days"][0]
    assert ([], [(Kind.MOVED, "V2")]) == (compare(store, other), compare(store, other, afresh=True))


def test_another_order_of_rows_gives_the_same_comparison(store: OpenUnitOfWork, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = open_store(tmp_path / "again")
    with again() as uow:
        uow.records.upsert_customers([a_customer(LETTER)])
        uow.records.upsert_vehicles([a_vehicle("V2", customer_id=LETTER)])
        put_small_dealership(uow)
        uow.commit()
    other = OTHER["a service less"][0]
    assert compare(store, other) == compare(again, other)


def test_why_names_past_messages_and_what_comes_next(store: OpenUnitOfWork) -> None:
    touches = [
        {"id": "invitation", "first_day": 60, "last_day": 14, "default_lead": 42},
        {"id": "reminder", "first_day": 13, "last_day": 3, "default_lead": 7},
    ]
    services = (a_service("hu_au", touches=touches), a_service("inspection"))
    plan_touchpoints(store, services, CONFIG, NOW, KEY)
    with store() as uow:
        (message,) = uow.plans.touchpoints_of(LETTER)
        assert uow.plans.move(message.touchpoint_id, expected="planned", to="sent")
        uow.commit()
    later = message.planned_at + timedelta(days=1)
    (answer,) = answer_why(store, services, CONFIG, later, "V2")
    (story,) = answer.stories
    assert ([message.touchpoint_id], Next.FOLLOW_UP) == ([t.touchpoint_id for t in story.past], story.sequel.next)
    assert (date(2027, 4, 17), date(2027, 4, 27)) == (story.sequel.opens, story.sequel.closes)
    with store() as uow:
        uow.outcomes.add([Outcome("A1", message.touchpoint_id, "answered", later)])
        uow.commit()
    (answer,) = answer_why(store, services, CONFIG, later, message.touchpoint_id)
    assert (About.MESSAGE, [Next.ANSWERED]) == (answer.about, [story.sequel.next for story in answer.stories])


def test_a_message_that_was_taken_back_is_told_with_the_one_in_its_place(store: OpenUnitOfWork) -> None:
    plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY)
    with store() as uow:
        (message,) = uow.plans.touchpoints_of(LETTER)
        uow.plans.cancel_planned(occasion_ids=[message.occasion_id])
        uow.commit()
    (answer,) = answer_why(store, SERVICES, CONFIG, NOW, message.touchpoint_id)
    (story,) = answer.stories
    assert (["cancelled"], "planned") == (
        [t.state for t in story.past],
        story.entry.touchpoint and story.entry.touchpoint.state,
    )


def test_who_is_held_out_is_told_so(store: OpenUnitOfWork) -> None:
    (answer,) = answer_why(store, SERVICES, CONFIG, NOW, HELD_OUT)
    assert (About.CUSTOMER, [Next.HELD_OUT]) == (answer.about, [story.sequel.next for story in answer.stories])


def test_a_number_that_is_a_vehicle_and_a_customer_is_answered_as_both(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.records.upsert_vehicles([a_vehicle(MAIL, customer_id=LETTER, next_service=date(2029, 9, 1))])
        uow.commit()
    found = answer_why(store, SERVICES, CONFIG, NOW, MAIL)
    assert [(About.VEHICLE, {LETTER}), (About.CUSTOMER, {MAIL})] == [
        (answer.about, {story.entry.occasion.customer_id for story in answer.stories}) for answer in found
    ]


def test_what_else_the_household_hears_is_listed(store: OpenUnitOfWork) -> None:
    (vehicle,) = answer_why(store, SERVICES, CONFIG, NOW, "V1")
    (occasion,) = vehicle.stories
    assert () == vehicle.others
    (customer,) = answer_why(store, SERVICES, CONFIG, NOW, MAIL)
    assert ({"V1", "V3"}, ()) == ({s.entry.occasion.vehicle_id for s in customer.stories}, customer.others)
    assert occasion.sequel.next is Next.OVER


@pytest.mark.parametrize(
    ("said", "about", "number"),
    [
        ("Übel", About.CUSTOMER, "777"),
        ("übel erna", About.CUSTOMER, "777"),
        ("Frau Dr. Übel", About.CUSTOMER, "777"),
        ("Übel, Erna", About.CUSTOMER, "777"),
        ("b xy 12", About.VEHICLE, "V777"),
        ("B-XY 12", About.VEHICLE, "V777"),
    ],
)
def test_a_name_or_a_plate_will_do(store: OpenUnitOfWork, said: str, about: About, number: str) -> None:
    with store() as uow:
        uow.records.upsert_customers([a_customer("777", given_name="Erna", family_name="Übel")])
        uow.records.upsert_vehicles([a_vehicle("V777", customer_id="777", plate="B-XY 12")])
        uow.commit()
    (answer,) = answer_why(store, SERVICES, CONFIG, NOW, said)
    assert (about, number) == (answer.about, answer.identifier)
    assert {"777"} == answer.customer_ids()
    assert {"V777"} == answer.vehicle_ids()


@pytest.mark.parametrize(("asked", "about"), [("V8", About.VEHICLE), (LATER, About.CUSTOMER)])
def test_what_is_not_in_sight_yet_is_named_with_its_day(store: OpenUnitOfWork, asked: str, about: About) -> None:
    found = answer_why(store, SERVICES, CONFIG, NOW, asked)
    (answer,) = [one for one in found if one.about is about]
    ((vehicle, gone, dues),) = [(one.vehicle_id, one.gone, one.dues) for one in answer.later]
    assert ("V8", None, date(2027, 9, 30)) == (vehicle, gone, dues["hu_au"][0])
    assert dues["hu_au"][1] == date(2027, 9, 30) - timedelta(days=SERVICES[0].touches[0].first_day)
    assert (date(2027, 3, 1) + timedelta(days=120)) < min(due for due, _ in dues.values())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [(Channel.EMAIL, "NO_CONSENT")]),
        ({"email": ""}, [(Channel.EMAIL, NO_ADDRESS)]),
        ({"advertising_block": True}, [(Channel.EMAIL, "ADVERTISING_BLOCK"), (Channel.LETTER, "ADVERTISING_BLOCK")]),
    ],
    ids=["no consent to mail", "no mail address", "nothing is lawful"],
)
def test_why_names_the_ways_that_were_closed(
    store: OpenUnitOfWork, changes: dict[str, Any], expected: list[tuple[Channel, str]]
) -> None:
    with store() as uow:
        uow.records.upsert_customers([a_customer(LETTER, **changes)])
        uow.commit()
    (answer,) = answer_why(store, SERVICES, CONFIG, NOW, "V2")
    assert expected == [(one.channel, one.why) for one in answer.stories[0].barred]


def test_a_letter_beyond_the_budget_leads_to_the_mail_that_was_closed(store: OpenUnitOfWork) -> None:
    config = a_config(figures={"weekly_budget_cents": 1, "workshop_places_per_day": 0, "hourly_rate_cents": 0})
    (answer,) = answer_why(store, SERVICES, config, NOW, "V2")
    (story,) = answer.stories
    assert story.entry.decision is not None
    assert Reason.BUDGET == story.entry.decision.reason
    assert [Channel.EMAIL] == [one.channel for one in story.barred]


def test_a_way_that_was_taken_closes_no_other(store: OpenUnitOfWork) -> None:
    (answer,) = answer_why(store, SERVICES, CONFIG, NOW, "V3")
    assert [()] == [story.barred for story in answer.stories]


def test_a_vehicle_that_was_sold_long_ago_is_not_waited_for(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.records.upsert_vehicles(
            [a_vehicle("V9", customer_id=LATER, next_hu=date(2027, 9, 1), next_service=NEVER_DUE, sold_on=TODAY)]
        )
        uow.commit()
    (answer,) = answer_why(store, SERVICES, CONFIG, NOW, "V9")
    assert [(Reason.SOLD_OR_GONE, {})] == [(one.gone and one.gone.reason, one.dues) for one in answer.later]


def test_a_name_of_several_is_answered_with_their_numbers(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.records.upsert_customers([a_customer(number, family_name="Doppel") for number in ("801", "802")])
        uow.commit()
    with pytest.raises(Refused) as caught:
        answer_why(store, SERVICES, CONFIG, NOW, "Doppel")
    assert ("plan_subject_several", "801, 802") == (caught.value.code, caught.value.params["numbers"])


def test_an_id_that_names_nothing_is_refused(store: OpenUnitOfWork) -> None:
    with pytest.raises(Refused) as caught:
        answer_why(store, SERVICES, CONFIG, NOW, "nothing")
    assert "plan_subject_unknown" == caught.value.code
