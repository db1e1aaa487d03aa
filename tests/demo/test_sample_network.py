"""The sample network looks like a dealership's file: shares, formats, dirt, and the same bytes for the same seed."""

import csv
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from guildpost_demo.network.canaries import canaries
from guildpost_demo.network.dealers import DEMO_START, DealerProfile, dealers
from guildpost_demo.network.export import HEADERS, drop, export
from guildpost_demo.network.households import households
from guildpost_demo.network.lists import places

SEED = 5
NOW_MONTH = DEMO_START.year * 12 + DEMO_START.month - 1
Rows = list[dict[str, str]]


def _read(folder: Path, kind: str) -> Rows:
    with (folder / f"{kind}.csv").open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    last = HEADERS[kind].split(";")[-1]
    return [row for row in rows if row[last] is not None]  # rows cut short on purpose are not counted


@pytest.fixture(scope="module")
def profile() -> DealerProfile:
    return replace(dealers()[-1], customers=6000)


@pytest.fixture(scope="module")
def files(profile: DealerProfile, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    folder = tmp_path_factory.mktemp("export")
    export(folder, profile, households(profile, DEMO_START, SEED), SEED)
    return {kind: _read(folder, kind) for kind in HEADERS}


def _month(text: str) -> int:
    month, year = (text[:2], text[3:]) if "/" in text else (text[3:5], text[6:])
    return int(year) * 12 + int(month) - 1


def _share(rows: Rows, column: str) -> float:
    return sum(bool(row[column]) for row in rows) / len(rows)


@pytest.mark.parametrize(
    ("column", "expected", "tolerance"),
    [
        ("Erstzulassung", 0.979, 0.012),
        ("KM-Datum", 0.903, 0.02),
        ("Nächste HU", 0.708, 0.025),
        ("Nächste AU", 0.619, 0.03),
        ("Nächster Service", 0.233, 0.025),
    ],
    ids=str,
)
def test_vehicle_columns_are_filled_as_in_a_real_file(
    files: dict[str, Rows], column: str, expected: float, tolerance: float
) -> None:
    assert pytest.approx(expected, abs=tolerance) == _share(files["fahrzeuge"], column)


def test_a_quarter_to_a_third_of_the_vehicles_was_ever_invoiced(files: dict[str, Rows]) -> None:
    invoiced = {row["Fahrzeugnummer"] for row in files["auftraege"] if row["Rechnungsnummer"]}
    assert 0.25 <= len(invoiced) / len(files["fahrzeuge"]) <= 0.34


def test_most_inspection_dates_are_long_past_and_hardly_any_of_the_current_customers(files: dict[str, Rows]) -> None:
    recent = {
        row["Fahrzeugnummer"]
        for row in files["auftraege"]
        if int(row["Auftragsdatum"][6:]) * 12 + int(row["Auftragsdatum"][3:5]) > NOW_MONTH - 23
    }
    past: dict[bool, list[bool]] = {True: [], False: []}
    for row in files["fahrzeuge"]:
        if row["Nächste HU"]:
            past[row["Fahrzeugnummer"] in recent].append(_month(row["Nächste HU"]) < NOW_MONTH)
    assert sum(past[True]) / len(past[True]) < 0.2
    assert sum(past[False]) / len(past[False]) > 0.85
    everything = past[True] + past[False]
    assert 0.58 <= sum(everything) / len(everything) <= 0.75


def test_consents_are_rare_overall_and_held_by_a_third_of_the_active_customers(files: dict[str, Rows]) -> None:
    consents = {row["Kundennummer"]: row["DSE E-Mail"] == "J" for row in files["kunden"]}
    active = {row["Kundennummer"] for row in files["auftraege"]} & consents.keys()
    assert pytest.approx(0.12, abs=0.02) == sum(consents.values()) / len(consents)
    assert 0.28 <= sum(consents[number] for number in active) / len(active) <= 0.40


def test_a_consent_always_has_an_address_a_day_and_a_source(files: dict[str, Rows]) -> None:
    given = [row for row in files["kunden"] if row["DSE E-Mail"] == "J"]
    assert [] == [row for row in given if not (row["E-Mail"] and row["DSE Datum"] and row["DSE Quelle"])]


def test_six_in_ten_active_customers_have_an_email(files: dict[str, Rows]) -> None:
    active = {row["Kundennummer"] for row in files["auftraege"]}
    assert 0.5 <= _share([row for row in files["kunden"] if row["Kundennummer"] in active], "E-Mail") <= 0.68


def test_business_customers_are_fifteen_to_twenty_five_percent(files: dict[str, Rows]) -> None:
    # Some companies are filed as persons; their name still shows the legal form.
    forms = ("GmbH", "e. K.", "GbR", "KG", "OHG", "UG", "GMBH", "E. K.", "GBR")
    companies = [row for row in files["kunden"] if row["Kundenart"] == "G" or row["Name1"].strip().endswith(forms)]
    assert 0.15 <= len(companies) / len(files["kunden"]) <= 0.25


def test_four_in_five_orders_carry_a_mileage(files: dict[str, Rows]) -> None:
    orders = {row["Auftragsnummer"]: row["KM-Stand"] != "0" for row in files["auftraege"]}
    assert pytest.approx(0.797, abs=0.04) == sum(orders.values()) / len(orders)


def test_every_kind_of_vehicle_occurs(files: dict[str, Rows]) -> None:
    kinds = Counter(row["Fahrzeugart"] for row in files["fahrzeuge"])
    assert {"PKW", "KRAD", "LKW", "ANH", "WOMO", "TAXI", "MIETWAGEN"} == set(kinds)


def test_identification_numbers_and_plates_are_unique_and_well_formed(files: dict[str, Rows]) -> None:
    numbers = [row["FIN"] for row in files["fahrzeuge"] if row["FIN"]]
    assert len(numbers) == len(set(numbers))
    assert {17} == {len(number) for number in numbers}
    assert not set("IOQ") & set("".join(numbers))
    plates = [
        row["Kennzeichen"].replace("-", "").replace(" ", "").upper() for row in files["fahrzeuge"] if row["Kennzeichen"]
    ]
    assert len(plates) == len(set(plates))


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("Anrede", "Eheleute"),
        ("Vorname", "Dr. "),
        ("E-Mail", "x@x.de"),
        ("E-Mail", "unbekannt@"),
        ("E-Mail", "; buero-"),
        ("Geburtsdatum", "00.00.0000"),
        ("Geburtsdatum", "01.01.1900"),
        ("Werbesperre", "J"),
        ("Name1", "Ã¼"),
        ("Name2", "c/o "),
        ("Strasse", "str."),
        ("Lieferant", "J"),
    ],
    ids=str,
)
def test_known_dirt_is_there(files: dict[str, Rows], column: str, text: str) -> None:
    assert any(text in row[column] for row in files["kunden"])


