"""The store of call tasks."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from guildpost_agent.domain.call_tasks import CallTask


class Calls(Protocol):
    """Call tasks; whoever plans adds them, whoever calls closes them."""

    def add(self, task: CallTask) -> bool:
        """Store a new task; one that is known by its id is left as it is. Say whether it was new."""
        ...

    def get(self, task_id: str) -> CallTask | None: ...  # noqa: D102 — the name says it
    def open(self) -> list[CallTask]:
        """List the open tasks in the order in which they want to be done."""
        ...

    def of(self, customer_id: str) -> list[CallTask]:
        """List a customer's tasks, oldest first."""
        ...

    def made_since(self, since: datetime, customer_ids: Collection[str] | None = None) -> list[CallTask]:
        """List the tasks that were closed with a result at an instant or later, of everybody or certain customers."""
        ...

    def change(self, task: CallTask, expected: CallTask) -> bool:
        """Store a task's new state if the stored one is still the expected one; say whether it was."""
        ...
