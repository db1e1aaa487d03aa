import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.adapters.dms.encoding import decode
from guildpost_agent.adapters.dms.table_text import read_rows, split_heading, split_row
from guildpost_shared.errors import Refused

GERMAN = "Nr;Name\n1;Müller-Lüdenscheidt, Größe Äpfel Öl\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GERMAN.encode("cp1252"), id="Windows-1252"),
        pytest.param(GERMAN.encode("cp850"), id="CP850"),
        pytest.param(GERMAN.encode("utf-8"), id="UTF-8"),
        pytest.param(GERMAN.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(GERMAN.encode().decode("cp1252").encode("utf-8"), id="encoded twice"),
        pytest.param(GERMAN.encode().decode("latin-1").encode("cp1252", "ignore") + b"\x1a", id="DOS end of file"),
    ],
)
def test_umlauts_survive_every_encoding(data: bytes) -> None:
    text = decode(data, "kunden.csv")
    assert "Müller" in text
    assert "�" not in text


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "utf-8", "utf-8-sig"])
def test_a_text_comes_back_as_it_was_written(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding), "kunden.csv") == GERMAN


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "dms_file_empty", id="0 bytes"),
        pytest.param(b" \r\n\x1a", "dms_file_empty", id="blank"),
        pytest.param(GERMAN.encode("utf-16"), "dms_file_not_text", id="UTF-16"),
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
    rows = read_rows([line], first_line=2, separator=";", width=3, free_text=None)
    assert [(2, expected)] == rows.rows


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
    table = read_rows(lines, first_line=2, separator=";", width=3, free_text=1)
    assert rows == [cells for _, cells in table.rows]
    assert broken == [(row.row_number, row.reason) for row in table.broken]


cells = st.text(st.characters(exclude_characters='\n\r"', codec="utf-8"), max_size=12)


@given(st.lists(cells, min_size=1, max_size=8))
def test_a_properly_quoted_row_comes_back(row: list[str]) -> None:
    line = ";".join(f'"{cell}"' for cell in row)
    assert row == split_row(line, ";")


@given(st.lists(st.text(max_size=30), max_size=12), st.integers(1, 6), st.none() | st.integers(0, 5))
def test_every_line_ends_in_a_row_or_in_quarantine(lines: list[str], width: int, free_text: int | None) -> None:
    position = free_text if free_text is not None and free_text < width else None
    table = read_rows(lines, first_line=1, separator=";", width=width, free_text=position)
    assert all(len(found) == width for _, found in table.rows)
    starts = [number for number, _ in table.rows] + [row.row_number for row in table.broken]
    assert len(starts) == len(set(starts))
    assert all(1 <= number <= len(lines) for number in starts)
