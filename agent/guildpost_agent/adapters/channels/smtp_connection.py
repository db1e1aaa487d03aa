"""One SMTP connection: made with aiosmtplib, encrypted and verified unless that is switched off by name.

Patience follows RFC 5321, section 4.5.3.2: five minutes for a greeting and a command, ten after the final dot. When the
connection breaks before the message's content is sent, it is made again once for that message, because the message was
certainly not accepted. When it breaks after that nobody can know, so the receipt says ``unknown``.
"""

import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import aiosmtplib

from guildpost_agent.adapters.channels.smtp_dialogue import BrokenError, Dialogue, Reply, take_over
from guildpost_agent.app.ports.channel import OutgoingMail
from guildpost_agent.domain.smtp_content import data_content
from guildpost_agent.domain.smtp_replies import Receipt, Stage, Verdict, classify
from guildpost_shared.errors import ConfigurationError, GuildpostError, Unavailable, Untrusted
from guildpost_shared.failpoints import hit
from guildpost_shared.os_reasons import os_reason

_SERVICE_CLOSING: Final = 421
_START_INPUT: Final = 354
_REFUSED: Final = 400
_STAGES: Final = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_ADDRESS: Final = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")


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
    connections: int = 4


class SmtpConnection:
    """Carries one message after the other, and is made again when the server closed it between two."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._dialogue: Dialogue | None = None
        self._pipelining = False
        self._unfinished = False

    async def connect(self) -> None:
        """Connect, encrypt, log in; translate what can go wrong into what an operator can do."""
        host, port = self._settings.host, self._settings.port
        client = self._new_client()
        try:
            await self._open(client)
        except BaseException as error:
            client.close()
            if isinstance(error, aiosmtplib.SMTPAuthenticationError):
                raise ConfigurationError("mail_login_refused", str(error.code), host=host, port=port) from error
            if isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= _REFUSED:
                raise Unavailable("mail_server_refuses", host=host, port=port, reply=error.code) from error
            if isinstance(error, (aiosmtplib.SMTPException, OSError, ValueError)):
                raise self._translated(error) from error
            raise

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        settings = self._settings
        password = _password(settings.password_file) if settings.username else ""
        await client.connect()
        if settings.username:
            await client.login(settings.username, password)
        elif client.is_ehlo_or_helo_needed:
            await client.ehlo()
        self._pipelining = client.supports_extension("pipelining")
        if client.transport is None:
            raise OSError("the server closed the connection")
        self._dialogue, self._unfinished = take_over(client.transport), False

    def _translated(self, error: Exception) -> GuildpostError:
        host, port = self._settings.host, self._settings.port
        if _is_certificate_problem(error):
            return Untrusted("mail_certificate_untrusted", str(error), host=host, port=port)
        if isinstance(error, aiosmtplib.SMTPException) and "STARTTLS" in str(error):
            return ConfigurationError("mail_encryption_missing", host=host, port=port)
        if isinstance(error, aiosmtplib.SMTPException) and "AUTH" in str(error):
            return ConfigurationError("mail_login_refused", str(error), host=host, port=port)
        return Unavailable("mail_server_away", type(error).__name__, host=host, port=port)

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

    async def carry(self, mail: OutgoingMail) -> Receipt:
        """Hand over one message and say what the server answered.

        Raises:
            GuildpostError: the connection was lost and could not be made again (see ``ports.channel.Carried``).
        """
        if self._dialogue is not None and self._dialogue.usable:
            with suppress(_BrokenBeforeContentError):
                return await self._hand_over(self._dialogue, mail)
        self.close()
        await self.connect()
        try:
            if self._dialogue is not None:
                return await self._hand_over(self._dialogue, mail)
        except _BrokenBeforeContentError:
            self.close()
        raise Unavailable("mail_server_away", host=self._settings.host, port=self._settings.port)

    async def quit(self) -> None:
        """Say goodbye if somebody listens."""
        if self._dialogue is not None and self._dialogue.usable:
            with suppress(BrokenError):
                await self._dialogue.ask(b"QUIT\r\n", 1, 5)
        self.close()

    def close(self) -> None:
        """End the connection at once."""
        if self._dialogue is not None:
            self._dialogue.close()
            self._dialogue = None

    async def _hand_over(self, dialogue: Dialogue, mail: OutgoingMail) -> Receipt:
        refusal = await self._envelope(dialogue, mail)
        if refusal is not None:
            return refusal
        hit("smtp.before_data")
        content = mail.message if mail.finished else data_content(mail.message)
        try:
            (reply,) = await dialogue.ask(content, 1, self._settings.final_dot_seconds)
        except BrokenError:
            return Receipt(Verdict.UNKNOWN)
        if reply.code in range(300, _REFUSED):  # no answer to a message: nobody knows what became of it
            self.close()
            return Receipt(Verdict.UNKNOWN)
        hit("smtp.accepted")
        return classify(Stage.DATA, reply.code, reply.text)

    async def _envelope(self, dialogue: Dialogue, mail: OutgoingMail) -> Receipt | None:
        """Say MAIL, RCPT and DATA; give the refusal, or None when the server waits for the content."""
        commands = [f"MAIL FROM:<{_safe(mail.sender)}>", f"RCPT TO:<{_safe(mail.recipient)}>", "DATA"]
        try:
            if self._unfinished:
                await dialogue.ask(b"RSET\r\n", 1, self._settings.command_seconds)
            replies = await self._say(dialogue, commands)
        except BrokenError as broken:
            replies = list(broken.replies)
        self._unfinished = True
        for stage, reply in zip(_STAGES, replies, strict=False):
            if reply.code == _SERVICE_CLOSING:
                break
            if reply.code >= _REFUSED:
                await self._take_back(dialogue, replies)
                return classify(stage, reply.code, reply.text)
            if (reply.code == _START_INPUT) is not (stage is Stage.DATA):
                break  # an answer to another command: nobody knows what this server means
            if stage is Stage.DATA:
                self._unfinished = False
                return None
        self.close()
        raise _BrokenBeforeContentError

    async def _say(self, dialogue: Dialogue, commands: list[str]) -> list[Reply]:
        """Say commands, at once where the server allows it, up to the first refusal where it does not."""
        seconds = self._settings.command_seconds
        if self._pipelining:
            return await dialogue.ask("".join(f"{one}\r\n" for one in commands).encode("ascii"), len(commands), seconds)
        replies: list[Reply] = []
        try:
            for command in commands:
                replies += await dialogue.ask(f"{command}\r\n".encode("ascii"), 1, seconds)
                if replies[-1].code >= _REFUSED:
                    break
        except BrokenError as broken:
            raise BrokenError([*replies, *broken.replies]) from None
        return replies

    async def _take_back(self, dialogue: Dialogue, replies: list[Reply]) -> None:
        """Send nothing where a server wants content although it refused the envelope (RFC 2920, section 3.1)."""
        if len(replies) == len(_STAGES) and replies[-1].code == _START_INPUT:
            with suppress(BrokenError):
                await dialogue.ask(b".\r\n", 1, self._settings.command_seconds)


class _BrokenBeforeContentError(Exception):
    """The connection broke while it was still certain that nothing was accepted."""


def _safe(address: str) -> str:
    """Give an address that cannot end its command early; what composes messages refuses any other before."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError("an envelope address must be visible ASCII without angle brackets")
    return address


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError("mail_ca_unreadable", path=ca_file, reason=os_reason(error)) from None
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
