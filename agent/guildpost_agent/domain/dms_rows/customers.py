"""A customer's row: names, address, ways to reach them, permissions."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from guildpost_agent.domain import normalise_addresses as addresses
from guildpost_agent.domain.dms_rows.reading import LONGEST_KEY, PURPOSE, BadRow, Cells, Reading, Row, Table
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_emails import NONE as NO_EMAIL
from guildpost_agent.domain.normalise_emails import read_email
from guildpost_agent.domain.normalise_names import Name, read_name
from guildpost_agent.domain.normalise_phones import NONE as NO_PHONES
from guildpost_agent.domain.normalise_phones import Phones, read_phones
from guildpost_agent.domain.normalise_rules import Rule
from guildpost_agent.domain.normalise_text import calm
from guildpost_agent.domain.records import Consent, Customer

# As long as the columns of the database.
LONGEST: Final = {
    "salutation": 40, "title": 40, "given_name": 120, "family_name": 120, "company": 200, "second_salutation": 40,
    "second_title": 40, "second_given_name": 120, "second_family_name": 120, "care_of": 200, "street": 200,
    "town": 120, "site": LONGEST_KEY,
}  # fmt: skip
_CELLS: Final = {"family_name": "name1", "company": "name1"}
_OLDEST_YEARS: Final = 115
_CITED: Final = 400
_HARMLESS: Final = 110
# Only streets with these first letters can be a post box, or "c/o …", "bei …".
_POST: Final = ("P", "p")
_CARE: Final = ("c", "C", "b", "B")


@frozen
class CustomerRow:
    """A customer with the permissions that are evidenced and the channels that are expressly refused."""

    customer: Customer
    consents: tuple[Consent, ...]
    refused_channels: tuple[str, ...]


def read_customer(cells: Cells, reading: Reading) -> CustomerRow:
    """Read a customer.

    Raises:
        BadRow: the customer number is missing, or there is no name at all.
    """
    row = Row(cells, reading, Table.CUSTOMERS)
    customer_id = row.key("customer_id")
    business, supplier, internal = _kind(row.raw("kind"))
    name = _name(row, business=business)
    country = _country(row)
    care_of, street = _street(row, name.care_of)
    postcode, town = _place(row, country)
    phone, mobile = _phones(row, country, business=name.is_business)
    customer = Customer(
        customer_id=customer_id,
        salutation=name.salutation,
        title=name.title,
        given_name=name.given_name,
        family_name=name.family_name,
        company=name.company,
        street=street,
        postcode=postcode,
        town=town,
        country=country,
        phone=phone,
        mobile=mobile,
        email=_email(row),
        birth_date=_birth_date(row),
        is_business=name.is_business,
        is_supplier=supplier or bool(row.flag("supplier")),
        # What cannot be read as "no" counts as an objection: the safe side of Art. 21(2) GDPR.
        advertising_block=name.advertising_block or _marked(row, "advertising_block"),
        second_salutation=name.second_salutation,
        second_title=name.second_title,
        second_given_name=name.second_given_name,
        second_family_name=name.second_family_name,
        care_of=care_of,
        is_dummy=name.is_dummy or internal or bool(row.flag("dummy")),
        deceased=name.deceased or _marked(row, "deceased"),
        site=row.text("site", LONGEST_KEY),
        provenance=row.provenance,
    )
    return CustomerRow(customer, *_consents(row, customer_id))


def _kind(text: str) -> tuple[bool, bool, bool]:
    """Say whether a customer's kind means business, supplier, or nobody outside."""
    if not text or text == "P":
        return False, False, False
    kind = text.strip().casefold()
    business = kind.startswith(("g", "firm", "jur", "untern", "b2b"))
    internal = kind.startswith(("intern", "mitarb", "dummy", "bar", "cpd", "personal"))
    return business, kind.startswith(("lief", "kredit")), internal


def _name(row: Row, *, business: bool) -> Name:
    raw, get = row.raw, row.cells.get
    fields = [(get(cell) or "")[:_CITED] for cell in ("salutation", "title", "given_name", "name1", "name2", "name3")]
    name = read_name(*fields, business=business)
    if not (name.family_name or name.company):
        raise BadRow("name1", "missing_name")
    for note in name.notes:
        row.note(note.field, note.rule, raw(note.cell))
    # Shorter fields cannot give anything too long, whatever was put together from them.
    short = sum(map(len, fields)) < _HARMLESS and len(fields[1]) < LONGEST["title"]
    return name if short else replace(name, **_too_long(row, name))


def _too_long(row: Row, name: Name) -> dict[str, Any]:
    """Cut the texts that their columns cannot hold."""
    texts = {field: getattr(name, field, "") for field in LONGEST}
    long = {field: text for field, text in texts.items() if len(text) > LONGEST[field]}
    return {
        field: row.fitted(field, text, LONGEST[field], row.raw(_CELLS.get(field, field)))
        for field, text in long.items()
    }


