"""The port ``ReferenceData``: one suite for the files of the agent's home and for tables in memory."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.adapters.reference.files import FileReferenceData, examine, file_name, shipped
from guildpost_agent.app.ports.reference_data import ReferenceData
from guildpost_agent.domain.reference.dataset import Name
from guildpost_agent.domain.regions import states_of
from guildpost_shared.errors import ConfigurationError
from tests.fakes.reference_data import InMemoryReferenceData

TODAY = date(2026, 11, 27)
HEADER = "# source: test\n# licence: own\n# date: 2026-01-02\n# valid_from: 2026-01-02\n"
GEONAMES = (
    "DE\t84028\tLandshut\tBayern\tBY\t\t00\tLandshut\t09261\t48.5296\t12.1618\t4\n"
    "DE\t60311\tFrankfurt am Main\tHessen\tHE\t\t00\tFrankfurt\t06412\t50.1112\t8.6831\t4\n"
)
MONTHS = ";".join(["1"] * 12)
CLIMATE = HEADER + ";".join(("area", "year", "first_frost", *(f"t{month:02}" for month in range(1, 13)))) + "\n"
SCHOOL = HEADER + "state;name;first;last\n"


@pytest.fixture(params=["files", "memory"])
def reference(request: pytest.FixtureRequest, tmp_path: Path) -> ReferenceData:
    return FileReferenceData(tmp_path) if request.param == "files" else InMemoryReferenceData()


def test_every_table_ships_with_source_licence_and_date(reference: ReferenceData) -> None:
    datasets = reference.datasets()
    assert list(Name) == [dataset.name for dataset in datasets]
    assert all(dataset.header.source and dataset.header.licence for dataset in datasets)
    assert {False} == {dataset.overridden for dataset in datasets}
    assert [] == [dataset.name for dataset in datasets if dataset.is_old(TODAY)]


def test_every_region_that_has_a_state_has_a_place_and_a_climate(reference: ReferenceData) -> None:
    places, climate = reference.places(), reference.climate()
    for code in (f"{number:02}" for number in range(100)):
        region = places.region_of(f"{code}001")
        assert bool(states_of(code)) == (region is not None)
        if region is not None:
            frost, months = climate.first_frost(region, 2027), (1, 7)
            winter, summer = (climate.temperature(region, 2027, month) or 0.0 for month in months)
            assert (True, True) == (frost is not None and 9 <= frost.month <= 11, winter < summer)


def test_a_table_of_geonames_makes_postcodes_exact_until_it_is_removed(reference: ReferenceData) -> None:
    rough = reference.places().region_of("84028")
    added = reference.add(Name.POSTCODES, GEONAMES.encode(), TODAY)
    exact = reference.places().region_of("84028")
    assert (2, True, TODAY, "CC BY 4.0") == (added.rows, added.overridden, added.header.day, added.header.licence)
    assert (False, True) == (rough is not None and rough.exact, exact is not None and exact.exact)
    frankfurt = reference.places().region_of("60311")
    assert frozenset({"HE"}) == (frankfurt and frankfurt.states)
    assert reference.remove(Name.POSTCODES)
    assert not reference.remove(Name.POSTCODES)
    assert rough == reference.places().region_of("84028")


@pytest.mark.parametrize("name", list(Name), ids=str)
def test_what_ships_is_accepted_as_a_file_of_ones_own(reference: ReferenceData, name: Name) -> None:
    assert reference.add(name, shipped(name), TODAY).overridden


BAD = {
    "no header": (Name.MAKERS, "hsn;tsn;maker;model\n0603;;Volkswagen;\n", 1, "source"),
    "a date of another kind": (Name.MAKERS, HEADER.replace("2026-01-02", "2.1.26") + "x\n", 1, "date"),
    "other columns": (Name.MAKERS, HEADER + "hsn;maker\n", 5, "columns"),
    "a cell too many": (Name.MAKERS, HEADER + "hsn;tsn;maker;model\n0603;;VW;;\n", 6, "columns"),
    "a key with a letter": (Name.MAKERS, HEADER + "hsn;tsn;maker;model\nO603;;VW;\n", 6, "hsn"),
    "a key twice": (Name.MAKERS, HEADER + "hsn;tsn;maker;model\n0603;;VW;\n0603;;VW;\n", 7, "hsn"),
    "an open quote": (Name.MAKERS, HEADER + 'hsn;tsn;maker;model\n0603;;"VW;\n', 6, "csv"),
    "a place in the sea": (Name.POSTCODES, HEADER + "postcode;town;state;lat;lon\n84028;A;BY;0;0\n", 6, "lat"),
    "not a number": (Name.POSTCODES, HEADER + "postcode;town;state;lat;lon\n84028;A;BY;nan;12\n", 6, "lat"),
    "an unknown state": (Name.POSTCODES, HEADER + "postcode;town;state;lat;lon\n84028;A;XX;48;12\n", 6, "state"),
    "another country": (Name.POSTCODES, GEONAMES.replace("DE\t60311", "AT\t6031"), 2, "country"),
    "a frost in June": (Name.CLIMATE, CLIMATE + f"84;;06-01;{MONTHS}\n", 6, "first_frost"),
    "holidays that end before": (Name.SCHOOL_HOLIDAYS, SCHOOL + "BY;A;2027-02-02;2027-02-01\n", 6, "last"),
    "no TOML": (Name.TARIFFS, "[header\n", 0, "toml"),
    "a table that is none": (Name.TARIFFS, "header = 3\n", 0, "header"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "line", "field"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_line_and_changes_nothing(
    reference: ReferenceData, name: Name, text: str, line: int, field: str
) -> None:
    before = reference.datasets()
    with pytest.raises(ConfigurationError) as refused:
        reference.add(name, text.encode(), TODAY)
    assert ("reference_file_invalid", line, field) == (
        refused.value.code,
        refused.value.params["line"],
        refused.value.params["field"],
    )
    assert before == reference.datasets()


def test_a_file_in_another_encoding_is_refused_with_its_line(reference: ReferenceData) -> None:
    text = (HEADER + "hsn;tsn;maker;model\n0603;;Käfer;\n").encode("latin-1")
    with pytest.raises(ConfigurationError) as refused:
        reference.add(Name.MAKERS, text, TODAY)
    assert (6, "encoding") == (refused.value.params["line"], refused.value.params["field"])


@given(st.sampled_from(list(Name)), st.binary(max_size=60), st.integers(0, 2000), st.integers(0, 2000))
def test_whatever_a_file_holds_it_is_accepted_or_refused(name: Name, noise: bytes, start: int, cut: int) -> None:
    content = shipped(name)
    with suppress(ConfigurationError):
        examine(name, content[:start] + noise + content[start + cut :], TODAY)


def test_a_file_that_was_spoilt_by_hand_is_refused_when_it_is_read(tmp_path: Path) -> None:
    reference = FileReferenceData(tmp_path)
    reference.add(Name.TARIFFS, shipped(Name.TARIFFS), TODAY)
    (tmp_path / "reference" / file_name(Name.TARIFFS)).write_text("tariffs = []", "utf-8")
    with pytest.raises(ConfigurationError):
        reference.tariffs()
    assert reference.places().region_of("84028") is not None
