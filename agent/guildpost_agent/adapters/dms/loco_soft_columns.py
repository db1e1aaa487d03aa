"""The columns of the Loco-Soft reporting database that are read, and no others; and the rights that this takes.

Prices, discounts and accounting are not on the list, so a role with exactly these rights cannot see them.
"""

from dataclasses import dataclass
from typing import Final

from guildpost_agent.domain.dms_rows import Table


@dataclass(frozen=True)
class Read:
    """What is read of one database table: without ``required`` a table of ours cannot be had, the rest may be absent.

    Attributes:
        used_for: our table that needs it; None for look-ups that only add to others.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    used_for: Table | None = None


READS: Final[dict[str, Read]] = {
    "customers_suppliers": Read(
        ("customer_number", "family_name"),
        (
            "subsidiary", "is_supplier", "is_natural_person", "is_dummy_customer", "salutation_code", "name_prefix",
            "first_name", "name_postfix", "country_code", "zip_code", "home_city", "home_street", "birthday",
            "preferred_com_number_type", "updated_date", "name_updated_date",
        ),
        Table.CUSTOMERS,
    ),
    "customer_com_numbers": Read(
        (), ("customer_number", "counter", "com_type", "is_reference", "address", "phone_number")
    ),
    "salutations": Read((), ("code", "main_salutation", "title")),
    "vehicles": Read(
        ("internal_number", "owner_number"),
        (
            "holder_number", "vin", "license_plate", "license_plate_season", "make_number", "model_code",
            "is_customer_vehicle", "first_registration_date",
            "last_holder_change_date", "german_kba_hsn", "german_kba_tsn", "mileage_km",
            "odometer_reading_date", "next_service_date", "next_service_km", "next_emission_test_date",
            "next_general_inspection_date", "sale_date", "subsidiary",
        ),
        Table.VEHICLES,
    ),
    "dealer_vehicles": Read((), ("vehicle_number", "out_invoice_date", "deregistration_date")),
    "makes": Read((), ("make_number", "description")),
    "models": Read((), ("make_number", "model_code", "description")),
    "orders": Read(
        ("number", "order_date", "vehicle_number"), ("order_mileage", "order_customer", "subsidiary"), Table.JOBS
    ),
    "labours": Read(
        ("order_number",),
        ("labour_operation_id", "text_line", "time_units", "invoice_type", "invoice_number"),
        Table.JOBS,
    ),
    "invoices": Read(
        (), ("invoice_type", "invoice_number", "invoice_date", "is_canceled", "is_credit", "odometer_reading")
    ),
    "appointments": Read(
        ("id", "customer_number", "bring_timestamp"),
        ("vehicle_number", "progress_status", "is_general_inspection_service"),
        Table.APPOINTMENTS,
    ),
    "privacy_protection_consent": Read(
        ("internal_id", "customer_number"),
        ("make_name", "validity_date_start", "validity_date_end", "first_consent_timestamp", "last_consent_timestamp"),
        Table.CONSENTS,
    ),
    "privacy_details": Read(("internal_id", "scope_code", "channel_code"), (), Table.CONSENTS),
    "tire_storage": Read(
        ("case_number", "customer_number"),
        ("vehicle_number", "start_date", "scheduled_end_date", "is_historic"),
        Table.WHEELS,
    ),
    "tire_storage_wheels": Read((), ("case_number", "tire_dimension", "tire_tread_depth")),
    "codes_vehicle_date": Read((), ("vehicle_number", "code", "date")),
    "codes_vehicle_date_def": Read((), ("code", "description")),
    "codes_vehicle_mileage": Read((), ("vehicle_number", "code", "kilometer")),
    "codes_vehicle_mileage_def": Read((), ("code", "description")),
    "codes_customer_list": Read(
        (), ("customer_number", "code", "value_format", "value_text", "value_numeric", "value_date")
    ),
    "codes_customer_def": Read((), ("code", "description")),
}  # fmt: skip


def grants(database: str, role: str) -> str:
    """Write the script that gives a role the right to read these columns, as far as a site has them, and no more.

    Args:
        database: the reporting database.
        role: the agent's login; it must exist.
    """
    lists = ",\n".join(
        f"        ({_text(table)}, ARRAY[{', '.join(map(_text, (*read.required, *read.optional)))}])"
        for table, read in READS.items()
    )
    return f"""-- Run by an administrator in the database {database}.
GRANT CONNECT ON DATABASE {_name(database)} TO {_name(role)};
GRANT USAGE ON SCHEMA public TO {_name(role)};
ALTER ROLE {_name(role)} IN DATABASE {_name(database)} SET default_transaction_read_only = on;
DO $grants$
DECLARE wanted record; present text;
BEGIN
    FOR wanted IN SELECT * FROM (VALUES
{lists}
    ) AS list (table_name, columns) LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO present FROM pg_attribute
        WHERE attrelid = to_regclass('public.' || wanted.table_name) AND attnum > 0 AND NOT attisdropped
            AND attname = ANY (wanted.columns);
        IF present IS NOT NULL THEN
            EXECUTE format('GRANT SELECT (%s) ON public.%I TO %I', present, wanted.table_name, {_text(role)});
        END IF;
    END LOOP;
END $grants$;
"""  # noqa: S608 — a script for a person to read and run; names are quoted


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
