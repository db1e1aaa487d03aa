"""What holds for every user interface: the dealer's pages and the brand console pass the same suite."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from guildpost_shared.web.headers import PAGE_POLICY, PREVIEW_POLICY
from guildpost_shared.web.login import MAX_TOKEN
from guildpost_shared.web.sessions import LINK_LIFETIME, SESSION_LIFETIME
from tests.agent.web.dealership import CALL, EVIL, EVIL_CALL, EVIL_LETTER, EVIL_MAIL, LETTER, MAIL, REPLY, Dealership
from tests.coordinator.web.network import Network
from tests.factories.releases import KINDS
from tests.shared.web.visitor import Visitor, World, routes, row_counts, visiting

OPEN: Final = {("GET", "/login/{token}"), ("POST", "/login"), ("GET", "/healthz")}
SAMPLES: Final = {
    "{touchpoint_id}": [MAIL, LETTER, EVIL_MAIL, EVIL_LETTER],
    "{name}": ["2027-03-01"],
    "{task_id}": [CALL, EVIL_CALL],
    "{reply_id}": [REPLY],
    "{study:path}": [*KINDS],
    "{token}": ["abc"],
}
MARKER: Final = re.compile(
    r"\{[a-z_]+\}|\b(?:web|nav|learning|insights|catalogue|network|label|state|plan)\.[a-z_.]+\b"
)
"""A placeholder nobody filled, or a message id instead of its text."""


@pytest.fixture(params=[Dealership, Network], ids=["dealer", "console"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    make: Callable[[Path], Dealership | Network] = request.param
    world = make(tmp_path)
    yield world
    world.close()


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    with visiting(world.app) as visitor:
        yield visitor


def paths(world: World, method: str) -> list[str]:
    """Give a working address for every route of a method, the routes in front of the login included."""
    found = [path for listed, path in routes(world.app) if listed == method]
    for name, samples in SAMPLES.items():
        found = [path.replace(name, sample) for path in found for sample in (samples if name in path else [""])]
    assert not [path for path in found if "{" in path], "a route has a parameter this suite does not know"
    return found


def pages(world: World) -> list[str]:
    """Give every page behind the login."""
    return [path for path in paths(world, "GET") if path not in {"/login/abc", "/healthz"}]


def test_every_route_but_login_and_health_asks_for_a_session(world: World, visitor: Visitor) -> None:
    closed = [(method, path) for method, path in routes(world.app) if (method, path) not in OPEN]
    assert {"GET /", "POST /logout"} <= {f"{method} {path}" for method, path in closed}
    for method, path in closed:
        for name, samples in SAMPLES.items():
            path = path.replace(name, samples[0])  # noqa: PLW2901 — the address is put together step by step
        answer = visitor.request(method, path, headers={"Origin": visitor.origin})
        assert (401, path) == (answer.status_code, path)
        assert "login-link" in answer.text, "says how to get in"


def test_a_made_up_or_ended_session_opens_nothing(world: World, visitor: Visitor) -> None:
    visitor.log_in(world)
    (cookie,) = visitor.cookies.jar
    token = str(cookie.value)
    assert 200 == visitor.get("/").status_code
    world.wall.set(world.wall.now() + SESSION_LIFETIME)
    assert 401 == visitor.get("/").status_code, "ended"
    for forged in ("", "x" * 43, token[:-1] + ("A" if token[-1] != "A" else "B")):
        visitor.cookies.clear()
        visitor.cookies.set(cookie.name, forged)
        assert 401 == visitor.get("/").status_code


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "https://{host}", "http://{host}.evil.example", "http://127.0.0.1:1", ""],
)
def test_a_form_from_elsewhere_is_refused(world: World, visitor: Visitor, origin: str | None) -> None:
    visitor.log_in(world)
    csrf, before = visitor.csrf(), row_counts(world.engine)
    headers = {} if origin is None else {"Origin": origin.format(host=visitor.origin.removeprefix("http://"))}
    for path in paths(world, "POST"):
        link = world.gatekeeper.issue_link() if path == "/login" else ""
        before["login_links"] += path == "/login"
        answer = visitor.post(path, data={"csrf": csrf, "token": link}, headers=headers)
        assert (403, path) == (answer.status_code, path)
    assert before == row_counts(world.engine)
    assert 200 == visitor.get("/").status_code, "the session lives on"


@pytest.mark.parametrize("csrf", [None, "", "x" * 43, "ü", "x" * 5_000], ids=["none", "empty", "wrong", "odd", "long"])
def test_a_form_without_the_sessions_token_is_refused(world: World, visitor: Visitor, csrf: str | None) -> None:
    visitor.log_in(world)
    for path in paths(world, "POST"):
        if path != "/login":
            fields = {} if csrf is None else {"csrf": csrf}
            assert (403, path) == (visitor.submit(path, **fields).status_code, path)
    assert 200 == visitor.get("/").status_code


def test_another_sessions_token_is_refused(world: World, visitor: Visitor) -> None:
    visitor.log_in(world)
    with Visitor(visitor.origin) as other:
        other.log_in(world)
        foreign = other.csrf()
    assert 403 == visitor.submit("/logout", csrf=foreign).status_code


def test_looking_at_every_page_changes_nothing(world: World, visitor: Visitor) -> None:
    visitor.log_in(world)
    link = world.gatekeeper.issue_link()
    before = row_counts(world.engine)
    for path in [*pages(world), "/healthz", "/nowhere", f"/login/{link}", "/messages/unknown/preview"]:
        for query in ("", "?lang=en"):
            assert visitor.get(path + query).status_code in {200, 404}
    assert before == row_counts(world.engine)
    assert 303 == visitor.submit("/login", token=link).status_code, "looking at the link did not use it up"


def test_a_link_opens_one_session_and_never_a_second(world: World, visitor: Visitor) -> None:
    link = world.gatekeeper.issue_link()
    assert 303 == visitor.submit("/login", token=link).status_code
    with Visitor(visitor.origin) as thief:
        answer = thief.submit("/login", token=link)
        assert 403 == answer.status_code
        assert "verbraucht" in answer.text
        assert not thief.cookies
    assert 1 == row_counts(world.engine)["sessions"]


def test_a_link_ends_after_a_day(world: World, visitor: Visitor) -> None:
    early, late = world.gatekeeper.issue_link(), world.gatekeeper.issue_link()
    world.wall.set(world.wall.now() + LINK_LIFETIME - timedelta(seconds=1))
    assert 303 == visitor.submit("/login", token=early).status_code
    world.wall.set(world.wall.now() + timedelta(seconds=1))
    assert 403 == visitor.submit("/login", token=late).status_code


def test_two_browsers_at_once_open_one_session(world: World, visitor: Visitor) -> None:
    start, codes = threading.Barrier(4), list[int]()
    link = world.gatekeeper.issue_link()

    def race() -> None:
        with Visitor(visitor.origin) as browser:
            start.wait(10)
            codes.append(browser.submit("/login", token=link).status_code)

    racers = [threading.Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(30)
    assert [303, 403, 403, 403] == sorted(codes)
    assert 1 == row_counts(world.engine)["sessions"]


def test_logging_in_again_gives_a_new_token_and_ends_the_old_session(world: World, visitor: Visitor) -> None:
    visitor.log_in(world)
    (old,) = [cookie.value for cookie in visitor.cookies.jar]
    visitor.log_in(world)
    (new,) = [cookie.value for cookie in visitor.cookies.jar]
    assert old != new
    assert 1 == row_counts(world.engine)["sessions"]


def test_logging_out_ends_the_session_everywhere(world: World, visitor: Visitor) -> None:
    visitor.log_in(world)
    kept = list(visitor.cookies.jar)
    assert 303 == visitor.submit("/logout", csrf=visitor.csrf()).status_code
    assert 0 == row_counts(world.engine)["sessions"]
    assert not visitor.cookies
    for cookie in kept:
        visitor.cookies.jar.set_cookie(cookie)
    assert 401 == visitor.get("/").status_code


def test_no_secret_of_a_session_or_link_stands_in_the_database(world: World, visitor: Visitor) -> None:
    link = world.gatekeeper.issue_link()
    visitor.submit("/login", token=link)
    (cookie,) = visitor.cookies.jar
    with world.engine.connect() as connection:
        stored = str(
            [connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in ("sessions", "login_links")]  # noqa: S608 — two names of ours
        )
    assert link not in stored
    assert str(cookie.value) not in stored


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World, visitor: Visitor) -> None:
    cookie = visitor.log_in(world).headers["set-cookie"]
    port = visitor.origin.rpartition(":")[2]
    assert cookie.startswith(f"guildpost-session-{port}=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    language = visitor.get("/?lang=en").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict"} <= set(language.split("; "))


def test_every_answer_carries_the_security_headers(world: World, visitor: Visitor) -> None:
    answers = [visitor.get("/"), visitor.submit("/login", token="wrong"), visitor.submit("/login")]
    visitor.log_in(world)
    answers += [visitor.get(path) for path in [*paths(world, "GET"), "/nowhere", "/static/guildpost.css"]]
    answers += [visitor.get("/static/nowhere.css"), visitor.get("/logout"), visitor.submit("/logout")]
    assert {200, 401, 403, 404, 405, 422} == {answer.status_code for answer in answers}
    for answer in answers:
        preview = answer.url.path.endswith("/preview")
        assert (PREVIEW_POLICY if preview else PAGE_POLICY) == answer.headers["content-security-policy"]
        assert "no-store" == answer.headers["cache-control"]
        assert "nosniff" == answer.headers["x-content-type-options"]
        assert "same-origin" == answer.headers["referrer-policy"]
        assert "same-origin" == answer.headers["cross-origin-opener-policy"]


def test_no_page_needs_script_or_anything_from_elsewhere(world: World, visitor: Visitor) -> None:
    visitor.log_in(world)
    for path in pages(world):
        text = visitor.get(path).text
        assert "<script" not in text, path
        assert not re.search(r"\son[a-z]+=|javascript:", text), path
        if not path.endswith("/preview"):
            assert "style=" not in text, path
            assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text), path


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_is_whole_in_its_language(world: World, visitor: Visitor, language: str) -> None:
    other = {"de": "en", "en": "de"}[language]
    before = [visitor.get(f"/login/abc?lang={language}"), visitor.get(f"/?lang={language}")]
    visitor.log_in(world)
    refused = visitor.submit(f"/login?lang={language}", token="wrong")
    for answer in [*before, refused, *(visitor.get(f"{path}?lang={language}") for path in [*pages(world), "/nowhere"])]:
        if not answer.url.path.endswith("/preview"):
            assert f'<html lang="{language}">' in answer.text
            assert f'hreflang="{other}"' in answer.text, "the other language is one click away"
            assert language == answer.headers["content-language"]
        words = re.sub(r"<style>.*?</style>|<[^>]*>", " ", answer.text, flags=re.DOTALL)
        assert [] == MARKER.findall(words), answer.url


def test_the_language_is_remembered_and_else_the_browsers(visitor: Visitor) -> None:
    assert '<html lang="de">' in visitor.get("/").text
    assert '<html lang="en">' in visitor.get("/", headers={"Accept-Language": "en-GB,en;q=0.9,de;q=0.5"}).text
    assert '<html lang="de">' in visitor.get("/", headers={"Accept-Language": "fr-FR"}).text
    visitor.get("/?lang=en")
    assert '<html lang="en">' in visitor.get("/", headers={"Accept-Language": "de"}).text
    assert '<html lang="en">' in visitor.get("/?lang=../../etc").text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/static/../login.py", 404),
        ("GET", "/%00", 404),
        ("GET", "/login", 405),
        ("DELETE", "/", 405),
        ("PUT", "/login", 405),
        ("POST", "/login", 422),
    ],
)
def test_a_wrong_address_is_answered_in_words(
    world: World, visitor: Visitor, method: str, path: str, status: int
) -> None:
    visitor.log_in(world)
    answer = visitor.request(method, path, headers={"Origin": visitor.origin})
    assert status == answer.status_code
    assert "<h1>" in answer.text
    assert "text/html" in answer.headers["content-type"]


def test_a_long_body_is_refused_unread(visitor: Visitor) -> None:
    chunks = (b"x" * 10_000 for _ in range(50))
    headers = {"Origin": visitor.origin, "Content-Type": "application/x-www-form-urlencoded"}
    assert 413 == visitor.post("/login", content=b"token=" + b"x" * 100_000, headers=headers).status_code
    assert 413 == visitor.post("/login", content=chunks, headers=headers).status_code, "without an announced length"
    assert 422 == visitor.submit("/login", token="x" * (MAX_TOKEN + 1)).status_code


def test_a_bug_is_answered_in_words_with_all_headers(
    world: World, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    visitor.log_in(world)
    with world.engine.begin() as connection:
        for name in ("decisions", "presence"):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    answer = visitor.get("/")
    assert 500 == answer.status_code
    assert "Auf dem Server ist ein Fehler aufgetreten" in answer.text
    assert "no such table" not in answer.text
    last = time.monotonic() + 10
    while "no such table" not in caplog.text:
        assert time.monotonic() < last, "the log has the cause, written after the answer"
        time.sleep(0.02)
    assert PAGE_POLICY == answer.headers["content-security-policy"]


def test_a_script_in_the_link_stays_text(visitor: Visitor) -> None:
    answer = visitor.get("/login/%22%3E%3Cscript%3Ealert(1)%3C-script%3E")
    assert 200 == answer.status_code
    assert "<script" not in answer.text
    assert EVIL not in answer.text


def test_health_says_nothing_but_that_it_lives(visitor: Visitor) -> None:
    answer = visitor.get("/healthz")
    assert 200 == answer.status_code
    assert answer.json()["ok"] is True
    assert set(answer.json()) <= {"ok", "last_tick"}
