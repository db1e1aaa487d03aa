"""Sentences that depend on data and language: months, dates, and why somebody is written to."""

from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from babel.dates import format_date

from guildpost_shared.catalog import load
from guildpost_shared.errors import Language
from guildpost_shared.templates.salutation import Style


class Season(StrEnum):
    """The part of the year in which a seasonal block makes sense."""

    WINTER = "winter"
    SUMMER = "summer"


def season_of(day: date) -> Season | None:
    """Say whether winter (October to January) or the time of travel (May to August) is what people think of."""
    if day.month in {10, 11, 12, 1}:
        return Season.WINTER
    return Season.SUMMER if day.month in {5, 6, 7, 8} else None


class LegalBasis(StrEnum):
    """On what a message to a customer rests."""

    CONSENT = "consent"  # Art. 6 (1) (a) GDPR, § 7 (2) UWG
    EXISTING_CUSTOMER = "existing_customer"  # § 7 (3) UWG: own similar goods or services
    CONTRACT = "contract"  # Art. 6 (1) (b) GDPR: a reminder service was ordered
    DUTY = "duty"  # Art. 6 (1) (b), (c) GDPR: a notice without advertising
    LEGITIMATE_INTEREST = "legitimate_interest"  # Art. 6 (1) (f) GDPR: addressed post
    APPOINTMENT = "appointment"  # Art. 6 (1) (b) GDPR: an appointment was made


@lru_cache(maxsize=256)
def due_month_text(day: date, language: Language) -> str:
    """Say the month of a due date: ``März 2027``, ``March 2027``."""
    return format_date(day, "MMMM y", locale=language)


def appointment_text(local: datetime, language: Language) -> str:
    """Say when an appointment is, in the dealer's local time: ``Montag, 3. Mai 2027, 08:30 Uhr``."""
    day = format_date(local, "EEEE, d. MMMM y" if language == "de" else "EEEE, d MMMM y", locale=language)
    return f"{day}, {local:%H:%M} Uhr" if language == "de" else f"{day}, {local:%H:%M}"


@lru_cache(maxsize=64)
def letter_date_text(day: date, language: Language) -> str:
    """Say a letter's date as DIN 5008 writes it out: ``1. März 2027``; in English ``1 March 2027``."""
    return format_date(day, "d. MMMM y" if language == "de" else "d MMMM y", locale=language)


@lru_cache(maxsize=64)
def closing_text(style: Style, town: str, language: Language) -> str:
    """Give the line above the signature."""
    tone = "informal" if style.informal else str(style.tone)
    return load("guildpost_shared.templates", language).text(f"closing.{tone}", town=town)


@lru_cache(maxsize=64)
def legal_basis_sentence(basis: LegalBasis, dealer_name: str, language: Language, *, informal: bool = False) -> str:
    """Say why a person is written to (Art. 13 (1) (c), Art. 21 (4) GDPR; § 7 (3) no. 4 UWG)."""
    form = ".informal" if informal else ""
    return load("guildpost_shared.templates", language).text(f"legal_basis.{basis}{form}", dealer=dealer_name)
