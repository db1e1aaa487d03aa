"""A Loco-Soft reporting database with a few hundred made-up records, in a PostgreSQL of the tests' own."""

from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.loco_soft_columns import grants
from guildpost_agent.config import LocoSoft as Settings
from tests.factories.postgres import PORT, Postgres

DATABASE: Final = "loco_auswertung_db"
ROLE: Final = "guildpost"
PASSWORD: Final = "only for tests"
CUSTOMERS: Final = 300
_TABLES: Final = """
CREATE TABLE customers_suppliers (customer_number int PRIMARY KEY, subsidiary int, is_supplier bool,
    is_natural_person bool, is_dummy_customer bool, salutation_code text, name_prefix text, first_name text,
    family_name text, name_postfix text, country_code text, zip_code text, home_city text, home_street text,
    contact_salutation_code text, birthday date, last_contact date, preferred_com_number_type text,
    updated_date timestamp, name_updated_date timestamp, rebate_group text);
CREATE TABLE customer_com_numbers (customer_number int, counter int, com_type text, is_reference bool, address text,
    phone_number text, note text);
CREATE TABLE salutations (code text, main_salutation text, title text, full_salutation text);
CREATE TABLE privacy_protection_consent (internal_id int, customer_number int, make_name text,
    validity_date_start date, validity_date_end date, first_consent_timestamp timestamp,
    last_consent_timestamp timestamp);
CREATE TABLE privacy_details (internal_id int, scope_code text, channel_code text);
CREATE TABLE privacy_channels (channel_code text, is_business bool);
CREATE TABLE privacy_scopes (scope_code text);
CREATE TABLE vehicles (internal_number int PRIMARY KEY, vin text, license_plate text, license_plate_season text,
    make_number int, model_code text, is_roadworthy bool, is_customer_vehicle bool, first_registration_date date,
    owner_number int, holder_number int, last_holder_change_date date, german_kba_hsn text, german_kba_tsn text,
    mileage_km int, odometer_reading_date date, next_service_date date, next_service_km int,
    next_emission_test_date date, next_general_inspection_date date, sale_date date, subsidiary int);
CREATE TABLE dealer_vehicles (vehicle_number int, buyer_customer_no int, out_invoice_date date,
    deregistration_date date, purchase_price numeric);
CREATE TABLE orders (number int PRIMARY KEY, order_date timestamp, vehicle_number int, order_mileage int,
    order_customer int, paying_customer int, subsidiary int);
CREATE TABLE labours (order_number int, order_position int, labour_operation_id text, labour_type text,
    charge_type int, time_units numeric, net_price_in_order numeric, text_line text, invoice_type int,
    invoice_number int);
CREATE TABLE invoices (invoice_type int, invoice_number int, invoice_date date, is_canceled bool, is_credit bool,
    odometer_reading int, total_net numeric);
CREATE TABLE appointments (id int, customer_number int, vehicle_number int, bring_timestamp timestamp,
    progress_status int, is_general_inspection_service bool, pseudo_family_name text);
CREATE TABLE tire_storage (case_number int, customer_number int, vehicle_number int, start_date date,
    scheduled_end_date date, is_historic bool, price numeric);
CREATE TABLE tire_storage_wheels (case_number int, tire_dimension text, tire_tread_depth numeric);
CREATE TABLE makes (make_number int, description text);
CREATE TABLE models (make_number int, model_code text, description text);
CREATE TABLE codes_vehicle_date (vehicle_number int NOT NULL, code varchar(5) NOT NULL, date date);
CREATE TABLE codes_vehicle_date_def (code varchar(5) NOT NULL, is_defined_by_dms bool, month_increase_factor int,
    show_in_211_from_or_to varchar(1), is_backdate_on_exceeding bool, description varchar(44));
CREATE TABLE codes_vehicle_mileage (vehicle_number int NOT NULL, code varchar(5) NOT NULL, kilometer int);
CREATE TABLE codes_vehicle_mileage_def (code varchar(5) NOT NULL, is_defined_by_dms bool, mileage_increase_factor int,
    show_in_211_from_or_to varchar(1), description varchar(44));
CREATE TABLE codes_customer_list (customer_number int NOT NULL, code varchar(5) NOT NULL, value_format varchar(1),
    value_text varchar(40), value_numeric numeric(18,9), value_date date);
CREATE TABLE codes_customer_def (code varchar(5) NOT NULL, is_defined_by_dms bool, format varchar(1), length int,
    "decimal" int, description varchar(44))
"""
_ROWS: Final = f"""
INSERT INTO salutations VALUES ('1', 'Herr', '', 'Sehr geehrter Herr'), ('2', 'Frau', 'Dr.', 'Sehr geehrte Frau');
INSERT INTO customers_suppliers SELECT n, 1 + n % 2, n % 50 = 0, n % 10 <> 0, n = 299, (1 + n % 2)::text, NULL,
    'Vorname' || n, 'Müller-' || n, NULL, 'D', lpad((1067 + n)::text, 5, '0'), 'Dresden', 'Weg ' || n, NULL,
    date '1960-01-01' + n, NULL, 'P', timestamp '2027-02-28 19:30' - n * interval '1 day', NULL, 'A'
    FROM generate_series(1, {CUSTOMERS}) n;
INSERT INTO customer_com_numbers SELECT n, 1, 'P', false, NULL, '0351 12' || n FROM generate_series(1, {CUSTOMERS}) n;
INSERT INTO customer_com_numbers VALUES (7, 2, 'E', false, 'alt@post.example', NULL),
    (7, 3, 'E', true, 'neu@post.example', NULL), (7, 4, 'M', false, NULL, '0171 5550007'),
    (7, 5, 'G', false, NULL, '0351 99'), (7, 6, 'F', true, NULL, '0351 77');
INSERT INTO makes VALUES (1, 'Arvana');
INSERT INTO models VALUES (1, 'C1', 'Corra 1.2');
INSERT INTO vehicles SELECT 1000 + n, 'W7AZZZAEVL6' || lpad(n::text, 6, '0'), 'DD-AB ' || n, NULL, 1, 'C1', true,
    n <> 5, date '2020-05-04', 1, n, NULL, '0603', 'AAB', 45300, date '2026-02-01', NULL, 60000, NULL,
    date '2027-05-01', date '2020-05-04', 1 FROM generate_series(1, {CUSTOMERS}) n;
UPDATE vehicles SET holder_number = 0, license_plate_season = '04-10' WHERE internal_number = 1003;
INSERT INTO dealer_vehicles VALUES (1004, NULL, NULL, date '2026-12-01', 9999), (1006, 6, date '2020-05-04', NULL, 1);
INSERT INTO orders SELECT 5000 + n, timestamp '2026-02-01 08:00', 1000 + n, CASE WHEN n = 2 THEN 0 ELSE 45300 END, n,
    n, 1 FROM generate_series(1, 100) n;
INSERT INTO labours SELECT 5000 + n, 1, 'HU0100', 'X', 1, 12, 99.5, 'HU/AU durchführen', 2, n
    FROM generate_series(1, 99) n;
INSERT INTO invoices SELECT 2, n, date '2026-02-02', n = 3, n = 4, 45301, 123456.78 FROM generate_series(1, 99) n;
INSERT INTO appointments VALUES (1, 7, 1007, timestamp '2027-03-28 08:30', 2, true, NULL),
    (2, 0, NULL, timestamp '2027-03-29 08:30', 1, false, 'Unbekannt');
INSERT INTO privacy_protection_consent VALUES (11, 7, 'Arvana', date '2025-04-03', date '2028-04-03',
    timestamp '2025-04-03 10:00', NULL);
INSERT INTO privacy_details VALUES (11, 'SERVICE', 'E'), (11, 'WERBUNG', 'P');
INSERT INTO tire_storage VALUES (21, 7, 1007, date '2026-10-20', date '2027-04-01', false, 59);
INSERT INTO tire_storage_wheels VALUES (21, '205/55 R16', 5.5), (21, '205/55 R16', 4.5);
INSERT INTO codes_vehicle_date_def VALUES ('L', false, NULL, NULL, NULL, 'Leasing-Ende'),
    ('GAR', false, NULL, NULL, NULL, 'Garantie bis'), ('G2', false, NULL, NULL, NULL, 'GARANTIEENDE'),
    ('HU2', true, 24, 'T', true, 'Nächste Hauptuntersuchung'), ('O''X', false, NULL, NULL, NULL, 'Ölprobe gezogen');
INSERT INTO codes_vehicle_date VALUES (1007, 'L', date '2028-05-31'), (1007, 'GAR', date '2027-06-30'),
    (1007, 'G2', date '2028-06-30'), (1007, 'HU2', date '2026-05-01'), (1008, 'HU2', date '2028-03-01'),
    (1008, 'L', date '2099-12-31'), (1008, 'O''X', date '2027-02-01'), (1009, 'L', NULL);
INSERT INTO codes_vehicle_mileage_def VALUES ('SKM', false, 30000, NULL, 'Nächster Service km');
INSERT INTO codes_vehicle_mileage VALUES (1007, 'SKM', 75000), (1008, 'SKM', 45000), (1009, 'SKM', 0);
INSERT INTO codes_customer_def VALUES ('WS', false, 'J', 1, 0, 'Werbesperre (Brief und E-Mail)'),
    ('TOT', false, 'D', 8, 0, 'verstorben am'), ('HUND', false, 'T', 40, 0, 'Name des Hundes');
INSERT INTO codes_customer_list VALUES (11, 'WS', 'J', 'J', 0, NULL), (12, 'WS', 'J', 'N', 0, NULL),
    (13, 'WS', 'J', NULL, 0, NULL), (14, 'WS', 'N', NULL, 0, NULL), (15, 'WS', 'J', 'nur Geburtstag', 0, NULL),
    (16, 'TOT', 'D', NULL, 0, date '2026-11-05'), (17, 'HUND', 'T', 'Bello', 0, NULL)
"""  # noqa: S608 — nothing in it comes from outside


def make_loco_soft(postgres: Postgres) -> None:
    """Make the database and the agent's role with exactly the rights of the product's script."""
    postgres.run(f"CREATE DATABASE {DATABASE}", f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
    postgres.run(_TABLES, _ROWS, grants(DATABASE, ROLE), database=DATABASE)


def settings(postgres: Postgres, folder: Path, *, password: str = PASSWORD, **changes: object) -> Settings:
    """Give the section of ``agent.toml``; the password lies in a file."""
    file = folder / "loco-soft-password"
    file.write_text(f"{password}\n", "utf-8")
    given = {"host": postgres.host, "port": PORT, "user": ROLE, "password_file": str(file), **changes}
    return Settings.model_validate(given)
