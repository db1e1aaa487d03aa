"""Why two records may be one customer is said in plain words, whatever the matcher can find."""

import pytest

from guildpost_agent.cli.evidence import in_words
from guildpost_agent.domain.matching import MatchRecords
from guildpost_agent.domain.matching.comparing import level_names
from guildpost_agent.domain.matching.prepared import prepare
from guildpost_shared.catalog import load
from guildpost_shared.errors import Language

CODES = ("surname_exact", "given_name_similar", "phone_exact", "street_differs")
CASES: list[tuple[Language, tuple[str, ...], str]] = [
    ("de", CODES, "Nachname gleich, Vorname ähnlich, Telefonnummer gleich, Straße verschieden."),
    ("en", CODES, "Surname the same, first name similar, phone number the same, street different."),
    ("de", ("surname_crossed", "given_name_crossed"), "Vor- und Nachname vertauscht."),
    ("en", (), "No details in common."),
]


@pytest.mark.parametrize(
    ("language", "codes", "sentence"), CASES, ids=["German", "English", "swapped is said once", "nothing in common"]
)
def test_evidence_is_one_sentence(language: Language, codes: tuple[str, ...], sentence: str) -> None:
    assert sentence == in_words(codes, load("guildpost_agent", language))


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_level_of_every_field_has_words(language: Language) -> None:
    two = ["a", "b"]
    records = MatchRecords(
        ids=two, given_name=two, surname=two, company=["a", ""], street=["Weg 1", "Weg 2"], postcode=two, town=two,
        birth_date=["1990-01-02", ""], email=["a@b.example", ""], phone=["0711 1234", ""],
    )  # fmt: skip
    fields = prepare(records).columns
    assert {"kind", "house_number", "email"} <= set(fields)
    codes = [f"{field}_{level}" for field in fields for level in level_names(field)[1:]]
    assert [] == [code for code in codes if "_" in in_words([code], load("guildpost_agent", language))]
