"""What a column's values look like, whatever its heading says: the share of filled cells that fit a field's shape.

Shapes differ in how much they prove. A vehicle identification number (ISO 3779: 17 characters without I, O, Q) or an
e-mail address is seldom anything else; a number or a word proves next to nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

_DAY: Final = r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})(?:[ T]\d{2}:\d{2}.*)?"
_MONTH: Final = r"(?:\d{1,2}[./-]\d{4}|\d{4}-\d{2})"
_STREET: Final = r".*(?:str(?:\.|aße|asse)|weg|platz|allee|ring|gasse|damm|ufer|hof|steig|markt)\b.*"


@dataclass(frozen=True)
class Shape:
    """How a field's values look.

    Attributes:
        pattern: what a whole cell must match.
        weight: 0–1, how sure one may be of the field when every value fits.
        distinct: share of different values that the column must reach (keys repeat seldom).
    """

    pattern: re.Pattern[str]
    weight: float
    distinct: float = 0.0


def _shape(pattern: str, weight: float, distinct: float = 0.0) -> Shape:
    return Shape(re.compile(pattern, re.IGNORECASE), weight, distinct)


_YES_NO: Final = _shape(r"(?:j|n|ja|nein|y|yes|no|0|1|x|wahr|falsch|true|false)", 0.25)
_MONTH_OR_DAY: Final = _shape(f"(?:{_MONTH}|{_DAY})", 0.4)
_KEY: Final = _shape(r"[A-Z]{0,3}[-/ ]?\d{1,12}", 0.3, distinct=0.9)
_REFERENCE: Final = _shape(r"[A-Z]{0,3}[-/ ]?\d{1,12}", 0.25)
_KM: Final = _shape(r"(?:\d{1,3}(?:[. ']\d{3})+|\d{1,6})(?:,\d+)?(?: ?km)?", 0.35)
_PHONE: Final = _shape(r"(?:\+\d{2}|00\d{2}|0)[\d /()-]{5,20}", 0.55)

_PLAIN_DATES: Final = (
    "mileage_date", "next_service", "warranty_end", "lease_end", "delivered_on", "keeper_since", "deregistered_on",
    "sold_on", "invoice_date", "created_on", "valid_from", "valid_to", "given_at", "stored_on", "until", "next_sp",
    "consent_date",
)  # fmt: skip

SHAPES: Final[dict[str, Shape]] = {
    "customer_id": _REFERENCE,
    "owner_id": _REFERENCE,
    "vehicle_id": _REFERENCE,
    "order_number": _REFERENCE,
    "appointment_id": _KEY,
    "wheel_set_id": _KEY,
    "salutation": _shape(r"(?:herrn?|frau|firma|familie|fam\.?|eheleute|divers)", 0.9),
    "title": _shape(r"(?:(?:prof|dr|dipl|mag)[.a-z-]* ?)+", 0.9),
    "postcode": _shape(r"(?:D-)?\d{4,5}", 0.6),
    "street": _shape(rf"(?:{_STREET}|.*[a-zß.] \d{{1,4}} ?[a-z]?)", 0.7),
    "email": _shape(r"[^@\s;,]+@[^@\s;,]+\.[a-z]{2,}", 0.95),
    "mobile": _shape(r"(?:\+49|0049|0)[ /(]*1[567]\d[\d /()-]{5,14}", 0.8),
    "phone": _PHONE,
    "phone_work": _shape(_PHONE.pattern.pattern, 0.4),
    "birth_date": _shape(r"\d{1,2}[./-]\d{1,2}[./-]19\d{2}|19\d{2}-\d{2}-\d{2}", 0.4),
    "vin": _shape(r"[A-HJ-NPR-Z0-9]{17}", 0.97),
    "plate": _shape(r"[A-ZÄÖÜ]{1,3}[- ]+[A-Z]{1,2}[- ]*\d{1,4} ?[EH]?", 0.9),
    "hsn": _shape(r"\d{3,4}", 0.35),
    "tsn": _shape(r"[A-Z0-9]{3,8}", 0.25),
    "first_registration": _shape(_DAY, 0.35),
    "mileage_km": _KM,
    "next_service_km": _shape(_KM.pattern.pattern, 0.2),
    "next_hu": _MONTH_OR_DAY,
    "next_au": _shape(_MONTH_OR_DAY.pattern.pattern, 0.3),
    "order_date": _shape(_DAY, 0.4),
    "day": _shape(_DAY, 0.4),
    "time": _shape(r"\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?Uhr)?", 0.7),
    "fuel": _shape(r"(?:benzin|otto|super|diesel|elektro|strom|hybrid|plug-in-hybrid|gas|lpg|cng|erdgas)", 0.9),
    "vehicle_class": _shape(r"(?:pkw|kombi|krad|motorrad|lkw|transporter|anh(?:änger)?|womo|wohnmobil)", 0.9),
    "channel": _shape(r"(?:e-?mail|telefon|phone|post|brief|sms|whatsapp|messenger)", 0.85),
    "dimension": _shape(r"\d{3}/\d{2} ?Z?R ?\d{2}.*", 0.95),
    "tread_mm": _shape(r"\d{1,2}[.,]\d(?: ?mm)?", 0.6),
    "hours": _shape(r"\d{1,3}(?:[.,]\d{1,2})?", 0.25),
    "text": _shape(r"(?=.{12,}).*[A-ZÄÖÜ].* .*", 0.35),
    **dict.fromkeys(
        ("advertising_block", "consent_email", "consent_phone", "supplier", "dummy", "given", "historic", "in_stock"),
        _YES_NO,
    ),
    "declined": _shape(
        r"(?:j|n|ja|nein|y|yes|no|0|1|x|abgelehnt|empfohlen|durchgeführt|ausgeführt|erledigt|declined|done|nicht .+)",
        0.2,
    ),
    **dict.fromkeys(_PLAIN_DATES, _shape(_DAY, 0.2)),
}
DATES: Final = frozenset({*_PLAIN_DATES, "birth_date", "first_registration", "next_hu", "next_au", "order_date", "day"})
"""The fields that hold days or months."""


def filled(values: Sequence[str]) -> list[str]:
    """Give the values that say something."""
    return [text for value in values if (text := value.strip()) and text not in {"-", "0", "00.00.0000"}]


def fit(field: str, values: Sequence[str]) -> float | None:
    """Say how well a column's filled values fit a field.

    Args:
        field: one of our fields.
        values: the column's filled cells.

    Returns:
        0–1, the share that fits; None when the field has no shape or the column is empty.
    """
    shape = SHAPES.get(field)
    if shape is None or not values:
        return None
    share = sum(shape.pattern.fullmatch(value) is not None for value in values) / len(values)
    if shape.distinct and len(set(values)) < shape.distinct * len(values):
        return 0.0
    return share


def month_first(values: Sequence[str]) -> bool:
    """Say whether a column of dates puts the month before the day: no first part over 12, some second part over 12."""
    found = [match for value in values if (match := re.match(r"(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}", value))]
    small: Callable[[str], bool] = lambda text: int(text) <= 12  # noqa: E731, PLR2004 — months of a year
    return bool(found) and all(small(m[1]) for m in found) and any(not small(m[2]) for m in found)


def looks_like_headings(cells: Sequence[str]) -> bool:
    """Say whether a line can be headings: two or more different words, and no number, date or address among them."""
    named = [cell for cell in cells if cell]
    data = re.compile(rf"[\d .,/:-]+|{_DAY}|.*@.*", re.IGNORECASE)
    return (
        len(named) > 1
        and len(set(named)) == len(named)
        and 2 * len(named) >= len(cells)
        and not any(data.fullmatch(cell) for cell in named)
    )
