"""The relay seen from the internet: customers, mail programs, scanners, forgers."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from guildpost_shared.answers.events import Answer, AnswerEvent, EventKind, Link
from guildpost_shared.answers.requests import sign_request
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from tests.factories.relay_dealer import RelayDealer
from tests.factories.sending_world import NOW
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.relay_server import RelayServer

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def dealer() -> RelayDealer:
    return RelayDealer()


@pytest.fixture
def relay(tmp_path: Path, tls: TlsFiles, dealer: RelayDealer) -> Iterator[RelayServer]:
    with RelayServer(tmp_path, tls, NOW) as running:
        running.store.admit(dealer.card)
        yield running


@pytest.fixture
def browser(relay: RelayServer) -> Iterator[httpx.Client]:
    with relay.browser() as client:
        yield client


def events(relay: RelayServer, dealer: RelayDealer) -> list[AnswerEvent]:
    rows = relay.store.answers(dealer.card.key_id, 0, 1000)
    return [dealer.open(row.token_id, row.sealed) for row in rows]


class Page(HTMLParser):
    """Collects what a screen reader and a checker would look at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


@pytest.mark.parametrize("answer", Answer)
def test_each_answer_is_taken_down_with_one_tap(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client, answer: Answer
) -> None:
    token = dealer.token_from(NOW)

    reply = browser.post(f"/a/{token}", data={"answer": answer.value})

    (event,) = events(relay, dealer)
    assert (200, "Vielen Dank") == (reply.status_code, re.findall("<h1>(.*)</h1>", reply.text)[0])
    assert (token, EventKind.ANSWER, answer, NOW) == (event.token, event.kind, event.value, event.at)


@pytest.mark.parametrize(
    "request_",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
    ],
    ids=["url-encoded", "multipart"],
)
def test_one_click_unsubscribes_without_cookie_or_question(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client, request_: dict[str, object]
) -> None:
    reply = browser.post(f"/u/{dealer.token_from(NOW)}", **request_)  # type: ignore[arg-type] # httpx's own names

    assert (200, [EventKind.UNSUBSCRIBE]) == (reply.status_code, [event.kind for event in events(relay, dealer)])
    assert "set-cookie" not in reply.headers


def test_a_scanner_that_opens_every_link_changes_nothing(relay: RelayServer, dealer: RelayDealer) -> None:
    token, seen, waiting = dealer.token_from(NOW), set[str](), set[str]()
    waiting |= {f"/a/{token}", f"/u/{token}", f"/c/{token}", "/"}
    with relay.browser(**{"User-Agent": "Mozilla/5.0 (compatible; ProofPoint URL defence)"}) as scanner:
        while waiting:
            path = waiting.pop()
            seen.add(path)
            for method in ("GET", "HEAD"):
                reply = scanner.request(method, path, follow_redirects=True)
                assert 200 == reply.status_code
            links = re.findall(r'(?:href|src|action)="([^"]+)"', scanner.get(path, follow_redirects=True).text)
            waiting |= {str(httpx.URL(path).join(link)) for link in links if not link.startswith("http")} - seen

    assert len(seen) > 6
    assert [] == events(relay, dealer)


def test_a_person_s_click_counts_once_a_minute_and_leads_to_the_answers(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client
) -> None:
    token = dealer.token_from(NOW)

    replies = [browser.get(f"/c/{token}") for _ in range(3)]

    assert [(303, f"/a/{token}")] * 3 == [(reply.status_code, reply.headers["location"]) for reply in replies]
    assert [EventKind.CLICK] == [event.kind for event in events(relay, dealer)]


def test_a_repeated_answer_is_kept_once(relay: RelayServer, dealer: RelayDealer, browser: httpx.Client) -> None:
    token = dealer.token_from(NOW)
    for answer in ("book", "book", "stop", "book"):
        browser.post(f"/a/{token}", data={"answer": answer})
    assert [Answer.BOOK, Answer.STOP] == [event.value for event in events(relay, dealer)]


def test_unknown_forged_and_expired_tokens_look_the_same(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client
) -> None:
    genuine = dealer.token_from(NOW)
    forged = genuine[:-2] + ("AA" if genuine[-2:] != "AA" else "BB")
    wrong = ["short", forged, dealer.token(NOW), RelayDealer("fremd").token_from(NOW), genuine + "=", "%2e%2e"]
    pages = set()
    for token in wrong:
        for path in (f"/a/{token}", f"/u/{token}", f"/c/{token}"):
            reply = browser.get(path)
            pages.add((reply.status_code, reply.text))
        pages |= {
            (reply.status_code, reply.text)
            for reply in (
                browser.post(f"/a/{token}", data={"answer": "stop"}),
                browser.post(f"/u/{token}", data=ONE_CLICK),
            )
        }
    pages.add((browser.get("/nowhere").status_code, browser.get("/nowhere").text))

    assert 1 == len(pages)
    assert 404 == next(iter(pages))[0]
    assert "Autohaus Muster" not in next(iter(pages))[1]
    assert [] == events(relay, dealer)


