"""What was learned in a real browser, as files and beside a dealer's own: looks and access at two widths, and on paper.

``GUILDPOST_SCREENSHOTS=folder`` keeps the pictures.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from guildpost_coordinator.domain.insights import studies_of
from guildpost_coordinator.web.insight_files import insight_files
from tests.agent.web.dealership import Dealership
from tests.e2e.browser import Tab, open_tab
from tests.e2e.page_checks import CONTRAST, OVERFLOW, STRUCTURE, audit
from tests.factories.releases import a_release, every_release
from tests.shared.web.visitor import visiting

pytestmark = pytest.mark.browser

WIDTHS: Final = (1280, 1160, 400)
PAGES: Final = ("index.html", "index.en.html", "lift_2027-01-01_2027-03-31.html")
# Words in a picture that leave it to the left or right, other than in a picture that scrolls.
CUT: Final = """
[...document.querySelectorAll('svg.chart')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter((t) => {
    const box = t.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1;
  }).map((t) => t.textContent);
}).join(' | ')
"""
# Figures written over one another in a grid.
CROWDED: Final = """
[...document.querySelectorAll('svg.chart:not(.fluid) text.covered, text.interval')].filter(
  (t) => t.getBoundingClientRect().width > 51).map((t) => t.textContent).join(' | ')
"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with open_tab() as tab:
        tab.watch()
        yield tab


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("insights")
    studies = studies_of([*every_release(), a_release("lift", 2)])
    for name, contents in insight_files("Arvana", studies, ZoneInfo("Europe/Berlin")):
        (folder / name).write_bytes(contents)
    return folder


@pytest.fixture(scope="module")
def dealer(tmp_path_factory: pytest.TempPathFactory, tab: Tab) -> Iterator[str]:
    """Serve a dealership's pages, logged in."""
    dealership = Dealership(tmp_path_factory.mktemp("dealer"))
    with visiting(dealership.app) as visitor:
        tab.visit(f"{visitor.origin}/login/{dealership.gatekeeper.issue_link()}")
        tab.call("Runtime.evaluate", expression="document.querySelector('button.primary').click()")
        tab.wait_for("Page.loadEventFired")
        yield visitor.origin
    dealership.close()


@pytest.mark.parametrize("page", PAGES)
def test_what_was_learned_can_be_read_by_everybody(tab: Tab, made: Path, page: str) -> None:
    for width in WIDTHS:
        tab.troubles.clear()
        tab.resize(width)
        tab.visit((made / page).as_uri())
        _keep(tab, f"insights-{page}-{width}")
        assert 0 == tab.ask(OVERFLOW), f"{page} {width}: wider than the screen"
        assert "" == tab.ask(CUT)
        assert "" == tab.ask(CROWDED)
        assert "" == tab.ask(CONTRAST)
        assert "" == tab.ask(STRUCTURE)
        assert [] == tab.troubles
    assert [] == audit(tab)


@pytest.mark.parametrize("study", ["slot-lead", "lift", "learned-times", "pressure"])
def test_a_dealers_figures_beside_the_networks_can_be_read_by_everybody(tab: Tab, dealer: str, study: str) -> None:
    for width in WIDTHS:
        tab.troubles.clear()
        tab.resize(width)
        tab.visit(f"{dealer}/insights/{study}?lang=de")
        _keep(tab, f"dealer-{study}-{width}")
        assert 0 == tab.ask(OVERFLOW), f"{study} {width}: wider than the screen"
        assert "" == tab.ask(CUT)
        assert "" == tab.ask(CONTRAST)
        assert "" == tab.ask(STRUCTURE)
        assert [] == tab.troubles
    assert [] == audit(tab)


def test_on_paper_no_picture_is_cut_off(tab: Tab, made: Path) -> None:
    tab.resize(720)
    tab.visit((made / "index.html").as_uri())
    tab.call("Emulation.setEmulatedMedia", media="print")
    try:
        _keep(tab, "insights-paper")
        wide = "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"
        assert 0 == tab.ask(wide)
        assert 0 == tab.ask(OVERFLOW)
    finally:
        tab.call("Emulation.setEmulatedMedia", media="")


def _keep(tab: Tab, name: str) -> None:
    """Keep a picture for people, where somebody wants it."""
    kept = os.environ.get("GUILDPOST_SCREENSHOTS")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        Path(kept, f"{name}.png").write_bytes(tab.picture())
