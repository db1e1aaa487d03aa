"""A mail loses bytes that nobody sees, and no others."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.templates.slim_html import slim, without_reset
from tests.shared.templates.sample import MAILS, compiled

OUTLOOK = "<!--[if mso | IE]>{}<![endif]-->"


@pytest.mark.parametrize(
    ("written", "left"),
    [
        pytest.param("color: red; margin: 0 4px;", "color:red;margin:0 4px", id="blanks beside punctuation"),
        pytest.param("font-family: 'Segoe  UI', Arial", "font-family:'Segoe  UI',Arial", id="a font's name stays"),
        pytest.param("width: 100% !important;", "width:100% !important", id="a blank between values stays"),
        pytest.param("a:b;/* keep ; this */", "a:b;/* keep ; this */", id="a comment stays"),
        pytest.param("background:gpq00003z; color: gpq00004z", "background:gpq00003z;color:gpq00004z", id="Liquid"),
    ],
)
def test_declarations_on_a_tag_lose_blanks_only(written: str, left: str) -> None:
    assert f'<td style="{left}">' == slim(f'<td style="{written}">')


@pytest.mark.parametrize(
    ("written", "left"),
    [
        pytest.param("\n .a { color: red; }\n .b { margin: 0 }\n", ".a{color:red}.b{margin:0}", id="indented rules"),
        pytest.param("td a:hover , p :hover {}", "td a:hover,p :hover{}", id="a blank before a pseudo-class stays"),
        pytest.param("div > p + p { }", "div > p + p{}", id="selectors of several parts"),
        pytest.param("@media screen and (min-width: 4px) { }", "@media screen and (min-width:4px){}", id="conditions"),
        pytest.param('.a::after { content: "; } :  "; }', '.a::after{content:"; } :  "}', id="a text stays"),
    ],
)
def test_style_sheets_lose_blanks_only(written: str, left: str) -> None:
    assert f"<style>{left}</style>" == slim(f"<style>{written}</style>")


@pytest.mark.parametrize(
    ("written", "left"),
    [
        pytest.param(OUTLOOK.format("<td>") * 2, OUTLOOK.format("<td><td>"), id="two of Outlook's become one"),
        pytest.param(OUTLOOK.format("<a>") * 3, OUTLOOK.format("<a><a><a>"), id="three as well"),
        pytest.param(f"{OUTLOOK.format('<a>')} {OUTLOOK.format('<b>')}", None, id="a blank between them is content"),
        pytest.param(f"<!--[if lte mso 11]>x<![endif]-->{OUTLOOK.format('y')}", None, id="another condition"),
        pytest.param(f"<!--[if !mso]><!-->x<!--<![endif]-->{OUTLOOK.format('y')}", None, id="everybody else's"),
        pytest.param(f"{OUTLOOK.format('a')}<!--gpq00000z-->{OUTLOOK.format('b')}", None, id="Liquid in between"),
        pytest.param("<p>a:  b; c</p><title>a: b</title>", None, id="what people read"),
        pytest.param('<a title="a: b" href="x">', None, id="other attributes"),
    ],
)
def test_comments_of_one_condition_join_and_everything_else_stays(written: str, left: str | None) -> None:
    assert (left or written) == slim(written)


@given(st.text(st.sampled_from("ab:;{} \"'/*,\n"), max_size=30))
def test_nothing_but_blanks_and_last_semicolons_is_ever_lost(css: str) -> None:
    written = f"<style>{css}</style>"
    left = slim(written)
    assert re.sub(r"[\s;]", "", written) == re.sub(r"[\s;]", "", left)
    assert len(left) <= len(written)


@pytest.mark.parametrize("template_id", MAILS)
def test_the_reset_of_tables_stands_in_the_style_sheet_and_on_no_cell(template_id: str) -> None:
    html = compiled(template_id).html
    assert 1 == html.count("mso-table-lspace")
    assert "table,td{border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt}" in html


def test_a_rule_that_an_author_wrote_for_cells_is_still_inlined() -> None:
    own = "table, td { border-collapse: collapse; color: red; }"
    assert own == without_reset(own)
