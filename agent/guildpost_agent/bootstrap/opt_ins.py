"""Double opt-in in the running agent: confirmation mails as soon as somebody asks, expiry once a day."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from guildpost_agent.app.compose_confirmation import confirmation_mail
from guildpost_agent.app.consents.opt_in import expire_opt_ins
from guildpost_agent.app.consents.send_confirmations import send_confirmations
from guildpost_agent.app.dispatch_mail import Sender
from guildpost_agent.app.fence import pass_fence
from guildpost_agent.app.mail_run import DispatchSummary
from guildpost_agent.app.ports.read_model import ReadModel
from guildpost_agent.app.relay_state import last_relay_answer
from guildpost_agent.bootstrap.composing import signer_of
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.sending import mail_channel, require_stopped_cleanly

WAKE: Final = "wake"
"""A command touches this file of the home, so that the running agent looks at once."""


class OptIns:
    """What the agent's steps do about double opt-in."""

    def __init__(self, core: Core, read_model: ReadModel) -> None:
        self._core = core
        self._read_model = read_model
        self._expired_on = ""
        self.waiting = False

    def look(self, now: datetime) -> None:
        """See whether a confirmation mail wants to go out."""
        self.waiting = self._read_model.confirmation_due(now)

    def send(self, now: datetime) -> None:
        """Send the confirmation mails that wait."""
        del now
        if self.waiting:
            require_stopped_cleanly(ask_for_confirmations(self._core))

    def expire(self, now: datetime) -> None:
        """Close once a day the requests whose time is over."""
        today = now.astimezone(self._core.zone).date().isoformat()
        if self._expired_on != today:
            close_expired(self._core, now)
            self._expired_on = today


def ask_for_confirmations(core: Core) -> DispatchSummary:
    """Send the confirmation mails that wait.

    Raises:
        Refused: ``restored_unconfirmed``.
    """
    pass_fence(core.open_uow, core.fence)
    return send_confirmations(
        core.open_uow,
        mail_channel(core),
        partial(confirmation_mail, core.config, sign=signer_of(core)),
        core.business_clock,
        sender=Sender(core.config.smtp.from_address, core.config.relay.url, core.keys),
        entropy=core.entropy,
    )


def close_expired(core: Core, now: datetime) -> int:
    """Close the requests whose time is over; say how many.

    A confirmation given in time may still wait at the relay, so time runs only up to the relay's last answer; while it
    has never answered, no mail has left and there is nothing to wait for.
    """
    with core.open_uow() as uow:
        closed = expire_opt_ins(uow, last_relay_answer(uow) or now)
        uow.commit()
    return closed


def wake(home: Path) -> None:
    """Make the running agent look at once."""
    (home / WAKE).touch()
