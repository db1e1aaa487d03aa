"""What is asked of the Loco-Soft reporting database, one query per table of ours, fitted to the columns a site has.

Every cell comes as text: days as ``yyyy-mm-dd``, yes and no as ``J`` and ``N``, nothing as an empty text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from guildpost_agent.adapters.dms.loco_soft_codes import Codes, Kind, flags, newest
from guildpost_agent.domain.dms_rows import Table

MOBILE: Final = r"^(\+49|0049|0)[ /(-]*1[567]"
"""German mobile numbers begin with 015, 016 or 017 (Bundesnetzagentur, numbering plan)."""


@dataclass(frozen=True)
class Site:
    """What differs between sites.

    Attributes:
        present: database table → columns that are there and may be read.
        hours_units: work units per hour.
        work_phones: the codes of business numbers.
        other_numbers: the codes of what is no telephone (fax and the like).
        charges: invoice type → ``Kunde``, ``Garantie`` or ``Intern``.
        channels: channel code of the consents → ``email``, ``phone``, ``letter`` …
        purposes: scope code of the consents → ``service_reminders``, ``offers`` …
        codes: the dealer's own codes → fields.
    """

    present: Mapping[str, frozenset[str]]
    hours_units: int
    work_phones: tuple[str, ...]
    other_numbers: tuple[str, ...]
    charges: Mapping[str, str]
    channels: Mapping[str, str]
    purposes: Mapping[str, str]
    codes: Codes = field(default_factory=Codes)

    def has(self, table: str, *columns: str) -> bool:
        """Say whether a table has columns that may be read."""
        return set(columns) <= self.present.get(table, frozenset())

    def column(self, alias: str, table: str, column: str) -> str:
        """Name a column, or nothing where the site has none."""
        return f"{alias}.{column}" if self.has(table, column) else "NULL"


@dataclass(frozen=True)
class Query:
    """A query: field → expression, and where from."""

    cells: Mapping[str, str]
    source: str

    @property
    def text(self) -> str:
        """The statement, every cell as text."""
        cells = ", ".join(f"COALESCE(({expression})::text, '')" for expression in self.cells.values())
        return f"SELECT {cells} FROM {self.source}"  # noqa: S608 — names and expressions of this module, no input


def _flag(expression: str) -> str:
    return f"CASE ({expression})::boolean WHEN true THEN 'J' WHEN false THEN 'N' END"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _choice(expression: str, choices: Mapping[str, str], otherwise: str) -> str:
    if not choices:
        return otherwise
    cases = " ".join(f"WHEN {_quoted(code)} THEN {_quoted(word)}" for code, word in choices.items())
    return f"CASE trim(({expression})::text) {cases} ELSE {otherwise} END"


def _list(values: tuple[str, ...]) -> str:
    return f"ARRAY[{', '.join(map(_quoted, values))}]::text[]"


def _customers(site: Site) -> Query:
    table = "customers_suppliers"

    def c(column: str) -> str:
        return site.column("c", table, column)

    cells = {
        "customer_id": "c.customer_number",
        "salutation": c("salutation_code"),
        "title": c("name_prefix"),
        "given_name": c("first_name"),
        "name1": "c.family_name",
        "name2": c("name_postfix"),
        "street": c("home_street"),
        "postcode": c("zip_code"),
        "town": c("home_city"),
        "country": c("country_code"),
        "birth_date": c("birthday"),
        "kind": f"CASE ({c('is_natural_person')})::boolean WHEN true THEN 'P' WHEN false THEN 'G' END",
        "supplier": _flag(c("is_supplier")),
        "dummy": _flag(c("is_dummy_customer")),
        "site": c("subsidiary"),
    }
    source = f"{table} c"
    if site.has("salutations", "code", "main_salutation") and site.has(table, "salutation_code"):
        source += " LEFT JOIN salutations s ON s.code = c.salutation_code"
        cells["salutation"] = "s.main_salutation"
        cells["title"] = f"COALESCE(NULLIF(({c('name_prefix')})::text, ''), {site.column('s', 'salutations', 'title')})"
    if site.has("customer_com_numbers", "customer_number", "com_type"):
        source += _numbers(site, c("preferred_com_number_type"))
        cells |= {name: f"n.{name}" for name in ("email", "phone", "phone_work", "mobile")}
    if site.codes.by_field(Kind.CUSTOMER_FLAGS):
        marks, codes = flags(site.codes, site.present[Kind.CUSTOMER_FLAGS])
        source += f" LEFT JOIN {codes} ON cf.customer_number = c.customer_number"
        # A mark counts whichever of the two places says it.
        cells |= {name: _marked(cells[name], mark) if name in cells else mark for name, mark in marks.items()}
    return Query(cells, source)


def _marked(own: str, mark: str) -> str:
    return f"CASE WHEN ({own}) = 'J' THEN 'J' ELSE COALESCE({mark}, {own}) END"


def _numbers(site: Site, preferred: str) -> str:
    """Join the best of a customer's numbers of each kind: reference numbers first, then the preferred kind."""

    def n(column: str) -> str:
        return site.column("x", "customer_com_numbers", column)

    order = (
        f"({n('is_reference')})::boolean DESC NULLS LAST, (x.com_type = {preferred}) DESC NULLS LAST, {n('counter')}"
    )
    address = f"NULLIF(trim(({n('address')})::text), '')"
    number = f"COALESCE(NULLIF(trim(({n('phone_number')})::text), ''), {address})"
    mobile, work = f"{number} ~ '{MOBILE}'", f"x.com_type = ANY ({_list(site.work_phones)})"
    phone = f"x.com_type <> 'E' AND x.com_type <> ALL ({_list(site.other_numbers)}) AND {number} IS NOT NULL"

    def best(expression: str, condition: str) -> str:
        return f"(array_agg({expression} ORDER BY {order}) FILTER (WHERE {condition}))[1]"

    mail = f"x.com_type = 'E' AND {address} IS NOT NULL"
    chosen = {
        "email": best(address, mail),
        "mobile": best(number, f"{phone} AND {mobile}"),
        "phone_work": best(number, f"{phone} AND NOT ({mobile}) AND {work}"),
        "phone": best(number, f"{phone} AND NOT ({mobile}) AND NOT ({work})"),
    }
    columns = ", ".join(f"{expression} AS {name}" for name, expression in chosen.items())
    inner = f"SELECT {columns} FROM customer_com_numbers x WHERE x.customer_number = c.customer_number"  # noqa: S608 — see Query
    return f" LEFT JOIN LATERAL ({inner}) n ON true"


