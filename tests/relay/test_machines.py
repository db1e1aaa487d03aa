"""Who opened a link: a person, or a machine that only looks."""

import pytest

from guildpost_relay.machines import is_machine, known_machines

PERSON = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("method", "headers", "machine"),
    [
        ("GET", {"user-agent": PERSON}, False),
        ("GET", {"user-agent": IPHONE}, False),
        ("HEAD", {"user-agent": PERSON}, True),
        ("GET", {}, True),
        ("GET", {"user-agent": "  "}, True),
        ("GET", {"user-agent": "Mozilla/5.0 (compatible; ProofPoint URL defence)"}, True),
        ("GET", {"user-agent": "Barracuda Sentinel (EE)"}, True),
        ("GET", {"user-agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}, True),
        ("GET", {"user-agent": "Mozilla/5.0 HeadlessChrome/128.0"}, True),
        ("GET", {"user-agent": "python-requests/2.32"}, True),
        ("GET", {"user-agent": "curl/8.5"}, True),
        ("GET", {"user-agent": PERSON, "sec-purpose": "prefetch"}, True),
        ("GET", {"user-agent": PERSON, "sec-purpose": "prefetch;prerender"}, True),
        ("GET", {"user-agent": PERSON, "purpose": "Prefetch"}, True),
        ("GET", {"user-agent": PERSON, "x-purpose": "preview"}, True),
        ("GET", {"user-agent": PERSON, "x-moz": "prefetch"}, True),
        ("GET", {"user-agent": PERSON, "sec-purpose": ""}, False),
        ("GET", {"user-agent": PERSON, "purpose": "shopping"}, False),
    ],
    ids=[
        "a browser", "a phone", "only the head", "no user agent", "an empty one", "a mail gateway", "another gateway",
        "a search engine", "a browser without a screen", "a program", "a command", "fetched ahead", "rendered ahead",
        "an older name", "a preview", "another older name", "an empty header", "another purpose",
    ],
)  # fmt: skip
def test_a_request_tells_who_made_it(method: str, headers: dict[str, str], machine: bool) -> None:  # noqa: FBT001 — the expected answer
    assert machine is is_machine(method, headers, known_machines())


def test_the_lists_are_in_lower_case_so_that_they_are_found() -> None:
    rules = known_machines()
    words = [*rules.agents, *rules.headers, *(word for words in rules.headers.values() for word in words)]
    assert words == [word.lower() for word in words]
