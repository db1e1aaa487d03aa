from datetime import date, datetime

import pytest

from guildpost_agent.domain import normalise
from guildpost_agent.domain.normalise import Unreadable

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
        pytest.param("00.00.0000", None, id="zero day"),
        pytest.param("01.01.1900", None, id="placeholder of the past"),
        pytest.param("31.12.2099", None, id="placeholder of the future"),
        pytest.param("  ", None, id="blank"),
    ],
)
def test_a_day_is_read_in_every_usual_spelling(text: str, expected: date | None) -> None:
    assert expected == normalise.parse_day(text, TODAY)


@pytest.mark.parametrize("text", ["31.02.2026", "13.13.2026", "gestern", "1.2", "00.05.2026", "45300"])
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
    assert expected == normalise.parse_month(text, TODAY)


@pytest.mark.parametrize("text", ["13/2027", "Mai 2027", "2027"])
def test_what_is_no_month_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        normalise.parse_month(text, TODAY)


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
        ("0", None),
        ("", None),
    ],
)
def test_a_mileage_is_read_with_its_thousands_dots(text: str, expected: int | None) -> None:
    assert expected == normalise.parse_km(text)


@pytest.mark.parametrize(
    ("text", "reason"), [("-5", "not_a_number"), ("viel", "not_a_number"), ("9.999.999", "out_of_range")]
)
def test_an_impossible_mileage_is_unreadable(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        normalise.parse_km(text)
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
    assert expected == normalise.postcode(text, country)


@pytest.mark.parametrize("text", ["Stuttgart", "701733", "00000", "7O173"])
def test_what_is_no_german_postcode_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        normalise.postcode(text, "DE")


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("603", 4, "0603"), ("0603", 4, "0603"), ("ab", 3, "0AB"), ("", 4, ""), ("0", 3, "")],
)
def test_a_key_number_gets_its_zeros_back(text: str, width: int, expected: str) -> None:
    assert expected == normalise.key_number(text, width)


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
    assert expected == normalise.plate(text)


@pytest.mark.parametrize(
    ("text", "usual"),
    [("W7AZZZAEVL6718787", True), ("W7A ZZZAEVL6718787", True), ("OIQ12345678901234", False), ("", True)],
)
def test_an_unusual_vin_is_noted_and_kept(*, text: str, usual: bool) -> None:
    vin, found = normalise.vin(text)
    assert (usual, text.replace(" ", "")) == (found, vin)


@pytest.mark.parametrize(
    ("text", "expected"), [("", "DE"), ("D", "DE"), ("Österreich", "AT"), ("ch", "CH"), ("fr", "FR")]
)
def test_a_country_becomes_its_code(text: str, expected: str) -> None:
    assert expected == normalise.country_code(text)
