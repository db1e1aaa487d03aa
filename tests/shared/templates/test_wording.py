"""Months, dates and legal bases are said in both languages."""

from datetime import date

import pytest

from guildpost_shared.catalog import load
from guildpost_shared.errors import Language
from guildpost_shared.templates.context import clean
from guildpost_shared.templates.wording import LegalBasis, due_month_text, legal_basis_sentence, letter_date_text


@pytest.mark.parametrize(
    ("language", "month", "day"),
    [("de", "März 2027", "1. März 2027"), ("en", "March 2027", "1 March 2027")],
)
def test_months_and_dates_are_written_out(language: Language, month: str, day: str) -> None:
    assert (month, day) == (
        due_month_text(date(2027, 3, 1), language),
        letter_date_text(date(2027, 3, 1), language),
    )


@pytest.mark.parametrize("basis", LegalBasis)
def test_every_legal_basis_is_a_sentence_that_names_the_dealer_and_the_law(basis: LegalBasis) -> None:
    german, english = (legal_basis_sentence(basis, "Autohaus Weiß", language) for language in ("de", "en"))
    assert all("Autohaus Weiß" in text and text.endswith(").") for text in (german, english))
    assert "DSGVO" in german or "UWG" in german
    assert german == clean(german)


def test_both_languages_know_the_same_texts() -> None:
    assert load("guildpost_shared.templates", "de").ids() == load("guildpost_shared.templates", "en").ids()


@pytest.mark.parametrize(
    ("dirty", "harmless"),
    [
        pytest.param("Müller", "Müller", id="nothing to do"),
        pytest.param("  a  b ", "a b", id="spaces"),
        pytest.param("a\r\nBcc: x@y.example", "a Bcc: x@y.example", id="line break"),
        pytest.param("a\x00\x1b[31mb\x85c\u2028d", "a [31mb c d", id="controls"),
        pytest.param("\u202egnp.exe\u2066\u200bx\ufeff\ud800", "gnp.exex", id="invisible and reordering characters"),
        pytest.param("§\u00a07", "§\u00a07", id="a no-break space stays"),
    ],
)
def test_values_become_one_harmless_line(dirty: str, harmless: str) -> None:
    assert harmless == clean(dirty)
