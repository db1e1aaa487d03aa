"""Note which agents are, or were, connected."""

from collections.abc import Mapping
from dataclasses import dataclass

from guildpost_coordinator.app.ports.unit_of_work import Contact, OpenUnitOfWork
from guildpost_shared.clock import Clock


@dataclass(frozen=True)
class Heard:
    """What was heard of an agent: its version as announced, and whether its presence stream is open."""

    agent_version: str
    connected: bool


def record_contacts(heard: Mapping[str, Heard], *, open_uow: OpenUnitOfWork, clock: Clock) -> None:
    """Store the latest contact with some agents.

    Args:
        heard: by agent.
        open_uow: opens a transaction.
        clock: the wall clock.
    """
    now = clock.now()
    with open_uow() as uow:
        for agent_id, one in heard.items():
            uow.presence.record(Contact(agent_id, now, one.connected, one.agent_version))
        uow.commit()
