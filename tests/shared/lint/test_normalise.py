"""Text is seen as its reader sees it, and every character remembers its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.markup import decoded, take_apart
from guildpost_shared.lint.normalise import normalise, spellings

CASES = {
    "full width": ("１４９ Ｅｕｒｏ", "149 Euro"),
    "zero width": ("9\u200b9\u2060 €", "99 €"),
    "soft hyphen": ("Ra\u00adbatt", "Rabatt"),
    "circled and negative circled": ("①④⑨ ❾", "149 9"),
    "overlay": ("9\u03369\u0336", "99"),
    "keycaps": ("9\ufe0f\u20e39\ufe0f\u20e3", "99"),
    "cyrillic": ("Рrеis Еurо", "Preis Euro"),
    "greek": ("ΕURΟ", "EURO"),
    "small capitals": ("ᴇᴜʀᴏ", "euro"),
    "regional indicators": ("🇪🇺🇷", "EUR"),
    "mathematical": ("𝟗𝟗 𝐄𝐮𝐫𝐨", "99 Euro"),
    "arabic digits": ("٩٩", "99"),
    "every dash": ("9–9—9−9", "9-9-9-9"),
    "every space": ("9\u00a09\u20099\u30009", "9 9 9 9"),
    "fraction": ("½", "1/2"),
    "accents": ("café Prèis", "cafe Preis"),
    "German letters stay": ("Größe ÄÖÜ ß", "Größe ÄÖÜ ß"),
    "decomposed umlauts": ("fu\u0308r", "für"),
    "escapes of other languages": ("99 \\u20ac", "99 €"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_a_text_is_written_in_plain_characters(text: str, expected: str) -> None:
    assert expected == normalise(Marked.of(text)).text


SPELLINGS = {
    "letters apart": ("R a b a t t", "Rabatt"),
    "dots between": ("R.a.b.a.t.t", "Rabatt"),
    "broken at the end of a line": ("Ra-\nbatt", "Rabatt"),
    "digits for letters": ("R4b4tt", "rabatt"),
    "digits apart": ("1 4 9 €", "149€"),
}


@pytest.mark.parametrize(("text", "expected"), SPELLINGS.values(), ids=SPELLINGS.keys())
def test_other_ways_to_read_it_are_given_too(text: str, expected: str) -> None:
    assert expected in [reading.text for reading in spellings(normalise(Marked.of(text)))]


def test_a_plain_text_has_one_reading() -> None:
    assert ["Ihre HU ist fällig."] == [each.text for each in spellings(normalise(Marked.of("Ihre HU ist fällig.")))]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_character_keeps_a_place_in_the_source(text: str) -> None:
    for reading in spellings(normalise(decoded(take_apart(Marked.of(text)).shown))):
        assert len(reading.text) == len(reading.places)
        assert all(0 <= place < max(1, len(text)) for place in reading.places)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_what_is_plain_stays(text: str) -> None:
    once = normalise(Marked.of(text)).text
    assert once == normalise(Marked.of(once)).text or "\\" in text or "%" in text
