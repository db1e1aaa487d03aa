"""The preference page, seen from the internet: what is chosen reaches the dealer sealed, and nothing else changes."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from guildpost_relay.limits import PER_LINK
from guildpost_shared.answers.events import AnswerEvent, EventKind, Link
from guildpost_shared.answers.tokens import Use
from guildpost_shared.answers.wishes import PAIRS, Liked, Topic, Way, Wishes, declaration, digest_of
from tests.factories.relay_dealer import RelayDealer
from tests.factories.sending_world import NOW
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.relay_server import RelayServer


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@dataclass
class Visit:
    """A relay with one dealer, a person's browser, and a genuine link."""

    relay: RelayServer
    dealer: RelayDealer
    browser: httpx.Client
    link: str = field(init=False)

    def __post_init__(self) -> None:
        self.link = f"/p/{self.dealer.token_from(NOW)}"

    def form(self, language: str = "de") -> dict[str, str]:
        """Open the page; give its hidden fields."""
        text = self.browser.get(f"{self.link}?lang={language}").text
        return dict(re.findall('type="hidden" name="([^"]+)" value="([^"]+)"', text))

    def events(self, kind: EventKind = EventKind.WISHES) -> list[AnswerEvent]:
        """Open what waits for the dealer."""
        rows = self.relay.store.answers(self.dealer.card.key_id, 0, 1000)
        return [event for row in rows if (event := self.dealer.open(row.token_id, row.sealed)).kind is kind]


@pytest.fixture
def visit(tmp_path: Path, tls: TlsFiles) -> Iterator[Visit]:
    dealer = RelayDealer()
    with RelayServer(tmp_path, tls, NOW) as relay, relay.browser() as browser:
        relay.store.admit(dealer.card)
        yield Visit(relay, dealer, browser)


@pytest.mark.parametrize(("language", "as_is"), [("de", "wie bisher"), ("en", "as it is")])
def test_the_page_begins_with_everything_as_it_is_and_shows_what_a_yes_declares(
    visit: Visit, language: str, as_is: str
) -> None:
    text = visit.browser.get(visit.link, headers={"Accept-Language": language}).text
    chosen = re.findall('<option value="([^"]*)" selected>([^<]*)</option>', text)
    assert {("", as_is)} == set(chosen)
    assert len(PAIRS) + 3 == len(chosen) == text.count("<select")
    assert declaration("de" if language == "de" else "en", "Autohaus Muster") in text


def test_opening_the_page_changes_nothing_and_is_noted_as_a_look(visit: Visit) -> None:
    visit.form()
    assert ([], [Link.PREFERENCES]) == (visit.events(), [event.value for event in visit.events(EventKind.CLICK)])


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_chosen_reaches_the_dealer_with_the_declaration_s_hash(visit: Visit, language: str) -> None:
    choice = {"service_reminders.email": "yes", "offers.phone": "no", "per_year": "4", "rest": "0", "liked": "letter"}

    reply = visit.browser.post(visit.link, data={**visit.form(language), **choice})

    (event,) = visit.events()
    text = declaration("de" if language == "de" else "en", "Autohaus Muster")
    expected = Wishes(
        yes=frozenset({(Topic.SERVICE_REMINDERS, Way.EMAIL)}),
        no=frozenset({(Topic.OFFERS, Way.PHONE)}),
        language="de" if language == "de" else "en",
        text_sha256=digest_of(text),
        per_year=4,
        rest_months=0,
        liked=Liked.LETTER,
    )
    assert (200, expected, NOW) == (reply.status_code, event.value, event.at)


