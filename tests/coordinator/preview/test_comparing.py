"""What changed between two texts, two pages and two pictures."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_coordinator.adapters.page_images.pdfium import png
from guildpost_coordinator.domain.preview.areas import Area, differing_areas
from guildpost_coordinator.domain.preview.marked_html import mark_html
from guildpost_coordinator.domain.preview.words import around_changes, compare_lines, compare_words

TEXTS = st.text(alphabet="ab ,.\n&;ä", max_size=60)
WORDS = {
    "nothing": ("Guten Tag", "Guten Tag", []),
    "a word": ("Guten Tag Herr X", "Guten Abend Herr X", [("Tag", "Abend")]),
    "two words that only a space parts": ("ein guter Tag", "eine schöne Tag", [("ein guter", "eine schöne")]),
    "a word more": ("wir kommen", "wir kommen gern", [("", " gern")]),
    "a full stop": ("Ende", "Ende.", [("", ".")]),
}


@pytest.mark.parametrize(("old", "new", "changes"), WORDS.values(), ids=WORDS)
def test_what_changed_is_found_word_by_word(old: str, new: str, changes: list[tuple[str, str]]) -> None:
    assert changes == [(one.old, one.new) for one in compare_words(old, new) if not one.same]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_their_comparison(old: str, new: str) -> None:
    segments, lines = compare_words(old, new), compare_lines(old, new)
    assert (old, new) == ("".join(one.old for one in segments), "".join(one.new for one in segments))
    left = ["".join(one.old for one in line.segments) for line in lines if line.old_number]
    right = ["".join(one.new for one in line.segments) for line in lines if line.new_number]
    assert (old, new) == ("\n".join(left), "\n".join(right))
    assert list(range(1, old.count("\n") + 2)) == [line.old_number for line in lines if line.old_number]
    assert (old == new) == all(line.same for line in lines)


def test_only_the_lines_around_a_change_are_shown() -> None:
    old = [f"Zeile {number}" for number in range(1, 31)]
    new = [*old[:9], "anders", *old[10:20], *old[21:]]
    stretches = around_changes(compare_lines("\n".join(old), "\n".join(new)))
    assert [[8, 9, 10, 11, 12], [19, 20, 21, 22, 23]] == [[line.old_number for line in one] for one in stretches]
    assert [None] == [line.new_number for line in stretches[1] if not line.same]


def test_very_long_texts_are_compared_in_bounded_time() -> None:
    (one,) = compare_words("a " * 5_000, "b " * 5_000)
    assert not one.same


OLD = "<html><head><title>Gruß</title></head><body><p>Guten <b>Tag</b> Müller &amp; Söhne</p></body></html>"


def test_a_page_is_marked_where_words_changed_and_nowhere_else() -> None:
    new = OLD.replace("Tag", "Abend").replace("Gruß", "Wort").replace("Söhne", "Töchter")
    before, after = mark_html(OLD, new)
    assert ["Tag", "Söhne"] == re.findall(r"<del[^>]*>(.*?)</del>", before)
    assert ["Abend", "Töchter"] == re.findall(r"<ins[^>]*>(.*?)</ins>", after)
    assert "<title>Gruß</title>" in before
    assert "<title>Wort</title>" in after


@given(TEXTS, TEXTS)
def test_without_its_marks_a_page_is_as_it_was(old: str, new: str) -> None:
    pages = (f"<p>{old}</p><!-- x --><i>{new}</i>", f"<p>{new}</p><!-- y --><i>{new}</i>")
    bare = tuple(re.sub(r"</?(?:ins|del)\b[^>]*>", "", page) for page in mark_html(*pages))
    assert pages == bare


def _page(*boxes: tuple[int, int, int, int]) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    page = np.full((400, 300), 255, np.uint8)
    for x, y, width, height in boxes:
        page[y : y + height, x : x + width] = 0
    return page


def test_areas_that_differ_are_framed_apart_from_top_to_bottom() -> None:
    areas = differing_areas(_page((10, 10, 20, 20)), _page((10, 10, 20, 20), (200, 40, 30, 10), (40, 300, 10, 10)))
    assert 2 == len(areas)
    for area, (x, y, width, height) in zip(areas, ((200, 40, 30, 10), (40, 300, 10, 10)), strict=True):
        assert area.x <= x
        assert area.y <= y
        assert area.x + area.width >= x + width
        assert area.y + area.height >= y + height
        assert area.width * area.height < 4 * 400 * 4


def test_the_same_picture_has_no_frame_and_a_missing_page_is_framed_whole() -> None:
    page = _page((1, 2, 3, 4))
    assert () == differing_areas(page, page.copy())
    assert (Area(0, 0, 300, 400),) == differing_areas(None, page) == differing_areas(page, None)
    assert () == differing_areas(None, None)


def test_a_picture_is_a_png_that_others_read() -> None:
    import zlib  # noqa: PLC0415 — reads the one chunk of pixels back

    page = _page((5, 6, 70, 80))
    data = png(page)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at = data.index(b"IDAT")
    rows = np.frombuffer(zlib.decompress(data[at + 4 : -16]), np.uint8).reshape(400, 301)
    assert {2} == set(rows[:, 0].tolist())
    assert (np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8) == page).all()
