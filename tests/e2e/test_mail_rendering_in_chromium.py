"""The sample mails as a person sees them, on a telephone and on a desk."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from guildpost_shared.errors import Language
from guildpost_shared.templates.context import MessageContext
from tests.e2e.browser import Tab, open_tab
from tests.shared.templates.sample import MAILS, mail_template

pytestmark = pytest.mark.browser

WIDTHS = (375, 800)
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


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    """Keep one browser open for all pictures."""
    with open_tab() as opened:
        yield opened


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


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", ["sample", "long"])
@pytest.mark.parametrize("template_id", MAILS)
def test_a_mail_can_be_read_without_scrolling_sideways(tab: Tab, template_id: str, case: str, width: int) -> None:
    template = mail_template(template_id)
    context = template.manifest.sample if case == "sample" else _worst_case(template_id)
    tab.show(template.render(context).html, width)
    _keep(tab.picture(), f"{template_id.replace('/', '-')}-{case}-{width}")
    assert width == tab.ask("document.documentElement.clientWidth")
    assert tab.ask("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_text_is_visible_large_enough_and_strong_enough(tab: Tab, language: Language, width: int) -> None:
    template = mail_template(f"hu_au/1/email.{language}")
    tab.show(template.render(template.manifest.sample).html, width)
    texts: list[dict[str, float | str]] = json.loads(str(tab.ask(TEXTS)))
    shown = " ".join(str(text["text"]) for text in texts)
    for part in (
        "Größmann-Öztürk",
        "Vela Kombi",
        "LA-ÄG 427",
        "HRB 00000",
        "§" if language == "de" else "section 7(3)",
    ):
        assert part in shown
    faint = [t for t in texts if float(t["contrast"]) < 4.5 or float(t["size"]) < 13 or float(t["height"]) < 10]
    outside = [t for t in texts if float(t["left"]) < 12 or float(t["right"]) > width - 12]
    assert ([], []) == (faint, outside)


def test_the_button_is_large_enough_for_a_thumb(tab: Tab) -> None:
    template = mail_template(MAILS[0])
    tab.show(template.render(template.manifest.sample).html, 375)
    height = tab.ask("document.querySelector('a[href*=\"/a/\"]').getBoundingClientRect().height")
    assert isinstance(height, int | float)
    assert height >= 44


def test_a_mail_loads_nothing_and_runs_nothing(tab: Tab) -> None:
    template = mail_template(MAILS[0])
    tab.show(template.render(template.manifest.sample).html, 800)
    assert tab.ask("performance.getEntriesByType('resource').length") == 0
    assert tab.ask("document.scripts.length + document.images.length + document.forms.length") == 0
