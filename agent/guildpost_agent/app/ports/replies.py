"""The store of what came into the mailbox: what was dealt with, and customers' replies."""

from datetime import datetime
from typing import Protocol

from guildpost_agent.domain.replies.reply import Reply


class Replies(Protocol):
    """Replies wait for a person until somebody closes them."""

    def first_seen(self, digest: str, at: datetime) -> bool:
        """Note that a message of the mailbox is dealt with; say whether that is new."""
        ...

    def known(self, digest: str) -> bool: ...  # noqa: D102 — the name says it
    def forget_seen(self, before: datetime) -> int:
        """Forget which messages were dealt with before an instant; return how many."""
        ...

    def add(self, reply: Reply) -> bool:
        """Store a reply; one that is known by its id is left as it is. Say whether it was new."""
        ...

    def get(self, reply_id: str) -> Reply | None: ...  # noqa: D102 — the name says it
    def open(self) -> list[Reply]:
        """List the replies that wait for a person, oldest first."""
        ...

    def of(self, customer_id: str) -> list[Reply]:
        """List a customer's replies, oldest first."""
        ...

    def close(self, reply_id: str, *, at: datetime, by: str, note: str) -> bool:
        """Close a reply that is open; say whether it was."""
        ...
