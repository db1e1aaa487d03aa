from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain import normalise, normalise_addresses, normalise_vehicles
from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_text import calm, repair

TODAY = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("01.02.2026", date(2026, 2, 1), id="German day"),
        pytest.param("1.2.26", date(2026, 2, 1), id="short day of this century"),
        pytest.param("04.07.58", date(1958, 7, 4), id="two-digit year of the last century"),
        pytest.param("04.07.37", date(2037, 7, 4), id="two-digit year ten years ahead"),
        pytest.param("2026-05-06 00:00:00", date(2026, 5, 6), id="ISO day with a time"),
        pytest.param("2026-05-06T10:11:12", date(2026, 5, 6), id="ISO instant"),
        pytest.param("20260501", date(2026, 5, 1), id="compact, year first"),
        pytest.param("01052026", date(2026, 5, 1), id="compact, day first"),
        pytest.param("45300", date(2024, 1, 9), id="a spreadsheet's day number"),
        pytest.param("01.01.0001", None, id="placeholder of a database"),
        pytest.param("00.00.0000", None, id="zero day"),
        pytest.param("01.01.1900", None, id="placeholder of the past"),
        pytest.param("31.12.2099", None, id="placeholder of the future"),
        pytest.param("  ", None, id="blank"),
    ],
)
def test_a_day_is_read_in_every_usual_spelling(text: str, expected: date | None) -> None:
    assert expected == normalise.parse_day(text, TODAY)


@pytest.mark.parametrize("text", ["31.02.2026", "13.13.2026", "gestern", "1.2", "00.05.2026", "41226", "01.02.0203"])
def test_what_is_no_day_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        normalise.parse_day(text, TODAY)
    assert caught.value.reason == "not_a_date"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("05/2027", date(2027, 5, 1)),
        ("5/27", date(2027, 5, 1)),
        ("05.2027", date(2027, 5, 1)),
        ("2027-05", date(2027, 5, 1)),
        ("01.05.2027", date(2027, 5, 1)),
        ("31.05.2027", date(2027, 5, 1)),
        ("00/0000", None),
        ("00.00.0000", None),
        ("", None),
    ],
)
def test_an_inspection_date_means_its_month(text: str, expected: date | None) -> None:
    assert expected == normalise.read_month(text, TODAY)[0]


@pytest.mark.parametrize("text", ["13/2027", "Mai 2027", "2027"])
def test_what_is_no_month_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        normalise.read_month(text, TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("08:30", (8, 30)), ("8.30 Uhr", (8, 30)), ("14:05:59", (14, 5)), ("", (0, 0))],
)
def test_a_time_of_day_is_read(text: str, expected: tuple[int, int]) -> None:
    assert datetime(2027, 3, 1, *expected) == normalise.parse_instant(TODAY, text)  # noqa: DTZ001 — local time is meant


@pytest.mark.parametrize("text", ["25:00", "früh", "8"])
def test_what_is_no_time_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        normalise.parse_instant(TODAY, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45.300", 45_300),
        ("45300", 45_300),
        ("45.300 km", 45_300),
        ("45 300,0", 45_300),
        ("1.234.567", 1_234_567),
        ("45,3 tkm", 45_300),
        ("120 tkm", 120_000),
        ("45300,5", 45_300),
        ("0", None),
        ("", None),
    ],
)
def test_a_mileage_is_read_with_its_thousands_dots(text: str, expected: int | None) -> None:
    assert expected == normalise.read_km(text)[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("-5", "not_a_number"), ("viel", "not_a_number"), ("9.999.999", "out_of_range"), ("45,300", "ambiguous")],
)
def test_an_impossible_mileage_is_unreadable(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        normalise.read_km(text)
    assert reason == caught.value.reason


@pytest.mark.parametrize(("text", "expected"), [("J", True), ("ja", True), ("N", False), ("0", False), ("", None)])
def test_a_flag_is_yes_no_or_nothing(*, text: str, expected: bool | None) -> None:
    assert expected is normalise.parse_flag(text)


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("1067", "DE", "01067"),
        ("D-70173", "DE", "70173"),
        ("70173", "DE", "70173"),
        ("1010", "AT", "1010"),
        ("", "DE", ""),
    ],
)
def test_a_postcode_gets_its_zero_back(text: str, country: str, expected: str) -> None:
    assert expected == normalise_addresses.postcode(text, country)


