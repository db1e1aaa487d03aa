"""A real SMTP server on loopback (aiosmtpd) with scripted refusals.

    with SmtpServer(tls=files) as server:
        server.replies["RCPT"] = ["550 5.1.1 No such user"]     # one reply per command, then accept again
        ...
        assert [mail.recipient for mail in server.mails] == [...]

A reply ``"drop"`` closes the connection instead of answering.
"""

import socket
import ssl
from collections import defaultdict
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.factories.tls_files import TlsFiles


@dataclass(frozen=True)
class ReceivedMail:
    """What arrived: envelope and content."""

    sender: str
    recipient: str
    content: bytes


@dataclass
class _Script:
    """The aiosmtpd handler."""

    replies: dict[str, list[str]]
    mails: list[ReceivedMail] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(  # noqa: N802 — aiosmtpd's name
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    def _next(self, verb: str, server: Any) -> str | None:
        reply = self.replies[verb].pop(0) if self.replies[verb] else None
        if reply == "drop":
            server.transport.abort()
            return "421 4.3.0 gone"
        return None if reply is not None and reply.startswith("250") else reply

    async def handle_MAIL(self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802 — aiosmtpd's name
        if reply := self._next("MAIL", server):
            return reply
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802 — aiosmtpd's name
        if reply := self._next("RCPT", server):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 — aiosmtpd's name
        reply = self._next("DATA", server)
        if reply is not None and not reply.startswith("421 4.3.0"):
            return reply
        self.mails.append(ReceivedMail(envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
        return reply or "250 2.0.0 queued"


class SmtpServer:
    """Starts and stops with ``with``; ``security`` as in the agent's configuration."""

    def __init__(
        self,
        tls: TlsFiles | None = None,
        security: Literal["starttls", "tls", "none"] = "starttls",
        login: tuple[str, str] | None = None,
    ) -> None:
        self.replies: dict[str, list[str]] = defaultdict(list)
        self._script = _Script(self.replies)
        self.port = _free_port()
        context = None
        if tls is not None and security != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)
        options: dict[str, Any] = {}
        if login is not None:

            def authenticate(_s: Any, _session: Any, _e: Any, _m: str, data: Any) -> AuthResult:
                wanted = LoginPassword(login[0].encode(), login[1].encode())
                return AuthResult(success=data == wanted, handled=False)

            options = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": security != "none"}
        self._controller = Controller(
            self._script,
            hostname="127.0.0.1",
            port=self.port,
            tls_context=context if security == "starttls" else None,
            require_starttls=context is not None and security == "starttls",
            ssl_context=context if security == "tls" else None,
            **options,
        )

    @property
    def mails(self) -> list[ReceivedMail]:
        """What arrived so far."""
        return self._script.mails

    @property
    def greetings(self) -> int:
        """How often a client said EHLO."""
        return self._script.connections

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
        self._controller.loop.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
