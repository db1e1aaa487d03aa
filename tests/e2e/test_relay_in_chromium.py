"""The relay's pages in a real browser, as customers meet them: readable, operable by keyboard, without a script.

Each page is checked by axe-core against WCAG 2.2 A and AA, and for what axe does not see: reflow at 320 CSS pixels,
text spacing (1.4.12), the size of targets (2.5.8), the order and the visibility of focus (2.4.3, 2.4.7).
``GUILDPOST_SCREENSHOTS=folder`` keeps the pictures.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, cast

import pytest

from guildpost_shared.answers.events import Answer, AnswerEvent
from guildpost_shared.answers.tokens import Use
from guildpost_shared.answers.wishes import Liked, Topic, Way, Wishes
from tests.e2e.browser import Tab, open_tab
from tests.e2e.page_checks import OVERFLOW, audit
from tests.factories.relay_dealer import RelayDealer
from tests.factories.sending_world import NOW
from tests.factories.tls_files import make_tls_files
from tests.fakes.relay_server import RelayServer

pytestmark = pytest.mark.browser

WIDTHS: Final = (1280, 320)
PERSON: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36"
SMALL: Final = """
[...document.querySelectorAll('a, button, select, input:not([type=hidden])')].filter((e) => e.checkVisibility())
  .map((e) => [e.getBoundingClientRect(), e]).filter(([box]) => box.height < 24 || box.width < 24)
  .map(([box, e]) => `${e.textContent.trim()} ${box.width}x${box.height}`).join(' | ')
"""
SPACING: Final = """
document.querySelectorAll('body *').forEach((e) => {
  for (const [name, value] of [['line-height', '1.5'], ['letter-spacing', '0.12em'], ['word-spacing', '0.16em']])
    e.style.setProperty(name, value, 'important');
  if (e.tagName === 'P') e.style.setProperty('margin-bottom', '2em', 'important');
})
"""
CLIPPED: Final = """
[...document.querySelectorAll('button, p, h1, h2, legend, label, a')].filter((e) => e.checkVisibility())
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map((e) => e.textContent.trim()).join(' | ')
"""
CUT_SHORT: Final = """
(() => {
  const pen = document.createElement('canvas').getContext('2d'), arrow = 20;
  return [...document.querySelectorAll('select')].flatMap((select) => {
    const style = getComputedStyle(select);
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
    pen.font = style.font;
    return [...select.options].map((option) => option.text).filter((text) => pen.measureText(text).width > room);
  }).join(' | ');
})()
"""
REACHABLE: Final = """
[...document.querySelectorAll('a, button, select, input:not([type=hidden])')].filter((e) => e.checkVisibility())
  .map((e, n) => { e.dataset.number = n; return n; }).length
