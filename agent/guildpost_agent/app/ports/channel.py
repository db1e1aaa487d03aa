"""The way a mail leaves: a connection that carries one message after the other."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from guildpost_agent.domain.smtp_replies import Receipt


@dataclass(frozen=True)
class OutgoingMail:
    """Envelope addresses and the finished message (RFC 5322 bytes, ASCII only)."""

    sender: str
    recipient: str
    message: bytes


class ChannelSession(Protocol):
    """An open connection."""

    def send(self, mail: OutgoingMail) -> Receipt:
        """Hand over one message and say what the server answered.

        Returns:
            The receipt. ``unknown`` means: the message was handed over and no answer came.

        Raises:
            Unavailable: ``mail_server_away``: the connection was lost and could not be made again; this message was
                certainly not accepted.
            ConfigurationError: ``mail_login_refused``, ``mail_encryption_missing`` (while connecting again).
            Untrusted: ``mail_certificate_untrusted`` (while connecting again).
        """
        ...


class Channel(Protocol):
    """A mail server."""

    def open(self) -> AbstractContextManager[ChannelSession]:
        """Connect, encrypt and log in.

        Raises:
            Unavailable: ``mail_server_away`` or ``mail_server_refuses``.
            ConfigurationError: ``mail_login_refused``, ``mail_encryption_missing``, ``mail_password_unreadable``.
            Untrusted: ``mail_certificate_untrusted``.
        """
        ...
