"""A mail server in memory.

    channel = FakeChannel()
    channel.answers["nobody@beispiel.example"] = [Receipt(Verdict.DEAD, 550, "5.1.1")]
    channel.away = True                                  # refuses the connection

Without a scripted answer a mail is accepted and lies in ``channel.mails``. An error of the product as an answer means
that the mail was certainly not accepted; any other exception is as if the process died.
"""

from collections import defaultdict
from collections.abc import Sequence

from guildpost_agent.app.ports.channel import Carried, Exchange, OutgoingMail
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_shared.errors import GuildpostError, Unavailable


class FakeChannel:
    """A ``Channel`` with a number of connections that work in turn."""

    def __init__(self, connections: int = 1) -> None:
        self.mails: list[OutgoingMail] = []
        self.answers: dict[str, list[Receipt | BaseException]] = defaultdict(list)
        self.away = False
        self.opened = 0
        self._connections = connections

    def carry(self, exchange: Exchange, expected: int) -> None:
        """Carry what is given."""
        del expected
        if self.away:
            raise Unavailable("mail_server_away", host="mail.example", port=587)
        self.opened += 1
        carried: Sequence[Carried] = ()
        while given := exchange(carried, self._connections, 0):
            carried = [Carried(mail.key, self._answer(mail)) for mail in given]

    def _answer(self, mail: OutgoingMail) -> Receipt | GuildpostError:
        scripted = self.answers[mail.recipient]
        answer = scripted.pop(0) if scripted else Receipt(Verdict.ACCEPTED, 250, "2.0.0")
        if isinstance(answer, GuildpostError):
            return answer
        if isinstance(answer, BaseException):
            raise answer
        if answer.verdict is Verdict.ACCEPTED:
            self.mails.append(mail)
        return answer