def _vehicles(site: Site) -> Query:
    def v(column: str) -> str:
        return site.column("v", "vehicles", column)

    months = f"({v('license_plate_season')})::text"
    season = f"CASE WHEN {months} ~ '^[01][0-9] ?[-/] ?[01][0-9]$' THEN {months} END"
    cells = {
        "vehicle_id": "v.internal_number",
        # The keeper (Halter) before the owner: a leased car's owner is a bank.
        "customer_id": f"COALESCE(NULLIF({v('holder_number')}, 0), v.owner_number)",
        "owner_id": "v.owner_number",
        "vin": v("vin"),
        "plate": f"concat_ws(' ', {v('license_plate')}, {season})",
        "model": v("model_code"),
        "hsn": v("german_kba_hsn"),
        "tsn": v("german_kba_tsn"),
        "first_registration": v("first_registration_date"),
        "mileage_km": v("mileage_km"),
        "mileage_date": v("odometer_reading_date"),
        "next_hu": v("next_general_inspection_date"),
        "next_au": v("next_emission_test_date"),
        "next_service": v("next_service_date"),
        "next_service_km": v("next_service_km"),
        "keeper_since": v("last_holder_change_date"),
        "delivered_on": v("sale_date"),
        "site": v("subsidiary"),
    }
    source, stock = "vehicles v", f"NOT ({v('is_customer_vehicle')})::boolean"
    if site.has("makes", "make_number", "description") and site.has("vehicles", "make_number"):
        source += " LEFT JOIN makes k ON k.make_number = v.make_number"
        cells["make"] = "k.description"
    if site.has("models", "make_number", "model_code", "description") and site.has("vehicles", "make_number"):
        source += " LEFT JOIN models m ON m.make_number = v.make_number AND m.model_code = v.model_code"
        cells["model"] = f"COALESCE(m.description, {v('model_code')})"
    if site.has("dealer_vehicles", "vehicle_number", "out_invoice_date"):
        gone = site.column("d", "dealer_vehicles", "deregistration_date")
        source += (
            f" LEFT JOIN (SELECT d.vehicle_number, max({gone}) AS deregistered_on FROM dealer_vehicles d"  # noqa: S608 — see Query
            " WHERE d.out_invoice_date IS NULL GROUP BY d.vehicle_number) d ON d.vehicle_number = v.internal_number"
        )
        stock = f"d.vehicle_number IS NOT NULL OR COALESCE({stock}, false)"
        cells["deregistered_on"] = "d.deregistered_on"
    for kind in (Kind.VEHICLE_DATES, Kind.VEHICLE_MILEAGES):
        if site.codes.by_field(kind):
            values, codes = newest(kind, site.codes)
            source += f" LEFT JOIN {codes} ON {codes.rsplit(' ', 1)[1]}.vehicle_number = v.internal_number"
            cells |= {name: _later(name, cells.get(name, ""), value) for name, value in values.items()}
    return Query(cells | {"in_stock": _flag(stock)}, source)


