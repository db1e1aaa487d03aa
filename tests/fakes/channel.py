"""A mail server in memory.

    channel = FakeChannel()
    channel.answers["nobody@beispiel.example"] = [Receipt(Verdict.DEAD, 550, "5.1.1")]
    channel.away = True                                  # refuses the connection

Without a scripted answer a mail is accepted and lies in ``channel.mails``.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from guildpost_agent.app.ports.channel import ChannelSession, OutgoingMail
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_shared.errors import Unavailable


class FakeChannel:
    """``Channel`` and ``ChannelSession`` at once."""

    def __init__(self) -> None:
        self.mails: list[OutgoingMail] = []
        self.answers: dict[str, list[Receipt | BaseException]] = defaultdict(list)
        self.away = False
        self.opened = 0

    @contextmanager
    def open(self) -> Iterator[ChannelSession]:
        """Connect."""
        if self.away:
            raise Unavailable("mail_server_away", host="mail.example", port=587)
        self.opened += 1
        yield self

    def send(self, mail: OutgoingMail) -> Receipt:
        """Accept a message, or answer as scripted for its recipient."""
        scripted = self.answers[mail.recipient]
        answer = scripted.pop(0) if scripted else Receipt(Verdict.ACCEPTED, 250, "2.0.0")
        if isinstance(answer, BaseException):
            raise answer
        if answer.verdict is Verdict.ACCEPTED:
            self.mails.append(mail)
        return answer
