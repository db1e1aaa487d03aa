from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildpost_agent.adapters.dms.drop_folder import DropFolder, table_of
from guildpost_agent.app.import_dms import import_changes, refusals
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork
from guildpost_agent.domain.records import Customer
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import public_text
from tests.factories.agent import NOW, a_config, a_withdrawal, open_store
from tests.fakes.seeded_entropy import SeededEntropy

CUSTOMERS = (
    "Kundennummer;Anrede;Titel;Vorname;Name1;Name2;Strasse;PLZ;Ort;Land;Telefon privat;Telefon gesch.;Mobil;E-Mail;"
    "Geburtsdatum;Werbesperre;DSE E-Mail;DSE Telefon;DSE Datum;DSE Quelle;Kundenart;Lieferant;Angelegt am"
)
VEHICLES = (
    "Fahrzeugnummer;Kundennummer;FIN;Kennzeichen;Marke;Modell;Fahrzeugart;Kraftstoff;HSN;TSN;Erstzulassung;KM-Stand;"
    "KM-Datum;Nächste HU;Nächste AU;Nächster Service;Garantieende;Abgemeldet am;Verkauft am"
)
JOBS = (
    "Auftragsnummer;Auftragsdatum;Fahrzeugnummer;Kundennummer;KM-Stand;Rechnungsnummer;Rechnungsdatum;Rechnungsart;"
    "Arbeitsposition;Text;Betrag netto"
)
APPOINTMENTS = "Terminnummer;Kundennummer;Fahrzeugnummer;Termin am;Uhrzeit;Anlass;Status;Angelegt am"
ERIKA = (
    "10;Frau;;Erika;Müller;;Hauptstr. 1;1067;Dresden;;0351/123456;;0171 1234567;erika@post.example;01.02.1980;N;J;N;"
    "03.04.2025;Annahme;P;N;01.01.2020"
)
FIRMA = "11;Firma;;;Bau GmbH;z. Hd. Frau Lang;Weg 2;70173;Stuttgart;D;;0711/99887;;keine@;;;;;;;G;;"
CAR = "50;10;W7AZZZAEVL6718787;DD-AB 12;Arvana;Corra;PKW;Benzin;603;AAB;04.05.2020;45.300;01.02.2026;05/2027;;;;;"
ORDER = "900;01.02.2026;50;10;45.300;77;02.02.2026;Kunde;HU0100;HU/AU durch Prüforganisation;123,45"
APPOINTMENT = "30;10;50;28.03.2027;08:30;HU/AU;geplant;27.02.2027"
NAMES = ("kunden.csv", "fahrzeuge.csv", "auftraege.csv", "termine.csv")
FULL = dict(
    zip(NAMES, ((CUSTOMERS, ERIKA, FIRMA), (VEHICLES, CAR), (JOBS, ORDER), (APPOINTMENTS, APPOINTMENT)), strict=True)
)


class House:
    """A dealer's drop folder and encrypted database."""

    def __init__(self, folder: Path) -> None:
        self.drop = folder / "drop"
        self.drop.mkdir()
        self.open_uow: OpenUnitOfWork = open_store(folder)
        self.clock = ManualClock(NOW)
        self.entropy = SeededEntropy(b"import")

    def write(self, name: str, *lines: str, encoding: str = "cp1252") -> None:
        (self.drop / name).write_bytes("\r\n".join([*lines, ""]).encode(encoding))

    def deliver(self) -> ImportReport | None:
        found = import_changes(self.open_uow, DropFolder(self.drop), self.clock, self.entropy, a_config().dealer)
        return None if found is None else found.report

    def files(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.drop / folder).glob("*")) if (self.drop / folder).exists() else []

    def counts(self) -> tuple[int, int, int, int]:
        with self.open_uow() as uow:
            r = uow.records
            return len(r.customers()), len(r.vehicles()), len(r.jobs()), len(r.appointments())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def write_all(house: House) -> None:
    for name, lines in FULL.items():
        house.write(name, *lines)


