"""The real relay on loopback with TLS, in a thread, on a clock that the test sets.

with RelayServer(folder, tls) as relay:
    relay.admit(card)
    relay.clock.set(...)                             # business clock; requests are proved on the wall clock
    client = relay.browser()                         # an httpx client that trusts it
"""

import socket
import ssl
import threading
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import uvicorn

from guildpost_relay.desk import Desk
from guildpost_relay.limits import PER_LINK, PER_LINK_SECONDS, RateLimit
from guildpost_relay.server import Relay, relay_app
from guildpost_relay.store import RelayStore
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.entropy import OsEntropy
from tests.factories.tls_files import TlsFiles


class RelayServer:
    """Starts and stops with ``with``."""

    def __init__(
        self,
        folder: Path,
        tls: TlsFiles,
        now: datetime,
        requests_per_minute: int = 100_000,
        clicks_per_minute: int = 100_000,
    ) -> None:
        self.store = RelayStore.create(folder)
        self.clock = ManualClock(now)
        self._tls = tls
        per_link = RateLimit(PER_LINK, time.monotonic, seconds=PER_LINK_SECONDS)
        per_dealer = RateLimit(clicks_per_minute, time.monotonic)
        desk = Desk(self.store, self.clock, OsEntropy(), per_link=per_link, per_dealer=per_dealer)
        limit = RateLimit(requests_per_minute, time.monotonic)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                relay_app(Relay(self.store, desk, SystemClock(), limit), tls=True),
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                ssl_certfile=tls.certificate,
                ssl_keyfile=tls.key,
            )
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)

    def browser(self, **headers: str) -> httpx.Client:
        """Give a client that behaves like a person's browser unless told otherwise."""
        context = ssl.create_default_context(cafile=str(self._tls.ca))
        return httpx.Client(
            base_url=self.url,
            verify=context,
            headers={"User-Agent": "Mozilla/5.0", "Accept-Language": "de-DE,de;q=0.9", **headers},
        )

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()
        self.store.close()