"""
FOCUS: Final = """
(() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return `${e.dataset.number} ${seen}`;
})()
"""


@dataclass
class Street:
    """A relay with one dealer, and a browser that is nobody's scanner."""

    relay: RelayServer
    dealer: RelayDealer
    tab: Tab
    pictures: Path

    def visit(self, path: str, width: int = 1280) -> None:
        """Open a page of the relay."""
        self.tab.troubles.clear()
        self.tab.resize(width)
        self.tab.visit(f"{self.relay.url}{path}")

    def token(self) -> str:
        return self.dealer.token_from(NOW)

    def heard(self) -> list[AnswerEvent]:
        """Open what waits for the dealer, and take it away."""
        rows = self.relay.store.answers(self.dealer.card.key_id, 0, 1000)
        self.relay.store.delete(self.dealer.card.key_id, [row.seq for row in rows])
        return [self.dealer.open(row.token_id, row.sealed) for row in rows]

    def press(self, key: str) -> None:
        """Press a key."""
        code = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40}[key]
        text = {"Enter": "\r", " ": " "}.get(key, "")
        named = {"key": key, "windowsVirtualKeyCode": code, "code": "Space" if key == " " else key}
        self.tab.call("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        self.tab.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def focus(self, selector: str) -> None:
        """Go from control to control with the tabulator until one is reached."""
        for _ in range(60):
            self.press("Tab")
            if self.tab.ask(f"document.activeElement.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"{selector} is out of reach")

    def scripts(self, *, run: bool) -> None:
        """Let scripts run or not."""
        self.tab.call("Emulation.setScriptExecutionDisabled", value=not run)

    def audit(self) -> list[str]:
        """Let axe look at the page."""
        return audit(self.tab)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    kept = os.environ.get("GUILDPOST_SCREENSHOTS")
    pictures = Path(kept) if kept else tmp_path_factory.mktemp("pictures")
    pictures.mkdir(parents=True, exist_ok=True)
    tls, dealer = make_tls_files(tmp_path_factory.mktemp("tls")), RelayDealer()
    with RelayServer(tmp_path_factory.mktemp("relay"), tls, NOW) as relay, open_tab() as tab:
        relay.store.admit(dealer.card)
        tab.watch()
        tab.call("Security.setIgnoreCertificateErrors", ignore=True)
        tab.call("Network.setUserAgentOverride", userAgent=PERSON, acceptLanguage="de-DE")
        yield Street(relay, dealer, tab, pictures)


def look(street: Street, path: str, name: str, status: int = 200) -> None:
    """Check a page in both languages, wide and narrow."""
    for language in ("de", "en"):
        for width in WIDTHS:
            street.visit(f"{path}?lang={language}", width)
            (street.pictures / f"relay-{name}-{language}-{width}.png").write_bytes(street.tab.picture())
            assert language == street.tab.ask("document.documentElement.lang")
            expected = [] if status == 200 else [f"status of {status}"]
            assert len(expected) == len([line for line in street.tab.troubles if all(e in line for e in expected)])
            check(street)


def check(street: Street) -> None:
    """Check the page that is open."""
    assert 0 == street.tab.ask(OVERFLOW)
    assert "" == street.tab.ask(SMALL)
    assert [] == street.audit()
    street.tab.ask(SPACING)
    assert (0, "") == (street.tab.ask(OVERFLOW), street.tab.ask(CLIPPED))


PAGES: Final = {"answer": "/a/{}", "unsubscribe": "/u/{}", "preferences": "/p/{}", "about": "/"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_both_languages_wide_and_narrow(street: Street, name: str) -> None:
    look(street, PAGES[name].format(street.token()), name)
    street.heard()


def test_the_confirmation_of_an_opt_in_and_a_dead_link_are_accessible_too(street: Street) -> None:
    look(street, f"/o/{street.dealer.token(NOW + timedelta(days=7), Use.CONFIRMATION)}", "confirm")
    look(street, "/a/nonsense", "dead-link", 404)


@pytest.mark.parametrize("colour", ["#ffcc00", "#e2001a", "#777777", "#000000", "#ffffff"])
def test_every_brand_s_colour_stays_readable(street: Street, colour: str) -> None:
    brand = RelayDealer(f"farbe {colour[1:]}", colour)
    street.relay.store.admit(brand.card)
    street.visit(f"/a/{brand.token_from(NOW)}", 390)
    (street.pictures / f"relay-colour-{colour[1:]}.png").write_bytes(street.tab.picture())
    assert [] == street.audit()
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    assert f"rgb{wanted}" == street.tab.ask("getComputedStyle(document.querySelector('header')).backgroundColor")


@pytest.mark.parametrize("path", ["/a/{}", "/p/{}", "/u/{}"])
def test_the_keyboard_reaches_every_control_in_order_and_one_sees_where_one_is(street: Street, path: str) -> None:
    street.visit(path.format(street.token()), 390)
    count = cast("int", street.tab.ask(REACHABLE))
    seen = []
    for _ in range(count):
        street.press("Tab")
        seen.append(street.tab.ask(FOCUS))
    assert [f"{number} true" for number in range(count)] == seen
    street.heard()


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_is_given_with_the_keyboard_alone_and_without_a_script(street: Street, answer: Answer) -> None:
    token = street.token()
    street.visit(f"/a/{token}", 390)
    street.scripts(run=False)
    try:
        street.focus(f"button[value={answer.value}]")
        street.press("Enter")
        street.tab.wait_for("Page.loadEventFired")
    finally:
        street.scripts(run=True)
    assert [(answer, token)] == [(event.value, event.token) for event in street.heard()]
    assert "Vielen Dank" == street.tab.ask("document.querySelector('h1').textContent")
    (street.pictures / f"relay-thanks-{answer.value}.png").write_bytes(street.tab.picture())
    check(street)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_choice_can_be_read_to_its_end_once_it_is_chosen(street: Street, language: str, width: int) -> None:
    street.visit(f"/p/{street.token()}?lang={language}", width)
    assert "" == street.tab.ask(CUT_SHORT)
    street.heard()


def test_wishes_are_chosen_with_the_keyboard_alone_and_without_a_script(street: Street) -> None:
    street.visit(f"/p/{street.token()}", 390)
    street.heard()
    street.scripts(run=False)
    try:
        street.focus("#offers-phone")
        street.press("ArrowDown")
        street.press("ArrowDown")
        street.focus("#liked")
        street.press("ArrowDown")
        street.focus("button.main")
        street.press("Enter")
        street.tab.wait_for("Page.loadEventFired")
    finally:
        street.scripts(run=True)
    (event,) = street.heard()
    assert isinstance(event.value, Wishes)
    assert (frozenset({(Topic.OFFERS, Way.PHONE)}), frozenset()) == (event.value.no, event.value.yes)
    assert Liked.EMAIL == event.value.liked
    check(street)


def test_a_form_that_was_sent_empty_says_so_at_the_top_and_in_the_title(street: Street) -> None:
    street.visit(f"/p/{street.token()}", 320)
    street.tab.call("Runtime.evaluate", expression="document.querySelector('button.main').click()")
    street.tab.wait_for("Page.loadEventFired")
    (street.pictures / "relay-preferences-missing.png").write_bytes(street.tab.picture())
    assert str(street.tab.ask("document.title")).startswith("Noch nicht gesendet")
    assert "Bitte wählen" in str(street.tab.ask("document.querySelector('[role=alert]').textContent"))
    check(street)
    street.heard()


def test_nothing_but_the_style_sheet_is_loaded_and_nothing_runs(street: Street) -> None:
    street.visit(f"/a/{street.token()}")
    loaded = street.tab.ask("performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname).join(' ')")
    assert f"/style/{street.dealer.card.key_id.hex()}.css" == loaded
    assert ("", 0) == (street.tab.ask("document.cookie"), street.tab.ask("document.scripts.length"))
    street.tab.call("Runtime.evaluate", expression="document.body.insertAdjacentHTML('beforeend', '<img src=//x>')")
    assert any("Content Security Policy" in line for line in street.tab.troubles)
