"""The relay as a program: its commands, its sentences, its log."""

import json
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import structlog

from guildpost_relay.cli import COMMANDS
from guildpost_relay.colours import contrast, text_on
from guildpost_relay.limits import RateLimit, network_of
from guildpost_shared.clock import SystemClock
from guildpost_shared.command_line import main
from tests.factories.relay_dealer import RelayDealer
from tests.factories.tls_files import make_tls_files


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A relay that serves logs to the standard error of its test, which is closed by the time of the next one."""
    yield
    structlog.reset_defaults()


def relay(*arguments: str) -> int:
    return main("guildpost-relay", COMMANDS, arguments)


def test_a_relay_is_created_admits_a_dealer_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dealer = RelayDealer()
    (tmp_path / "card.json").write_bytes(dealer.card.to_bytes())
    home = str(tmp_path / "relay")

    codes = [
        relay("init", "--home", home),
        relay("admit", str(tmp_path / "card.json"), "--home", home),
        relay("init", "--home", home),
        relay("status", "--home", home, "--lang", "en"),
    ]

    assert [0] * 4 == codes
    assert f"Autohaus Muster (key {dealer.card.key_id.hex()}): 0 answers waiting" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["status", "--home", "{tmp}/none"], 78, "ist kein Relay angelegt"),
        (["admit", "{tmp}/none.json", "--home", "{tmp}"], 78, "ist nicht lesbar"),
        (["admit", "{tmp}/broken.json", "--home", "{tmp}"], 77, "dealer card"),
        (["serve", "--home", "{tmp}/relay"], 78, "hat kein Zertifikat"),
        (["serve", "--home", "{tmp}/none", "--plain-http"], 78, "ist kein Relay angelegt"),
        (
            ["serve", "--home", "{tmp}", "--tls-cert", "{tmp}/broken.json", "--tls-key", "{tmp}/broken.json"],
            78,
            "brauchbar",
        ),
        (
            ["serve", "--home", "{tmp}", "--tls-cert", "{tmp}/none.pem", "--tls-key", "{tmp}/none.pem"],
            78,
            "brauchbar: nicht vorhanden",
        ),
        (["serve", "--home", "{tmp}/made", "--plain-http", "--listen", "4711"], 78, "zum Beispiel 127.0.0.1:4711"),
    ],
    ids=[
        "no relay",
        "no card",
        "broken card",
        "no certificate",
        "no relay to serve",
        "broken certificate",
        "missing certificate",
        "no address",
    ],
)
def test_what_the_operator_can_mend_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "broken.json").write_text("{", "utf-8")
    relay("init", "--home", str(tmp_path / "made"))
    assert code == relay(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert sentence in capsys.readouterr().err


def test_the_log_of_a_running_relay_holds_no_token_and_no_address(tmp_path: Path) -> None:
    tls, dealer = make_tls_files(tmp_path / "tls"), RelayDealer()
    (tmp_path / "card.json").write_bytes(dealer.card.to_bytes())
    home = str(tmp_path / "relay")
    relay("init", "--home", home)
    relay("admit", str(tmp_path / "card.json"), "--home", home)
    command = [sys.executable, "-c", "import sys; from guildpost_relay.cli import main; sys.exit(main())", "serve"]
    tls_flags = ["--tls-cert", str(tls.certificate), "--tls-key", str(tls.key)]
    with subprocess.Popen(
        [*command, "--home", home, "--listen", "127.0.0.1:0", *tls_flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "GUILDPOST_LANG": "en"},
        text=True,
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        url = re.findall(r"https://\S+/", ready)[0].replace("127.0.0.1", "localhost").rstrip("/")
        from_wall_clock = dealer.token_from(_soon())
        with httpx.Client(base_url=url, verify=_trusting(tls.ca)) as browser:
            statuses = [
                browser.get(f"/a/{from_wall_clock}").status_code,
                browser.post(f"/a/{from_wall_clock}", data={"answer": "book"}).status_code,
                browser.get("/a/nonsense-token").status_code,
                browser.get("/v1/answers?after=0").status_code,
            ]
        process.send_signal(signal.SIGTERM)
        rest, log = process.communicate(timeout=20)

    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [200, 200, 404, 401] == statuses
    assert ["answer_page", "answer", "answer_page", "answers"] == [line["handler"] for line in lines]
    assert [] == [secret for secret in (from_wall_clock, "nonsense-token", "127.0.0.1", "book") if secret in log + rest]


def _soon() -> datetime:
    return SystemClock().now()


def _trusting(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca))


@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#0b4f6c", "#ffcc00", "#e2001a", "#7f7f7f", "#757575", "#00a651"]
)
def test_text_on_every_brand_colour_is_readable(colour: str) -> None:
    assert contrast(colour, text_on(colour)) >= 4.5


def test_contrast_is_the_documented_one() -> None:
    assert (21.0, 1.0) == (contrast("#000000", "#ffffff"), contrast("#123456", "#123456"))
    assert 4.54 == round(contrast("#767676", "#ffffff"), 2)


def test_the_rate_limit_refills_and_counts_a_whole_ipv6_network() -> None:
    now = 0.0
    limit = RateLimit(2, lambda: now)
    assert [True, True, False] == [limit.allows(network_of("192.0.2.1")) for _ in range(3)]
    assert limit.allows(network_of("192.0.2.2"))
    assert [True, True, False] == [limit.allows(network_of(f"2001:db8::{n}")) for n in range(1, 4)]
    now = 30.0
    assert [True, False] == [limit.allows(network_of("192.0.2.1")) for _ in range(2)]


def test_addresses_are_forgotten_as_soon_as_their_limit_is_full_again() -> None:
    now = 0.0
    limit = RateLimit(2, lambda: now)
    for address in ("192.0.2.1", "192.0.2.2"):
        limit.allows(network_of(address))
    now = 59.0
    limit.allows(network_of("192.0.2.3"))
    assert 3 == len(limit)
    now = 60.0
    limit.forget()
    assert 1 == len(limit)


def test_a_flood_from_many_networks_takes_a_bounded_amount_of_memory() -> None:
    limit = RateLimit(2, lambda: 0.0)
    for number in range(60_000):
        limit.allows(network_of(f"2001:db8:{number:x}::1"))
    assert 50_000 == len(limit)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
    ids=["one /64", "two of them", "two IPv4 addresses", "IPv4 written as IPv6", "two of those"],
)
def test_an_address_counts_for_its_network(one: str, other: str, same: bool) -> None:  # noqa: FBT001 — the expected answer
    assert same is (network_of(one) == network_of(other))
