"""What pages need beyond what all have: calls and replies of the staff, comparisons with the network."""

from collections.abc import Callable
from dataclasses import dataclass

from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.calls.script import ScriptDesk
from guildpost_agent.app.compare_with_network import Believed, Comparison, Released
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_shared.errors import Language

ServiceName = Callable[[str, str], str]
"""Gives the name of a brand's service for people: brand, signed id."""


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


@dataclass(frozen=True)
class InsightDesk:
    """What compares the dealer's own figures with the network's.

    Attributes:
        released: says what was released, what is still to come, and what was refused.
        compare: sets the dealer's own figures beside one release.
        service_names: gives services' names in a language.
    """

    released: Callable[[], Released]
    compare: Callable[[Believed], Comparison]
    service_names: Callable[[Language], ServiceName]