def test_a_delivery_becomes_records_of_the_encrypted_database(house: House) -> None:
    write_all(house)
    report = house.deliver()
    assert report is not None
    assert (report.state, report.rows_read, report.rows_imported, report.rows_quarantined) == ("done", 5, 5, 0)
    with house.open_uow() as uow:
        customer, vehicle = uow.records.customer("10"), uow.records.vehicle("50")
        (job,), (appointment,) = uow.records.jobs(), uow.records.appointments()
        consents = uow.consents.events_of("10")
        company = uow.records.customer("11")
        assert uow.imports.latest() == report
    assert customer == Customer(
        customer_id="10", salutation="Frau", given_name="Erika", family_name="Müller", street="Hauptstr. 1",
        postcode="01067", town="Dresden", phone="+49351123456", mobile="+491711234567", email="erika@post.example",
        birth_date=date(1980, 2, 1), provenance={"postcode": ("postcode_zero", "1067")},
    )  # fmt: skip
    assert company is not None
    assert (company.company, company.family_name, company.is_business, company.email) == ("Bau GmbH", "Lang", True, "")
    assert vehicle is not None
    assert (vehicle.next_hu, vehicle.mileage_km, vehicle.hsn) == (date(2027, 5, 1), 45_300, "0603")
    assert (vehicle.vehicle_class, vehicle.fuel, vehicle.plate) == ("car", "petrol", "DD-AB 12")
    assert (job.kind, job.order_date, job.invoiced_on, job.mileage_km) == (
        "hu",
        date(2026, 2, 1),
        date(2026, 2, 2),
        45_300,
    )
    assert appointment.starts_at == datetime(2027, 3, 28, 6, 30, tzinfo=UTC)
    assert (appointment.occasion, appointment.created_on) == ("hu_au", date(2027, 2, 27))
    assert [
        ("imported", "service_reminders", "email", "Annahme", date(2025, 4, 3)),
        ("withdrawn", "*", "phone", "", None),
    ] == [(c.kind, c.purpose, c.channel, c.evidence.source, c.evidence.given_on) for c in consents]
    assert house.files("done") == sorted(NAMES)


def test_nothing_ready_is_no_delivery(house: House) -> None:
    house.write("kunden.csv.part", CUSTOMERS, ERIKA)
    house.write(".~lock.kunden.csv", CUSTOMERS)
    house.write("notizen.csv", "a;b")
    assert house.deliver() is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("termine_20270301.csv", "appointments"),
        ("Kunden.CSV", "customers"),
        ("auftraege.txt", "jobs"),
        ("kunden.xlsx", None),
        ("~kunden.csv", None),
        ("kunden.csv.tmp", None),
        ("kunden (1).csv", None),
    ],
)
def test_a_file_is_known_by_its_name(name: str, expected: str | None) -> None:
    assert expected == table_of(name)


