"""The demo speaks German and English, word for word the same things."""

import re
from pathlib import Path

import pytest

import guildpost_demo
from guildpost_demo.driver.summary import FIGURES, DealerLine, Summary, render, table
from guildpost_shared.catalog import load
from guildpost_shared.errors import codes

PACKAGE = Path(guildpost_demo.__file__).parent
SOURCES = [path for pattern in ("*.py", "*.html") for path in PACKAGE.rglob(pattern)]


def test_both_languages_know_the_same_texts() -> None:
    assert load("guildpost_demo", "de").ids() == load("guildpost_demo", "en").ids()


def test_every_used_text_and_error_exists() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    used = set(re.findall(r"""["']((?:inbox|demo)\.[a-z_.]*[a-z_])["']""", code)) - {"inbox.html"}
    figures = {f"demo.figure.{figure}" for figure in FIGURES}
    assert used | figures == load("guildpost_demo", "de").ids()
    raised = set(re.findall(r'(?:Unavailable|Conflict|ConfigurationError)\("([a-z_]+)"', code))
    assert set() == raised - codes().keys()


@pytest.mark.parametrize(
    ("contributors", "said"),
    [
        ((), "No round released yet."),
        ((12,), "Released: one round with 12 contributing dealerships"),
        ((12, 12), "Released: 2 rounds with 12 contributing dealerships each"),
        ((12, 10, 11), "Released: 3 rounds with 10–12 contributing dealerships each"),
    ],
    ids=["none", "one", "two alike", "three"],
)
def test_the_summary_has_a_line_per_dealer_a_total_and_one_for_all_rounds(
    contributors: tuple[int, ...], said: str
) -> None:
    lines = tuple(DealerLine(name, (1, 2, 3, 4, 5, 6, 7, 8)) for name in ("A", "B"))
    text = render(Summary(lines, contributors, 0), load("guildpost_demo", "en"))
    assert re.search(r"Together +2 +4 +6 +8 +10 +12 +14 +16", text)
    assert [said] == [line for line in text.splitlines() if "elease" in line]


def test_a_table_aligns_names_left_and_figures_right() -> None:
    assert "a    n\n──  ──\nx    5\nyy  55" == table(["a", "n"], [["x", "5"], ["yy", "55"]])
