"""Records of one person are found, shown where in doubt, and put together or apart by a person's verdict."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.resolve_people import decide_pair, resolve_people
from guildpost_agent.domain.records import Customer
from tests.factories.agent import NOW, a_customer, open_store

GIVEN = ("Erika", "Max", "Anna", "Jonas", "Lena", "Paul", "Mia", "Felix", "Clara", "Otto")
FAMILY = ("Mustermann", "Schulze", "Weber", "Hoffmann", "Krüger", "Lang", "Vogel", "Brandt", "Sommer", "Arnold")
STREETS = ("Hauptstraße", "Gartenweg", "Lindenallee", "Bahnhofstraße", "Am Markt", "Schulstraße", "Ringstraße")


def crowd() -> list[Customer]:
    """Make a hundred people who have little in common."""
    return [
        a_customer(
            f"{100 + n}",
            given_name=GIVEN[n % 10],
            family_name=FAMILY[(n * 3 + n // 10) % 10],
            street=f"{STREETS[n % 7]} {n % 23 + 1}",
            postcode=f"{10_000 + 811 * n}",
            town=f"Ort {n}",
            email=f"person{n}@post.example",
            phone=f"+4971155{n:04}",
            birth_date=NOW.date().replace(year=1940 + n % 60, month=n % 12 + 1, day=n % 27 + 1),
        )
        for n in range(100)
    ]


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    open_uow = open_store(tmp_path)
    put(open_uow, crowd())
    return open_uow


def put(store: OpenUnitOfWork, customers: Sequence[Customer]) -> None:
    with store() as uow:
        uow.records.upsert_customers(customers)
        uow.commit()


def persons(store: OpenUnitOfWork) -> dict[str, str]:
    with store() as uow:
        return {member.customer_id: member.person_id for member in uow.people.all()}


def twin(number: int, new_id: str) -> Customer:
    original = crowd()[number]
    return replace(original, customer_id=new_id, street=original.street.replace("straße", "str."))


def test_a_second_record_of_a_person_is_found_and_named_after_the_smallest_number(store: OpenUnitOfWork) -> None:
    put(store, [twin(7, "900")])
    summary = resolve_people(store, NOW)
    assert "107" == persons(store)["900"]
    assert (101, 100) == (summary.records, summary.persons)


def test_a_changed_record_alone_gives_what_all_records_give(store: OpenUnitOfWork) -> None:
    resolve_people(store, NOW)
    put(store, [twin(7, "900")])
    summary = resolve_people(store, NOW, {"900"})
    alone = persons(store)
    resolve_people(store, NOW)
    assert (1, persons(store)) == (summary.moved, alone)


def test_a_verdict_takes_a_merge_back_and_stands_against_every_later_run(store: OpenUnitOfWork) -> None:
    put(store, [twin(7, "900")])
    resolve_people(store, NOW)
    decide_pair(store, "107", "900", same=False, by="Frau Lang", now=NOW)
    assert "900" == persons(store)["900"]
    resolve_people(store, NOW)
    assert "900" == persons(store)["900"]
    decide_pair(store, "900", "107", same=True, by="Frau Lang", now=NOW)
    assert "107" == persons(store)["900"]


def test_a_verdict_joins_what_no_computation_would(store: OpenUnitOfWork) -> None:
    resolve_people(store, NOW)
    decide_pair(store, "101", "150", same=True, by="Frau Lang", now=NOW)
    resolve_people(store, NOW)
    assert "101" == persons(store)["150"]


def test_the_customer_records_themselves_are_never_touched(store: OpenUnitOfWork) -> None:
    put(store, [twin(7, "900")])
    with store() as uow:
        before = uow.records.customers()
    resolve_people(store, NOW)
    with store() as uow:
        assert before == uow.records.customers()


def test_few_records_teach_nothing_and_stay_apart(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store, crowd()[:5])
    assert 5 == resolve_people(store, NOW).persons


def test_a_record_that_is_no_more_is_forgotten(store: OpenUnitOfWork) -> None:
    resolve_people(store, NOW)
    with store() as uow:
        uow.rights.erase({"100"}, bytes(32))
        uow.commit()
    resolve_people(store, NOW)
    assert "100" not in persons(store)
