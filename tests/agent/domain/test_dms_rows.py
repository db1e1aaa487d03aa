"""Rows become records: what a rule moved, repaired or emptied is kept beside the value."""

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String

from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.domain.dms_rows import (
    BadRow,
    ConsentRow,
    Reading,
    read_appointment,
    read_consent,
    read_customer,
    read_job,
    read_vehicle,
    read_wheels,
)
from guildpost_agent.domain.normalise_rules import Rule
from guildpost_agent.domain.records import Customer, Vehicle
from guildpost_shared.catalog import load
from tests.factories.agent import TODAY


def reading() -> Reading:
    return Reading(TODAY, ZoneInfo("Europe/Berlin"), "autohaus.example")


def customer(**cells: str) -> Customer:
    return read_customer({"customer_id": "10", "name1": "Lang", **cells}, reading()).customer


def vehicle(**cells: str) -> Vehicle:
    return read_vehicle({"vehicle_id": "50", "customer_id": "10", **cells}, reading())


@pytest.mark.parametrize(
    ("cells", "fields", "provenance"),
    [
        pytest.param({"name1": " Lang "}, {"family_name": "Lang"}, {}, id="blanks are no rule"),
        pytest.param(
            {"postcode": "1067"}, {"postcode": "01067"}, {"postcode": ("postcode_zero", "1067")}, id="lost zero"
        ),
        pytest.param(
            {"town": "70173 Stuttgart"}, {"postcode": "70173", "town": "Stuttgart"},
            {"postcode": ("postcode_moved", "70173 Stuttgart")}, id="postcode in the town's field",
        ),
        pytest.param(
            {"postcode": "A-1010", "town": "Wien"}, {"country": "AT", "postcode": "1010"},
            {"country": ("country_from_postcode", "A-1010")}, id="country before the postcode",
        ),
        pytest.param(
            {"postcode": "123", "country": "CH"}, {"postcode": ""}, {"postcode": ("unreadable", "123")},
            id="no postcode",
        ),
        pytest.param(
            {"street": "Hauptstr.", "house_number": "3a"}, {"street": "Hauptstr. 3a"}, {}, id="house number apart"
        ),
        pytest.param(
            {"street": "Hauptstr. 3a", "house_number": "3A"}, {"street": "Hauptstr. 3a"}, {}, id="house number twice"
        ),
        pytest.param(
            {"street": "PF 12 34"}, {"street": "Postfach 12 34"}, {"street": ("post_box", "PF 12 34")}, id="post box"
        ),
        pytest.param(
            {"street": "c/o Meier, Hauptstr. 1"}, {"street": "Hauptstr. 1", "care_of": "bei Meier"},
            {"care_of": ("care_of", "c/o Meier, Hauptstr. 1")}, id="care of in the street's field",
        ),
        pytest.param(
            {"phone": "0171/1234567"}, {"phone": "", "mobile": "+491711234567"},
            {"mobile": ("phone_moved", "0171/1234567")}, id="mobile number in the phone's field",
        ),
        pytest.param(
            {"phone": "0711 123456", "mobile": "0711 654321"}, {"phone": "+49711123456", "mobile": ""}, {},
            id="land line in the mobile's field",
        ),
        pytest.param({"phone": "000000"}, {"phone": ""}, {"phone": ("phone_placeholder", "000000")}, id="zeros"),
        pytest.param(
            {"email": "kunde@autohaus.example"}, {"email": ""},
            {"email": ("email_own_domain", "kunde@autohaus.example")}, id="the dealer's own address",
        ),
        pytest.param(
            {"birth_date": "01.02.36"}, {"birth_date": date(1936, 2, 1)}, {"birth_date": ("date_century", "01.02.36")},
            id="an old customer's short year",
        ),
        pytest.param(
            {"birth_date": "01.01.1900"}, {"birth_date": None}, {"birth_date": ("date_placeholder", "01.01.1900")},
            id="placeholder",
        ),
        pytest.param({"deceased": "01.02.2026"}, {"deceased": True}, None, id="a day of death"),
        pytest.param({"kind": "Intern"}, {"is_dummy": True}, {}, id="an internal account"),
        pytest.param({"kind": "Lieferant"}, {"is_supplier": True}, {}, id="a supplier"),
    ],
)  # fmt: skip
def test_a_customer_is_put_right_and_says_how(
    cells: dict[str, str], fields: dict[str, Any], provenance: dict[str, tuple[str, str]] | None
) -> None:
    found = customer(**cells)
    assert fields == {name: getattr(found, name) for name in fields}
    assert provenance is None or provenance == found.provenance


