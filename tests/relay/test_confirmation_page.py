"""The page that confirms an opt-in, seen from the internet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from guildpost_shared.answers.events import Answer, AnswerEvent, EventKind
from guildpost_shared.answers.tokens import Use
from tests.factories.relay_dealer import RelayDealer
from tests.factories.sending_world import NOW
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.relay_server import RelayServer

YES = {"confirm": "yes"}
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@dataclass(frozen=True)
class Visit:
    """A relay with one dealer, a browser, and a genuine confirmation link that holds for a week."""

    relay: RelayServer
    dealer: RelayDealer
    browser: httpx.Client
    link: str

    def events(self) -> list[AnswerEvent]:
        """Open what waits for the dealer."""
        rows = self.relay.store.answers(self.dealer.card.key_id, 0, 1000)
        return [self.dealer.open(row.token_id, row.sealed) for row in rows]


@pytest.fixture
def visit(tmp_path: Path, tls: TlsFiles) -> Iterator[Visit]:
    dealer = RelayDealer()
    with RelayServer(tmp_path, tls, NOW) as relay, relay.browser() as browser:
        relay.store.admit(dealer.card)
        yield Visit(relay, dealer, browser, f"/o/{dealer.token(NOW + WEEK, Use.CONFIRMATION)}")


@pytest.mark.parametrize(("language", "button"), [("de", "Ja, ich bestätige"), ("en", "Yes, I confirm")])
def test_opening_the_link_shows_a_button_and_changes_nothing(visit: Visit, language: str, button: str) -> None:
    replies = [
        visit.browser.request(method, visit.link, headers={"Accept-Language": language}) for method in ("HEAD", "GET")
    ]
    assert [200, 200] == [reply.status_code for reply in replies]
    assert (button, [], 1) == (
        re.findall('value="yes" class="main">(.*)</button>', replies[1].text)[0],
        visit.events(),
        replies[1].text.count("<form"),
    )
    assert "Autohaus Muster" in replies[1].text


def test_the_button_confirms_once_however_often_it_is_pressed(visit: Visit) -> None:
    pages = {(reply.status_code, reply.text) for reply in (visit.browser.post(visit.link, data=YES) for _ in range(3))}

    (event,) = visit.events()
    assert 1 == len(pages)
    assert (EventKind.CONFIRM, None, NOW) == (event.kind, event.value, event.at)


@pytest.mark.parametrize("form", [{}, {"confirm": "no"}, {"List-Unsubscribe": "One-Click"}], ids=["none", "no", "mail"])
def test_a_post_without_the_button_asks_again(visit: Visit, form: dict[str, str]) -> None:
    reply = visit.browser.post(visit.link, data=form)
    assert (400, 1, []) == (reply.status_code, reply.text.count('role="alert"'), visit.events())


def test_unknown_forged_expired_and_other_tokens_show_one_friendly_page_and_change_nothing(visit: Visit) -> None:
    genuine = visit.link.removeprefix("/o/")
    forged = genuine[:-2] + ("AA" if genuine[-2:] != "AA" else "BB")
    stranger = RelayDealer("fremd").token(NOW + WEEK, Use.CONFIRMATION)
    wrong = ["short", forged, visit.dealer.token(NOW, Use.CONFIRMATION), stranger, visit.dealer.token_from(NOW)]

    pages = {(r.status_code, r.text) for token in wrong for r in (visit.browser.get(f"/o/{token}"),)}
    pages |= {(r.status_code, r.text) for token in wrong for r in (visit.browser.post(f"/o/{token}", data=YES),)}

    ((status, text),) = pages
    assert (404, []) == (status, visit.events())
    assert "es wurde nichts geändert" in text
    assert "Autohaus Muster" not in text


@pytest.mark.parametrize(
    ("path", "form"),
    [("/a/", {"answer": Answer.STOP.value}), ("/u/", {"List-Unsubscribe": "One-Click"}), ("/c/", None)],
    ids=["answer", "unsubscribe", "click"],
)
def test_a_confirmation_s_token_opens_no_other_page(visit: Visit, path: str, form: dict[str, str] | None) -> None:
    other = visit.link.replace("/o/", path)
    reply = visit.browser.post(other, data=form) if form else visit.browser.get(other)
    assert (404, []) == (reply.status_code, visit.events())


@pytest.mark.parametrize(
    ("days", "waiting"), [(7, 1), (36, 1), (37, 0)], ids=["at the expiry", "within thirty days", "after them"]
)
def test_what_was_confirmed_in_the_last_minute_waits_thirty_days_for_the_dealer(
    visit: Visit, days: int, waiting: int
) -> None:
    visit.relay.clock.set(NOW + WEEK - timedelta(minutes=1))
    visit.browser.post(visit.link, data=YES)
    visit.relay.clock.set(NOW + timedelta(days=days))
    visit.relay.store.purge(visit.relay.clock.now())
    assert waiting == len(visit.events())