def test_a_token_ends_with_its_expiry(relay: RelayServer, dealer: RelayDealer, browser: httpx.Client) -> None:
    token = dealer.token(NOW + timedelta(days=1))
    assert 200 == browser.get(f"/a/{token}").status_code
    relay.clock.set(NOW + timedelta(days=1))
    assert 404 == browser.get(f"/a/{token}").status_code


@pytest.mark.parametrize("path", ["/", "/a/{}", "/u/{}", "/a/nonsense", "/style/neutral.css", "/v1/answers", "/c/{}"])
def test_every_reply_carries_the_security_headers(dealer: RelayDealer, browser: httpx.Client, path: str) -> None:
    headers = browser.get(path.format(dealer.token_from(NOW))).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script" not in headers["content-security-policy"]
    assert ("nosniff", "no-referrer", "max-age=31536000") == (
        headers["x-content-type-options"],
        headers["referrer-policy"],
        headers["strict-transport-security"],
    )
    assert "server" not in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", ["/", "/a/{}", "/u/{}", "/a/nonsense"])
@pytest.mark.parametrize(("accepted", "language"), [("de-DE", "de"), ("en-GB,en;q=0.8", "en"), ("fr", "de")])
def test_pages_are_plain_accessible_html_in_the_reader_s_language(
    dealer: RelayDealer, browser: httpx.Client, path: str, accepted: str, language: str
) -> None:
    reply = browser.get(path.format(dealer.token_from(NOW)), headers={"Accept-Language": accepted})
    page = Page(reply.text)

    attributes = dict(reversed(page.tags))
    assert (language, 1, 1, 1) == (
        attributes["html"]["lang"],
        page.count("h1"),
        page.count("main"),
        page.count("title"),
    )
    assert {"width=device-width, initial-scale=1"} == {
        attrs["content"] for tag, attrs in page.tags if tag == "meta" and attrs.get("name") == "viewport"
    }
    assert 0 == page.count("script") + page.count("style") + page.count("img")
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") or name == "style" for name in attrs)]


def test_a_form_without_an_answer_asks_again(relay: RelayServer, dealer: RelayDealer, browser: httpx.Client) -> None:
    token = dealer.token_from(NOW)
    for path, form in ((f"/a/{token}", {"answer": "delete everything"}), (f"/u/{token}", {"x": "y"})):
        reply = browser.post(path, data=form)
        assert (400, 1) == (reply.status_code, reply.text.count('role="alert"'))
    assert [] == events(relay, dealer)


@pytest.mark.parametrize("path", ["/a/{}", "/u/{}", "/v1/ack"])
def test_an_oversize_body_is_refused_and_changes_nothing(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client, path: str
) -> None:
    reply = browser.post(path.format(dealer.token_from(NOW)), content=b"answer=stop&x=" + b"a" * 70_000)
    assert (413, []) == (reply.status_code, events(relay, dealer))


def test_an_address_that_asks_too_often_waits_but_a_genuine_objection_is_never_lost(
    tmp_path: Path, tls: TlsFiles, dealer: RelayDealer
) -> None:
    token = dealer.token_from(NOW)
    with RelayServer(tmp_path, tls, NOW, requests_per_minute=5) as relay, relay.browser() as browser:
        relay.store.admit(dealer.card)
        statuses = [browser.get("/a/nonsense").status_code for _ in range(7)]
        objections = [browser.post(f"/u/{dealer.token_from(NOW)}", data=ONE_CLICK).status_code for _ in range(7)]
        others = [browser.post("/u/nonsense", data=ONE_CLICK), browser.get(f"/a/{token}"), browser.get("/v1/answers")]
        taken_down = len(events(relay, dealer))

    assert [404] * 5 + [429] * 2 == statuses
    assert ([200] * 7, 7) == (objections, taken_down)
    assert [429] * 3 == [reply.status_code for reply in others]


def test_the_front_page_says_what_the_relay_sees(browser: httpx.Client) -> None:
    text = Page(browser.get("/").text).text
    for said in ("Internetadresse, Uhrzeit", "Wie viele Links", "Versiegelte Antworten", "keine Cookies"):
        assert said in text


def test_the_file_keeps_what_the_front_page_says_and_nothing_else(
    dealer: RelayDealer, browser: httpx.Client, tmp_path: Path
) -> None:
    token = dealer.token_from(NOW)
    for path in (f"/c/{token}", f"/u/{token}", f"/h/{token}", "/"):
        browser.get(path)
    browser.post(f"/a/{token}", data={"answer": "book"})

    with sqlite3.connect(tmp_path / "relay.db") as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = {name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} for name in names}
        expiries = {row[0] for row in connection.execute("SELECT expires FROM answers")}

    assert kept == {
        "dealers": {"key_id", "card"},  # name, colour, imprint and public keys
        "answers": {"seq", "key_id", "token_id", "sealed", "expires"},  # sealed answers
        "seen": {"mark", "expires"},  # checksums of used links
        "nonces": {"nonce", "at"},  # of the agents' own requests, ten minutes long
        "sqlite_sequence": {"name", "seq"},
    }
    assert {int((NOW + timedelta(days=365 + 30)).timestamp())} == expiries
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [] == [word for word in (b"127.0.0.1", b"Mozilla") if word in stored]
    assert re.search(rb"/[uh]/[\w-]{6}", stored) is None  # no link; three characters alone stand in some ciphertext


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}, {"User-Agent": "Barracuda"}],
    ids=["prefetch", "an older name", "another older name", "a scanner"],
)
def test_what_is_fetched_ahead_is_shown_and_not_counted_and_not_kept_by_the_browser(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client, headers: dict[str, str]
) -> None:
    reply = browser.get(f"/c/{dealer.token_from(NOW)}", headers=headers)
    assert (303, "no-store", []) == (reply.status_code, reply.headers["cache-control"], events(relay, dealer))


