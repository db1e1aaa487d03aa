"""Sentences that depend on data and language: months, dates, and why somebody is written to."""

from datetime import date
from enum import StrEnum

from babel.dates import format_date

from guildpost_shared.catalog import load
from guildpost_shared.errors import Language


class LegalBasis(StrEnum):
    """On what a message to a customer rests."""

    CONSENT = "consent"  # Art. 6 (1) (a) GDPR, § 7 (2) UWG
    EXISTING_CUSTOMER = "existing_customer"  # § 7 (3) UWG: own similar goods or services
    CONTRACT = "contract"  # Art. 6 (1) (b) GDPR: a reminder service was ordered
    DUTY = "duty"  # Art. 6 (1) (b), (c) GDPR: a notice without advertising
    LEGITIMATE_INTEREST = "legitimate_interest"  # Art. 6 (1) (f) GDPR: addressed post


def due_month_text(day: date, language: Language) -> str:
    """Say the month of a due date: ``März 2027``, ``March 2027``."""
    return format_date(day, "MMMM y", locale=language)


def letter_date_text(day: date, language: Language) -> str:
    """Say a letter's date as DIN 5008 writes it out: ``1. März 2027``; in English ``1 March 2027``."""
    return format_date(day, "d. MMMM y" if language == "de" else "d MMMM y", locale=language)


def legal_basis_sentence(basis: LegalBasis, dealer_name: str, language: Language) -> str:
    """Say why a person is written to (Art. 13 (1) (c), Art. 21 (4) GDPR; § 7 (3) no. 4 UWG)."""
    return load("guildpost_shared.templates", language).text(f"legal_basis.{basis}", dealer=dealer_name)
