"""A batch of letters keeps the rules of PDF/A-2u that can be read from a file, each by its clause of ISO 19005-2.

No validator of PDF/A comes as a package that tests could use. Each rule here is also shown a file that breaks it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    ContentStream,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from guildpost_shared.templates.letter import typeset
from tests.shared.templates.test_letter_print import fleet, letter

PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
COLOURS_WITHOUT_PROFILE = {b"g", b"G", b"rg", b"RG", b"k", b"K"}
FORBIDDEN_ACTIONS = {"/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/Hide", "/Rendition"}
Rule = Callable[[PdfReader], bool]


@cache
def batch() -> bytes:
    """Letters with a code, a list of vehicles, and names that bring rare characters."""
    first, second = letter(fleet=fleet(60)), letter(addressee=("Frau Łucja Đặng", "Weg 1", "84028 Öd"))
    return typeset([first, replace(second, doc_id="b")], created=WHEN).pdf


WHEN = datetime(2027, 1, 18, 6, tzinfo=UTC)


def objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Walk over every dictionary and stream of the file, those inside others too."""
    waiting: list[Any] = [reader.trailer]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop().get_object()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, DictionaryObject):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, ArrayObject):
            waiting.extend(one)


def fonts(reader: PdfReader) -> list[DictionaryObject]:
    """List the fonts that pages use."""
    return [one for one in objects(reader) if one.get("/Type") == "/Font" and one.get("/Subtype") == "/Type0"]


def operations(reader: PdfReader) -> Iterator[tuple[Any, bytes]]:
    """Give every operation of every page."""
    for page in reader.pages:
        content = page.get_contents()
        assert content is not None
        yield from ContentStream(content, reader).operations


def metadata(reader: PdfReader) -> ET.Element:
    """Parse the metadata of the file."""
    return ET.fromstring(cast("StreamObject", reader.root_object["/Metadata"]).get_data())  # noqa: S314 — ours


def identified(reader: PdfReader) -> bool:
    """Find part 2, level U, whether written as elements or as attributes."""
    found = {one.tag: one.text for one in metadata(reader).iter()}
    for one in metadata(reader).iter():
        found.update(one.attrib)
    return ("2", "U") == (found.get(f"{PDFAID}part"), found.get(f"{PDFAID}conformance"))


def output_intent(reader: PdfReader) -> bool:
    """Find one intent with a profile of three colours."""
    intents = cast("ArrayObject", reader.root_object.get("/OutputIntents", ArrayObject()))
    profiles = [one.get_object().get("/DestOutputProfile") for one in intents]
    kinds = [str(one.get_object()["/S"]) for one in intents]
    return kinds == ["/GTS_PDFA1"] and all(one and one.get_object()["/N"] == 3 for one in profiles)


def glyphs_exist(reader: PdfReader) -> bool:
    """No text shows glyph 0, which stands for what a font does not have."""
    for operands, operator in operations(reader):
        if operator not in {b"Tj", b"TJ"}:
            continue
        parts = operands[0] if isinstance(operands[0], list) else [operands[0]]
        raw = b"".join(one.original_bytes for one in parts if isinstance(one, ByteStringObject | TextStringObject))
        if any(raw[at : at + 2] == b"\0\0" for at in range(0, len(raw), 2)):
            return False
    return True


def embedded(reader: PdfReader) -> bool:
    """Every font brings its program."""
    descriptors = [one for one in objects(reader) if one.get("/Type") == "/FontDescriptor"]
    return bool(descriptors) and all({"/FontFile2", "/FontFile3"} & set(one) for one in descriptors)


