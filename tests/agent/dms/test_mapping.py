"""What the columns of an unknown export mean: by their headings, by their values, and as a person has confirmed."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.adapters.dms.mapping_files import (
    confirm_profile,
    confirmed,
    find_profile,
    load_profiles,
    ready_profiles,
    save_profile,
)
from guildpost_agent.domain.dms_rows import REQUIRED, Table
from guildpost_agent.domain.mapping.assignment import assign
from guildpost_agent.domain.mapping.profile import Profile, TableProfile, from_proposal, read_profile, write_profile
from guildpost_agent.domain.mapping.proposal import Proposal, propose
from guildpost_agent.domain.mapping.shapes import SHAPES
from guildpost_agent.domain.mapping.vocabulary import SYNONYMS, field_names, fold, table_of_headings
from guildpost_shared.errors import ConfigurationError

SITE = Profile("haus", (TableProfile(Table.CUSTOMERS, ("kd_*.csv",), {"Nr": "customer_id", "N": "name1"}),))


def columns(proposal: Proposal) -> dict[str, str]:
    return {guess.field: guess.heading for guess in proposal.columns}


def vehicles(headings: Sequence[str]) -> Proposal:
    rows = [
        [str(100 + n), str(7 * n % 40), f"W7AZZZAEVL67{n:05d}", f"DD-AB {n + 1}", f"{n % 28 + 1:02d}.05.2020"]
        for n in range(40)
    ]
    return propose(headings, rows)


def test_a_known_heading_in_any_spelling_is_certain() -> None:
    rows = [[str(n), "Frau", "Müller", "01067", "Dresden"] for n in range(1, 30)]
    found = propose(["KUNDEN-NR.", "Anrede", "Nachname", "Plz", "ort"], rows)
    assert (Table.CUSTOMERS, True, ()) == (found.table, found.certain, found.unmapped)
    assert {"customer_id", "salutation", "name1", "postcode", "town"} == set(columns(found))
    assert min(guess.confidence for guess in found.columns) >= 0.9


def test_a_vehicle_identification_number_is_known_whatever_stands_above_it() -> None:
    found = vehicles(["A", "B", "C", "D", "E"])
    assert (Table.VEHICLES, False) == (found.table, found.certain)
    assert ("C", "D") == (columns(found)["vin"], columns(found)["plate"])
    assert ("values", "values") == tuple(g.evidence for g in found.columns if g.field in {"vin", "plate"})


def test_swapped_columns_are_seen_by_their_values() -> None:
    right, swapped = (
        propose(["Kundennummer", "Name", "E-Mail", "PLZ"], [[str(n), "Müller", *pair] for n in range(1, 30)])
        for pair in (("a@post.example", "01067"), ("01067", "a@post.example"))
    )
    assert (True, "E-Mail", "PLZ") == (right.certain, columns(right)["email"], columns(right)["postcode"])
    assert (False, "PLZ", "E-Mail") == (swapped.certain, columns(swapped)["email"], columns(swapped)["postcode"])


def test_two_columns_never_become_one_field() -> None:
    found = propose(["Kundennummer", "Name", "Telefon", "Tel."], [["1", "Müller", "0351 1234567", "0351 7654321"]])
    fields = [guess.field for guess in found.columns]
    assert sorted(set(fields)) == sorted(fields)


def test_what_is_not_understood_is_listed() -> None:
    found = propose(["Kundennummer", "Name", "Umsatz"], [["1", "Müller", "12,50"]])
    assert ("Umsatz",) == found.unmapped


def test_a_missing_required_field_is_named() -> None:
    found = propose(["Anrede", "Vorname", "Nachname"], [["Frau", "Erika", "Müller"]] * 3, stem="kunden")
    assert ("customer_id",) == found.missing
    assert not found.certain


@pytest.mark.parametrize(
    ("heading", "cell", "expected"),
    [("Zeiteinheiten", "12", 10), ("Stunden", "1,2", 1), ("AW", "12", 10)],
    ids=["work units", "hours", "work units in short"],
)
def test_the_unit_of_labour_time_is_told_by_its_heading(heading: str, cell: str, expected: int) -> None:
    rows = [[str(n), "01.02.2026", "50", cell] for n in range(1, 20)]
    assert expected == propose(["Auftragsnummer", "Auftragsdatum", "Fahrzeugnummer", heading], rows).hours_units


@pytest.mark.parametrize(
    ("day", "expected"),
    [("02/13/2026", "mdy"), ("13/02/2026", "dmy"), ("13.02.2026", "dmy"), ("2026-02-13", "dmy")],
)
def test_the_order_of_day_and_month_is_told_by_the_values(day: str, expected: str) -> None:
    rows = [[str(n), day, "50"] for n in range(1, 20)]
    assert expected == propose(["Auftragsnummer", "Auftragsdatum", "Fahrzeugnummer"], rows).date_order


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=9), st.integers(0, 6), st.text(max_size=9))
def test_any_headings_give_a_proposal_that_names_each_column_once(headings: list[str], count: int, cell: str) -> None:
    found = propose(headings, [[cell] * len(headings)] * count)
    positions = [guess.position for guess in found.columns]
    fields = [guess.field for guess in found.columns]
    assert (len(positions), len(fields)) == (len(set(positions)), len(set(fields)))
    assert len(headings) == len(positions) + len(found.unmapped)
    assert all(0 <= guess.confidence <= 1 for guess in found.columns)
    assert 0 <= found.confidence <= 1


def tables_of_scores(width: int) -> st.SearchStrategy[list[list[float]]]:
    row = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=width, max_size=width)
    return st.lists(row, min_size=1, max_size=4)


@given(st.integers(1, 4).flatmap(tables_of_scores))
def test_the_assignment_has_the_greatest_sum(scores: list[list[float]]) -> None:
    found = assign(scores)
    taken = [column for column in found if column is not None]
    assert len(taken) == len(set(taken))
    spare: list[int | None] = [*range(len(scores[0])), *[None] * len(scores)]
    best = max(
        sum(scores[row][column] for row, column in enumerate(chosen) if column is not None)
        for chosen in permutations(spare, len(scores))
    )
    assert best == sum(scores[row][column] for row, column in enumerate(found) if column is not None)


def test_no_spelling_means_two_fields_of_one_table() -> None:
    for table, fields in SYNONYMS.items():
        spellings = [(fold(s), field) for field, synonyms in fields.items() for s in synonyms]
        assert len({spelling for spelling, _ in spellings}) == len(set(spellings)), table
        assert set(REQUIRED[table]) <= set(fields)
    assert set(SHAPES) <= {field for fields in SYNONYMS.values() for field in fields}


@pytest.mark.parametrize("table", list(Table))
def test_the_first_spellings_of_the_required_fields_name_the_table(table: Table) -> None:
    assert table is table_of_headings([SYNONYMS[table][field][0] for field in SYNONYMS[table]])


def test_a_repeated_heading_counts_the_first_time() -> None:
    assert ["customer_id", "", "name1"] == field_names(Table.CUSTOMERS, ["KdNr", "Kundennummer", "Name"])


def test_a_profile_comes_back_as_it_was_written(tmp_path: Path) -> None:
    profile = replace(SITE, confirmed_on=date(2027, 3, 1))
    save_profile(tmp_path, profile)
    assert (profile,) == load_profiles(tmp_path)


@given(
    columns=st.dictionaries(st.text(min_size=1, max_size=9), st.just("name2"), min_size=1, max_size=1),
    complete=st.booleans(),
)
def test_any_heading_survives_the_file(*, columns: dict[str, str], complete: bool) -> None:
    table = replace(SITE.tables[0], columns={"Nr": "customer_id", "N": "name1"} | columns, complete=complete)
    if {"customer_id", "name1"} <= set(table.columns.values()):
        profile = replace(SITE, tables=(table,))
        assert profile == read_profile(tomllib.loads(write_profile(profile)), "haus")


def test_a_profile_counts_once_it_is_confirmed(tmp_path: Path) -> None:
    save_profile(tmp_path, SITE)
    assert () == confirmed(load_profiles(tmp_path))
    found = confirm_profile(tmp_path, "haus", date(2027, 3, 1))
    assert (found,) == confirmed(load_profiles(tmp_path))
    assert SITE.version == found.version


def test_another_content_is_another_version() -> None:
    table = SITE.tables[0]
    others = [
        replace(table, columns={"Nr": "customer_id", "M": "name1"}),
        replace(table, complete=True),
        replace(table, date_order="mdy"),
        replace(table, hours_units=10),
    ]
    versions = {replace(SITE, tables=(other,)).version for other in [table, *others]}
    assert 5 == len(versions)


def test_a_proposal_becomes_a_profile() -> None:
    found = from_proposal(vehicles(["A", "B", "C", "D", "E"]), "haus", ("fz*.csv",)).table_for("FZ_20270301.csv")
    assert found is not None
    assert "vin" == found.columns["C"]


def test_ready_profiles_are_valid_and_wait_to_be_confirmed(tmp_path: Path) -> None:
    ready = ready_profiles()
    assert ["loco-soft-export", "sample-network"] == [profile.name for profile in ready]
    assert () == confirmed(ready)
    assert confirm_profile(tmp_path, "sample-network", date(2027, 3, 1)) == find_profile(tmp_path, "sample-network")


_HEAD = '[[tables]]\ntable = "customers"\nfiles = ["a"]\n[tables.columns]\n'
BAD = {
    "no TOML": ("= =", ""),
    "no table": ("tables = []", "tables"),
    "unknown table": ('[[tables]]\ntable = "prices"\nfiles = ["a"]\n[tables.columns]\n', "tables[1].table"),
    "no files": ('[[tables]]\ntable = "customers"\nfiles = []\n[tables.columns]\n', "tables[1].files"),
    "unknown field": (
        '[[tables]]\ntable = "customers"\nfiles = ["a"]\n[tables.columns]\nA = "price"\n', "tables[1].columns.A"
    ),
    "required field missing": (
        '[[tables]]\ntable = "customers"\nfiles = ["a"]\n[tables.columns]\nA = "name1"\n', "(customer_id)"
    ),
    "a field twice": (f'{_HEAD}A = "name1"\nB = "name1"\nC = "customer_id"\n', "(name1)"),
    "odd unit": (
        _HEAD.replace("files", "hours_units = 0\nfiles") + 'A = "name1"\nC = "customer_id"\n', "hours_units"
    ),
    "unknown setting": ('[[tables]]\ntable = "customers"\ncolour = 1\n', "tables[1]"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "place"), BAD.values(), ids=BAD.keys())
def test_a_profile_with_a_mistake_names_its_place(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "haus.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_profiles(tmp_path)
    assert "mapping_invalid" == caught.value.code
    assert place in str(caught.value.params["reason"])


@pytest.mark.parametrize("name", ["../haus", "", "Haus", "a" * 41, "a/b"])
def test_a_profile_cannot_be_written_outside_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        save_profile(tmp_path / "mappings", replace(SITE, name=name))
    assert ("mapping_name_invalid", []) == (caught.value.code, list(tmp_path.rglob("*.toml")))