def test_the_same_form_counts_once_and_changing_one_s_mind_counts_each_time(visit: Visit) -> None:
    for word in ("no", "no", "yes", "no"):
        form = visit.form()
        for _ in range(2):
            visit.browser.post(visit.link, data={**form, "offers.email": word})
    said = [event.value.no for event in visit.events() if isinstance(event.value, Wishes)]
    offers = frozenset({(Topic.OFFERS, Way.EMAIL)})
    assert [offers, offers, frozenset(), offers] == said


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"offers.email": "perhaps"},
        {"offers.email": "no", "form": "forged"},
        {"offers.email": "no", "form": ""},
        {"offers.email": "no", "language": "fr"},
        {"per_year": "3"},
        {"per_year": "x"},
        {"rest": "-3"},
        {"liked": "pigeon"},
        {"rest": "٣"},
        {"maker_offers.email": "yes"},
    ],
    ids=[
        "nothing chosen", "no such word", "no such form", "no form", "no such language", "not on offer", "no number",
        "negative", "no such way", "another script's digit", "a topic that is not asked",
    ],
)  # fmt: skip
def test_what_the_page_does_not_offer_asks_again_and_changes_nothing(visit: Visit, changes: dict[str, str]) -> None:
    reply = visit.browser.post(visit.link, data={**visit.form(), **changes})
    assert (400, 1, []) == (reply.status_code, reply.text.count('role="alert"'), visit.events())
    assert "Noch nicht gesendet" in re.findall("<title>(.*)</title>", reply.text)[0]


def test_forged_expired_and_other_tokens_open_no_preferences(visit: Visit) -> None:
    genuine = visit.link.removeprefix("/p/")
    forged = genuine[:-2] + ("AA" if genuine[-2:] != "AA" else "BB")
    form = {**visit.form(), "offers.email": "no"}
    tokens = [forged, visit.dealer.token(NOW), visit.dealer.token(NOW + timedelta(days=7), Use.CONFIRMATION), "x"]
    statuses = {visit.browser.get(f"/p/{token}").status_code for token in tokens}
    statuses |= {visit.browser.post(f"/p/{token}", data=form).status_code for token in tokens}
    assert ({404}, []) == (statuses, visit.events())


def test_the_stored_file_does_not_tell_what_was_chosen(visit: Visit, tmp_path: Path) -> None:
    visit.browser.post(visit.link, data={**visit.form(), "offers.email": "yes"})
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [] == [word for word in (b"offers", b"wishes", b"email", b"=yes", visit.link[3:].encode()) if word in stored]
    with sqlite3.connect(tmp_path / "relay.db") as connection:
        assert {560} == {len(row[0]) for row in connection.execute("SELECT sealed FROM answers")}


def test_stop_everything_is_one_button_on_the_page_too(visit: Visit) -> None:
    text = visit.browser.get(visit.link).text
    ((target, button),) = re.findall('action="([^"]+)".*?name="answer" value="([^"]+)"', text, re.DOTALL)
    assert 200 == visit.browser.post(target, data={"answer": button}).status_code
    assert ["stop"] == [event.value for event in visit.events(EventKind.ANSWER)]


def test_one_link_stores_no_more_clicks_and_wishes_than_a_person_makes(visit: Visit) -> None:
    statuses = [
        visit.browser.post(visit.link, data={"form": f"{'a' * 22}{n:02x}".translate(str.maketrans("0189", "bcde")),
                                             "language": "de", "offers.email": "no"}).status_code
        for n in range(PER_LINK + 5)
    ]  # fmt: skip
    assert {200, 429} == set(statuses)
    assert PER_LINK >= len(visit.events())
    token = visit.link.removeprefix("/p/")
    assert 200 == visit.browser.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}).status_code


def test_one_dealer_s_clicks_do_not_fill_the_disk_and_no_objection_is_lost(tmp_path: Path, tls: TlsFiles) -> None:
    dealer, other = RelayDealer(), RelayDealer("andere")
    with RelayServer(tmp_path, tls, NOW, clicks_per_minute=5) as relay, relay.browser() as browser:
        for one in (dealer, other):
            relay.store.admit(one.card)
        tokens = [dealer.token_from(NOW) for _ in range(9)]
        clicks = [browser.get(f"/c/{token}").status_code for token in tokens]
        objections = [
            browser.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}).status_code for token in tokens
        ]
        browser.get(f"/c/{other.token_from(NOW)}")
        stored = [len(relay.store.answers(one.card.key_id, 0, 100)) for one in (dealer, other)]
    assert ([303] * 9, [200] * 9, [5 + 9, 1]) == (clicks, objections, stored)
