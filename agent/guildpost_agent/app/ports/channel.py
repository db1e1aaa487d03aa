"""The way a mail leaves: a channel carries what its user gives it, over as many connections as the dealer allows.

The channel asks, the user answers: each time connections fall idle, ``exchange`` hears what became of the mails they
carried and gives the next ones. So no connection ever holds more than one mail whose fate is open, and the user can
make everything that one question brought durable with one commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from guildpost_agent.domain.smtp_replies import Receipt
from guildpost_shared.errors import GuildpostError


@dataclass(frozen=True)
class OutgoingMail:
    """Envelope addresses and the message (RFC 5322 bytes, ASCII only); ``key`` names it to its giver.

    ``finished``: the message is already what ``smtp_content.data_content`` makes of it.
    """

    key: str
    sender: str
    recipient: str
    message: bytes
    finished: bool = False


@dataclass(frozen=True)
class Carried:
    """What became of a mail.

    ``result`` is the server's answer, where ``unknown`` means: it was handed over and no answer came. An error means
    that this mail was certainly not accepted: ``Unavailable`` (``mail_server_away``, ``mail_server_refuses``) when the
    connection was lost and could not be made again; ``ConfigurationError`` or ``Untrusted`` when making it again met
    another problem (see ``Channel``).
    """

    key: str
    result: Receipt | GuildpostError


Exchange = Callable[[Sequence[Carried], int, int], Sequence[OutgoingMail]]
"""``(carried, idle, on_the_way)`` → at most ``idle`` mails.

Nothing given while nothing is on the way ends the run. It is called from one thread at a time.
"""


class Channel(Protocol):
    """A mail server."""

    def carry(self, exchange: Exchange, expected: int) -> None:
        """Connect, encrypt, log in, and carry mails until none is given and none is on the way.

        Args:
            exchange: is told what became of each mail and gives the next ones.
            expected: how many mails may come; few of them need few connections.

        Raises:
            Unavailable: ``mail_server_away`` or ``mail_server_refuses``: no connection at all.
            ConfigurationError: ``mail_login_refused``, ``mail_encryption_missing``, ``mail_password_unreadable``.
            Untrusted: ``mail_certificate_untrusted``.
        """
        ...
