"""Files that are broken by accident or on purpose: rows, broken rows or one refusal; no other error, no row lost."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.adapters.dms.single_file import open_file
from guildpost_agent.app.ports.dms_source import RefusedFile, SourceTable
from guildpost_shared.errors import Refused, codes, public_text

HEADINGS = "Kundennummer;Vorname;Name;Ort"
ROWS = ["10;Erika;Müller;Köln", '11;"Jo";"Maier; GmbH";Ulm', "12;=1+1;O'Hara;", '13;;"offen;Bonn']
TEXT = "\n".join([HEADINGS, *ROWS, ""])
XML = "<k>" + "".join(f"<r><Kundennummer>{n}</Kundennummer><Name>M</Name></r>" for n in range(9)) + "</k>"
LONGEST_ADDITIONAL_MB = 256


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def outcome(path: Path) -> tuple[int, int] | str:
    """Read a file to its end: how many rows and broken rows it has, or why it is refused."""
    found, _ = open_file(path)
    if isinstance(found, RefusedFile):
        error: object = found.error
    else:
        try:
            return _count(found)
        except Refused as refused:
            error = refused
    assert isinstance(error, Refused)
    assert error.code in codes()
    assert "{" not in str(public_text(error, "de"))
    return error.code


def _count(table: SourceTable) -> tuple[int, int]:
    rows = broken = 0
    for chunk in table.chunks():
        assert all(len(cells) == len(table.columns) for _, cells in chunk.rows)
        rows, broken = rows + len(chunk.rows), broken + len(chunk.broken)
    return rows, broken


def cut(text: str, encoding: str) -> st.SearchStrategy[bytes]:
    data = text.encode(encoding)
    return st.integers(0, len(data)).map(lambda end: data[:end])


def damaged(text: str) -> st.SearchStrategy[bytes]:
    """Put some bytes into a good file at any place."""
    data = text.encode()
    places = st.tuples(st.integers(0, len(data)), st.binary(max_size=6))
    return places.map(lambda where: data[: where[0]] + where[1] + data[where[0] :])


encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850", "utf-32", "cp037"])
hostile_text = st.one_of(
    st.binary(max_size=400),
    st.binary(max_size=300).map(lambda data: f"{HEADINGS}\n".encode() + data),
    encodings.flatmap(lambda encoding: cut(TEXT, encoding)),
    damaged(TEXT),
    st.permutations(TEXT.splitlines()).map(lambda lines: "\n".join(lines).encode()),
    st.text(st.sampled_from(';"\n\r\t|,aÃ\0'), max_size=200).map(lambda text: f"{HEADINGS}\n{text}".encode()),
)
hostile_xml = st.one_of(
    st.binary(max_size=300),
    encodings.flatmap(lambda encoding: cut(XML, encoding)),
    damaged(XML),
    st.text(st.sampled_from("<>/ab&;!\"'= []-?"), max_size=120).map(str.encode),
)


@settings(max_examples=120, deadline=None)
@given(hostile_text)
def test_any_bytes_as_text_give_rows_or_one_refusal(folder: Path, data: bytes) -> None:
    path = folder / "kunden.csv"
    path.write_bytes(data)
    outcome(path)


@settings(max_examples=120, deadline=None)
@given(hostile_xml)
def test_any_bytes_as_xml_give_rows_or_one_refusal(folder: Path, data: bytes) -> None:
    path = folder / "kunden.xml"
    path.write_bytes(data)
    outcome(path)


lines = st.text(st.characters(codec="utf-8", exclude_characters='\n\r"\x1a;', exclude_categories=["Cc"]), max_size=9)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(lines, min_size=1, max_size=6), max_size=60))
def test_every_line_of_a_file_is_a_row_or_a_broken_row(folder: Path, rows: list[list[str]]) -> None:
    path = folder / "kunden.csv"
    written = [";".join(["1", *cells]) for cells in rows]
    path.write_text("\n".join([HEADINGS, "9;E;M;K", *written]), "utf-8")
    found = outcome(path)
    assert isinstance(found, tuple)
    assert len(written) + 1 == sum(found)


BOMB = '<!DOCTYPE k [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE_XML = {
    "an entity bomb": (f"{BOMB}<k><r><Name>&b;</Name></r></k>", "dms_xml_forbidden"),
    "a file from outside": (
        '<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><k><r><Name>&x;</Name></r></k>', "dms_xml_forbidden"
    ),
    "a type from outside": ('<!DOCTYPE k SYSTEM "http://127.0.0.1:9/k.dtd"><k/>', "dms_xml_forbidden"),
    "a thousand levels": ("<a>" * 1_000 + "</a>" * 1_000, "dms_xml_too_deep"),
    "a thousand names": (
        "<k>" + "".join(f"<r{n}><a>1</a></r{n}>" for n in range(6_000)) + "</k>", "dms_xml_too_deep"
    ),
    "a tag without end": ('<k><r a="' + "x" * (7 << 20), "dms_xml_too_deep"),
    "cut off": (XML[:-20], "dms_xml_broken"),
    "no XML": ("Kundennummer;Name\n1;M\n", "dms_xml_broken"),
    "an unknown encoding": ('<?xml version="1.0" encoding="klingon"?><k/>', "dms_xml_broken"),
    "nothing that repeats": ("<k/>", "dms_header_missing"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), HOSTILE_XML.values(), ids=HOSTILE_XML.keys())
def test_hostile_xml_is_refused_in_one_sentence(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "kunden.xml"
    path.write_text(text, "utf-8")
    assert code == outcome(path)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850", "utf-16"])
def test_a_good_file_in_any_encoding_loses_nothing(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "kunden.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert (4, 0) == outcome(path)


WRITE_AND_READ = """
import resource, sys
from pathlib import Path
from guildpost_agent.adapters.dms.single_file import open_file
path, rows, length = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with path.open("w", encoding="cp1252") as file:
    file.write("Kundennummer;Name;Ort\\n")
    for number in range(1, rows + 1):
        file.write(f"{number};Müller;Köln am Rhein\\n")
    file.write("x" * length)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found, _ = open_file(path)
rows, broken = 0, 0
for chunk in found.chunks():
    rows, broken = rows + len(chunk.rows), broken + len(chunk.broken)
print(rows, broken, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def additional_memory(path: Path, rows: int, length: int) -> list[int]:
    """Read a file of so many rows and a last line of so many characters in a process of its own."""
    command = [sys.executable, "-c", WRITE_AND_READ, str(path), str(rows), str(length)]
    return [int(word) for word in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()]


@pytest.mark.parametrize(
    ("rows", "length"),
    [
        pytest.param(60_000, 0, id="many rows"),
        pytest.param(10, 15_000_000, id="one endless line"),
        pytest.param(1_000_000, 0, id="a million rows", marks=pytest.mark.soak),
        pytest.param(10_000_000, 0, id="ten million rows", marks=pytest.mark.soak),
    ],
)
def test_memory_does_not_grow_with_the_file(tmp_path: Path, rows: int, length: int) -> None:
    found, broken, megabytes = additional_memory(tmp_path / "kunden.csv", rows, length)
    assert (rows, bool(length)) == (found, bool(broken))
    assert megabytes < (LONGEST_ADDITIONAL_MB if rows > 100_000 else 64)
