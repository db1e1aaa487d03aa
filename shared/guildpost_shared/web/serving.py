"""Serve an ASGI application in a thread of the calling process: loopback pages, consoles, entrances."""

import socket
import threading
import time
from pathlib import Path
from typing import Final

import uvicorn

from guildpost_shared.errors import ConfigurationError
from guildpost_shared.web.headers import AsgiApp

START_SECONDS: Final = 15.0
STOP_SECONDS: Final = 5


class WebServer:
    """One listening application; bound at once, so that the port is known before it answers."""

    def __init__(
        self, app: AsgiApp, *, host: str, port: int, certificate: Path | None = None, key: Path | None = None
    ) -> None:
        """Bind the port.

        Args:
            app: what answers.
            host: address to bind.
            port: 0 lets the system choose.
            certificate: PEM chain; without it the server speaks plain HTTP (loopback, or behind a reverse proxy).
            key: its private key.

        Raises:
            ConfigurationError: ``port_taken``.
        """
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError:
            raise ConfigurationError("port_taken", address=f"{host}:{port}") from None
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            lifespan="auto",
            ws="none",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="web", daemon=True
        )

    def start(self) -> None:
        """Start answering."""
        self._thread.start()
        last = time.monotonic() + START_SECONDS
        while not self._server.started and time.monotonic() < last:
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop answering; open requests get a moment to end."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS + 1)
