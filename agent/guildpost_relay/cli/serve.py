"""``guildpost-relay serve``: answer customers and agents until stopped."""

import argparse
import os
import socket
import ssl
import sys
import threading
import time
from pathlib import Path

import structlog
import uvicorn
from starlette.types import ASGIApp

from guildpost_relay.desk import Desk
from guildpost_relay.limits import PER_LINK, PER_LINK_SECONDS, RateLimit
from guildpost_relay.recorder import RECORD_VARIABLE, RequestRecorder
from guildpost_relay.server import Relay, relay_app
from guildpost_relay.store import RelayStore
from guildpost_shared.catalog import load
from guildpost_shared.clock import Clock, SystemClock
from guildpost_shared.driven_clock import DrivenClock, parse_address
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import os_reason

HELP = "Relay starten · run the relay"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--home", type=Path, required=True, help="Ordner des Relays · folder of the relay")
    parser.add_argument("--listen", default="127.0.0.1:8443", metavar="HOST:PORT")
    parser.add_argument("--tls-cert", type=Path, metavar="PEM")
    parser.add_argument("--tls-key", type=Path, metavar="PEM")
    parser.add_argument(
        "--plain-http",
        action="store_true",
        help="nur hinter einem Reverse Proxy auf demselben Rechner · only behind a reverse proxy on this machine",
    )
    parser.add_argument("--requests-per-minute", type=int, default=120, metavar="N", help="je Adresse · per address")
    parser.add_argument("--clicks-per-minute", type=int, default=1200, metavar="N", help="je Autohaus · per dealer")
    parser.add_argument("--business-clock", metavar="HOST:PORT", help="nur Vorführung · demo only")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    tls = _tls_files(arguments)
    store = RelayStore.open(arguments.home)
    _log_to_stderr()
    stop = threading.Event()
    clock = _business_clock(arguments.business_clock, stop)
    relay = Relay(
        store,
        Desk(
            store,
            clock,
            OsEntropy(),
            per_link=RateLimit(PER_LINK, time.monotonic, seconds=PER_LINK_SECONDS),
            per_dealer=RateLimit(arguments.clicks_per_minute, time.monotonic),
        ),
        SystemClock(),
        RateLimit(arguments.requests_per_minute, time.monotonic),
    )
    listener = _listen(arguments.listen)
    scheme, (host, port) = "https" if tls else "http", listener.getsockname()[:2]
    texts = load("guildpost_relay", arguments.lang)
    print(texts.text("relay.cli.listening", url=f"{scheme}://{host}:{port}/"), flush=True)
    try:
        _server(relay, tls).run(sockets=[listener])
    finally:
        stop.set()
        store.close()
    return 0


def _server(relay: Relay, tls: tuple[Path, Path] | None) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            _recorded(relay_app(relay, tls=True)),
            log_config=None,
            access_log=False,  # its lines hold paths, and paths hold tokens
            server_header=False,
            lifespan="off",
            ws="none",
            proxy_headers=tls is None,
            forwarded_allow_ips="127.0.0.1,::1",
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
            limit_concurrency=512,
        )
    )


def _recorded(app: ASGIApp) -> ASGIApp:
    """Record requests where the environment asks for it (audits only)."""
    target = os.environ.get(RECORD_VARIABLE)
    return RequestRecorder(app, Path(target)) if target else app


def _tls_files(arguments: argparse.Namespace) -> tuple[Path, Path] | None:
    if arguments.tls_cert and arguments.tls_key:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(arguments.tls_cert, arguments.tls_key)
        except OSError as error:  # a broken certificate is one, too
            raise ConfigurationError(
                "relay_tls_unreadable", path=arguments.tls_cert, reason=os_reason(error)
            ) from error
        return arguments.tls_cert, arguments.tls_key
    if not arguments.plain_http:
        raise ConfigurationError("relay_tls_missing")
    return None


def _listen(address: str) -> socket.socket:
    host, port = parse_address(address)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise ConfigurationError("relay_address_taken", address=address, reason=os_reason(error)) from error


def _business_clock(address: str | None, stop: threading.Event) -> Clock:
    if address is None:
        return SystemClock()
    clock = DrivenClock(address, "relay")
    threading.Thread(target=clock.run, args=(lambda _now: None, stop), daemon=True).start()
    return clock


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[structlog.processors.TimeStamper("iso"), structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
