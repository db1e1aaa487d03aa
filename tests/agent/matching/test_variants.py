"""Which two ways of writing a customer are one customer, and which are not, judged by a model of a whole dealer."""

import dataclasses
from functools import cache

import pytest

from guildpost_agent.domain.matching import MatchModel, MatchRecords, estimate, explain, score_pairs
from tests.factories.german_duplicates import german_duplicates

ANNA = {
    "given_name": "Johanna", "surname": "Größl", "company": "", "street": "Rosenstraße", "house_number": "12",
    "postcode": "84028", "town": "St. Ulmheim", "birth_date": "03.07.1970", "email": "hanna.groessl@gmx.de",
    "phone": "01711234567",
}  # fmt: skip
FIRM = ANNA | {
    "given_name": "",
    "surname": "",
    "company": "Elektro Größl GmbH",
    "birth_date": "",
    "email": "info@groessl.de",
}


@cache
def model() -> MatchModel:
    return estimate(german_duplicates(3_000, seed=1).records, seed=1)


def records_of(*rows: dict[str, str]) -> MatchRecords:
    return MatchRecords([str(n) for n in range(len(rows))], **{k: [row[k] for row in rows] for k in ANNA})


def probability(one: dict[str, str], two: dict[str, str]) -> float:
    pairs = score_pairs(records_of(one, two), model())
    return float(pairs.probability[0]) if len(pairs) else 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"surname": "Groessl"},
        {"town": "Sankt Ulmheim"},
        {"street": "Rosenstr. 12", "house_number": ""},
        {"given_name": "Dr. Johanna"},
        {"surname": "Dipl.-Ing. Größl"},
        {"given_name": "Hanni"},
        {"surname": "Größl-Straßburger"},
        {"given_name": "Größl", "surname": "Johanna"},
        {"birth_date": "07.03.1970"},
        {"birth_date": "1970-07-03"},
        {"phone": "+49 (0)171 / 123 45 67"},
        {"phone": "0049 171 1234567"},
        {"email": "HANNA.GROESSL@GMX.DE"},
        {"given_name": "J."},
        {"street": "Waldweg", "house_number": "3", "postcode": "84301", "town": "Lindstadt"},
        {"town": "", "email": ""},
        {"given_name": "Joahnna", "surname": "Grössl"},
    ],
    ids=[
        "umlaut written as two letters", "St. and Sankt", "Str. and the number in one field", "a title before the name",
        "a title in the surname", "a call name", "a double name", "names in the wrong field", "day and month swapped",
        "an ISO date", "a phone number with country code", "a phone number with 00", "an address in capitals",
        "an initial", "moved house", "two empty fields", "two typing errors",
    ],
)  # fmt: skip
def test_another_way_to_write_a_customer_is_the_same_customer(change: dict[str, str]) -> None:
    assert probability(ANNA, ANNA | change) > 0.98


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (ANNA, ANNA | {"given_name": "Werner", "birth_date": "11.02.1968", "email": "w.groessl@web.de"}),
        (ANNA, ANNA | {"birth_date": "24.12.1998", "email": "johanna98@web.de", "phone": "015198765432"}),
        (ANNA, ANNA | {"given_name": "Sabine", "email": "sabine@web.de", "phone": "015198765432"}),
        (ANNA | {"street": "", "email": "", "phone": "", "house_number": ""},
         ANNA | {"street": "Waldweg", "house_number": "3", "postcode": "84301", "town": "Lindstadt",
                 "birth_date": "24.12.1998", "email": "", "phone": ""}),
        (FIRM | {"street": "", "house_number": "", "postcode": "", "town": "", "phone": "", "email": ""},
         ANNA | {"street": "", "house_number": "", "postcode": "", "town": "", "email": "", "phone": "",
                 "given_name": "Elektro"}),
    ],
    ids=[
        "spouses at one address", "mother and daughter of one name", "twins", "namesakes in two towns",
        "a firm and a person of the same name",
    ],
)  # fmt: skip
def test_two_customers_are_not_joined(one: dict[str, str], two: dict[str, str]) -> None:
    assert probability(one, two) < 0.98


@pytest.mark.parametrize(
    "name", ["Elektro Größl GmbH & Co. KG", "Fa. Elektro Groessl", "Elektro Größl e.K."], ids=["KG", "Fa.", "e.K."]
)
def test_a_firm_with_another_legal_form_at_the_same_address_is_the_same_firm(name: str) -> None:
    assert probability(FIRM, FIRM | {"company": name}) > 0.98


def test_the_reasons_are_named_per_field() -> None:
    pairs = score_pairs(records_of(ANNA, ANNA | {"birth_date": "11.12.1999", "street": "Rosnestraße"}), model())

    codes = explain(pairs, 0)

    assert {"surname_exact", "street_close", "birth_date_differs"} <= set(codes)


def test_the_model_survives_being_stored() -> None:
    assert model() == MatchModel.from_json(model().to_json())


def test_the_model_holds_no_name() -> None:
    assert "mueller" not in model().to_json().casefold()


def test_a_model_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 0"):
        MatchModel.from_json(dataclasses.replace(model(), version=0).to_json())