def test_a_link_leads_to_the_page_of_this_server_whatever_it_is_asked(
    dealer: RelayDealer, browser: httpx.Client
) -> None:
    token = dealer.token_from(NOW)
    for query in ("?url=https://evil.example", "?next=//evil.example", "?lang=https://evil.example"):
        assert f"/a/{token}" == browser.get(f"/c/{token}{query}").headers["location"]


def test_the_way_to_the_dealer_s_own_booking_page_is_the_one_of_its_card(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client
) -> None:
    booking = RelayDealer("termin", booking="https://autohaus.example/termin?woche=jetzt")
    relay.store.admit(booking.card)
    token = booking.token_from(NOW)

    offered = re.findall('href="(/b/[^"]+)"', browser.get(f"/a/{token}").text)
    reply = browser.get(f"/b/{token}?url=https://evil.example")

    assert ([f"/b/{token}"], 303) == (offered, reply.status_code)
    assert "https://autohaus.example/termin?woche=jetzt" == reply.headers["location"]
    assert "no-referrer" == reply.headers["referrer-policy"]
    assert [Link.BOOKING] == [event.value for event in events(relay, booking)]
    other = dealer.token_from(NOW)
    assert (404, False) == (browser.get(f"/b/{other}").status_code, "/b/" in browser.get(f"/a/{other}").text)


def test_the_link_that_nobody_sees_tells_on_who_follows_it(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client
) -> None:
    token = dealer.token_from(NOW)
    page = browser.get(f"/a/{token}").text
    assert f'<p hidden><a href="/h/{token}"' in page
    browser.get(f"/h/{token}")
    assert [Link.TRAP] == [event.value for event in events(relay, dealer)]


def test_a_scanned_message_that_is_read_a_minute_later_still_counts(
    relay: RelayServer, dealer: RelayDealer, browser: httpx.Client
) -> None:
    token = dealer.token_from(NOW)
    browser.get(f"/c/{token}")
    relay.clock.set(NOW + timedelta(minutes=1))
    browser.get(f"/c/{token}")
    assert [NOW, NOW + timedelta(minutes=1)] == [event.at for event in events(relay, dealer)]


def test_a_replayed_signed_request_is_refused(dealer: RelayDealer, browser: httpx.Client) -> None:
    headers = sign_request(
        dealer.key, method="GET", target="/v1/answers?after=0", body=b"", now=SystemClock().now(), entropy=OsEntropy()
    )
    statuses = [browser.get("/v1/answers?after=0", headers=headers).status_code for _ in range(2)]
    other = browser.get("/v1/answers?after=1", headers=headers).status_code
    assert ([200, 401], 401) == (statuses, other)


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={'9' * 30}", "after=%D9%A3"])
def test_a_number_that_is_none_is_refused(dealer: RelayDealer, browser: httpx.Client, query: str) -> None:
    target = f"/v1/answers?{query}"
    headers = sign_request(
        dealer.key, method="GET", target=target, body=b"", now=SystemClock().now(), entropy=OsEntropy()
    )
    assert 400 == browser.get(target, headers=headers).status_code


@pytest.mark.parametrize("body", [b"", b"[]", b'{"seqs":["x"]}', b'{"seqs":[0]}', b'{"seqs":[1],"more":1}'])
def test_an_acknowledgement_of_another_form_is_refused(dealer: RelayDealer, browser: httpx.Client, body: bytes) -> None:
    headers = sign_request(
        dealer.key, method="POST", target="/v1/ack", body=body, now=SystemClock().now(), entropy=OsEntropy()
    )
    assert 400 == browser.post("/v1/ack", content=body, headers=headers).status_code


def test_the_stored_file_holds_no_token_and_no_readable_answer(
    dealer: RelayDealer, browser: httpx.Client, tmp_path: Path
) -> None:
    token = dealer.token_from(NOW)
    browser.post(f"/a/{token}", data={"answer": "call_me"})
    browser.post(f"/u/{token}", data=ONE_CLICK)

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    with sqlite3.connect(tmp_path / "relay.db") as connection:
        sizes = {len(row[0]) for row in connection.execute("SELECT sealed FROM answers")}

    assert dealer.card.display_name.encode() in stored
    assert [] == [
        secret for secret in (token.encode(), token[40:].encode(), b"call_me", b"unsubscribe") if secret in stored
    ]
    assert {560} == sizes
