"""SMTP: one connection for a whole run, encrypted and verified unless that is switched off by name.

Patience follows RFC 5321, section 4.5.3.2: five minutes for a greeting and a command, ten after the final dot. When
the connection breaks before DATA it is made again once for that message, because the message was certainly not
accepted. When it breaks inside DATA nobody can know, so the receipt says ``unknown``.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import aiosmtplib

from guildpost_agent.app.ports.channel import ChannelSession, OutgoingMail
from guildpost_agent.domain.smtp_replies import Receipt, Stage, Verdict, classify
from guildpost_shared.errors import ConfigurationError, GuildpostError, Unavailable, Untrusted
from guildpost_shared.failpoints import hit

_SERVICE_CLOSING: Final = 421


@dataclass(frozen=True)
class SmtpSettings:
    """The dealer's mail server; times in seconds."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    username: str = ""
    password_file: str = ""
    local_hostname: str = "localhost"
    command_seconds: float = 300.0
    final_dot_seconds: float = 600.0


class SmtpChannel:
    """A mail server spoken to with aiosmtplib; the event loop lives and dies with the session."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    @contextmanager
    def open(self) -> Iterator[ChannelSession]:
        """Connect, encrypt, log in; say goodbye at the end."""
        with asyncio.Runner() as runner:
            session = _SmtpSession(self._settings, runner)
            session.connect()
            try:
                yield session
            finally:
                session.quit()


class _SmtpSession:
    """One connection, made again when the server closed it between two messages."""

    def __init__(self, settings: SmtpSettings, runner: asyncio.Runner) -> None:
        self._settings = settings
        self._runner = runner
        self._client = self._new_client()

    def connect(self) -> None:
        """Connect; translate what can go wrong into what an operator can do."""
        host, port = self._settings.host, self._settings.port
        try:
            self._runner.run(self._connect())
        except aiosmtplib.SMTPAuthenticationError as error:
            raise ConfigurationError("mail_login_refused", str(error.code), host=host, port=port) from error
        except aiosmtplib.SMTPResponseException as error:
            raise Unavailable("mail_server_refuses", host=host, port=port, reply=error.code) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> GuildpostError:
        host, port = self._settings.host, self._settings.port
        if _is_certificate_problem(error):
            return Untrusted("mail_certificate_untrusted", str(error), host=host, port=port)
        if isinstance(error, aiosmtplib.SMTPException) and "STARTTLS" in str(error):
            return ConfigurationError("mail_encryption_missing", host=host, port=port)
        if isinstance(error, aiosmtplib.SMTPException) and "AUTH" in str(error):
            return ConfigurationError("mail_login_refused", str(error), host=host, port=port)
        return Unavailable("mail_server_away", str(error), host=host, port=port)

    def send(self, mail: OutgoingMail) -> Receipt:
        """Hand over one message (see ``ChannelSession``)."""
        if not self._client.is_connected:
            self._reconnect()
        try:
            return self._runner.run(self._send(mail))
        except _BrokenBeforeDataError:
            self._reconnect()
        try:
            return self._runner.run(self._send(mail))
        except _BrokenBeforeDataError as error:
            settings = self._settings
            raise Unavailable("mail_server_away", host=settings.host, port=settings.port) from error

    def quit(self) -> None:
        """Say goodbye if somebody listens."""
        with suppress(aiosmtplib.SMTPException, OSError):
            if self._client.is_connected:
                self._runner.run(self._client.quit(timeout=5))
        self._client.close()

    def _reconnect(self) -> None:
        self._client.close()
        self._client = self._new_client()
        self.connect()

    def _new_client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.local_hostname,
            timeout=settings.command_seconds,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=None if settings.security == "none" else _tls_context(settings.ca_file),
        )

    async def _connect(self) -> None:
        password = _password(self._settings.password_file) if self._settings.username else ""
        await self._client.connect()
        try:
            if self._settings.username:
                await self._client.login(self._settings.username, password)
        except BaseException:
            self._client.close()
            raise

    async def _send(self, mail: OutgoingMail) -> Receipt:
        refusal = await self._envelope(mail)
        if refusal is not None:
            await self._reset()
            return refusal
        hit("smtp.before_data")
        try:
            code, text = await self._client.data(mail.message, timeout=self._settings.final_dot_seconds)
        except aiosmtplib.SMTPDataError as error:
            await self._reset()
            return classify(Stage.DATA, error.code, error.message)
        except (aiosmtplib.SMTPException, OSError):
            self._client.close()
            return Receipt(Verdict.UNKNOWN)
        hit("smtp.accepted")
        return classify(Stage.DATA, code, text)

    async def _envelope(self, mail: OutgoingMail) -> Receipt | None:
        """Say MAIL and RCPT; give the refusal, or None when both were accepted."""
        stage = Stage.MAIL
        try:
            await self._client.mail(mail.sender, encoding="ascii")
            stage = Stage.RCPT
            await self._client.rcpt(mail.recipient, encoding="ascii")
        except aiosmtplib.SMTPResponseException as error:
            if error.code == _SERVICE_CLOSING:
                raise _BrokenBeforeDataError from error
            return classify(stage, error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _BrokenBeforeDataError from error
        return None

    async def _reset(self) -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            if self._client.is_connected:
                await self._client.rset()


class _BrokenBeforeDataError(Exception):
    """The connection broke while it was still certain that nothing was accepted."""


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _password(file: str) -> str:
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("mail_password_unreadable", path=file) from None


def _is_certificate_problem(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
