"""What the printed sheet shows, measured on its picture: window, marks, code and lists of vehicles."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from guildpost_shared.templates.context import FleetRow, LinkContext, MessageContext
from guildpost_shared.templates.letter import LetterBatch, PageRange, typeset
from guildpost_shared.templates.letter_text import Block, BlockKind, Letter
from guildpost_shared.templates.salutation import Gender, Household, Person, Recipient, address_lines
from tests.shared.templates.pdf_geometry import read_page
from tests.shared.templates.sample import LETTER_DE, letter_template

CREATED = datetime(2027, 1, 18, 6, tzinfo=UTC)
DAY = date(2027, 1, 18)
DOTS = 300 / 25.4  # per mm
TOLERANCE = 0.5  # mm
INK = 200  # darker than this is printed
TOKEN = "AfGq" * 31
URL = f"https://antwort.autohaus-lindner.example/a/{TOKEN}"
LONG = Recipient(
    (
        Person("Wilhelmine", "Mommsen-Wolkenwagner von Marwitz", Gender.WOMAN, "Prof. Dr."),
        Person("Maximilian", "Mommsen-Wolkenwagner von der Marwitz", Gender.MAN),
    ),
    "WWW Warenhandels- und Wohnwagen-Manufaktur GmbH & Co. KG",
    "Wilhelm-von-Wolkenstein-Wanderweg 1117a",
    "1010",
    "Wien",
    "AT",
)
ADDRESSES = [
    pytest.param(("Frau Änne Weiß", "Weg 1", "84028 Landshut"), id="three lines"),
    pytest.param(address_lines(LONG), id="six lines, long names, abroad"),
    pytest.param(("W" * 60,) * 6, id="the widest lines that are let through"),
    pytest.param(
        address_lines(Recipient((Person("", "Größl"),), "", "Weg 1", "84028", "Landshut", household=Household.FAMILY)),
        id="family",
    ),
]


def letter(**changes: object) -> Letter:
    template = letter_template(LETTER_DE)
    sample: MessageContext = replace(template.manifest.sample, links=LinkContext(URL, URL))
    return template.compose(replace(sample, **changes), doc_id="a", day=DAY)  # type: ignore[arg-type] # real fields


def printed(letters: Sequence[Letter]) -> LetterBatch:
    return typeset(letters, created=CREATED)


def picture(pdf: bytes, page: int = 0, dots: int = 300) -> np.ndarray[Any, Any]:
    """Print a page at so many dots per inch: True where there is ink."""
    with pypdfium2.PdfDocument(pdf) as document:
        grey = document[page].render(scale=dots / 72, grayscale=True).to_numpy()
    return np.asarray(grey).squeeze() < INK


def inked(dots: np.ndarray[Any, Any], x: float, y: float, width: float, height: float) -> tuple[float, ...] | None:
    """Give the box of the ink inside a rectangle (left, top, right, bottom, in mm); None where it is white."""
    left, top = round(x * DOTS), round(y * DOTS)
    rows, columns = np.nonzero(dots[top : round((y + height) * DOTS), left : round((x + width) * DOTS)])
    if not len(rows):
        return None
    edges = (columns.min() + left, rows.min() + top, columns.max() + left + 1, rows.max() + top + 1)
    return tuple(float(edge / DOTS) for edge in edges)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_ink_in_the_window_is_the_return_line_and_the_address_and_keeps_to_their_zones(
    address: tuple[str, ...],
) -> None:
    dots = picture(printed([letter(addressee=address)]).pdf)
    sender, person = inked(dots, 20, 45, 90, 16.6), inked(dots, 20, 62.2, 90, 27.8)  # dots of an Ä stand between
    assert sender is not None
    assert person is not None
    for box in (sender, person):
        assert abs(box[0] - 25.0) <= TOLERANCE
        assert box[2] <= 105.0 + TOLERANCE
    assert pytest.approx(62.7, abs=0.5) == person[1]
    assert person[3] <= 90.0
    assert pytest.approx(61.1, abs=0.5) == sender[3]  # bottom-up, 1.6 above the address


@pytest.mark.parametrize("address", ADDRESSES)
def test_around_the_address_field_the_sheet_is_white_so_that_it_may_slip_three_millimetres(
    address: tuple[str, ...],
) -> None:
    dots = picture(printed([letter(addressee=address)]).pdf)
    for around in ((10, 42, 14.5, 51), (105.5, 42, 7.5, 51), (10, 90, 103, 3), (10, 42, 103, 3)):
        assert inked(dots, *around) is None


def test_the_marks_stand_where_the_sheet_is_folded_and_punched() -> None:
    dots = picture(printed([letter()]).pdf)
    found = [inked(dots, 0, y - 3, 15, 6) for y in (105.0, 148.5, 210.0)]
    assert [pytest.approx(y, abs=0.5) for y in (105.0, 148.5, 210.0)] == [
        (box[1] + box[3]) / 2 if box else None for box in found
    ]
    between = [(0, 5, 20, 97), (0, 108, 20, 37), (0, 152, 20, 55), (0, 213, 20, 80)]
    assert [None] * 4 == [inked(dots, *where) for where in between]


def test_the_information_block_begins_at_125_and_50() -> None:
    box = inked(picture(printed([letter()]).pdf), 115, 46, 95, 46)
    assert box is not None
    assert abs(box[0] - 125.0) <= TOLERANCE
    assert abs(box[1] - 50.0) <= TOLERANCE
    assert box[2] <= 200.0


def test_the_code_is_read_back_from_the_print_and_opens_the_answer_page() -> None:
    pdf = printed([letter(), letter(links=LinkContext("", URL))]).pdf
    first, second = (zxingcpp.read_barcodes((~picture(pdf, page)).astype(np.uint8) * 255) for page in (0, 1))
    assert ([(URL, zxingcpp.BarcodeFormat.QRCode)], []) == ([(code.text, code.format) for code in first], second)


@pytest.mark.parametrize("dots", [240, 300, 400, 600])
@pytest.mark.parametrize("length", [40, 150, 230, 400])
def test_a_code_is_read_from_coarse_and_from_fine_printers(length: int, dots: int) -> None:
    url = "https://a.example/" + "x" * length
    black = picture(printed([letter(links=LinkContext(url, ""))]).pdf, dots=dots)
    assert [url] == [found.text for found in zxingcpp.read_barcodes((~black).astype(np.uint8) * 255)]


@pytest.mark.parametrize("length", [1, 40, 150, 400])
def test_a_code_of_any_length_survives_a_smudge(length: int) -> None:
    url = "https://a.example/" + "x" * length
    light = (~picture(printed([letter(links=LinkContext(url, ""))]).pdf)).astype(np.uint8) * 255
    (code,) = zxingcpp.read_barcodes(light)
    edges = [(corner.x, corner.y) for corner in (code.position.top_left, code.position.bottom_right)]
    x, y = (round(sum(pair) / 2) for pair in zip(*edges, strict=True))
    light[y : y + 20, x : x + 20] = 0
    assert [url] == [found.text for found in zxingcpp.read_barcodes(light)]


def fleet(count: int) -> tuple[FleetRow, ...]:
    return tuple(FleetRow(f"LA-F {n}", f"Arvana Vela {n}", "HU/AU", "März 2027") for n in range(1, count + 1))


@cache
def _fleet_pages() -> tuple[LetterBatch, tuple[str, ...]]:
    batch = printed([letter(fleet=fleet(120)), replace(letter(), doc_id="b")])
    return batch, tuple(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(batch.pdf)).pages)


def test_a_fleet_gets_one_letter_with_the_list_of_its_vehicles_over_several_pages() -> None:
    batch, pages = _fleet_pages()
    listed = [number for page in pages[1:-1] for number in re.findall(r"LA-F (\d+)", page)]
    assert [str(number) for number in range(1, 121)] == listed
    assert (PageRange("a", 1, 4), PageRange("b", 5, 5)) == batch.ranges
    assert "119 weitere Positionen laut beiliegender Fahrzeugliste" in pages[0]


def test_the_head_of_the_list_is_repeated_and_the_address_is_not() -> None:
    batch, pages = _fleet_pages()
    for number, text in enumerate(pages[1:-1], start=2):
        assert "Kennzeichen Fahrzeug Fällig Monat" in text
        assert f"Seite {number}" in text
        assert "Weißdornstraße 7" not in text
        top = min(one.top for one in read_page(batch.pdf, number - 1).texts if "Seite" not in one.text)
        assert 26.5 <= top <= 31.0
    assert "Weißdornstraße 7" in pages[4]


@pytest.mark.parametrize("paragraphs", range(1, 24, 2))
def test_however_long_the_letters_are_the_ranges_are_the_pages(paragraphs: int) -> None:
    blocks = tuple(Block(BlockKind.PARAGRAPH, ("Grüße aus Öd. " * 14,)) for _ in range(paragraphs))
    letters = [replace(letter(), doc_id=f"d{n}", blocks=blocks, subject=f"Brief {n}") for n in range(3)]
    batch = printed(letters)
    starts = [page for page in range(len(PdfReader(BytesIO(batch.pdf)).pages)) if _is_first(batch.pdf, page)]
    assert [one.first - 1 for one in batch.ranges] == starts
    assert batch.ranges[-1].last == len(PdfReader(BytesIO(batch.pdf)).pages)


def _is_first(pdf: bytes, page: int) -> bool:
    return any("Weißdornstraße 7" in text.text for text in read_page(pdf, page).texts)
