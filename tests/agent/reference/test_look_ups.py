"""What the tables answer."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.adapters.reference.files import shipped
from guildpost_agent.domain.reference.climate import AreaClimate, Climate
from guildpost_agent.domain.reference.dataset import Dataset, Header, Name
from guildpost_agent.domain.reference.places import Place, Places
from guildpost_agent.domain.reference.school_holidays import Break, SchoolHolidays
from guildpost_agent.domain.reference.tariffs import Tariffs
from guildpost_shared.errors import ConfigurationError, public_text
from tests.fakes.reference_data import InMemoryReferenceData

TODAY = date(2026, 11, 27)
REFERENCE = InMemoryReferenceData()
PLACES = REFERENCE.places()
TARIFF = REFERENCE.tariffs().periods[0]
TOWNS = Places(
    PLACES.regions,
    {
        "60311": [Place("60311", "Frankfurt am Main", "HE", 50.11, 8.68)],
        "80331": [Place("80331", "München", "BY", 48.14, 11.57)],
        "07919": [Place("07919", "Mühltroff", "SN", 50.54, 11.93), Place("07919", "Kirschkau", "TH", 50.58, 11.86)],
    },
)
POSTCODES = st.from_regex(r"[0-9]{5}", fullmatch=True)


@pytest.mark.parametrize(
    ("postcode", "known"),
    [("84028", True), ("00999", False), ("05123", False), ("8402", False), ("840280", False), ("8402８", False)],
    ids=["Landshut", "no region 00", "no region 05", "too short", "too long", "a digit of another script"],
)
def test_a_postcode_lies_somewhere_or_does_not_exist(postcode: str, known: bool) -> None:  # noqa: FBT001 — a table's column
    assert known == (PLACES.region_of(postcode) is not None)


def test_a_postcode_of_two_states_lies_in_both() -> None:
    region = TOWNS.region_of("07919")
    assert region is not None
    assert (frozenset({"SN", "TH"}), True) == (region.states, region.exact)
    assert 50.56 == pytest.approx(region.lat)


def test_a_measured_year_and_a_nearer_area_come_first() -> None:
    def area(month: int, day: int) -> AreaClimate:
        return AreaClimate(month, day, (float(day),) * 12)

    climate = Climate({("south", 0): area(10, 14), ("84", 0): area(10, 12), ("south", 2027): area(10, 1)})
    region = PLACES.region_of("84028")
    elsewhere = PLACES.region_of("80331")
    assert region is not None
    assert elsewhere is not None
    assert [date(2027, 10, 1), date(2028, 10, 12)] == [climate.first_frost(region, year) for year in (2027, 2028)]
    assert (date(2028, 10, 14), 14.0) == (climate.first_frost(elsewhere, 2028), climate.temperature(elsewhere, 2028, 3))
    assert Climate({}).first_frost(region, 2027) is None


def test_the_alps_freeze_before_the_rhine() -> None:
    climate = REFERENCE.climate()
    frosts = [climate.first_frost(region, 2027) for code in ("87435", "50667") if (region := PLACES.region_of(code))]
    assert sorted(frosts, key=str) == frosts
    assert 2 == len(set(frosts))


@pytest.mark.parametrize(
    ("day", "assumed"),
    [(date(2026, 1, 1), False), (date(2026, 12, 31), False), (date(2027, 1, 1), True), (date(2025, 12, 31), True)],
    ids=["first day", "last day", "after the last known", "before the first known"],
)
def test_a_day_without_a_tariff_takes_the_nearest_and_says_so(day: date, assumed: bool) -> None:  # noqa: FBT001 — as above
    assert assumed == REFERENCE.tariffs().on(day).assumed


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_there_is_always_a_tariff(day: date) -> None:
    assert Tariffs((TARIFF,)).on(day).tariff == TARIFF


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("valid_to = 2026-12-31", "valid_to = 2025-12-31"), "tariffs.0"),
        (("cents = 95", "cents = -1"), "tariffs.0.letters.0.cents"),
        (("up_to_g = 50, cents = 110", "up_to_g = 10, cents = 110"), "tariffs.0"),
        (("easy_minimum = 500", "easy_minimun = 500"), "tariffs.0.easy_minimum"),
        (("cents = 95", "cents = 0.95"), "tariffs.0.letters.0.cents"),
        (("cents = 95", "cents = 9"), "tariffs.0.letters.0.cents"),
        (("regional_minimum = 200", "regional_minimum = 501"), "tariffs.0"),
        (("dialogue_weekdays = [2, 3, 4, 5]", "dialogue_weekdays = []"), "tariffs.0.dialogue_weekdays"),
        (("letter_rebate_permille = 0", "letter_rebate_permille = 901"), "tariffs.0.letter_rebate_permille"),
    ],
    ids=[
        "ends before it begins",
        "below nothing",
        "heavier product for less weight",
        "a slip of the pen",
        "euros instead of cents",
        "a digit lost",
        "a region larger than Easy",
        "no day of posting",
        "a rebate of everything",
    ],
)
def test_an_impossible_tariff_is_refused_with_its_field(change: tuple[str, str], field: str) -> None:
    text = shipped(Name.TARIFFS).decode().replace(*change)
    with pytest.raises(ConfigurationError) as refused:
        InMemoryReferenceData().add(Name.TARIFFS, text.encode(), TODAY)
    assert field == refused.value.params["field"]


def test_what_a_tariff_should_say_is_told_in_signs_in_both_languages() -> None:
    text = shipped(Name.TARIFFS).decode().replace("cents = 95", "cents = 0.95")
    with pytest.raises(ConfigurationError) as refused:
        InMemoryReferenceData().add(Name.TARIFFS, text.encode(), TODAY)
    assert "„0.95“ (erwartet: 0, 1, 2, …)" in public_text(refused.value, "de").what
    assert "“0.95” (expected: 0, 1, 2, …)" in public_text(refused.value, "en").what


def test_a_newer_tariff_of_the_dealers_counts_from_its_first_day() -> None:
    reference = InMemoryReferenceData()
    newer = shipped(Name.TARIFFS).decode().replace("valid_to = 2026-12-31\n", "").replace("cents = 95", "cents = 97")
    reference.add(Name.TARIFFS, newer.replace("valid_from = 2026-01-01", "valid_from = 2026-12-01").encode(), TODAY)
    days = [reference.tariffs().on(day) for day in (date(2026, 11, 30), date(2026, 12, 1), date(2027, 6, 1))]
    assert [(95, False), (97, False), (97, False)] == [(one.tariff.letters[0].cents, one.assumed) for one in days]


@pytest.mark.parametrize("state", ["BY", "NW", "SN"])
def test_the_first_of_august_or_the_last_of_july_is_in_the_summer_holidays(state: str) -> None:
    holidays = SchoolHolidays({})
    assert "Sommerferien" in {holidays.name_of(state, date(2027, 7, 31)), holidays.name_of(state, date(2027, 8, 3))}
    assert holidays.name_of(state, date(2027, 11, 30)) is None


def test_a_table_of_ones_own_replaces_a_state_and_year() -> None:
    own = SchoolHolidays({("BY", 2027): [Break("Probeferien", date(2027, 11, 29), date(2027, 11, 30))]})
    assert "Probeferien" == own.name_of("BY", date(2027, 11, 30))
    assert own.name_of("BY", date(2027, 8, 10)) is None
    assert own.name_of("BY", date(2026, 8, 10)) is not None
    assert (True, False) == (own.knows("BY", 2027), own.knows("BY", 2093))


@pytest.mark.parametrize(
    ("hsn", "maker"),
    [("0603", "Volkswagen"), ("603", "Volkswagen"), (" 0005 ", "BMW"), ("", None), ("9999", None)],
    ids=["whole", "zero lost", "with blanks", "empty", "unknown"],
)
def test_a_key_names_the_maker(hsn: str, maker: str | None) -> None:
    found = REFERENCE.makers().type_of(hsn, "")
    assert maker == (found and found.maker)


def test_a_type_that_is_not_listed_still_has_its_maker() -> None:
    found = REFERENCE.makers().type_of("0588", "ABC")
    assert ("Audi", "") == (found and found.maker, found and found.model)


def test_a_table_grows_old_but_an_empty_one_does_not() -> None:
    header = Header("test", "own", TODAY, TODAY)
    days = [TODAY + timedelta(days=400), TODAY + timedelta(days=401)]
    assert [False, True] == [Dataset(Name.TARIFFS, header, 1, overridden=False).is_old(day) for day in days]
    assert not Dataset(Name.TARIFFS, header, 0, overridden=False).is_old(days[1])
