"""Which heading of an export means which field: data, gathered from the systems' exports (synonyms in any spelling)."""

import re
from typing import Final

from guildpost_agent.domain.dms_rows import Table

SYNONYMS: Final[dict[Table, dict[str, tuple[str, ...]]]] = {
    Table.CUSTOMERS: {
        "customer_id": ("Kundennummer", "KdNr", "Kunden-Nr", "Debitor", "Debitorennummer"),
        "salutation": ("Anrede",),
        "title": ("Titel",),
        "given_name": ("Vorname",),
        "name1": ("Name1", "Name", "Nachname", "Firmenname"),
        "name2": ("Name2", "Zusatz"),
        "street": ("Strasse", "Straße und Hausnummer", "Anschrift"),
        "postcode": ("PLZ", "Postleitzahl"),
        "town": ("Ort", "Stadt", "Wohnort"),
        "country": ("Land", "Länderkennzeichen"),
        "phone": ("Telefon privat", "Telefon", "Tel privat"),
        "phone_work": ("Telefon gesch", "Telefon geschäftlich", "Tel gesch"),
        "mobile": ("Mobil", "Telefon mobil", "Handy"),
        "email": ("E-Mail", "Mail", "E-Mail-Adresse"),
        "birth_date": ("Geburtsdatum", "Geburtstag", "geb am"),
        "advertising_block": ("Werbesperre", "Werbesperrkennzeichen"),
        "consent_email": ("DSE E-Mail", "Datenschutz E-Mail"),
        "consent_phone": ("DSE Telefon", "Datenschutz Telefon"),
        "consent_date": ("DSE Datum", "Datenschutz Datum"),
        "consent_source": ("DSE Quelle", "Datenschutz Quelle"),
        "kind": ("Kundenart", "Kundentyp"),
        "supplier": ("Lieferant", "Lieferantenkennzeichen"),
    },
    Table.VEHICLES: {
        "vehicle_id": ("Fahrzeugnummer", "FzgNr", "Fahrzeug-Nr", "Interne Nummer"),
        "customer_id": ("Kundennummer", "KdNr", "Kunden-Nr", "Debitor", "Halter", "Halternummer"),
        "vin": ("FIN", "Fahrgestellnummer", "VIN", "Fahrgestell-Nr"),
        "plate": ("Kennzeichen", "Amtliches Kennzeichen", "Pol Kennzeichen"),
        "make": ("Marke", "Hersteller", "Fabrikat"),
        "model": ("Modell", "Typ", "Modellbezeichnung"),
        "vehicle_class": ("Fahrzeugart", "Fahrzeugklasse"),
        "fuel": ("Kraftstoff", "Kraftstoffart", "Antrieb"),
        "hsn": ("HSN", "zu 2.1", "KBA HSN"),
        "tsn": ("TSN", "zu 2.2", "KBA TSN"),
        "first_registration": ("Erstzulassung", "EZ", "Datum Erstzulassung"),
        "mileage_km": ("KM-Stand", "Kilometerstand", "Laufleistung"),
        "mileage_date": ("KM-Datum", "Datum KM-Stand", "Kilometerstand vom"),
        "next_hu": ("Nächste HU", "HU", "TÜV", "Nächster TÜV", "HU fällig"),
        "next_service": ("Nächster Service", "Nächste Inspektion", "Service fällig"),
        "warranty_end": ("Garantieende", "Garantie bis"),
        "deregistered_on": ("Abgemeldet am", "Abmeldung", "Stilllegung"),
        "sold_on": ("Verkauft am", "Verkaufsdatum"),
    },
    Table.JOBS: {
        "order_number": ("Auftragsnummer", "Auftrag", "AuftragsNr", "Auftrags-Nr"),
        "order_date": ("Auftragsdatum", "Datum Auftrag"),
        "vehicle_id": ("Fahrzeugnummer", "FzgNr", "Fahrzeug-Nr", "Interne Nummer"),
        "customer_id": ("Kundennummer", "KdNr", "Kunden-Nr", "Debitor"),
        "mileage_km": ("KM-Stand", "Kilometerstand", "Laufleistung"),
        "invoice_date": ("Rechnungsdatum", "Datum Rechnung"),
        "operation": ("Arbeitsposition", "AW-Nummer", "Arbeitsnummer"),
        "text": ("Text", "Arbeitstext", "Bezeichnung"),
    },
    Table.APPOINTMENTS: {
        "appointment_id": ("Terminnummer", "Termin-Nr", "TerminNr"),
        "customer_id": ("Kundennummer", "KdNr", "Kunden-Nr", "Debitor"),
        "vehicle_id": ("Fahrzeugnummer", "FzgNr", "Fahrzeug-Nr"),
        "day": ("Termin am", "Termindatum", "Datum"),
        "time": ("Uhrzeit", "Terminzeit", "Zeit"),
        "occasion": ("Anlass", "Terminart", "Grund"),
        "status": ("Status", "Terminstatus"),
        "created_on": ("Angelegt am", "Erfasst am", "Anlagedatum"),
    },
}
# The one column of a table that holds free text, and with it stray separators and line breaks.
FREE_TEXT: Final[dict[Table, str]] = {Table.JOBS: "text"}
# File names by their beginning.
FILE_PREFIXES: Final = {
    "kunden": Table.CUSTOMERS,
    "fahrzeuge": Table.VEHICLES,
    "auftraege": Table.JOBS,
    "aufträge": Table.JOBS,
    "termine": Table.APPOINTMENTS,
}
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(heading: str) -> str:
    """Write a heading without case, umlauts, blanks and punctuation, so that spellings meet."""
    return re.sub(r"[^a-z0-9]", "", heading.strip().casefold().translate(_UMLAUTS))


_FOLDED: Final = {
    table: {fold(synonym): name for name, synonyms in fields.items() for synonym in synonyms}
    for table, fields in SYNONYMS.items()
}


def field_names(table: Table, headings: list[str]) -> list[str]:
    """Give each heading's field name, or nothing for one that is not ours; a repeated one counts the first time."""
    names: list[str] = []
    for heading in headings:
        name = _FOLDED[table].get(fold(heading), "")
        names.append("" if name in names else name)
    return names