@pytest.mark.parametrize("text", ["Stuttgart", "701733", "00000", "7O173"])
def test_what_is_no_german_postcode_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        normalise_addresses.postcode(text, "DE")


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("603", 4, "0603"), ("0603", 4, "0603"), ("ab", 3, "0AB"), ("", 4, ""), ("0", 3, "")],
)
def test_a_key_number_gets_its_zeros_back(text: str, width: int, expected: str) -> None:
    assert expected == normalise_vehicles.key_number(text, width)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S AB1234 E", "S-AB 1234E"),
        ("s-ab 1234e", "S-AB 1234E"),
        ("WN-K 12", "WN-K 12"),
        ("KÖ-A 999H 03-10", "KÖ-A 999H"),
        ("W-12345X", "W-12345X"),
        ("", ""),
    ],
)
def test_a_plate_is_written_one_way(text: str, expected: str) -> None:
    assert expected == normalise_vehicles.plate(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("KÖ-A 999H 03-10", ("KÖ-A 999H", "03-10", False), id="seasonal and historic"),
        pytest.param("HA1234", ("H-A 1234", "", False), id="joined, one way to part it"),
        pytest.param("SAB1234", ("SAB1234", "", True), id="joined, two ways to part it"),
        pytest.param("OHNE", ("", "", False), id="a word for none"),
    ],
)
def test_a_plate_is_parted_only_where_that_is_certain(text: str, expected: tuple[str, str, bool]) -> None:
    found = normalise_vehicles.read_plate(text)
    assert expected == (found.text, found.season, found.ambiguous)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("W7A ZZZAEVL6718787", ("W7AZZZAEVL6718787", ""), id="usual"),
        pytest.param("OIQ12345678901234", ("OIQ12345678901234", "letters"), id="letters that no number has"),
        pytest.param("W7AZZZ", ("W7AZZZ", "unusual"), id="too short"),
        pytest.param("00000000000000000", ("", ""), id="zeros"),
    ],
)
def test_an_odd_vin_is_noted_and_kept(text: str, expected: tuple[str, str]) -> None:
    found = normalise_vehicles.read_vin(text)
    assert expected == (found.text, found.oddity)


@pytest.mark.parametrize(("vin", "fits"), [("1M8GDM9AXKP042788", True), ("1M8GDM9A1KP042788", False), ("1" * 17, True)])
def test_the_check_digit_follows_the_norm(*, vin: str, fits: bool) -> None:
    assert fits is normalise_vehicles.check_digit_fits(vin)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PKW", "car"), ("Pkw Kombi", "car"), ("LKW", "goods_to_3500kg"), ("LKW 7,5 t", "goods_over_3500kg"),
        ("Anhänger 750 kg", "trailer_to_750kg"), ("Anhänger über 3,5t", "trailer_over_3500kg"),
        ("N2", "goods_over_3500kg"),
        ("Wohnmobil 4.250 kg", "motorhome_to_7500kg"), ("Wohnwagen", "trailer_to_3500kg"), ("Omnibus", "bus"),
        ("Taxi", "taxi"), ("Motorrad", "motorcycle"), ("M1", "car"), ("Raumschiff", ""),
    ],
)  # fmt: skip
def test_a_class_is_read_with_its_mass(text: str, expected: str) -> None:
    assert expected == normalise_vehicles.vehicle_class(text)


@pytest.mark.parametrize(
    ("hsn", "tsn", "expected"), [("603", "bkr", ("0603", "BKR")), ("0603/BKR", "", ("0603", "BKR")), ("", "", ("", ""))]
)
def test_type_keys_are_parted_and_padded(hsn: str, tsn: str, expected: tuple[str, str]) -> None:
    assert expected == normalise_vehicles.type_keys(hsn, tsn)[:2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("MÃ¼ller", "Müller"), ("StraÃŸe", "Straße"), ("MÃƒÂ¼ller", "Müller"), ("SÃO PAULO", "SÃO PAULO")],
)
def test_double_encoding_is_undone(text: str, expected: str) -> None:
    assert expected == repair(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("AN DER ALTEN POST 3A", "An der alten Post 3A"), ("B 7", "B 7"), ("Am Ring", "Am Ring")]
)
def test_a_shouted_street_becomes_quiet(text: str, expected: str) -> None:
    assert expected.casefold() == calm(text, name=False).casefold()
    assert not calm(text, name=False).isupper() or text == "B 7"


@given(st.text(max_size=40))
def test_reading_twice_changes_nothing(text: str) -> None:
    plate = normalise_vehicles.read_plate(text).text
    vin = normalise_vehicles.read_vin(text).text
    keys = normalise_vehicles.type_keys(text, text)[:2]
    assert (plate, vin) == (normalise_vehicles.read_plate(plate).text, normalise_vehicles.read_vin(vin).text)
    assert keys == normalise_vehicles.type_keys(*keys)[:2]
    assert (calm(repair(text), name=True)) == calm(repair(calm(repair(text), name=True)), name=True)


@given(st.text(alphabet="0123456789.,/-:' tkm", max_size=14), st.text(max_size=20))
def test_whatever_stands_in_a_cell_is_read_or_unreadable(numeric: str, text: str) -> None:
    readers = (
        lambda value: normalise.parse_day(value, TODAY),
        lambda value: normalise.read_month(value, TODAY),
        normalise.read_km,
        normalise.parse_flag,
        lambda value: normalise_addresses.postcode(value, "DE"),
        normalise_addresses.country_code,
        lambda value: normalise.parse_decimal(value, 100.0),
    )
    for read in readers:
        for value in (numeric, text):
            with suppress(Unreadable):
                read(value)


@pytest.mark.parametrize(
    ("text", "expected"), [("", "DE"), ("D", "DE"), ("Österreich", "AT"), ("ch", "CH"), ("fr", "FR")]
)
def test_a_country_becomes_its_code(text: str, expected: str) -> None:
    assert expected == normalise_addresses.country_code(text)
