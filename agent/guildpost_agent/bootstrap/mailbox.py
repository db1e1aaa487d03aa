"""The mailbox, put together from the configuration."""

from datetime import datetime, timedelta

from guildpost_agent.adapters.mailbox.imap import ImapMailbox, ImapSettings
from guildpost_agent.adapters.mailbox.maildir import MaildirMailbox
from guildpost_agent.app.ports.mailbox import Mailbox
from guildpost_agent.app.read_mailbox import MailboxSummary, read_mailbox
from guildpost_agent.app.remember_problems import remember_problem
from guildpost_agent.app.sender_problem import SENDER_STEP, sender_problem
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.sending import Services, answer_rules, hand_on

CONTENT = "mail_content"
"""Under this name a message that was refused for its content is noted among the problems, until the next start."""


def mailbox_of(core: Core) -> Mailbox | None:
    """Give the dealer's mailbox; None where none is configured."""
    settings = core.config.mail.mailbox
    if settings is None:
        return None
    if settings.maildir is not None:
        return MaildirMailbox(settings.maildir, settings.folder)
    return ImapMailbox(
        ImapSettings(
            host=settings.host,
            port=settings.port,
            security=settings.security,
            username=settings.username,
            password_file=settings.password_file,
            inbox=settings.inbox,
            folder=settings.folder,
            ca_file=settings.ca_file,
        )
    )


def check_mailbox(core: Core, services: Services) -> MailboxSummary | None:
    """Read the mailbox once, hand over to people what is theirs, and note what somebody has to mend."""
    mailbox = mailbox_of(core)
    if mailbox is None:
        return None
    summary = read_mailbox(core.open_uow, mailbox, answer_rules(core, services), core.business_clock)
    if summary.replies:
        hand_on(core, services)
    with core.open_uow() as uow:
        stands = sender_problem(uow)
    remember_problem(core.open_uow, SENDER_STEP, stands)
    content = next((alert for alert in summary.alerts if alert.code == "mail_content_bounced"), None)
    if content is not None:
        remember_problem(core.open_uow, CONTENT, content)
    return summary


class MailboxRound:
    """Says when the mailbox is looked at next."""

    def __init__(self, core: Core) -> None:
        settings = core.config.mail.mailbox
        self.every = timedelta(minutes=settings.every_minutes) if settings else None
        self._next: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Say whether to look now, and remember that it was done."""
        if self.every is None or (self._next is not None and now < self._next):
            return False
        self._next = now + self.every
        return True
