"""Cookies and the judgement of unsafe requests, over TLS and beside other programs on the same machine."""

import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import ConfigurationError
from guildpost_shared.web.headers import secured
from guildpost_shared.web.serving import WebServer
from guildpost_shared.web.sessions import cookie_name, new_session, new_token, token_hash, unsafe_request_allowed
from tests.coordinator.web.network import Network
from tests.factories.tls_files import make_tls_files
from tests.fakes.seeded_entropy import SeededEntropy
from tests.shared.web.visitor import Visitor


def test_over_tls_the_cookie_is_bound_to_the_host_and_to_tls(tmp_path: Path) -> None:
    files = make_tls_files(tmp_path / "tls")
    network = Network(tmp_path)
    server = WebServer(network.app, host="127.0.0.1", port=0, certificate=files.certificate, key=files.key)
    server.start()
    try:
        trust = ssl.create_default_context(cafile=files.ca)
        with Visitor(f"https://127.0.0.1:{server.port}", verify=trust) as visitor:
            cookie = visitor.log_in(network).headers["set-cookie"]
            assert cookie.startswith(f"__Host-guildpost-session-{server.port}=")
            assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(cookie.split("; "))
            assert "domain" not in cookie.lower(), "a __Host- cookie names none (RFC 6265bis)"
            assert "Secure" in visitor.get("/?lang=en").headers["set-cookie"]
            gone = visitor.submit("/logout", csrf=visitor.csrf()).headers["set-cookie"]
            assert gone.startswith("__Host-")
            assert {"Max-Age=0", "Path=/", "Secure"} <= set(gone.split("; "))
            visitor.origin = visitor.origin.replace("https", "http")
            assert 403 == visitor.log_in(network).status_code, "the same host without TLS is another origin"
    finally:
        server.stop()
        network.close()


@pytest.mark.parametrize(
    ("scheme", "host", "expected"),
    [
        ("http", "127.0.0.1:8443", "guildpost-session-8443"),
        ("https", "[::1]:8443", "__Host-guildpost-session-8443"),
        ("https", "console.brand.example", "__Host-guildpost-session"),
        ("http", "", "guildpost-session"),
        ("http", "a:b; x=1:99999999", "guildpost-session"),
    ],
)
def test_the_cookies_name_tells_ports_apart(scheme: str, host: str, expected: str) -> None:
    assert expected == cookie_name(scheme, host)


CASES = {
    "our own form": ("http", "h:1", "http://h:1", "token", "token", True),
    "before login": ("http", "h:1", "http://h:1", None, None, True),
    "capital letters": ("https", "Host", "https://host", "token", "token", True),
    "no origin": ("http", "h:1", None, "token", "token", False),
    "no origin before login": ("http", "h:1", None, None, None, False),
    "another port": ("http", "h:1", "http://h:2", "token", "token", False),
    "another scheme": ("https", "h", "http://h", "token", "token", False),
    "an opaque origin without a host": ("http", "", "null", "token", "token", False),
    "an empty origin without a host": ("http", "", "http://", "token", "token", False),
    "no token": ("http", "h:1", "http://h:1", None, "token", False),
    "a wrong token": ("http", "h:1", "http://h:1", "tokem", "token", False),
}


@pytest.mark.parametrize(("scheme", "host", "origin", "csrf", "expected_csrf", "allowed"), CASES.values(), ids=CASES)
def test_an_unsafe_request_is_judged(
    scheme: str, host: str, origin: str | None, csrf: str | None, expected_csrf: str | None, *, allowed: bool
) -> None:
    judged = unsafe_request_allowed(scheme=scheme, host=host, origin=origin, csrf=csrf, expected_csrf=expected_csrf)
    assert allowed is judged


@given(origin=st.none() | st.text(), csrf=st.none() | st.text())
def test_nothing_but_our_origin_with_our_token_is_allowed(origin: str | None, csrf: str | None) -> None:
    judged = unsafe_request_allowed(
        scheme="https", host="brand.example", origin=origin, csrf=csrf, expected_csrf="t" * 43
    )
    assert judged is (origin == "https://brand.example" and csrf == "t" * 43)


def test_tokens_are_long_fresh_and_stored_as_hashes() -> None:
    entropy = SeededEntropy(b"tokens")
    tokens = {new_token(entropy) for _ in range(100)} | set(vars(new_session(entropy)).values())
    assert 102 == len(tokens)
    assert {43} == {len(token) for token in tokens}
    assert "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" == token_hash("test"), "SHA-256"


def test_a_response_keeps_its_own_policy() -> None:
    headers = dict(secured([(b"Content-Security-Policy", b"sandbox"), (b"x", b"1")]))
    assert b"sandbox" == headers[b"Content-Security-Policy"]
    assert b"content-security-policy" not in headers
    assert b"no-store" == headers[b"cache-control"]


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    network = Network(tmp_path)
    server = WebServer(network.app, host="127.0.0.1", port=0)
    server.start()
    try:
        with pytest.raises(ConfigurationError, match="port_taken"):
            WebServer(network.app, host="127.0.0.1", port=server.port)
    finally:
        server.stop()
        network.close()