@pytest.mark.parametrize(
    ("cells", "fields", "provenance"),
    [
        pytest.param({"next_hu": "05/2027"}, {"next_hu": date(2027, 5, 1)}, {}, id="a month"),
        pytest.param(
            {"next_hu": "05/2037"}, {"next_hu": None}, {"next_hu": ("date_implausible", "05/2037")}, id="too far ahead"
        ),
        pytest.param(
            {"next_au": "05/2027"}, {"next_hu": date(2027, 5, 1)}, {"next_hu": ("hu_from_au", "05/2027")},
            id="only the emissions test",
        ),
        pytest.param(
            {"customer_id": "0", "owner_id": "77"}, {"customer_id": "77", "owner_id": "77"},
            {"customer_id": ("keeper_from_owner", "77")}, id="no keeper",
        ),
        pytest.param(
            {"plate": "KÖ-A 999 04-10"}, {"plate": "KÖ-A 999", "plate_season": "04-10"},
            {"plate": ("plate_season", "KÖ-A 999 04-10")}, id="seasonal plate",
        ),
        pytest.param(
            {"first_registration": "01.01.2030"}, {"first_registration": None},
            {"first_registration": ("date_in_future", "01.01.2030")}, id="registered in the future",
        ),
        pytest.param({"mileage_km": "0"}, {"mileage_km": None}, {}, id="nobody looked at the mileage"),
        pytest.param(
            {"in_stock": "J", "lease_end": "30.09.2027"}, {"in_stock": True, "lease_end": date(2027, 9, 30)}, {},
            id="stock and leasing",
        ),
        pytest.param(
            {"fuel": "Hybrid Benzin/Elektro", "vehicle_class": "Pkw"}, {"fuel": "hybrid", "vehicle_class": "car"}, {},
            id="codes",
        ),
    ],
)  # fmt: skip
def test_a_vehicle_is_put_right_and_says_how(
    cells: dict[str, str], fields: dict[str, Any], provenance: dict[str, tuple[str, str]]
) -> None:
    found = vehicle(**cells)
    assert fields == {name: getattr(found, name) for name in fields}
    assert provenance == found.provenance


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"hours": "1,5", "charge": "Kunde"}, (1.5, "customer")),
        ({"hours": "15 AW", "charge": "Garantie"}, (1.5, "warranty")),
        ({"hours": "", "charge": "Intern"}, (None, "internal")),
        ({"hours": "viel", "charge": "?"}, (None, "")),
    ],
    ids=["hours", "units of labour", "no hours", "unreadable"],
)
def test_a_labour_line_tells_hours_and_who_pays(cells: dict[str, str], expected: tuple[float | None, str]) -> None:
    job = read_job({"order_number": "1", "order_date": "01.02.2027", "vehicle_id": "50", **cells}, reading())
    assert expected == (job.hours, job.charge)


