"""The sample mails as a person sees them, on a telephone and on a desk."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from guildpost_shared.templates.context import MessageContext
from tests.e2e.browser import Tab, open_tab
from tests.shared.templates.sample import mail_template
from tests.shared.templates.test_standard_messages import MAILS

pytestmark = pytest.mark.browser

WIDTHS = (360, 640)
# Every line of text that a reader sees: at least 13 px high, inside the screen, contrast as WCAG 2.2 AA wants it.
TEXTS = """
(() => {
  const lum = c => { const f = c.slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * f[0] + .7152 * f[1] + .0722 * f[2] };
  const rgb = s => (s.match(/[0-9.]+/g) || []).map(Number);
  const back = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c } return [255, 255, 255] };
  const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; (n = walk.nextNode());) {
    const e = n.parentElement, s = getComputedStyle(e);
    if (!n.data.trim() || e.closest('[style*="display:none"], [style*="display: none"]')) continue;
    const range = document.createRange(); range.selectNodeContents(n); const box = range.getBoundingClientRect();
    const [a, b] = [lum(rgb(s.color)), lum(back(e))].sort((x, y) => y - x);
    out.push({ text: n.data.trim(), size: parseFloat(s.fontSize), left: box.left, right: box.right,
      height: box.height, contrast: (a + .05) / (b + .05) });
  }
  return JSON.stringify(out);
})()
"""


# The page's own background is dark.
IS_DARK = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).every(part => part < 100)"
# Boxes with a colour of their own in which nothing is to be read.
EMPTY_BOXES = """
JSON.stringify([...document.querySelectorAll('td[style*="#f3f5f6"], li, p, h1')]
  .filter(box => !box.innerText.trim()).map(box => box.outerHTML.slice(0, 80)))
"""
# What each picture must show, besides the words of its own subject.
MUST = ("Größmann-Öztürk", "HRB 00000", "Käthe Lindner, Jörg Weiß", "Mia Größl")


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    """Keep one browser open for all pictures."""
    with open_tab() as opened:
        yield opened


def _show(tab: Tab, html: str, width: int, scheme: str = "light") -> None:
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.show(html, width)


def _worst_case(template_id: str) -> MessageContext:
    """Fill the sample with long values."""
    sample = mail_template(template_id).manifest.sample
    vehicle = replace(sample.vehicle, model="Vela Langstreckenkombi Doppelkupplungsgetriebe Sportausstattung")
    dealer = replace(
        sample.dealer,
        name="Autohaus Größmann-Öztürk & Söhne Kraftfahrzeughandelsgesellschaft",
        imprint=(*sample.dealer.imprint, "kundendienst-terminvereinbarung@autohaus-groessmann-oeztuerk.example"),
    )
    return replace(sample, vehicle=vehicle, dealer=dealer, estimated=True)


def _keep(picture: bytes, name: str) -> None:
    """Keep the picture where GUILDPOST_SCREENSHOTS names a folder."""
    folder = os.environ.get("GUILDPOST_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, f"{name}.png").write_bytes(picture)


@pytest.mark.parametrize(
    ("case", "width", "scheme"),
    [*product(["sample"], WIDTHS, ["light", "dark"]), ("long", 360, "light")],
    ids=str,
)
@pytest.mark.parametrize("template_id", MAILS)
def test_a_mail_can_be_read_on_every_screen(tab: Tab, template_id: str, case: str, width: int, scheme: str) -> None:
    template = mail_template(template_id)
    context = template.manifest.sample if case == "sample" else _worst_case(template_id)
    _show(tab, template.render(context).html, width, scheme)
    _keep(tab.picture(), f"{template_id.replace('/', '-')}-{case}-{width}-{scheme}")
    assert width == tab.ask("document.documentElement.clientWidth")
    assert tab.ask("document.documentElement.scrollWidth") == width
    texts: list[dict[str, float | str]] = json.loads(str(tab.ask(TEXTS)))
    faint = [t for t in texts if float(t["contrast"]) < 4.5 or float(t["size"]) < 13 or float(t["height"]) < 10]
    outside = [t for t in texts if float(t["left"]) < 12 or float(t["right"]) > width - 12]
    assert ([], []) == (faint, outside)
    shown = " ".join(str(text["text"]) for text in texts)
    assert [] == [part for part in (*MUST, context.legal_basis) if part not in shown]
    assert not re.search(r"[{}�]|Ã.|--&gt;|None|undefined", shown)
    assert (width, scheme == "dark") == (tab.ask("innerWidth"), tab.ask(IS_DARK))


@pytest.mark.parametrize("template_id", MAILS)
def test_no_block_stands_empty_whatever_is_missing(tab: Tab, template_id: str) -> None:
    template = mail_template(template_id)
    sample = template.manifest.sample
    bare = replace(
        sample,
        slots={},
        also_due=(),
        offers=(),
        cancelled=(),
        warranty_month="",
        season="",
        vehicle=replace(sample.vehicle, plate=""),
        links=replace(sample.links, payment="", invoice=""),
    )
    _show(tab, template.render(bare).html, 360)
    assert [] == json.loads(str(tab.ask(EMPTY_BOXES)))


@pytest.mark.parametrize(
    "template_id", [one for one in MAILS if "links.answer" in mail_template(one).manifest.required]
)
def test_the_button_is_large_enough_for_a_thumb(tab: Tab, template_id: str) -> None:
    template = mail_template(template_id)
    _show(tab, template.render(template.manifest.sample).html, 360)
    height = tab.ask("document.querySelector('.button a').getBoundingClientRect().height")
    assert isinstance(height, int | float)
    assert height >= 44


@pytest.mark.parametrize("template_id", MAILS)
def test_a_mail_loads_nothing_and_runs_nothing(tab: Tab, template_id: str) -> None:
    template = mail_template(template_id)
    _show(tab, template.render(template.manifest.sample).html, 640)
    assert tab.ask("performance.getEntriesByType('resource').length") == 0
    assert tab.ask("document.scripts.length + document.images.length + document.forms.length") == 0


@pytest.mark.parametrize("template_id", MAILS)
def test_outlook_keeps_its_own_tables(template_id: str) -> None:
    html = mail_template(template_id).render(mail_template(template_id).manifest.sample).html
    opened, closed = html.count("<!--[if"), html.count("<![endif]-->")
    assert opened == closed > 5
    assert "<!--[if mso | IE]><table" in html
    assert "o:PixelsPerInch" in html