def _country(row: Row) -> str:
    raw = row.raw("country")
    if not raw and (told := addresses.country_of_postcode(row.raw("postcode"))):
        if told != "DE":
            row.note("country", Rule.COUNTRY_FROM_POSTCODE, row.raw("postcode"))
        return told
    return row.read("country", lambda: addresses.country_code(raw), "DE")


def _street(row: Row, care_of: str) -> tuple[str, str]:
    """Read the street, and the person to whom a letter is handed there."""
    house = row.raw("house_number")
    typed = row.text("street", LONGEST["street"])
    written = addresses.post_box(typed) if typed[:1] in _POST else typed
    if written != typed:
        row.note("street", Rule.POST_BOX, typed)
    street = calm(written, name=False)
    if street != written:
        row.note("street", Rule.ALL_CAPS, typed)
    street = addresses.join_street(street, " ".join(house.split())) if house else street
    if street[:1] in _CARE:
        told, street = addresses.split_care_of(street)
        if told:
            row.note("care_of", Rule.CARE_OF, typed)
            care_of = care_of or f"bei {told}"[: LONGEST["care_of"]]
    return care_of, row.fitted("street", street, LONGEST["street"], typed)


def _place(row: Row, country: str) -> tuple[str, str]:
    raw, town = row.raw("postcode"), row.text("town", LONGEST["town"])
    if not raw.strip() and country == "DE" and town[:1].isascii():
        raw, rest = addresses.split_town(town)
        if raw:
            row.note("postcode", Rule.POSTCODE_MOVED, town)
            town = rest
    code, rule = row.read("postcode", lambda: addresses.read_postcode(raw, country), ("", ""))
    if rule:
        row.note("postcode", rule, raw)
    quiet = calm(town, name=False)
    if quiet != town:
        row.note("town", Rule.ALL_CAPS, town)
    return code, quiet


def _phones(row: Row, country: str, *, business: bool) -> tuple[str, str]:
    """Sort all numbers of a record: the first mobile one, and the first other one (of a company, at work)."""
    land: list[tuple[str, str]] = []
    mobiles: list[tuple[str, str]] = []
    for cell in ("mobile", "phone_work", "phone") if business else ("mobile", "phone", "phone_work"):
        raw = row.cells.get(cell)
        if not raw:
            continue
        target = "mobile" if cell == "mobile" else "phone"
        phones = _numbers(row, cell, raw, country, target)
        if phones.rule:
            row.note(target, phones.rule, raw)
        for found in phones.found:
            (mobiles if found.is_mobile else land).append((found.number, cell))
    mobile, mobile_cell = mobiles[0] if mobiles else ("", "")
    # A number's own field comes before one that was found where mobile numbers belong.
    land.sort(key=lambda found: found[1] == "mobile")
    others = land + [(number, cell) for number, cell in mobiles[1:] if number != mobile]
    phone, phone_cell = others[0] if others else ("", "")
    if mobile_cell not in {"", "mobile"}:
        row.note("mobile", Rule.PHONE_MOVED, row.raw(mobile_cell))
    if phone_cell == "mobile":
        row.note("phone", Rule.PHONE_MOVED, row.raw("mobile"))
    return phone, mobile


def _numbers(row: Row, cell: str, raw: str, country: str, target: str) -> Phones:
    try:
        return read_phones(raw, country)
    except Unreadable as error:
        row.dropped(cell, error.reason, raw, target)
        return NO_PHONES


def _email(row: Row) -> str:
    raw = row.cells.get("email")
    if not raw:
        return ""
    found = row.read("email", lambda: read_email(raw, row.reading.own_domain), NO_EMAIL)
    if found.rule:
        row.note("email", found.rule, raw)
    if found.doubtful:
        row.warn("email", "domain_looks_misspelt")
    return found.address


def _birth_date(row: Row) -> date | None:
    """Read a birthday; one that no living customer can have is a stopgap."""
    found = row.day("birth_date", 0)
    if found is None or row.today.year - _OLDEST_YEARS <= found.year < row.today.year:
        return found
    row.note("birth_date", Rule.DATE_IMPLAUSIBLE, row.raw("birth_date"))
    return None


def _marked(row: Row, name: str) -> bool:
    flag = row.flag(name)
    return flag if flag is not None else bool(row.raw(name).strip())


def _consents(row: Row, customer_id: str) -> tuple[tuple[Consent, ...], tuple[str, ...]]:
    """Keep a permission only with its evidence (Art. 7(1) GDPR: the controller must be able to demonstrate it)."""
    granted: list[Consent] = []
    refused: list[str] = []
    for channel in ("email", "phone"):
        flag = row.flag(f"consent_{channel}")
        if flag is False:
            refused.append(channel)
        if not flag:
            continue
        day = row.day("consent_date")
        source = row.text("consent_source", 200)
        if day is None or day > row.today or not source:
            row.warn(f"consent_{channel}", "no_evidence")
            continue
        granted.append(Consent(customer_id, channel, PURPOSE, "consent", source, day))
    return tuple(granted), tuple(refused)