def test_a_set_of_wheels_is_read() -> None:
    found = read_wheels(
        {"wheel_set_id": "7", "customer_id": "10", "stored_on": "03.11.2026", "tread_mm": "5,5 mm", "historic": "N"},
        reading(),
    )
    assert (date(2026, 11, 3), 5.5, False) == (found.stored_on, found.tread_mm, found.is_historic)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param({"channel": "E-Mail", "purpose": "Service"}, ("email", "service_reminders", True), id="listed"),
        pytest.param({"channel": "Post", "purpose": "Werbung", "given": "N"}, ("letter", "offers", False), id="a no"),
        pytest.param({"channel": "Telefon", "given": "nein"}, ("phone", "*", False), id="a no for everything"),
        pytest.param(
            {"channel": "Telefon", "given": "ja"}, ("phone", "service_reminders", True), id="a yes for reminders"
        ),
    ],
)
def test_a_statement_on_permission_is_read(cells: dict[str, str], expected: tuple[str, str, bool]) -> None:
    found = read_consent({"customer_id": "10", **cells}, reading())
    assert isinstance(found, ConsentRow)
    assert expected == (found.channel, found.purpose, found.given)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"channel": "Rauchzeichen"}, "channel"),
        ({"channel": "E-Mail", "purpose": "Sonstiges"}, "purpose"),
        ({"channel": "E-Mail", "purpose": "alle", "given": "J"}, "purpose"),
        ({"channel": "E-Mail", "given": "vielleicht"}, "given"),
        ({"channel": "E-Mail", "given": "J", "valid_to": "irgendwann"}, "valid_to"),
    ],
)
def test_a_permission_is_never_guessed(cells: dict[str, str], field: str) -> None:
    with pytest.raises(BadRow) as caught:
        read_consent({"customer_id": "10", **cells}, reading())
    assert field == caught.value.field


TABLES = ("customers", "vehicles", "jobs", "appointments", "wheel_sets")
LONGEST = {
    table: {
        c.name: c.type.length for c in metadata.tables[table].columns if isinstance(c.type, String) and c.type.length
    }
    for table in TABLES
}
# A code of ours, not a text of the DMS.
LONGEST["vehicles"].pop("vehicle_class")
READERS: dict[str, Callable[[dict[str, str]], Any]] = {
    "customers": lambda cells: read_customer(cells, reading()).customer,
    "vehicles": lambda cells: read_vehicle(cells, reading()),
    "jobs": lambda cells: read_job(cells, reading()),
    "appointments": lambda cells: read_appointment(cells, reading()),
    "wheel_sets": lambda cells: read_wheels(cells, reading()),
}
KEYS = {"customer_id": "1", "vehicle_id": "2", "order_number": "3", "appointment_id": "4", "wheel_set_id": "5"}
CELLS = (
    "salutation title given_name name1 name2 name3 street house_number postcode town country phone "
    "phone_work mobile email birth_date advertising_block kind supplier dummy deceased site owner_id vin "
    "plate make model vehicle_class fuel hsn tsn first_registration mileage_km mileage_date next_hu "
    "next_au next_sp next_service next_service_km warranty_end lease_end delivered_on keeper_since "
    "in_stock deregistered_on sold_on invoice_date operation text hours charge time occasion status "
    "created_on stored_on until dimension tread_mm historic consent_email consent_date consent_source "
)
texts = st.text(max_size=30) | st.text(st.sampled_from("ab Ä1./-@+Ã¼"), min_size=200, max_size=420)


@given(st.dictionaries(st.sampled_from(CELLS.split()), texts), st.sampled_from(["01.02.2027", "x", ""]))
def test_whatever_the_cells_hold_a_row_is_a_bad_row_or_fits_its_table(cells: dict[str, str], day: str) -> None:
    for table, read in READERS.items():
        try:
            record = read({**cells, **KEYS, "order_date": day, "day": day})
        except BadRow:
            continue
        too_long = [name for name, most in LONGEST[table].items() if len(getattr(record, name, "") or "") > most]
        assert [] == too_long
        provenance = getattr(record, "provenance", {})
        assert {rule for rule, _ in provenance.values()} <= set(Rule)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_rule_has_its_sentence(language: Any) -> None:
    assert {f"provenance.{rule}" for rule in Rule} <= load("guildpost_agent", language).ids()
