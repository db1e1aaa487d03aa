"""Previews and comparisons in a real browser, opened as files: what a machine can see of their looks and access.

Each page is checked by axe-core against WCAG 2.2 A and AA, at two widths, in both languages.
``GUILDPOST_SCREENSHOTS=folder`` keeps the pictures.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from guildpost_coordinator.cli import main
from tests.coordinator.preview.material import a_folder, a_newer_folder
from tests.e2e.browser import Tab, open_tab
from tests.e2e.page_checks import CONTRAST, OVERFLOW, STRUCTURE, audit

pytestmark = pytest.mark.browser

WIDTHS: Final = (1280, 390)
PAGES: Final = {
    "index": "all/index.html",
    "mail": "all/hu_au-1-email-de/index.html",
    "letter": "all/hu_au-1-letter-de/index.html",
    "call": "all/lease_end-1-call-de/index.html",
    "script": "all/lease_end-1-call-de/warm/ehepaar.html",
    "changes": "diff/index.html",
    "changed-mail": "diff/hu_au-2-email-de/index.html",
    "changed-letter": "diff/hu_au-2-letter-de/index.html",
    "changed-faulty": "diff/hu_au-2-email-en/index.html",
    "changed-call": "diff/lease_end-1-call-de/index.html",
}
# Text that touches or leaves the edge of its own box, and boxes of no size.
BROKEN: Final = """
[...document.querySelectorAll('img, svg.sheet, iframe')].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width < 100 || box.height < 100 || (e.tagName === 'IMG' && !e.naturalWidth);
}).map((e) => e.outerHTML.slice(0, 80)).join(' | ')
"""
FRAMES: Final = (
    "[...document.querySelectorAll('svg.sheet')].map((e) => e.querySelectorAll('rect').length / 2).join(',')"
)


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with open_tab() as tab:
        tab.watch()
        yield tab


@pytest.fixture(scope="module", params=["de", "en"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a preview and a comparison of the sample brand's material in one language."""
    folder = tmp_path_factory.mktemp(f"preview-{request.param}")
    old, new = a_folder(folder / "old"), a_newer_folder(folder / "new")
    language = ("--lang", str(request.param))
    assert 1 == main(["preview", str(new), "--out", str(folder / "failed"), *language])
    assert 0 == main(["preview", str(old), "--out", str(folder / "all"), *language])
    assert 1 == main(["preview", "--against", str(old), str(new), "--out", str(folder / "diff"), *language])
    return folder


def _keep(picture: bytes, name: str) -> None:
    kept = os.environ.get("GUILDPOST_SCREENSHOTS")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        Path(kept, f"{name}.png").write_bytes(picture)


@pytest.mark.parametrize("page", [*PAGES, "failed"])
def test_a_page_can_be_read_and_used_by_everybody(tab: Tab, made: Path, page: str) -> None:
    path = made / PAGES.get(page, "failed/index.html")
    language = made.name.split("-")[1][:2]
    for width in WIDTHS:
        tab.troubles.clear()
        tab.resize(width)
        tab.visit(path.as_uri())
        _keep(tab.picture(), f"preview-{page}-{language}-{width}")
        assert language == tab.ask("document.documentElement.lang")
        assert 0 == tab.ask(OVERFLOW), f"{page} {width}: wider than the screen"
        assert "" == tab.ask(BROKEN)
        assert "" == tab.ask(CONTRAST)
        assert "" == tab.ask(STRUCTURE)
        assert [] == audit(tab)
        assert [] == tab.troubles


def test_what_changed_is_framed_in_both_pictures_of_a_letter(tab: Tab, made: Path) -> None:
    tab.resize(1280)
    tab.visit((made / PAGES["changed-letter"]).as_uri())
    frames = [int(count) for count in str(tab.ask(FRAMES)).split(",")]
    assert frames
    assert frames[::2] == frames[1::2]
    assert 1 <= max(frames) <= 6


def test_old_stands_left_of_new_and_marks_do_not_rest_on_colour_alone(tab: Tab, made: Path) -> None:
    tab.resize(1280)
    tab.visit((made / PAGES["changed-mail"]).as_uri())
    sides = "[...document.querySelector('.sides').children].map((e) => e.getBoundingClientRect().left)"
    left, right = json.loads(str(tab.ask(f"JSON.stringify({sides})")))
    assert left < right
    line = "getComputedStyle(document.querySelector('.text {}')).textDecorationLine"
    assert ("line-through", "underline") == (tab.ask(line.format("del")), tab.ask(line.format("ins")))