def test_towns_of_the_east_lose_their_leading_zero(tmp_path: Path) -> None:
    dresden = next(profile for profile in dealers() if profile.region == "dresden")
    export(tmp_path, dresden, households(dresden, DEMO_START, SEED), SEED)
    codes = [row["PLZ"] for row in _read(tmp_path, "kunden")]
    assert 0.15 <= sum(len(code) == 4 for code in codes) / len(codes) <= 0.35


def test_files_are_windows_1252_with_crlf_and_the_agreed_headers(profile: DealerProfile, tmp_path: Path) -> None:
    small = replace(profile, customers=300)
    export(tmp_path, small, households(small, DEMO_START, SEED), SEED)
    for kind, header in HEADERS.items():
        data = (tmp_path / f"{kind}.csv").read_bytes()
        assert header.encode("cp1252") == data.split(b"\r\n", 1)[0]
        assert data.endswith(b"\r\n")
        assert data.count(b"\n") == data.count(b"\r\n")
    with pytest.raises(UnicodeDecodeError):
        (tmp_path / "kunden.csv").read_bytes().decode("utf-8")
    assert sorted(f"{kind}.csv" for kind in HEADERS) == sorted(path.name for path in tmp_path.iterdir())


def test_files_are_as_old_as_the_simulated_day_so_that_nobody_takes_the_system_for_silent(
    profile: DealerProfile, tmp_path: Path
) -> None:
    small = replace(profile, customers=50)
    export(tmp_path, small, households(small, DEMO_START, SEED), SEED, DEMO_START)
    later = drop(tmp_path, "termine", date(2027, 3, 15), ["1;2;3;20.03.2027;08:00;HU/AU;offen;15.03.2027"])
    days = [datetime.fromtimestamp((tmp_path / f"{kind}.csv").stat().st_mtime, UTC).date() for kind in HEADERS]
    assert [DEMO_START] * len(HEADERS) == days
    assert date(2027, 3, 15) == datetime.fromtimestamp(later.stat().st_mtime, UTC).date()


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(profile: DealerProfile, tmp_path: Path) -> None:
    small = replace(profile, customers=400)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        export(tmp_path / name, small, households(small, DEMO_START, seed), seed)
    contents = {name: [(tmp_path / name / f"{kind}.csv").read_bytes() for kind in HEADERS] for name in "abc"}
    assert contents["a"] == contents["b"]
    assert contents["a"] != contents["c"]


def test_an_incremental_export_carries_its_day_in_its_name(tmp_path: Path) -> None:
    path = drop(tmp_path, "termine", DEMO_START, ["1;10001;50001;05.03.2027;08:00;HU;geplant;01.03.2027"])
    assert "termine_20270301.csv" == path.name
    assert [path] == list(tmp_path.iterdir())
    assert 2 == path.read_bytes().count(b"\r\n")


def test_the_network_has_twelve_entities_in_twelve_states_with_24000_customers() -> None:
    network = dealers()
    assert 12 == len({profile.legal_name for profile in network}) == len({p.place.state for p in network})
    assert 24_000 == sum(profile.customers for profile in network)
    assert (500, 8000) == (network[0].customers, network[-1].customers)


def test_every_region_has_places_and_every_postcode_five_digits() -> None:
    assert all(len(places(profile.region)) >= 12 for profile in dealers())
    assert [] == [place for place in places("") if len(place.postcode) != 5 or not place.postcode.isdecimal()]


def test_a_thousand_canaries_are_planted_and_found_in_the_exports_or_the_figures(tmp_path: Path) -> None:
    plantings = canaries(1000, dealers())
    planted = [canary for planting in plantings.values() for canary in planting.all()]
    assert 1000 == len(planted) == len({canary.value for canary in planted})
    assert {"name", "email", "vin", "plate", "figure"} == {canary.kind for canary in planted}
    for planting in list(plantings.values())[:3]:
        profile = planting.profile
        export(tmp_path, profile, households(profile, DEMO_START, SEED, planting.customers), SEED)
        text = "".join(path.read_text("cp1252") for path in tmp_path.iterdir())
        assert [] == [canary for canary in planting.all() if canary.kind != "figure" and canary.value not in text]


def test_too_few_canaries_for_the_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 36"):
        canaries(35, dealers())
