"""What the staff does on the pages: calls with their results, replies that somebody took care of."""

from collections.abc import Callable
from dataclasses import dataclass

from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.calls.script import ScriptDesk
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork


@dataclass(frozen=True)
class StaffDesk:
    """Everything that these pages need beyond what all have.

    Attributes:
        open_uow: opens a transaction that may write.
        call_rules: the dealer's side of calls, now.
        scripts: what scripts are filled from, now.
        require_original: raises ``restored_unconfirmed`` where this agent may be a copy.
    """

    open_uow: OpenUnitOfWork
    call_rules: Callable[[], CallRules]
    scripts: Callable[[], ScriptDesk]
    require_original: Callable[[], None]
