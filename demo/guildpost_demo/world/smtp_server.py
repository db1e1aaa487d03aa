"""The demo's mail server: STARTTLS or nothing, loopback only."""

import ssl
from pathlib import Path
from typing import Final, Protocol

from aiosmtpd.controller import Controller

from guildpost_demo.world.mail_store import MailStore
from guildpost_demo.world.smtp_rules import ACCEPTED, reply_to
from guildpost_shared.clock import Clock

LOOPBACK: Final = "127.0.0.1"
MAX_MESSAGE_BYTES: Final = 20_000_000


class _Envelope(Protocol):
    mail_from: str
    rcpt_tos: list[str]
    content: bytes


class Sink:
    """Answers the SMTP commands: checks recipients, keeps messages."""

    def __init__(self, store: MailStore, clock: Clock, dead: frozenset[str]) -> None:
        self._store, self._clock, self._dead = store, clock, dead

    async def handle_RCPT(  # noqa: N802 — the name aiosmtpd calls
        self, _server: object, _session: object, envelope: _Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept a recipient or turn it away."""
        now = self._clock.now()
        reply = reply_to(address, self._dead, self._store.first_seen(address, now), now)
        if reply == ACCEPTED:
            envelope.rcpt_tos.append(address)
        else:
            self._store.refuse(now, address, reply)
        return reply

    async def handle_DATA(self, _server: object, _session: object, envelope: _Envelope) -> str:  # noqa: N802 — see above
        """Keep the message; 250 only after it is on disk."""
        self._store.add(self._clock.now(), envelope.mail_from, envelope.rcpt_tos, envelope.content)
        return "250 2.0.0 OK: kept"


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Make the server's TLS settings."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def smtp_controller(sink: Sink, port: int, context: ssl.SSLContext) -> Controller:
    """Build the server; it runs in its own thread between ``start`` and ``stop``."""
    return Controller(
        sink,
        hostname=LOOPBACK,
        port=port,
        server_hostname="localhost",
        tls_context=context,
        require_starttls=True,
        data_size_limit=MAX_MESSAGE_BYTES,
        enable_SMTPUTF8=True,
        ready_timeout=20,
    )
