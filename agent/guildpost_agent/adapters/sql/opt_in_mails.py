"""The table of confirmation mails."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from guildpost_agent.adapters.sql.tables import opt_in_mails
from guildpost_agent.app.ports.opt_in_mails import OptInMail
from guildpost_agent.domain.outbox import State


class SqlOptInMails:
    """Confirmation mails; each change of state is a compare-and-set."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, mail: OptInMail) -> None:
        """Store a new mail."""
        self._connection.execute(insert(opt_in_mails).values(**vars(mail)))

    def get(self, request_id: str) -> OptInMail | None:
        """Return the mail of a request."""
        found = self._connection.execute(select(opt_in_mails).where(opt_in_mails.c.request_id == request_id))
        return next((OptInMail(**row) for row in found.mappings()), None)

    def by_message_id(self, message_id: str) -> OptInMail | None:
        """Return the mail that has this Message-ID."""
        found = self._connection.execute(select(opt_in_mails).where(opt_in_mails.c.message_id == message_id))
        return next((OptInMail(**row) for row in found.mappings()), None)

    def in_state(self, state: str) -> list[OptInMail]:
        """List the mails in a state, longest waiting first."""
        order = (opt_in_mails.c.next_attempt_at, opt_in_mails.c.request_id)
        found = self._connection.execute(select(opt_in_mails).where(opt_in_mails.c.state == state).order_by(*order))
        return [OptInMail(**row) for row in found.mappings()]

    def move(self, request_id: str, *, expected: str, to: str, now: datetime, response: str = "") -> bool:
        """Change the state if it is still the expected one; an empty response leaves the stored one."""
        values: dict[str, object] = {"state": to, "changed_at": now}
        if response:
            values["response"] = response
        if to == State.SENDING:
            values["mailed_at"] = now
        mine = (opt_in_mails.c.request_id == request_id, opt_in_mails.c.state == expected)
        return self._connection.execute(update(opt_in_mails).where(*mine).values(**values)).rowcount == 1

    def retry_at(self, request_id: str, *, at: datetime, now: datetime, response: str) -> None:
        """Put a mail that was being sent back to ready, for a later attempt."""
        mine = (opt_in_mails.c.request_id == request_id, opt_in_mails.c.state == State.SENDING)
        self._connection.execute(
            update(opt_in_mails)
            .where(*mine)
            .values(
                state=State.READY.value,
                attempts=opt_in_mails.c.attempts + 1,
                next_attempt_at=at,
                changed_at=now,
                response=response,
            )
        )
