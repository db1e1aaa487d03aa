"""The reporting database of Loco-Soft, read as a role that may see nothing but the columns on the list."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from guildpost_agent.adapters.dms.loco_soft import LocoSoft
from guildpost_agent.adapters.dms.loco_soft_columns import READS
from guildpost_agent.cli import main
from guildpost_agent.domain.dms_rows import Reading, Table
from guildpost_agent.domain.dms_rows.customers import read_customer
from guildpost_shared.errors import ConfigurationError, GuildpostError, Unavailable, public_text
from tests.factories.loco_soft import CUSTOMERS, DATABASE, PASSWORD, ROLE, make_loco_soft, settings
from tests.factories.postgres import PORT, Postgres, running_postgres

BERLIN = ZoneInfo("Europe/Berlin")
SAMPLE = Path(__file__).parents[3] / "docs" / "agent.toml"
MONEY = ("net_price_in_order", "total_net", "purchase_price", "rebate_group", "price")
Row = dict[str, str]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        make_loco_soft(server)
        yield server


@pytest.fixture
def source(postgres: Postgres, tmp_path: Path) -> Iterator[LocoSoft]:
    found = LocoSoft(settings(postgres, tmp_path), BERLIN)
    yield found
    found.close()


def rows(source: LocoSoft, table: Table) -> dict[str, Row]:
    """Read a table by its first column."""
    (found,) = (each for each in source.read().tables if each.table is table)
    cells = [dict(zip(found.columns, row, strict=True)) for chunk in found.chunks() for _, row in chunk.rows]
    return {row[found.columns[0]]: row for row in cells}


def test_every_table_comes_whole_and_says_how_new_it_is(source: LocoSoft) -> None:
    delivery = source.read()
    assert list(Table) == [table.table for table in delivery.tables]
    assert () == delivery.refused
    assert {True} == {table.complete for table in delivery.tables}
    # the newest time stamp that does not lie ahead of the server's own clock
    assert {True} == {table.as_of is not None and table.as_of < datetime.now(UTC) for table in delivery.tables}


def test_a_customer_has_the_best_number_of_each_kind(source: LocoSoft) -> None:
    found = rows(source, Table.CUSTOMERS)
    assert CUSTOMERS == len(found)
    expected = {
        "customer_id": "7", "salutation": "Frau", "title": "Dr.", "given_name": "Vorname7", "name1": "Müller-7",
        "name2": "", "street": "Weg 7", "postcode": "01074", "town": "Dresden", "country": "D",
        "birth_date": "1960-01-08", "kind": "P", "supplier": "N", "dummy": "N", "site": "2",
        "email": "neu@post.example", "phone": "0351 127", "phone_work": "0351 99", "mobile": "0171 5550007",
        "advertising_block": "", "deceased": "",
    }  # fmt: skip
    assert expected == found["7"]
    assert ("G", "J", "N") == (found["50"]["kind"], found["50"]["supplier"], found["50"]["dummy"])
    assert "J" == found["299"]["dummy"]


def test_a_vehicle_belongs_to_its_keeper_and_else_to_its_owner(source: LocoSoft) -> None:
    found = rows(source, Table.VEHICLES)
    assert ("7", "1") == (found["1007"]["customer_id"], found["1007"]["owner_id"])
    assert ("1", "1") == (found["1003"]["customer_id"], found["1003"]["owner_id"])
    assert ("DD-AB 7", "DD-AB 3 04-10") == (found["1007"]["plate"], found["1003"]["plate"])
    assert ("Arvana", "Corra 1.2", "2027-05-01") == tuple(found["1007"][name] for name in ("make", "model", "next_hu"))


@pytest.mark.parametrize(
    ("vehicle", "expected"),
    [
        pytest.param("1004", ("J", "2026-12-01"), id="bought and not sold yet"),
        pytest.param("1005", ("J", ""), id="no customer's"),
        pytest.param("1006", ("N", ""), id="sold long ago"),
        pytest.param("1007", ("N", ""), id="a customer's"),
    ],
)
def test_the_dealers_own_vehicles_are_marked(source: LocoSoft, vehicle: str, expected: tuple[str, str]) -> None:
    found = rows(source, Table.VEHICLES)[vehicle]
    assert expected == (found["in_stock"], found["deregistered_on"])


def test_a_job_is_a_labour_line_with_its_order_and_invoice(source: LocoSoft) -> None:
    found = rows(source, Table.JOBS)
    assert {
        "order_number": "5001", "order_date": "2026-02-01", "vehicle_id": "1001", "customer_id": "1",
        "mileage_km": "45300", "operation": "HU0100", "text": "HU/AU durchführen", "hours": "1.200", "charge": "Kunde",
        "site": "1", "invoice_date": "2026-02-02",
    } == found["5001"]  # fmt: skip
    assert "45301" == found["5002"]["mileage_km"]  # 0 on the order means that nobody looked; the invoice knows
    assert ("", "") == (found["5100"]["operation"], found["5100"]["invoice_date"])  # an order without a labour line


def test_what_was_cancelled_or_credited_is_no_job(source: LocoSoft) -> None:
    assert {"5003", "5004"} == {str(n) for n in range(5001, 5101)} - set(rows(source, Table.JOBS))


def test_appointments_of_unknown_people_stay_where_they_are(source: LocoSoft) -> None:
    found = rows(source, Table.APPOINTMENTS)
    assert ["1"] == list(found)
    assert ("2027-03-28", "08:30", "HU/AU") == tuple(found["1"][name] for name in ("day", "time", "occasion"))


def test_consents_are_a_matrix_of_channel_and_purpose(source: LocoSoft) -> None:
    (table,) = (each for each in source.read().tables if each.table is Table.CONSENTS)
    (chunk,) = table.chunks()
    found = [dict(zip(table.columns, row, strict=True)) for _, row in chunk.rows]
    assert {("email", "SERVICE"), ("letter", "WERBUNG")} == {(row["channel"], row["purpose"]) for row in found}
    assert ("J", "2028-04-03", "2025-04-03 10:00:00", "Loco-Soft DSE 11 Arvana") == tuple(
        found[0][name] for name in ("given", "valid_to", "given_at", "source")
    )


def test_stored_wheels_come_with_their_shallowest_tread(source: LocoSoft) -> None:
    found = rows(source, Table.WHEELS)["21"]
    assert ("205/55 R16", "4.5", "N") == (found["dimension"], found["tread_mm"], found["historic"])


@pytest.mark.parametrize(
    ("vehicle", "expected"),
    [
        pytest.param(
            "1007", ("2028-05-31", "2028-06-30", "2027-05-01", "75000"), id="codes, the later date, own column"
        ),
        pytest.param("1008", ("", "", "2028-03-01", "60000"), id="never is no date, and the later of two due dates"),
        pytest.param("1009", ("", "", "2027-05-01", "60000"), id="codes without a value"),
        pytest.param("1010", ("", "", "2027-05-01", "60000"), id="no codes"),
    ],
)
def test_the_dealers_own_dates_are_read_by_their_description(
    source: LocoSoft, vehicle: str, expected: tuple[str, ...]
) -> None:
    found = rows(source, Table.VEHICLES)[vehicle]
    assert expected == tuple(found[name] for name in ("lease_end", "warranty_end", "next_hu", "next_service_km"))


@pytest.mark.parametrize(
    ("customer", "blocked"),
    [
        pytest.param("10", False, id="no code"),
        pytest.param("11", True, id="yes"),
        pytest.param("12", False, id="no"),
        pytest.param("13", True, id="the code without a value"),
        pytest.param("14", False, id="a number that is zero"),
        pytest.param("15", True, id="a word that is not no"),
    ],
)
def test_the_dealers_own_advertising_block_is_read_on_the_safe_side(
    *, source: LocoSoft, customer: str, blocked: bool
) -> None:
    row = rows(source, Table.CUSTOMERS)[customer]
    assert blocked == read_customer(row, Reading(date(2027, 3, 1), BERLIN)).customer.advertising_block


def test_a_day_of_death_among_the_codes_is_one(source: LocoSoft) -> None:
    found = rows(source, Table.CUSTOMERS)
    dead = [
        read_customer(found[number], Reading(date(2027, 3, 1), BERLIN)).customer.deceased for number in ("16", "17")
    ]
    assert [True, False] == dead


def test_what_agent_toml_says_of_a_code_comes_before_its_description(postgres: Postgres, tmp_path: Path) -> None:
    dates = {"L": "", "O'X": "lease_end"}
    given = settings(postgres, tmp_path, vehicle_dates=dates, customer_flags={"HUND": "dummy", "WS": ""})
    source = LocoSoft(given, BERLIN)
    try:
        vehicles, customers = rows(source, Table.VEHICLES), rows(source, Table.CUSTOMERS)
    finally:
        source.close()
    assert ("", "2027-02-01") == (vehicles["1007"]["lease_end"], vehicles["1008"]["lease_end"])
    assert ("Bello", "N", "J") == tuple(customers[number]["dummy"] for number in ("17", "18", "299"))
    assert "advertising_block" not in customers["11"]


def test_the_command_lists_the_dealers_own_codes(
    postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = settings(postgres, tmp_path, vehicle_dates={"G2": ""})
    section = f'host = "{given.host}"\nport = {given.port}\nuser = "{given.user}"\n'
    section += f'password_file = "{given.password_file}"\nvehicle_dates = {{ G2 = "" }}\n'
    sample = SAMPLE.read_text("utf-8")
    (tmp_path / "agent.toml").write_text(f"{sample}\n[dms.loco_soft]\n{section}", "utf-8")
    assert 0 == main(["mapping", "--lang", "en", "codes", "--home", str(tmp_path)])
    said = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    assert {
        "L Leasing-Ende → lease_end by its description",
        "G2 GARANTIEENDE → – as agent.toml says",
        "O'X Ölprobe gezogen → – not read",
        "SKM Nächster Service km → next_service_km by its description",
        "WS Werbesperre (Brief und E-Mail) → advertising_block by its description",
    } <= said


def test_the_role_sees_the_columns_on_the_list_and_no_other(postgres: Postgres) -> None:
    statement = (
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relnamespace = 'public'::regnamespace AND has_column_privilege(%s, c.oid, a.attnum, 'SELECT')"
    )
    with postgres.connect(DATABASE) as connection:
        granted = {(str(table), str(column)) for table, column in connection.execute(statement, [ROLE]).fetchall()}
    listed = {(name, column) for name, read in READS.items() for column in (*read.required, *read.optional)}
    assert granted == listed
    assert not [column for _, column in listed if column in MONEY]


def test_the_role_cannot_write_and_cannot_see_amounts(postgres: Postgres) -> None:
    with psycopg.connect(
        host=postgres.host, port=PORT, user=ROLE, password=PASSWORD, dbname=DATABASE, autocommit=True
    ) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT total_net FROM invoices")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TABLE mine (n int)")


def test_a_delivery_is_one_snapshot_until_it_is_settled(postgres: Postgres, source: LocoSoft) -> None:
    source.read()
    postgres.run("UPDATE customers_suppliers SET home_city = 'Ulm' WHERE customer_number = 8", database=DATABASE)
    assert "Dresden" == rows(source, Table.CUSTOMERS)["8"]["town"]
    source.settle([], ())
    assert "Ulm" == rows(source, Table.CUSTOMERS)["8"]["town"]
    postgres.run("UPDATE customers_suppliers SET home_city = 'Dresden' WHERE customer_number = 8", database=DATABASE)


@pytest.mark.parametrize(
    ("statement", "undo", "table", "code"),
    [
        pytest.param(
            "ALTER TABLE orders RENAME vehicle_number TO vehicle_no",
            "ALTER TABLE orders RENAME vehicle_no TO vehicle_number",
            Table.JOBS,
            "loco_soft_column_missing",
            id="an older version without a required column",
        ),
        pytest.param(
            "ALTER TABLE tire_storage RENAME TO tires",
            "ALTER TABLE tires RENAME TO tire_storage",
            Table.WHEELS,
            "loco_soft_column_missing",
            id="a site without the table",
        ),
        pytest.param(
            f"REVOKE SELECT (family_name) ON customers_suppliers FROM {ROLE}",  # noqa: S608 — fixed names
            f"GRANT SELECT (family_name) ON customers_suppliers TO {ROLE}",
            Table.CUSTOMERS,
            "loco_soft_rights_missing",
            id="a right that was not given",
        ),
    ],
)
def test_a_table_that_lacks_what_it_needs_is_refused_alone(
    *, postgres: Postgres, source: LocoSoft, statement: str, undo: str, table: Table, code: str
) -> None:
    postgres.run(statement, database=DATABASE)
    try:
        delivery = source.read()
        assert [(f"loco_soft.{table}", code)] == [(file.name, file.error.code) for file in delivery.refused]
        assert [each for each in Table if each is not table] == [found.table for found in delivery.tables]
    finally:
        source.close()
        postgres.run(undo, database=DATABASE)


def test_an_older_version_without_optional_columns_is_read_all_the_same(postgres: Postgres, source: LocoSoft) -> None:
    optional = [(name, column) for name, read in READS.items() for column in read.optional]
    away = [f"REVOKE SELECT ({column}) ON {name} FROM {ROLE}" for name, column in optional]  # noqa: S608 — fixed names
    back = [f"GRANT SELECT ({column}) ON {name} TO {ROLE}" for name, column in optional]
    postgres.run(*away, database=DATABASE)
    try:
        assert CUSTOMERS == len(rows(source, Table.CUSTOMERS))
        assert all(sum(len(chunk.rows) for chunk in table.chunks()) for table in source.read().tables)
    finally:
        source.close()
        postgres.run(*back, database=DATABASE)


@pytest.mark.parametrize(
    ("changes", "code", "kind"),
    [
        pytest.param({"password": "wrong"}, "loco_soft_login", ConfigurationError, id="wrong password"),
        pytest.param({"user": "nobody"}, "loco_soft_login", ConfigurationError, id="unknown user"),
        pytest.param({"database": "none"}, "loco_soft_login", ConfigurationError, id="unknown database"),
        pytest.param({"host": "127.0.0.1", "port": 9}, "loco_soft_unreachable", Unavailable, id="nobody there"),
        pytest.param(
            {"password_file": "/nowhere"}, "loco_soft_password_missing", ConfigurationError, id="no password file"
        ),
    ],
)
def test_a_door_that_stays_shut_is_said_with_the_next_step(
    postgres: Postgres, tmp_path: Path, changes: dict[str, object], code: str, kind: type[GuildpostError]
) -> None:
    password = str(changes.get("password", PASSWORD))
    given = settings(postgres, tmp_path, password=password)
    given = given.model_copy(update={name: value for name, value in changes.items() if name != "password"})
    with pytest.raises(kind) as caught:
        LocoSoft(given, BERLIN).read()
    assert code == caught.value.code
    assert "–" not in str(public_text(caught.value, "de")).replace(" – ", "")
    assert password not in f"{caught.value}{public_text(caught.value, 'en')}"


def test_a_server_that_dies_while_it_is_read_is_unavailable(postgres: Postgres, source: LocoSoft) -> None:
    (table, *_) = source.read().tables
    postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guildpost'")
    with pytest.raises(Unavailable) as caught:
        list(table.chunks())
    assert "loco_soft_interrupted" == caught.value.code


def test_another_meaning_of_a_code_is_another_mapping(postgres: Postgres, tmp_path: Path) -> None:
    labels = []
    for units in (10, 12):
        source = LocoSoft(settings(postgres, tmp_path, hours_units=units), BERLIN)
        labels.append({table.table: table.mapping for table in source.read().tables})
        source.close()
    assert {Table.JOBS} == {table for table in Table if labels[0][table] != labels[1][table]}
