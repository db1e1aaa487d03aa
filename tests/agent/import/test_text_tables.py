from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.adapters.dms.encoding import decode, decoded
from guildpost_agent.adapters.dms.table_text import Layout, read_rows, split_heading, split_row
from guildpost_agent.adapters.dms.text_lines import LONGEST_LINE, split_lines
from guildpost_agent.app.ports.dms_source import BrokenRow
from guildpost_shared.errors import Refused


def read(
    lines: list[str], width: int, free_text: int | None, *, first_number: int = 2
) -> tuple[list[tuple[int, Sequence[str]]], list[BrokenRow]]:
    """Read lines that come all at once."""
    chunks = list(read_rows([lines], Layout(";", width, free_text), first_number=first_number, chunk_rows=5_000))
    return [row for chunk in chunks for row in chunk.rows], [row for chunk in chunks for row in chunk.broken]


GERMAN = "Nr;Name\n1;Müller-Lüdenscheidt, Größe Äpfel Öl\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GERMAN.encode("cp1252"), id="Windows-1252"),
        pytest.param(GERMAN.encode("cp850"), id="CP850"),
        pytest.param(GERMAN.encode("utf-8"), id="UTF-8"),
        pytest.param(GERMAN.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(GERMAN.encode("utf-16"), id="UTF-16"),
        pytest.param(b"\xfe\xff" + GERMAN.encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param((GERMAN * 20).encode("cp1252").replace(b";", b"\0;", 1), id="a stray NUL"),
        pytest.param(GERMAN.encode().decode("cp1252").encode("utf-8"), id="encoded twice"),
        pytest.param(GERMAN.encode().decode("latin-1").encode("cp1252", "ignore") + b"\x1a", id="DOS end of file"),
    ],
)
def test_umlauts_survive_every_encoding(data: bytes) -> None:
    text = decode(data, "kunden.csv")
    assert "Müller" in text
    assert "�" not in text


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "utf-8", "utf-8-sig", "utf-16"])
def test_a_text_comes_back_as_it_was_written(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding), "kunden.csv") == GERMAN


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "dms_file_empty", id="0 bytes"),
        pytest.param(b" \r\n\x1a", "dms_file_empty", id="blank"),
        pytest.param(GERMAN.encode("utf-16-le"), "dms_file_not_text", id="UTF-16 without a mark"),
        pytest.param(bytes(range(256)) * 8, "dms_file_not_text", id="binary"),
        pytest.param(b"\x01\x02\x03\x04" * 50, "dms_file_not_text", id="control characters"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        decode(data, "kunden.csv")
    assert code == caught.value.code


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found_in_the_heading(separator: str) -> None:
    assert split_heading(separator.join(["Nr", '"Name 1"', "Ort"])) == (separator, ["Nr", "Name 1", "Ort"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a;b;c", ["a", "b", "c"]),
        ('a;"b;b";c', ["a", "b;b", "c"]),
        ('a;"b ""x"" b";c', ["a", 'b "x" b', "c"]),
        ('a;Reifen 17" neu;c', ["a", 'Reifen 17" neu', "c"]),
        ('a;"klappern" vorn;c', ["a", '"klappern" vorn', "c"]),
        ('a;"";c', ["a", "", "c"]),
        ('a;b;"c"', ["a", "b", "c"]),
    ],
)
def test_quotes_are_read_as_real_exports_mean_them(line: str, expected: list[str]) -> None:
    assert [(2, expected)] == read([line], 3, None)[0]


@pytest.mark.parametrize(
    ("lines", "rows", "broken"),
    [
        pytest.param(["1;a;x", "2;b;y"], [["1", "a", "x"], ["2", "b", "y"]], [], id="whole rows"),
        pytest.param(["1;a;b;x"], [["1", "a;b", "x"]], [], id="separator in the text"),
        pytest.param(["1;a", "b;x", "2;c;y"], [["1", "a\nb", "x"], ["2", "c", "y"]], [], id="line break in the text"),
        pytest.param(['1;"a', "", 'b";x'], [["1", "a\n\nb", "x"]], [], id="line breaks in quotes"),
        pytest.param(["1;a;x;;"], [["1", "a", "x"]], [], id="empty cells too many"),
        pytest.param(["1;a;x", "2;b"], [["1", "a", "x"]], [(3, "row_truncated")], id="cut off at the end"),
        pytest.param(["1", "2;b;y"], [["2", "b", "y"]], [(2, "wrong_number_of_fields")], id="cut off in the middle"),
        pytest.param(["1", "b;x"], [], [(2, "wrong_number_of_fields"), (3, "row_truncated")], id="two halves"),
        pytest.param(['1;"a;x', "2;b;y"], [["1", '"a', "x"], ["2", "b", "y"]], [], id="a quote that never closes"),
    ],
)  # fmt: skip
def test_rows_with_the_sins_of_real_exports(
    lines: list[str], rows: list[list[str]], broken: list[tuple[int, str]]
) -> None:
    found, refused = read(lines, 3, 1)
    assert rows == [cells for _, cells in found]
    assert broken == [(row.row_number, row.reason) for row in refused]


cells = st.text(st.characters(exclude_characters='\n\r"', codec="utf-8"), max_size=12)


@given(st.lists(cells, min_size=1, max_size=8))
def test_a_properly_quoted_row_comes_back(row: list[str]) -> None:
    line = ";".join(f'"{cell}"' for cell in row)
    assert row == split_row(line, ";")


sins = st.text(st.sampled_from('ab;;""\n '), max_size=30).filter(lambda text: "\n" not in text)


@given(st.lists(st.text(max_size=30) | sins, max_size=80), st.integers(1, 6), st.none() | st.integers(0, 5))
def test_every_line_ends_in_a_row_or_in_quarantine(lines: list[str], width: int, free_text: int | None) -> None:
    position = free_text if free_text is not None and free_text < width else None
    rows, broken = read(lines, width, position, first_number=1)
    assert all(len(found) == width for _, found in rows)
    starts = [number for number, _ in rows] + [row.row_number for row in broken]
    assert len(starts) == len(set(starts))
    assert all(1 <= number <= len(lines) for number in starts)
    held = "".join(cell for _, found in rows for cell in found) + "".join(row.raw for row in broken)
    assert {letter for line in lines if line.strip() for letter in line} - set('"; \n') <= set(held)


@given(st.lists(sins, max_size=90), st.integers(1, 5), st.integers(1, 40), st.integers(60, 90))
def test_it_does_not_matter_in_which_pieces_the_lines_come(lines: list[str], width: int, piece: int, room: int) -> None:
    pieces = [lines[start : start + piece] for start in range(0, len(lines), piece)]
    layout = Layout(";", width, free_text=1 if width > 1 else None)
    chunks = list(read_rows(pieces, layout, first_number=2, chunk_rows=room))
    assert read(lines, width, layout.free_text)[0] == [row for chunk in chunks for row in chunk.rows]
    assert all(len(chunk.rows) + len(chunk.broken) <= room for chunk in chunks)


@given(st.text(st.sampled_from("ab\r\n")), st.integers(1, 5))
def test_lines_end_as_they_may_wherever_the_text_is_cut(text: str, size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert expected == [line for lines in split_lines(pieces) for line in lines]


@given(st.text(st.sampled_from("aüßÃ¼ ;\n")), st.integers(1, 7))
def test_letters_survive_wherever_the_bytes_are_cut(text: str, size: int) -> None:
    data = text.encode().decode("cp1252", "ignore").encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert "".join(decoded([data], "utf-8-sig")) == "".join(decoded(pieces, "utf-8-sig"))


def test_a_line_without_end_is_cut_and_is_no_row() -> None:
    lines = [line for lines in split_lines(["1;a\n", *["x" * 60_000] * 5, "\n2;b"]) for line in lines]
    assert [3, LONGEST_LINE + 1, 3] == [len(line) for line in lines]
    rows, broken = read(lines, 2, None)
    assert [["1", "a"], ["2", "b"]] == [list(cells) for _, cells in rows]
    assert [(3, "line_too_long")] == [(row.row_number, row.reason) for row in broken]
