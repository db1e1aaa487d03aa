"""The dealer's pages and the brand console in a real browser: log in as a person does, then look at every page.

``GUILDPOST_SCREENSHOTS=folder`` keeps the pictures.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from guildpost_shared.web.serving import WebServer
from tests.agent.web.dealership import CALL, EVIL, EVIL_LETTER, EVIL_MAIL, LETTER, MAIL, Dealership
from tests.coordinator.web.network import Network
from tests.e2e.browser import Tab, open_tab
from tests.e2e.page_checks import CONTRAST, OVERFLOW, STRUCTURE
from tests.factories.agent import a_config
from tests.shared.web.visitor import World

pytestmark = pytest.mark.browser

WIDTHS: Final = (1280, 390)
DEALER_PAGES: Final = {
    "week": "/",
    "day": "/days/2027-03-01",
    "mail": f"/messages/{MAIL}",
    "letter": f"/messages/{LETTER}",
    "calls": "/calls",
    "call": f"/calls/{CALL}",
    "replies": "/replies",
    "insights": "/insights",
    "ledger": "/ledger",
}
CONSOLE_PAGES: Final = {"network": "/", "catalogue": "/catalogue", "learning": "/learning"}

HEADING: Final = (
    "(() => { const b = document.querySelector('h1').getBoundingClientRect(); return b.width * b.height })()"
)


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with open_tab() as tab:
        tab.watch()
        yield tab


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("GUILDPOST_SCREENSHOTS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_in(tab: Tab, world: World, address: str) -> None:
    """Open the link and press the button."""
    tab.visit(f"{address}/login/{world.gatekeeper.issue_link()}")
    tab.call("Runtime.evaluate", expression="document.querySelector('button.primary').click()")
    tab.wait_for("Page.loadEventFired")


def look(
    tab: Tab, address: str, path: str, pictures: Path, name: str, *, languages: tuple[str, ...] = ("de", "en")
) -> None:
    """Open a page in both languages and widths; check what a machine can, and keep a picture for people."""
    for language in languages:
        for width in WIDTHS:
            tab.troubles.clear()
            tab.resize(width)
            tab.visit(f"{address}{path}?lang={language}")
            (pictures / f"{name}-{language}-{width}.png").write_bytes(tab.picture())
            assert language == tab.ask("document.documentElement.lang")
            assert 0 == tab.ask(OVERFLOW), f"{name} {language} {width}: the page is wider than the screen"
            assert 0 != tab.ask(HEADING), "the heading is invisible"
            assert "" == tab.ask(CONTRAST)
            assert "" == tab.ask(STRUCTURE)
            # the browser reports a page that is an error by its status; anything else is a fault of ours
            assert [] == [line for line in tab.troubles if "the server responded with a status of 40" not in line]


@pytest.fixture(scope="module")
def dealer(tmp_path_factory: pytest.TempPathFactory, tab: Tab) -> Iterator[str]:
    dealership = Dealership(tmp_path_factory.mktemp("dealer"), config=a_config())
    server = WebServer(dealership.app, host="127.0.0.1", port=0)
    server.start()
    address = f"http://127.0.0.1:{server.port}"
    log_in(tab, dealership, address)
    yield address
    server.stop()
    dealership.close()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, tab: Tab) -> Iterator[str]:
    network = Network(tmp_path_factory.mktemp("console"))
    server = WebServer(network.app, host="127.0.0.1", port=0)
    server.start()
    address = f"http://127.0.0.1:{server.port}"
    log_in(tab, network, address)
    yield address
    server.stop()
    network.close()


def test_a_person_logs_in_with_the_link_and_out_again(tab: Tab, tmp_path: Path, pictures: Path) -> None:
    dealership = Dealership(tmp_path, filled=False)
    server = WebServer(dealership.app, host="127.0.0.1", port=0)
    server.start()
    address = f"http://127.0.0.1:{server.port}"
    try:
        look(tab, address, "/", pictures, "login-needed")
        look(tab, address, f"/login/{dealership.gatekeeper.issue_link()}", pictures, "login")
        log_in(tab, dealership, address)
        assert "/" == tab.ask("location.pathname")
        assert "" == tab.ask("document.cookie"), "no script could read the session"
        look(tab, address, "/", pictures, "week-empty")
        look(tab, address, "/messages/unknown", pictures, "unknown")
        tab.call("Runtime.evaluate", expression="document.querySelector('form[action=\"/logout\"] button').click()")
        tab.wait_for("Page.loadEventFired")
        assert None is tab.ask("document.querySelector('nav')?.outerHTML"), "logged out"
    finally:
        server.stop()
        dealership.close()


@pytest.mark.parametrize("name", DEALER_PAGES)
def test_a_dealers_page_is_readable_on_desk_and_phone_in_both_languages(
    dealer: str, tab: Tab, pictures: Path, name: str
) -> None:
    look(tab, dealer, DEALER_PAGES[name], pictures, f"dealer-{name}")


@pytest.mark.parametrize("touchpoint", [EVIL_MAIL, EVIL_LETTER])
def test_a_name_that_is_a_script_is_shown_as_a_name(dealer: str, tab: Tab, pictures: Path, touchpoint: str) -> None:
    look(tab, dealer, f"/messages/{touchpoint}", pictures, touchpoint, languages=("de",))
    assert EVIL in str(tab.ask("document.querySelector('h1').textContent"))


@pytest.mark.parametrize("width", [560, 358])
@pytest.mark.parametrize("touchpoint", [MAIL, LETTER])
def test_a_preview_fits_its_frame_on_desk_and_phone(
    dealer: str, tab: Tab, pictures: Path, touchpoint: str, width: int
) -> None:
    tab.troubles.clear()
    tab.resize(width)
    tab.visit(f"{dealer}/messages/{touchpoint}/preview")
    (pictures / f"preview-{touchpoint}-{width}.png").write_bytes(tab.picture())
    assert 0 == tab.ask(OVERFLOW)
    assert "" == tab.ask(CONTRAST)
    assert [] == tab.troubles


def test_a_network_that_teaches_something_shows_it(tab: Tab, tmp_path: Path, pictures: Path) -> None:
    network = Network(tmp_path, teaching=True)
    server = WebServer(network.app, host="127.0.0.1", port=0)
    server.start()
    try:
        address = f"http://127.0.0.1:{server.port}"
        log_in(tab, network, address)
        look(tab, address, "/learning", pictures, "learning-teaching", languages=("de",))
        assert True is tab.ask("document.querySelector('svg .line') !== null"), "the points are joined to a curve"
    finally:
        server.stop()
        network.close()


@pytest.mark.parametrize("name", CONSOLE_PAGES)
def test_a_brands_page_is_readable_on_desk_and_phone_in_both_languages(
    console: str, tab: Tab, pictures: Path, name: str
) -> None:
    look(tab, console, CONSOLE_PAGES[name], pictures, f"console-{name}")


def test_a_dealer_and_the_console_are_open_side_by_side(dealer: str, console: str, tab: Tab) -> None:
    for address in (dealer, console, dealer):
        tab.visit(f"{address}/")
        assert True is tab.ask("document.querySelector('nav') !== null"), "still logged in"
