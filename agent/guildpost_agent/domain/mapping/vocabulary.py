"""How the systems' exports spell their headings: data, gathered from exports of several systems (any spelling)."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from guildpost_agent.domain.dms_rows import REQUIRED, Table

_CUSTOMER: Final = ("Kundennummer", "KdNr", "Kunden-Nr", "Debitor", "Debitorennummer", "Kunde Nr", "Customer Number")
_VEHICLE: Final = ("Fahrzeugnummer", "FzgNr", "Fahrzeug-Nr", "Interne Nummer", "Fzg Nummer", "Fahrzeug ID")
_SITE: Final = ("Filiale", "Standort", "Betriebsstätte", "Betrieb", "Filialnummer")

SYNONYMS: Final[dict[Table, dict[str, tuple[str, ...]]]] = {
    Table.CUSTOMERS: {
        "customer_id": _CUSTOMER,
        "salutation": ("Anrede", "Anredeschlüssel"),
        "title": ("Titel", "Akad Titel", "Akademischer Titel"),
        "given_name": ("Vorname", "First Name"),
        "name1": ("Name1", "Name", "Nachname", "Firmenname", "Familienname", "Name 1", "Name/Firma"),
        "name2": ("Name2", "Zusatz", "Namenszusatz"),
        "name3": ("Name3", "Zusatz 2", "Namenszusatz 2"),
        "street": ("Strasse", "Straße und Hausnummer", "Anschrift", "Str", "Strasse Hausnr"),
        "house_number": ("Hausnummer", "Haus-Nr", "HNr", "Hausnr"),
        "postcode": ("PLZ", "Postleitzahl"),
        "town": ("Ort", "Stadt", "Wohnort"),
        "country": ("Land", "Länderkennzeichen", "LKZ"),
        "phone": ("Telefon privat", "Telefon", "Tel privat", "Tel", "Telefon 1"),
        "phone_work": ("Telefon gesch", "Telefon geschäftlich", "Tel gesch", "Telefon dienstlich", "Telefon 2"),
        "mobile": ("Mobil", "Telefon mobil", "Handy", "Mobiltelefon", "Mobilnummer"),
        "email": ("E-Mail", "Mail", "E-Mail-Adresse", "Email privat"),
        "birth_date": ("Geburtsdatum", "Geburtstag", "geb am", "Geb Datum"),
        "advertising_block": ("Werbesperre", "Werbesperrkennzeichen", "Keine Werbung"),
        "consent_email": ("DSE E-Mail", "Datenschutz E-Mail", "Einwilligung E-Mail", "Werbung per E-Mail"),
        "consent_phone": ("DSE Telefon", "Datenschutz Telefon", "Einwilligung Telefon", "Werbung per Telefon"),
        "consent_date": ("DSE Datum", "Datenschutz Datum", "Einwilligung Datum", "Einwilligung am"),
        "consent_source": ("DSE Quelle", "Datenschutz Quelle", "Einwilligung Quelle"),
        "kind": ("Kundenart", "Kundentyp"),
        "supplier": ("Lieferant", "Lieferantenkennzeichen"),
        "dummy": ("Dummykunde", "Sammelkunde", "Barkunde", "CPD"),
        "deceased": ("Verstorben", "Verstorben am"),
        "site": _SITE,
    },
    Table.VEHICLES: {
        "vehicle_id": _VEHICLE,
        "customer_id": (*_CUSTOMER, "Halter", "Halternummer", "Halter-Nr"),
        "owner_id": ("Eigentümer", "Eigentümernummer", "Besitzer", "Besitzernummer"),
        "vin": ("FIN", "Fahrgestellnummer", "VIN", "Fahrgestell-Nr", "Fahrzeugidentnummer", "FgstNr"),
        "plate": ("Kennzeichen", "Amtliches Kennzeichen", "Pol Kennzeichen", "Amtl Kennz", "KFZ-Kennzeichen"),
        "make": ("Marke", "Hersteller", "Fabrikat"),
        "model": ("Modell", "Typ", "Modellbezeichnung", "Fahrzeugmodell"),
        "vehicle_class": ("Fahrzeugart", "Fahrzeugklasse"),
        "fuel": ("Kraftstoff", "Kraftstoffart", "Antrieb", "Antriebsart"),
        "hsn": ("HSN", "zu 2.1", "KBA HSN", "Herstellerschlüssel", "Herstellerschlüsselnummer"),
        "tsn": ("TSN", "zu 2.2", "KBA TSN", "Typschlüssel", "Typschlüsselnummer"),
        "first_registration": ("Erstzulassung", "EZ", "Datum Erstzulassung", "Erstzulassungsdatum"),
        "mileage_km": ("KM-Stand", "Kilometerstand", "Laufleistung"),
        "mileage_date": ("KM-Datum", "Datum KM-Stand", "Kilometerstand vom"),
        "next_hu": ("Nächste HU", "HU", "TÜV", "Nächster TÜV", "HU fällig", "HU-Termin", "Nächste Hauptuntersuchung"),
        "next_au": ("Nächste AU", "AU", "AU fällig", "AU-Termin", "Nächste Abgasuntersuchung"),
        "next_sp": ("Nächste SP", "SP", "SP fällig", "Sicherheitsprüfung", "Nächste Sicherheitsprüfung"),
        "next_service": ("Nächster Service", "Nächste Inspektion", "Service fällig", "Inspektion fällig"),
        "next_service_km": ("Nächster Service km", "Service bei km", "Nächste Inspektion km"),
        "warranty_end": ("Garantieende", "Garantie bis", "Garantieablauf"),
        "lease_end": ("Leasingende", "Leasing bis", "Vertragsende", "Finanzierungsende"),
        "delivered_on": ("Auslieferung", "Auslieferungsdatum", "Ausgeliefert am", "Übergabe am", "Lieferdatum"),
        "keeper_since": ("Halter seit", "Halterwechsel", "Letzter Halterwechsel"),
        "in_stock": ("Bestandsfahrzeug", "Lagerfahrzeug", "Im Bestand", "Vorführwagen"),
        "deregistered_on": ("Abgemeldet am", "Abmeldung", "Stilllegung", "Abmeldedatum"),
        "sold_on": ("Verkauft am", "Verkaufsdatum"),
        "site": _SITE,
    },
    Table.JOBS: {
        "order_number": ("Auftragsnummer", "Auftrag", "AuftragsNr", "Auftrags-Nr", "Auftr Nr"),
        "order_date": ("Auftragsdatum", "Datum Auftrag", "Auftrag vom"),
        "vehicle_id": _VEHICLE,
        "customer_id": _CUSTOMER,
        "mileage_km": ("KM-Stand", "Kilometerstand", "Laufleistung"),
        "invoice_date": ("Rechnungsdatum", "Datum Rechnung", "Rechnung vom"),
        "operation": ("Arbeitsposition", "AW-Nummer", "Arbeitsnummer", "Arbeitspositionsnummer", "APN"),
        "text": ("Text", "Arbeitstext", "Bezeichnung", "Arbeitsbeschreibung"),
        "hours": ("Stunden", "Arbeitszeit", "Zeiteinheiten", "AW", "Std", "Arbeitswerte"),
        "charge": ("Rechnungsart", "Verrechnungsart", "Berechnungsart"),
        "declined": (
            "Abgelehnt",
            "Nicht durchgeführt",
            "Nicht ausgeführt",
            "Nicht beauftragt",
            "Vom Kunden abgelehnt",
            "Declined",
            "Positionsstatus",
            "Status Arbeitsposition",
            "Status Position",
        ),
        "invoice_amount": ("Rechnungsbetrag", "Rechnungssumme", "Rechnungsbetrag netto", "Invoice Amount"),
        "site": _SITE,
    },
    Table.APPOINTMENTS: {
        "appointment_id": ("Terminnummer", "Termin-Nr", "TerminNr"),
        "customer_id": _CUSTOMER,
        "vehicle_id": _VEHICLE,
        "day": ("Termin am", "Termindatum", "Datum", "Annahmedatum"),
        "time": ("Uhrzeit", "Terminzeit", "Zeit"),
        "occasion": ("Anlass", "Terminart", "Grund"),
        "status": ("Status", "Terminstatus"),
        "created_on": ("Angelegt am", "Erfasst am", "Anlagedatum"),
    },
    Table.CONSENTS: {
        "customer_id": _CUSTOMER,
        "channel": ("Kanal", "Kontaktkanal", "Kommunikationsweg", "Werbeweg"),
        "purpose": ("Zweck", "Verwendungszweck", "Werbezweck"),
        "given": ("Erteilt", "Einwilligung", "Zustimmung", "Einwilligung erteilt"),
        "valid_from": ("Gültig ab", "Gültig von", "Beginn"),
        "valid_to": ("Gültig bis", "Ablauf"),
        "given_at": ("Erteilt am", "Einwilligung am", "Unterschrieben am", "Zeitpunkt"),
        "source": ("Quelle", "Nachweis", "Herkunft"),
        "text_version": ("Textversion", "Fassung", "Version"),
    },
    Table.WHEELS: {
        "wheel_set_id": ("Einlagerungsnummer", "Lagernummer", "Radsatznummer", "Radsatz", "Einlagerung Nr"),
        "customer_id": _CUSTOMER,
        "vehicle_id": _VEHICLE,
        "stored_on": ("Eingelagert am", "Einlagerung", "Einlagerungsdatum"),
        "until": ("Geplant bis", "Auslagerung geplant", "Einlagerung bis"),
        "dimension": ("Dimension", "Reifengröße", "Reifendimension"),
        "tread_mm": ("Profiltiefe", "Profil", "Profiltiefe mm"),
        "historic": ("Historisch", "Ausgelagert", "Erledigt"),
    },
}
AMOUNTS: Final = frozenset({"invoice_amount"})
"""Fields that are read only where the dealer has said so in ``agent.toml``."""
FREE_TEXT: Final[dict[Table, str]] = {Table.JOBS: "text"}
"""The one column of a table that holds free text, and with it stray separators and line breaks."""
FILE_PREFIXES: Final = {
    "kunden": Table.CUSTOMERS,
    "fahrzeuge": Table.VEHICLES,
    "auftraege": Table.JOBS,
    "aufträge": Table.JOBS,
    "termine": Table.APPOINTMENTS,
    "einwilligungen": Table.CONSENTS,
    "radlager": Table.WHEELS,
    "einlagerungen": Table.WHEELS,
}
"""Files by the beginning of their names."""
WORK_UNITS: Final = frozenset({"zeiteinheiten", "aw", "arbeitswerte"})
"""Folded headings of a column of hours that counts work units (AW) instead."""
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(heading: str) -> str:
    """Write a heading without case, umlauts, blanks and punctuation, so that spellings meet."""
    return re.sub(r"[^a-z0-9]", "", heading.strip().casefold().translate(_UMLAUTS))


_FOLDED: Final = {
    table: {fold(synonym): name for name, synonyms in fields.items() for synonym in synonyms}
    for table, fields in SYNONYMS.items()
}
_KNOWN: Final = frozenset(spelling for spellings in _FOLDED.values() for spelling in spellings)


def field_names(table: Table, headings: Sequence[str]) -> list[str]:
    """Give each heading's field name, or nothing for one that is not ours; a repeated one counts the first time."""
    names: list[str] = []
    for heading in headings:
        name = _FOLDED[table].get(fold(heading), "")
        names.append("" if name in names else name)
    return names


def known_headings(headings: Sequence[str]) -> int:
    """Count the headings that any table knows."""
    return sum(fold(heading) in _KNOWN for heading in headings)


def table_of_name(stem: str) -> Table | None:
    """Say which table a file holds by how its name begins."""
    name = stem.casefold()
    return next((table for prefix, table in FILE_PREFIXES.items() if name.startswith(prefix)), None)


def table_of_headings(headings: Sequence[str]) -> Table | None:
    """Say which table has these headings: the one whose required fields are all there and that knows most of them.

    Returns:
        None when no table fits, or two fit equally well.
    """
    found: list[tuple[int, Table]] = []
    for table in Table:
        names = field_names(table, headings)
        if all(name in names for name in REQUIRED[table]):
            found.append((sum(map(bool, names)), table))
    best = max((count for count, _ in found), default=0)
    fitting = [table for count, table in found if count == best]
    return fitting[0] if len(fitting) == 1 else None


def matches(pattern: str, file: str) -> bool:
    """Compare a file's name with a pattern (``*`` and ``?``), in any case."""
    return fnmatchcase(file.casefold(), pattern.casefold())
