"""Where bounces and replies arrive: a mailbox, seen from the agent.

A message is read first and put away only after what it brought is committed; a crash in between brings it again, and
whoever reads knows what was dealt with (``Replies.known``). What is not ours is left where it lies.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class MailboxSession(Protocol):
    """An open mailbox."""

    def waiting(self) -> Sequence[str]:
        """List the keys of the messages that were not put away, oldest first; a key is never used again for another."""
        ...

    def read(self, key: str) -> bytes | None:
        """Read a message, at most its first two MiB; None when it is gone.

        Raises:
            Unavailable: ``mailbox_away``.
        """
        ...

    def put_away(self, key: str) -> None:
        """Move a message among those dealt with; one that is gone is left alone.

        Raises:
            Unavailable: ``mailbox_away``.
            ConfigurationError: ``mailbox_folder_unusable``.
        """
        ...


class Mailbox(Protocol):
    """The dealer's mailbox for what comes back."""

    def open(self) -> AbstractContextManager[MailboxSession]:
        """Open it for a while.

        Raises:
            Unavailable: ``mailbox_away``.
            ConfigurationError: ``mailbox_login_refused``, ``mailbox_encryption_missing``, ``mailbox_folder_unusable``,
                ``mailbox_password_unreadable``.
            Untrusted: ``mailbox_certificate_untrusted``.
        """
        ...