BAD_FILES = {
    "empty": (b"", "dms_file_empty"),
    "UTF-16 without its mark": (f"{CUSTOMERS}\n{ERIKA}".encode("utf-16-le"), "dms_file_not_text"),
    "binary": (bytes(range(256)) * 20, "dms_file_not_text"),
    "no heading": (f"{ERIKA}\n{FIRMA}\n".encode("cp1252"), "dms_header_missing"),
    "required column missing": (
        f"{CUSTOMERS}\n{ERIKA}\n".replace("Kundennummer", "Nummer").encode("cp1252"), "dms_column_missing"
    ),
    "heading alone": (f"{CUSTOMERS}\n".encode("cp1252"), "dms_file_without_rows"),
    "other columns": (f"{CUSTOMERS}\n{(';' * 22 + chr(10)) * 30}".encode("cp1252"), "dms_file_unusable"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "code"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_with_one_sentence_and_changes_nothing(house: House, data: bytes, code: str) -> None:
    write_all(house)
    assert house.deliver() is not None
    before = house.counts()
    (house.drop / "kunden.csv").write_bytes(data)
    report = house.deliver()
    assert report is not None
    assert (report.state, report.rows_imported) == ("refused", 0)
    (error,) = refusals(report)
    assert code == error.code
    assert before == house.counts()
    assert house.files("refused") == ["kunden.csv", "kunden.csv.reason.txt"]
    assert (house.drop / "refused" / "kunden.csv").read_bytes() == data
    reason = (house.drop / "refused" / "kunden.csv.reason.txt").read_text("utf-8")
    assert str(public_text(error, "de")) in reason
    assert "{" not in reason
    assert house.deliver() is None


def test_the_missing_column_is_named(house: House) -> None:
    house.write("auftraege.csv", JOBS.replace("Auftragsdatum", "Irgendwann"), ORDER)
    report = house.deliver()
    assert report is not None
    assert "„Auftragsdatum“" in public_text(refusals(report)[0], "de").what


def test_a_refused_file_does_not_hold_up_the_good_ones(house: House) -> None:
    write_all(house)
    house.write("auftraege.csv", "")
    report = house.deliver()
    assert report is not None
    assert report.state == "partial"
    assert house.counts() == (2, 1, 0, 1)
    assert house.files("done") == ["fahrzeuge.csv", "kunden.csv", "termine.csv"]


HEADERS = dict(zip(NAMES, (CUSTOMERS, VEHICLES, JOBS, APPOINTMENTS), strict=True))
GOOD_ROWS = dict(zip(NAMES, (FIRMA, CAR, ORDER, APPOINTMENT), strict=True))


@pytest.mark.parametrize(
    ("name", "row", "finding"),
    [
        pytest.param("kunden.csv", ERIKA[2:], ("customer_id", "missing_key"), id="no customer number"),
        pytest.param("kunden.csv", ERIKA.replace("Erika;Müller", ";"), ("name1", "missing_name"), id="no name"),
        pytest.param("kunden.csv", ERIKA[:60], ("", "row_truncated"), id="cut off"),
        pytest.param("fahrzeuge.csv", CAR.replace("50;10;", "50;;"), ("customer_id", "missing_key"), id="no keeper"),
        pytest.param("auftraege.csv", ORDER.replace("900;01", "900;32"), ("order_date", "not_a_date"), id="no date"),
        pytest.param("auftraege.csv", ORDER.replace("2026;50", "2028;50"), ("order_date", "in_future"), id="future"),
        pytest.param(
            "auftraege.csv", ORDER.replace("01.02.2026;50", ";50"), ("order_date", "missing_date"), id="empty"
        ),
        pytest.param("termine.csv", APPOINTMENT.replace("08:30", "acht"), ("time", "not_a_time"), id="no time"),
    ],
)
def test_a_bad_row_goes_to_quarantine_with_its_place_and_reason(
    house: House, name: str, row: str, finding: tuple[str, str]
) -> None:
    house.write(name, HEADERS[name], GOOD_ROWS[name], row)
    report = house.deliver()
    assert report is not None
    assert (report.rows_read, report.rows_imported, report.rows_quarantined) == (2, 1, 1)
    with house.open_uow() as uow:
        (quarantined,) = uow.imports.quarantined(report.import_id)
    assert (name, 3, *finding) == (quarantined.file, quarantined.row_number, quarantined.field, quarantined.reason)
    assert quarantined.raw.startswith(row[:10])


def test_a_bad_optional_field_is_left_empty_and_counted(house: House) -> None:
    house.write("kunden.csv", CUSTOMERS, ERIKA.replace("01.02.1980", "32.02.1980").replace("0351/123456", "ruf an"))
    house.write("fahrzeuge.csv", VEHICLES, CAR.replace("05/2027", "05/2037").replace("45.300", "viele"))
    report = house.deliver()
    assert report is not None
    assert report.report["warnings"] == {
        "customers.birth_date.not_a_date": 1,
        "customers.phone.not_a_phone_number": 1,
        "vehicles.mileage_km.not_a_number": 1,
        "vehicles.next_hu.implausible": 1,
    }
    with house.open_uow() as uow:
        vehicle = uow.records.vehicle("50")
    assert vehicle is not None
    assert (vehicle.next_hu, vehicle.mileage_km) == (None, None)


@pytest.mark.parametrize(
    ("consent", "block", "expected"),
    [
        pytest.param("J;N;03.04.2025;Annahme", "N", True, id="evidenced"),
        pytest.param("J;N;;Annahme", "N", False, id="no date"),
        pytest.param("J;N;03.04.2025;", "N", False, id="no source"),
        pytest.param("J;N;03.04.2028;Annahme", "N", False, id="from the future"),
        pytest.param(";;;", "N", False, id="nothing"),
        pytest.param("N;N;03.04.2025;Annahme", "N", False, id="refused"),
    ],
)
def test_a_permission_counts_only_with_its_evidence(*, house: House, consent: str, block: str, expected: bool) -> None:
    house.write("kunden.csv", CUSTOMERS, ERIKA.replace("N;J;N;03.04.2025;Annahme", f"{block};{consent}"))
    house.deliver()
    with house.open_uow() as uow:
        assert expected is bool(uow.consents.state_of("10").standing)


@pytest.mark.parametrize(("mark", "expected"), [("J", True), ("N", False), ("", False), ("gesperrt!", True)])
def test_an_unreadable_advertising_block_blocks(*, house: House, mark: str, expected: bool) -> None:
    house.write("kunden.csv", CUSTOMERS, ERIKA.replace("1980;N;J", f"1980;{mark};J"))
    house.deliver()
    with house.open_uow() as uow:
        customer = uow.records.customer("10")
    assert customer is not None
    assert expected is customer.advertising_block


def test_importing_the_same_again_after_a_crash_changes_nothing(house: House) -> None:
    write_all(house)
    source = DropFolder(house.drop)
    source.settle = lambda *_: None  # type: ignore[method-assign]  # the power fails between commit and move
    import_changes(house.open_uow, source, house.clock, house.entropy, a_config().dealer)
    before = house.counts()
    with house.open_uow() as uow:
        customers = uow.records.customers()
    assert house.deliver() is not None
    assert before == house.counts()
    with house.open_uow() as uow:
        assert customers == uow.records.customers()
    assert house.files("done") == sorted(NAMES)


def test_a_crash_before_the_commit_leaves_everything_as_it_was(house: House) -> None:
    class Failing(SeededEntropy):
        def token_bytes(self, size: int) -> bytes:
            raise OSError(size)

    write_all(house)
    with pytest.raises(OSError, match="15"):
        import_changes(house.open_uow, DropFolder(house.drop), house.clock, Failing(b"import"), a_config().dealer)
    assert house.counts() == (0, 0, 0, 0)
    assert sorted(path.name for path in house.drop.iterdir()) == sorted(NAMES)


def test_a_file_written_anew_while_it_is_imported_is_the_next_delivery(house: House) -> None:
    house.write("kunden.csv", CUSTOMERS, ERIKA)
    source = DropFolder(house.drop)
    delivery = source.read()
    assert delivery is not None
    house.write("kunden.csv", CUSTOMERS, ERIKA, FIRMA)
    source.settle(["kunden.csv"], ())
    assert house.files("done") == []
    report = house.deliver()
    assert report is not None
    assert report.rows_read == 2


def test_a_later_drop_brings_only_what_is_new_or_changed(house: House) -> None:
    write_all(house)
    house.deliver()
    house.clock.set(datetime(2027, 3, 8, 6, tzinfo=UTC))
    house.write(
        "termine_20270308.csv",
        APPOINTMENTS,
        APPOINTMENT.replace("geplant", "abgesagt"),
        "31;10;50;02.04.2027;;Inspektion;geplant;05.03.2027",
    )
    report = house.deliver()
    assert report is not None
    with house.open_uow() as uow:
        found = {a.appointment_id: a.status for a in uow.records.appointments()}
    assert found == {"30": "abgesagt", "31": "geplant"}


def test_what_customers_told_us_outlives_the_next_export(house: House) -> None:
    write_all(house)
    house.deliver()
    with house.open_uow() as uow:
        uow.consents.append([a_withdrawal("10")])
        uow.records.block_advertising("10")
        uow.records.mark_vehicle_gone("50", date(2027, 3, 1))
        uow.records.set_next_hu("50", date(2029, 3, 1))
        uow.commit()
    write_all(house)
    house.deliver()
    with house.open_uow() as uow:
        customer, vehicle = uow.records.customer("10"), uow.records.vehicle("50")
        standing = uow.consents.state_of("10").standing
    assert customer is not None
    assert vehicle is not None
    assert (customer.advertising_block, standing) == (True, {})
    assert (vehicle.sold_on, vehicle.next_hu) == (date(2027, 3, 1), date(2029, 3, 1))


def test_a_refusal_in_the_export_withdraws_a_permission(house: House) -> None:
    write_all(house)
    house.deliver()
    house.write("kunden.csv", CUSTOMERS, ERIKA.replace("N;J;N;03.04.2025", "N;N;N;03.04.2025"))
    house.deliver()
    with house.open_uow() as uow:
        closed = uow.consents.state_of("10").closed
    assert closed["service_reminders", "email"][0].at == NOW


def test_a_sold_vehicle_comes_back_with_another_keeper(house: House) -> None:
    write_all(house)
    house.deliver()
    with house.open_uow() as uow:
        uow.records.mark_vehicle_gone("50", date(2027, 3, 1))
        uow.commit()
    house.write("fahrzeuge.csv", VEHICLES, CAR.replace("50;10;", "50;11;"))
    house.deliver()
    with house.open_uow() as uow:
        vehicle = uow.records.vehicle("50")
    assert vehicle is not None
    assert (vehicle.customer_id, vehicle.sold_on) == ("11", None)


def test_no_amount_of_money_is_ever_stored(house: House, tmp_path: Path) -> None:
    write_all(house)
    house.deliver()
    with house.open_uow() as uow:
        assert "123,45" not in repr(uow.records.jobs())
    assert b"erika" not in (tmp_path / "agent.db").read_bytes().lower()


garbage = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    st.lists(st.text(st.characters(codec="cp1252"), max_size=60), max_size=8).map(
        lambda lines: "\n".join([CUSTOMERS, *lines]).encode("cp1252")
    ),
    st.lists(st.lists(st.text(st.characters(codec="cp1252"), max_size=8), min_size=23, max_size=23), max_size=14).map(
        lambda rows: "\n".join([CUSTOMERS, *(";".join(row) for row in rows)]).encode("cp1252")
    ),
    st.integers(0, 400).map(lambda cut: f"{CUSTOMERS}\n{ERIKA}\n{FIRMA}".encode("cp1252")[:cut]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage)
def test_garbage_is_refused_or_quarantined_and_never_half_applied(house: House, data: bytes) -> None:
    (house.drop / "kunden.csv").write_bytes(data)
    before = house.counts()
    report = house.deliver()
    assert report is not None
    assert report.rows_read == report.rows_imported + report.rows_quarantined
    if report.state == "refused":
        assert before == house.counts()
        assert report.rows_read == 0
    assert house.counts()[0] <= before[0] + report.rows_imported
    assert not (house.drop / "kunden.csv").exists()
