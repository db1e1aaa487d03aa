"""Sample customers and a sample dealer, from a TOML file: whom a preview writes to, and in whose name.

day = "2027-03-01"                      the day on which the preview's messages are written
[dealer]                                the sender; ``south`` greets "Grüß Gott" in the regional tone
[[customers]]                           whom, about which vehicle, in which situation
persons = [{ form = "woman", given_name = "…", family_name = "…", title = "Dr." }]
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Final

from guildpost_shared.errors import Language, Refused
from guildpost_shared.problems import Problem
from guildpost_shared.services.fields import Fields, refusing
from guildpost_shared.templates.context import DealerContext
from guildpost_shared.templates.salutation import Gender, Household, Person, Recipient, address_lines

MAX_BYTES: Final = 256 * 1024
MOST_CUSTOMERS: Final = 60
_ID: Final = r"[a-z][a-z0-9-]{0,39}"
_LINE: Final = r"[^\x00-\x1f\x7f]{1,200}"
_TEXTS: Final = ("name", "legal_name", "street", "postcode", "town", "phone", "email", "website", "return_line")


@dataclass(frozen=True)
class SampleCustomer:
    """Somebody a preview writes to.

    Attributes:
        customer_id: part of file names.
        label: what this sample shows.
        recipient: who is addressed, and where.
        plate: empty for a vehicle without one.
        electric: a battery vehicle.
        due_in_days: from the preview's day; negative for what is overdue.
        estimated: the due date was worked out.
        reminder: a message went before.
        also_due: what else falls due, a line each.
    """

    customer_id: str
    label: dict[Language, str]
    recipient: Recipient
    plate: str = ""
    electric: bool = False
    due_in_days: int = 42
    estimated: bool = False
    reminder: bool = False
    also_due: dict[Language, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class SampleSet:
    """The preview's day, dealer and customers; ``south``: the dealer greets as the south does."""

    day: date
    dealer: DealerContext
    south: bool
    customers: tuple[SampleCustomer, ...]


def parse_samples(data: bytes, file: str) -> SampleSet:
    """Read a set of samples.

    Args:
        data: TOML, UTF-8.
        file: its name, for whoever has to mend it.

    Raises:
        Refused: ``preview_samples_invalid`` with the field and the problem.
    """
    with refusing("preview_samples_invalid", file=file):
        fields = Fields("samples", _table(data, file))
        found = SampleSet(
            day=fields.day("day"),
            south=_optional(fields, "south"),
            dealer=_dealer(fields.child("dealer")),
            customers=tuple(_customer(row) for row in fields.children("customers", least=1, most=MOST_CUSTOMERS)),
        )
        fields.end()
        if len({one.customer_id for one in found.customers}) != len(found.customers):
            raise fields.refusal("customers", Problem("repeated"))
    return found


def _table(data: bytes, file: str) -> dict[str, object]:
    if len(data) > MAX_BYTES:
        raise Refused("preview_samples_invalid", file=file, field="$", problem=Problem("too_long", most=MAX_BYTES))
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        problem = Problem("toml", words=str(error)[:200])
        raise Refused("preview_samples_invalid", file=file, field="$", problem=problem) from error


def _optional(fields: Fields, name: str) -> bool:
    return fields.boolean(name) if name in fields.names() else False


def _words(fields: Fields, name: str) -> str:
    return fields.words(name) if name in fields.names() else ""


def _dealer(fields: Fields) -> DealerContext:
    texts = {name: fields.words(name) for name in _TEXTS}
    own = fields.texts("own_domains", _LINE, least=0, most=10) if "own_domains" in fields.names() else ()
    dealer = DealerContext(**texts, imprint=fields.texts("imprint", _LINE, most=12), own_domains=own)
    fields.end()
    return dealer


def _customer(fields: Fields) -> SampleCustomer:
    customer = SampleCustomer(
        customer_id=fields.text("id", _ID),
        label=fields.in_both("label"),
        recipient=_recipient(fields),
        plate=_words(fields, "plate"),
        electric=_optional(fields, "electric"),
        due_in_days=fields.integer("due_in_days", -365, 730) if "due_in_days" in fields.names() else 42,
        estimated=_optional(fields, "estimated"),
        reminder=_optional(fields, "reminder"),
        also_due=_also_due(fields),
    )
    fields.end()
    try:
        address_lines(customer.recipient)
    except Refused as error:
        raise fields.refusal("persons", Problem("address_too_long")) from error
    return customer


def _recipient(fields: Fields) -> Recipient:
    return Recipient(
        persons=tuple(_person(row) for row in fields.children("persons", least=0, most=2)),
        company=_words(fields, "company"),
        street=fields.words("street"),
        postcode=fields.words("postcode"),
        town=fields.words("town"),
        country=_words(fields, "country") or "DE",
        care_of=_words(fields, "care_of"),
        household=fields.choice("household", Household) if "household" in fields.names() else None,
    )


def _person(fields: Fields) -> Person:
    person = Person(
        given_name=_words(fields, "given_name"),
        family_name=fields.words("family_name"),
        gender=fields.choice("form", Gender),
        title=_words(fields, "title"),
    )
    fields.end()
    return person


def _also_due(fields: Fields) -> dict[Language, tuple[str, ...]] | None:
    if "also_due" not in fields.names():
        return None
    child = fields.child("also_due")
    both: dict[Language, tuple[str, ...]] = {
        "de": child.texts("de", _LINE, most=10),
        "en": child.texts("en", _LINE, most=10),
    }
    child.end()
    return both
