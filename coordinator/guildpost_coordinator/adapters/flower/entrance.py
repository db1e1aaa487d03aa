"""Serve the filter with TLS, in a thread of the coordinator's process."""

import threading
import time
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette

from guildpost_shared.errors import Unavailable
from guildpost_shared.identity.roster import MAX_ENTRIES

START_SECONDS: Final = 15.0
STOP_SECONDS: Final = 5
MOST_CONNECTIONS: Final = MAX_ENTRIES + 1_000
"""Every dealer of the largest roster keeps one open while it is in a round; and room for strangers who are refused."""


class Entrance:
    """The port that agents reach."""

    def __init__(self, app: Starlette, *, host: str, port: int, certificate: Path, key: Path) -> None:
        """Prepare, bind nothing.

        Args:
            app: what ``create_filter`` built.
            host: where to listen.
            port: where to listen.
            certificate: PEM chain that agents can verify.
            key: its private key.
        """
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            ssl_certfile=certificate,
            ssl_keyfile=str(key),
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            limit_concurrency=MOST_CONNECTIONS,
            ws="none",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="round-entrance", daemon=True)

    def start(self) -> None:
        """Start listening.

        Raises:
            Unavailable: ``round_engine_not_ready`` when the port could not be bound.
        """
        self._thread.start()
        last = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > last:
                raise Unavailable("round_engine_not_ready", detail="the entrance did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop listening and end open calls."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS + 1)
