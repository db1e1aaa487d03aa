"""A row of the DMS's matrix of permissions: customer, channel, purpose, yes or no."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from guildpost_agent.domain.dms_rows.reading import PURPOSE, BadRow, Cells, Reading, Row, Table

# What systems call the ways to reach somebody, and what for. A word that is not here is quarantined: a permission is
# never guessed, and a refusal must not get lost.
CHANNELS: Final = {
    "e": "email", "email": "email", "e-mail": "email", "mail": "email", "e_mail": "email",
    "b": "letter", "brief": "letter", "post": "letter", "letter": "letter", "postalisch": "letter",
    "t": "phone", "telefon": "phone", "tel": "phone", "tel.": "phone", "phone": "phone", "anruf": "phone",
    "mobil": "phone", "mobiltelefon": "phone", "s": "sms", "sms": "sms", "messenger": "sms", "whatsapp": "sms",
}  # fmt: skip
EVERY: Final = "*"
PURPOSES: Final = {
    "service_reminders": PURPOSE, "service": PURPOSE, "serviceerinnerung": PURPOSE, "werkstatt": PURPOSE,
    "aftersales": PURPOSE, "after sales": PURPOSE, "kundendienst": PURPOSE, "hu": PURPOSE, "erinnerung": PURPOSE,
    "offers": "offers", "werbung": "offers", "marketing": "offers", "angebote": "offers", "newsletter": "offers",
    "satisfaction": "satisfaction", "zufriedenheit": "satisfaction", "kundenzufriedenheit": "satisfaction",
    "befragung": "satisfaction", "marktforschung": "satisfaction",
    "birthday": "birthday", "geburtstag": "birthday", "sales": "sales", "verkauf": "sales", "vertrieb": "sales",
    "maker_offers": "maker_offers", "hersteller": "maker_offers", "importeur": "maker_offers",
}  # fmt: skip
_ALL: Final = frozenset({"*", "alle", "alles", "all"})
_LONGEST_SOURCE: Final = 200
_LONGEST_VERSION: Final = 80


@dataclass(frozen=True)
class ConsentRow:
    """One statement of the DMS; a refusal may name every purpose (``*``), a permission always names one."""

    customer_id: str
    channel: str
    purpose: str
    given: bool
    valid_from: date | None
    valid_to: date | None
    given_at: date | None
    source: str
    text_version: str


def read_consent(cells: Cells, reading: Reading) -> ConsentRow:
    """Read one statement.

    A row without a word on yes or no is a yes, as systems list what was given; a date that cannot be read is left
    empty, so that the permission lacks its evidence.

    Raises:
        BadRow: the customer's number is missing, or channel, purpose or yes and no are unknown words.
    """
    row = Row(cells, reading, Table.CONSENTS)
    customer_id = row.key("customer_id")
    channel = CHANNELS.get(row.raw("channel").strip().casefold())
    if channel is None:
        raise BadRow("channel", "unknown_channel")
    given = row.flag("given")
    if given is None and row.raw("given").strip():
        raise BadRow("given", "not_yes_or_no")
    given = given is not False
    until = row.day("valid_to")
    if given and until is None and "valid_to" in row.provenance and row.provenance["valid_to"][0] == "unreadable":
        raise BadRow("valid_to", "not_a_date")
    return ConsentRow(
        customer_id=customer_id,
        channel=channel,
        purpose=_purpose(row, given=given),
        given=given,
        valid_from=row.day("valid_from"),
        valid_to=until,
        given_at=row.past_day("given_at"),
        source=row.text("source", _LONGEST_SOURCE),
        text_version=row.text("text_version", _LONGEST_VERSION),
    )


def _purpose(row: Row, *, given: bool) -> str:
    word = row.raw("purpose").strip().casefold()
    if not word:
        return PURPOSE if given else EVERY
    if word in _ALL and not given:
        return EVERY
    found = PURPOSES.get(word)
    if found is None:
        raise BadRow("purpose", "unknown_purpose")
    return found