def _later(name: str, own: str, code: str) -> str:
    """What falls due next is the later one of two statements; of what has happened, the vehicle's own one counts."""
    if not own:
        return code
    typed = f"({own})::{'int' if name.endswith('_km') else 'date'}"
    return f"GREATEST({typed}, {code})" if name.startswith("next_") else f"COALESCE({typed}, {code})"


def _jobs(site: Site) -> Query:
    def line(column: str) -> str:
        return site.column("l", "labours", column)

    cells = {
        "order_number": "o.number",
        "order_date": "o.order_date::date",
        "vehicle_id": "o.vehicle_number",
        "customer_id": site.column("o", "orders", "order_customer"),
        "mileage_km": f"NULLIF({site.column('o', 'orders', 'order_mileage')}, 0)",
        "operation": line("labour_operation_id"),
        "text": line("text_line"),
        "hours": f"round({line('time_units')}::numeric / {site.hours_units}, 3)",
        "charge": _choice(line("invoice_type"), site.charges, "NULL"),
        "site": site.column("o", "orders", "subsidiary"),
    }
    # An order without a labour line is a visit all the same.
    source = "orders o LEFT JOIN labours l ON l.order_number = o.number"
    keys = ("invoice_type", "invoice_number")
    if site.has("labours", *keys) and site.has("invoices", *keys):

        def i(column: str) -> str:
            return site.column("i", "invoices", column)

        source += " LEFT JOIN invoices i ON i.invoice_type = l.invoice_type AND i.invoice_number = l.invoice_number"
        source += f" WHERE ({i('is_canceled')})::boolean IS NOT TRUE AND ({i('is_credit')})::boolean IS NOT TRUE"
        cells["invoice_date"] = f"({i('invoice_date')})::date"
        cells["mileage_km"] = f"COALESCE({cells['mileage_km']}, NULLIF({i('odometer_reading')}, 0))"
    return Query(cells, source)


def _appointments(site: Site) -> Query:
    inspection = site.column("a", "appointments", "is_general_inspection_service")
    cells = {
        "appointment_id": "a.id",
        "customer_id": "a.customer_number",
        "vehicle_id": site.column("a", "appointments", "vehicle_number"),
        "day": "a.bring_timestamp::date",
        "time": "to_char(a.bring_timestamp, 'HH24:MI')",
        "occasion": f"CASE WHEN ({inspection})::boolean THEN 'HU/AU' END",
        "status": site.column("a", "appointments", "progress_status"),
    }
    # Without a customer's number it is somebody unknown, of whom only free text is noted: not ours to read.
    return Query(cells, "appointments a WHERE a.customer_number <> 0 AND a.bring_timestamp IS NOT NULL")


def _consents(site: Site) -> Query:
    def p(column: str) -> str:
        return site.column("p", "privacy_protection_consent", column)

    make = f"NULLIF(trim(({p('make_name')})::text), '')"
    cells = {
        "customer_id": "p.customer_number",
        "channel": _choice("d.channel_code", site.channels, "trim(d.channel_code::text)"),
        "purpose": _choice("d.scope_code", site.purposes, "trim(d.scope_code::text)"),
        "given": "'J'",
        "valid_from": p("validity_date_start"),
        "valid_to": p("validity_date_end"),
        "given_at": f"COALESCE({p('last_consent_timestamp')}, {p('first_consent_timestamp')})",
        "source": f"concat('Loco-Soft DSE ', p.internal_id, ' ' || {make})",
    }
    return Query(cells, "privacy_protection_consent p JOIN privacy_details d ON d.internal_id = p.internal_id")


def _wheels(site: Site) -> Query:
    def s(column: str) -> str:
        return site.column("s", "tire_storage", column)

    cells = {
        "wheel_set_id": "s.case_number",
        "customer_id": "s.customer_number",
        "vehicle_id": s("vehicle_number"),
        "stored_on": s("start_date"),
        "until": s("scheduled_end_date"),
        "historic": _flag(s("is_historic")),
    }
    source = "tire_storage s"
    if site.has("tire_storage_wheels", "case_number"):
        size = site.column("w", "tire_storage_wheels", "tire_dimension")
        tread = site.column("w", "tire_storage_wheels", "tire_tread_depth")
        source += (
            f" LEFT JOIN (SELECT w.case_number, max({size}) AS dimension, min({tread}) AS tread_mm"  # noqa: S608 — see Query
            " FROM tire_storage_wheels w GROUP BY w.case_number) w ON w.case_number = s.case_number"
        )
        cells |= {"dimension": "w.dimension", "tread_mm": "w.tread_mm"}
    return Query(cells, source)


QUERIES: Final[dict[Table, Callable[[Site], Query]]] = {
    Table.CUSTOMERS: _customers,
    Table.VEHICLES: _vehicles,
    Table.JOBS: _jobs,
    Table.APPOINTMENTS: _appointments,
    Table.CONSENTS: _consents,
    Table.WHEELS: _wheels,
}
