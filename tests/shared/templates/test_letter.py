"""Letters stand where DIN 5008 form B wants them, and nothing in their data is ever evaluated."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import cast

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from guildpost_shared.errors import Refused
from guildpost_shared.templates.letter import LetterBatch, PageRange, typeset
from guildpost_shared.templates.letter_text import Block, BlockKind, Letter
from tests.shared.templates.pdf_geometry import Page, read_page
from tests.shared.templates.sample import LETTER_DE, LETTERS, letter_template, named

CREATED = datetime(2027, 1, 18, 6, tzinfo=UTC)
DAY = date(2027, 1, 18)
TOLERANCE = 0.5
SIX_LINES = (
    "Größmann & Öztürk Straßenbau GmbH",
    "Frau Dr. Änne Größmann-Öztürk",
    "bei Weiß",
    "Weißdornstraße 7",
    "5020 SALZBURG",
    "ÖSTERREICH",
)


def _letter(template_id: str = LETTER_DE, doc_id: str = "a1") -> Letter:
    template = letter_template(template_id)
    sample = replace(template.manifest.sample, addressee=SIX_LINES)
    return template.compose(sample, doc_id=doc_id, day=DAY)


@cache
def _page(template_id: str = LETTER_DE) -> Page:
    return read_page(typeset([_letter(template_id)], created=CREATED).pdf)


def _text(pdf: bytes, page: int = 0) -> str:
    return " ".join(PdfReader(BytesIO(pdf)).pages[page].extract_text().split())


def near(millimetres: float) -> object:
    """Compare to half a millimetre."""
    return pytest.approx(millimetres, abs=TOLERANCE)


@pytest.mark.parametrize("template_id", LETTERS)
def test_the_address_stands_in_the_address_zone(template_id: str) -> None:
    page = _page(template_id)
    rows = [page.text(line) for line in SIX_LINES]
    assert near(62.7) == rows[0].top
    assert rows[-1].bottom <= 90.0
    assert all(row.x == near(25.0) for row in rows)
    pitch = {round(later.baseline - earlier.baseline, 2) for earlier, later in pairwise(rows)}
    assert {4.55} == pitch


@pytest.mark.parametrize("template_id", LETTERS)
def test_the_return_line_stands_at_the_foot_of_its_zone(template_id: str) -> None:
    line = _page(template_id).text("Autohaus Lindner GmbH · Lindenstraße 12")
    assert near(25.0) == line.x
    assert 45.0 <= line.top
    assert 60.0 <= line.bottom <= 62.7
    assert 6.0 <= line.size <= 8.0


@pytest.mark.parametrize("template_id", LETTERS)
def test_nothing_else_stands_in_the_window_even_when_the_sheet_slips(template_id: str) -> None:
    page = _page(template_id)
    slip, left, top, width, height = 3.0, 20.0, 45.0, 90.0, 45.0
    inside = {
        text.text
        for text in page.texts
        if left - slip <= text.x <= left + width + slip
        and text.bottom >= top - slip
        and text.top <= top + height + slip
    }
    assert {*SIX_LINES, "Autohaus Lindner GmbH · Lindenstraße 12 · 84028 Landshut"} == inside
    crossing = [
        stroke
        for stroke in page.strokes
        if max(stroke.x1, stroke.x2) >= left - slip
        and min(stroke.x1, stroke.x2) <= left + width + slip
        and max(stroke.y1, stroke.y2) >= top - slip
        and min(stroke.y1, stroke.y2) <= top + height + slip
    ]
    assert [] == crossing


@pytest.mark.parametrize("template_id", LETTERS)
def test_fold_and_hole_marks_stand_at_the_left_edge(template_id: str) -> None:
    marks = [stroke for stroke in _page(template_id).strokes if max(stroke.x1, stroke.x2) < 20 and stroke.x1 > 0]
    assert [near(105.0), near(148.5), near(210.0)] == sorted(mark.y1 for mark in marks)
    assert all(mark.y1 == mark.y2 for mark in marks)


@pytest.mark.parametrize("template_id", LETTERS)
def test_information_block_subject_and_margins_follow_the_norm(template_id: str) -> None:
    page = _page(template_id)
    info = [text for text in page.texts if text.x > 120 and 45 < text.baseline < 98]
    assert near(50.0) == min(text.top for text in info)
    assert near(125.0) == min(text.x for text in info)
    assert "18. Januar 2027" in {text.text for text in info}
    subject = page.text("im März 2027")
    assert (near(98.5), near(25.0)) == (subject.top, subject.x)
    body = [text for text in page.texts if text.baseline > 98]
    assert all(text.x >= 25.0 - TOLERANCE for text in body)
    assert all(text.baseline < 297.0 - 5.0 for text in page.texts)


def test_the_letterhead_stays_in_its_zone() -> None:
    page = _page()
    head = [page.text("Arvana"), next(text for text in page.texts if text.text == "Autohaus Lindner")]
    assert all(text.bottom < 45.0 for text in head)


@pytest.mark.parametrize("template_id", LETTERS)
def test_a_letter_keeps_its_umlauts_and_fits_on_one_page(template_id: str) -> None:
    batch = typeset([_letter(template_id)], created=CREATED)
    text = _text(batch.pdf)
    for part in (*SIX_LINES, "Sehr geehrte Frau Dr. Größmann-Öztürk,", "LA-ÄG 427", "Mit freundlichen Grüßen", "€"):
        assert part in text
    for duty in ("Amtsgericht Landshut, HRB 00000", "Jörg Weiß", "USt-IdNr.", "jederzeit widersprechen", "Art."):
        assert duty in text
    assert (PageRange("a1", 1, 1),) == batch.ranges


@pytest.mark.parametrize(
    "name",
    [
        pytest.param('#panic("x")', id="code"),
        pytest.param("#{sys.inputs.letters}", id="own data"),
        pytest.param('#read("/etc/passwd")', id="file"),
        pytest.param("$ x^2 $ *b* _i_ `c` <letter> @ref = T", id="markup"),
        pytest.param('"), text(red)[x', id="end of a string"),
        pytest.param("\\u{41} \\ // /* x", id="escapes and comments"),
        pytest.param("- a + b / c: d", id="lists"),
        pytest.param("{{ dealer.email }} {% raw %}", id="Liquid"),
    ],
)
def test_markup_in_a_name_is_printed_and_never_run(name: str) -> None:
    template = letter_template(LETTER_DE)
    letter = template.compose(named(template.manifest.sample, name), doc_id="a1", day=DAY)
    batch = typeset([letter], created=CREATED)
    assert name.replace(" ", "") in _text(batch.pdf).replace(" ", "")
    assert 1 == batch.ranges[0].pages


@cache
def _batch() -> LetterBatch:
    letters = [_letter(doc_id=f"d{i}") for i in range(4)]
    long = tuple(Block(BlockKind.PARAGRAPH, (f"Absatz {i}. " + "Grüße aus Öd. " * 30,)) for i in range(12))
    letters = [replace(letter, address=(f"Frau Nr. {i}", *SIX_LINES[1:])) for i, letter in enumerate(letters)]
    letters[1] = replace(letters[1], blocks=long)
    return typeset(letters, created=CREATED)


def test_a_batch_keeps_its_order_and_says_where_each_letter_stands() -> None:
    expected = (PageRange("d0", 1, 1), PageRange("d1", 2, 3), PageRange("d2", 4, 4), PageRange("d3", 5, 5))
    assert expected == _batch().ranges
    assert 5 == len(PdfReader(BytesIO(_batch().pdf)).pages)


def test_every_letter_of_a_batch_starts_with_its_own_address_and_the_marks() -> None:
    for i, stands in enumerate(_batch().ranges):
        page = read_page(_batch().pdf, stands.first - 1)
        assert near(62.7) == page.text(f"Frau Nr. {i}").top
        assert [f"Frau Nr. {i}"] == [text.text for text in page.texts if "Frau Nr." in text.text]
        assert 3 == len([stroke for stroke in page.strokes if 0 < stroke.x1 < 20 and stroke.x2 < 20])
        assert "Seite" not in _text(_batch().pdf, stands.first - 1)


def test_a_second_page_has_no_address_and_says_its_number() -> None:
    page = read_page(_batch().pdf, 2)
    assert not [text for text in page.texts if text.text in SIX_LINES]
    assert "Seite 2" in _text(_batch().pdf, 2)
    assert near(27.0) == min(text.top for text in page.texts if "Seite" not in text.text)


def test_the_same_letters_give_the_same_bytes() -> None:
    first, second = (typeset([_letter()], created=CREATED).pdf for _ in range(2))
    assert first == second


def test_the_file_is_archivable_and_brings_its_fonts() -> None:
    reader = PdfReader(BytesIO(_batch().pdf))
    catalogue = reader.root_object
    metadata = cast("StreamObject", catalogue["/Metadata"]).get_data().decode()
    assert 'pdfaid:part="2"' in metadata or "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "de" == str(catalogue["/Lang"])
    descriptors = [
        item
        for item in map(reader.get_object, range(1, len(reader.xref[0]) + 1))
        if isinstance(item, DictionaryObject) and item.get("/Type") == "/FontDescriptor"
    ]
    assert descriptors
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in descriptors)
    assert all("Libertinus" in str(descriptor["/FontName"]) for descriptor in descriptors)


def test_long_lines_shrink_to_their_place() -> None:
    template = letter_template(LETTER_DE)
    dealer = replace(template.manifest.sample.dealer, return_line="Autohaus " + "Größer " * 14)
    context = replace(template.manifest.sample, dealer=dealer, addressee=("W" * 45, "Weg 1", "84028 Landshut"))
    page = read_page(typeset([template.compose(context, doc_id="a", day=DAY)], created=CREATED).pdf)
    assert page.text("WWW").size < 11
    assert page.text("Größer").size < 8
    assert near(62.7 + 4.55) == page.text("Weg 1").top


@pytest.mark.parametrize(
    ("addressee", "code"),
    [
        pytest.param((), "template_slot_missing", id="no address"),
        pytest.param(("", " "), "template_slot_missing", id="blank address"),
        pytest.param(("a",) * 7, "letter_address_too_long", id="seven lines"),
        pytest.param(("a" * 61, "b"), "template_value_invalid", id="a line too long to read"),
    ],
)
def test_an_address_that_does_not_fit_refuses_the_letter(addressee: tuple[str, ...], code: str) -> None:
    template = letter_template(LETTER_DE)
    with pytest.raises(Refused) as refused:
        template.compose(replace(template.manifest.sample, addressee=addressee), doc_id="a", day=DAY)
    assert code == refused.value.code


def test_optional_parts_of_a_letter_leave_no_trace_when_they_are_empty() -> None:
    template = letter_template(LETTER_DE)
    bare = template.compose(replace(template.manifest.sample, slots={}), doc_id="a", day=DAY)
    assert BlockKind.OFFER not in {block.kind for block in bare.blocks}
    assert all(text for block in bare.blocks for text in block.texts)


def test_no_letter_is_no_batch() -> None:
    with pytest.raises(Refused, match="letter_typesetting_failed"):
        typeset([], created=CREATED)