RULES: dict[str, Rule] = {
    "6.1.3 trailer: has an ID, is not encrypted": lambda r: "/ID" in r.trailer and "/Encrypt" not in r.trailer,
    "6.1.7 streams: no file outside, no LZW": lambda r: (
        not any("/LZWDecode" in str(one.get("/Filter")) or "/FFilter" in one for one in objects(r))
    ),
    "6.2.2 output intent": output_intent,
    "6.2.4.3 colours have a profile": lambda r: not any(op in COLOURS_WITHOUT_PROFILE for _, op in operations(r)),
    "6.2.5 graphics state: no transfer functions": lambda r: not any({"/TR", "/HTP"} & set(one) for one in objects(r)),
    "6.2.8 images: not interpolated, no alternates": lambda r: (
        not any(one.get("/Interpolate") or "/Alternates" in one or "/OPI" in one for one in objects(r))
    ),
    "6.2.10 nothing is transparent": lambda r: not any("/SMask" in one or "/BM" in one for one in objects(r)),
    "6.2.11.4 fonts are embedded": embedded,
    "6.2.11.7 text has its characters": lambda r: bool(fonts(r)) and all("/ToUnicode" in one for one in fonts(r)),
    "6.2.11.8 no missing glyphs": glyphs_exist,
    "6.3 and 6.4 no annotations, no forms": lambda r: (
        "/AcroForm" not in r.root_object and not any("/Annots" in page for page in r.pages)
    ),
    "6.5 no actions": lambda r: (
        not any({"/AA", "/OpenAction"} & set(one) or str(one.get("/S")) in FORBIDDEN_ACTIONS for one in objects(r))
    ),
    "6.6.2 metadata: readable without a filter": lambda r: (
        "/Filter" not in cast("DictionaryObject", r.root_object["/Metadata"])
    ),
    "6.6.4 says that it is PDF/A-2u": identified,
    "6.8 and 6.9 no embedded files, no layers": lambda r: (
        not any({"/EmbeddedFiles", "/OCProperties", "/EF"} & set(one) for one in objects(r))
    ),
}


def _break_font(writer: PdfWriter, key: str) -> None:
    for one in writer._objects:
        if isinstance(one, DictionaryObject):
            one.pop(NameObject(key), None)


def _on_page(key: str, value: Any) -> Callable[[PdfWriter], None]:
    return lambda writer: writer.pages[0].__setitem__(NameObject(key), value)


def _draw(commands: bytes) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(commands)
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    return change


def _metadata(data: bytes, **extra: str) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(data)
        stream.update({NameObject(f"/{key}"): NameObject(value) for key, value in extra.items()})
        writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)

    return change


BREAKS: dict[str, Callable[[PdfWriter], object]] = {
    "6.1.3": lambda writer: writer.encrypt("", "secret"),
    "6.1.7": _on_page("/X", DictionaryObject({NameObject("/Filter"): NameObject("/LZWDecode")})),
    "6.2.2": lambda writer: writer.root_object.__delitem__("/OutputIntents"),
    "6.2.4.3": _draw(b"1 0 0 rg 0 0 10 10 re f"),
    "6.2.5": _on_page("/X", DictionaryObject({NameObject("/TR"): NameObject("/Identity")})),
    "6.2.8": _on_page("/X", DictionaryObject({NameObject("/Interpolate"): BooleanObject(value=True)})),
    "6.2.10": _on_page("/X", DictionaryObject({NameObject("/BM"): NameObject("/Multiply")})),
    "6.2.11.4": lambda writer: _break_font(writer, "/FontFile3"),
    "6.2.11.7": lambda writer: _break_font(writer, "/ToUnicode"),
    "6.2.11.8": _draw(b"BT /f0 12 Tf <00010000> Tj ET"),
    "6.3": _on_page("/Annots", ArrayObject()),
    "6.5": lambda writer: writer.root_object.update({NameObject("/OpenAction"): DictionaryObject()}),
    "6.6.2": _metadata(b"<x/>", Filter="/ASCIIHexDecode"),
    "6.6.4": _metadata(b"<x/>"),
    "6.8": lambda writer: writer.add_attachment("a.txt", b"a"),
}


def test_the_header_says_the_version_and_that_the_file_is_binary() -> None:
    """6.1.2, and nothing but one end of line behind the end (6.1.3)."""
    assert re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", batch())
    assert re.search(rb"%%EOF\r?\n?\Z", batch())


@pytest.mark.parametrize("rule", RULES)
def test_a_batch_of_letters_keeps(rule: str) -> None:
    assert RULES[rule](PdfReader(BytesIO(batch())))


@pytest.mark.parametrize("rule", RULES)
def test_a_file_is_told_that_breaks(rule: str) -> None:
    writer = PdfWriter(clone_from=BytesIO(batch()))
    BREAKS[rule.split(maxsplit=1)[0]](writer)
    out = BytesIO()
    writer.write(out)
    reader = PdfReader(out)
    if reader.is_encrypted:
        reader.decrypt("")
    assert not RULES[rule](reader)
