"""Who was erased is known again, also under another number; who was not, is not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.rights.identity import Cause, Tombstones, tombstones_for
from guildpost_agent.domain.rights.marks import CountedBefore, pseudonym
from guildpost_agent.domain.rights.mentions import Mentioned
from tests.factories.agent import a_customer

KEY = bytes(range(32))
NOW = datetime(2027, 3, 1, tzinfo=UTC)
PERSON = a_customer(
    "K1", given_name="Jürgen", family_name="Groß-Müller", street="Hauptstraße 1a", birth_date=date(1970, 2, 3)
)
ERASED = Tombstones(KEY, tombstones_for(KEY, PERSON, Cause.ERASURE, NOW))
ELSEWHERE: dict[str, Any] = {"email": "other@post.example", "street": "Weg 9", "birth_date": None}


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"given_name": "X", "family_name": "Y", **ELSEWHERE, "customer_id": "K1"}, True),
        ({**ELSEWHERE, "email": " JUERGEN@Post.example", "given_name": "Juergen"}, False),
        ({"street": "Weg 9", "birth_date": None}, True),
        ({**ELSEWHERE, "street": "Hauptstr. 1 A", "given_name": "Juergen", "family_name": "GROSS MÜLLER"}, True),
        ({**ELSEWHERE, "birth_date": date(1970, 2, 3), "given_name": "Groß-Müller", "family_name": "Jürgen"}, True),
        ({**ELSEWHERE}, False),
        ({"given_name": "Petra"}, False),
    ],
    ids=[
        "the same number, everything else changed",
        "the same name with another person's address",
        "name and e-mail",
        "name and address in other spellings",
        "names swapped, same date of birth",
        "a namesake elsewhere",
        "somebody else of the household with the same e-mail",
    ],
)
def test_an_erased_person_is_known_again(changes: dict[str, Any], known: bool) -> None:  # noqa: FBT001 — a table's column
    values = {**vars(PERSON), "customer_id": "K2", **changes}
    newcomer = type(PERSON)(**values)
    assert ({newcomer.customer_id} if known else set()) == ERASED.matching([newcomer])


def test_vehicles_and_orders_of_an_erased_number_are_known_by_the_number() -> None:
    assert {"K1"} == ERASED.erased_numbers(["K1", "K2", "K1", ""])


@pytest.mark.parametrize(
    ("cause", "in_contact", "gone"),
    [
        (Cause.RETENTION, set(), {"K1"}),
        (Cause.RETENTION, {"K1"}, set()),
        (Cause.ERASURE, {"K1"}, {"K1"}),
    ],
    ids=["long silent", "long silent, but in contact again", "erased, whatever happens"],
)
def test_a_new_contact_brings_back_who_was_dropped_but_not_who_was_erased(
    cause: Cause, in_contact: set[str], gone: set[str]
) -> None:
    stones = Tombstones(KEY, tombstones_for(KEY, PERSON, cause, NOW))
    assert gone == stones.matching([PERSON], in_contact=in_contact)


def test_a_tombstone_of_another_dealer_says_nothing() -> None:
    assert set() == Tombstones(bytes(32), tombstones_for(KEY, PERSON, Cause.ERASURE, NOW)).matching([PERSON])


def test_a_tombstone_holds_nothing_readable() -> None:
    written = repr(tombstones_for(KEY, PERSON, Cause.ERASURE, NOW)).casefold()
    assert [] == [word for word in ("jürgen", "müller", "k1", "1970", "hauptstr", "erika") if word in written]


@given(st.text(max_size=40), st.text(max_size=40))
def test_marks_are_found_by_the_number_and_only_by_it(number: str, other: str) -> None:
    marks = CountedBefore(KEY, {pseudonym(KEY, number)})
    assert number in marks
    assert (other in marks) == (other == number or other == pseudonym(KEY, number))
    assert pseudonym(KEY, number) == pseudonym(KEY, pseudonym(KEY, number))


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("4711;Herr;Müller", True),
        ("MÜLLER", True),
        ("Müllerin;47110", False),
        ("7;x", True),
        ("17;x;y 7 z", False),
        ("", False),
    ],
    ids=[
        "the number",
        "the name in capitals",
        "parts of words",
        "a short number as a cell",
        "inside a cell",
        "nothing",
    ],
)
def test_a_text_mentions_somebody_by_whole_words(text: str, mentioned: bool) -> None:  # noqa: FBT001 — as above
    assert mentioned == Mentioned(["4711", "Müller", "7", ""]).in_text(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16", "utf-16-be"])
def test_a_file_mentions_somebody_in_any_encoding(encoding: str) -> None:
    data = "Nr;Name\n4711;Müller\n".encode(encoding)
    assert Mentioned(["Müller"]).in_bytes(data)
    assert not Mentioned(["Meier"]).in_bytes(data)
