"""Note that an agent is, or was, connected."""

from guildpost_coordinator.app.ports.unit_of_work import Contact, OpenUnitOfWork
from guildpost_shared.clock import Clock


def record_contact(
    agent_id: str, *, agent_version: str, connected: bool, open_uow: OpenUnitOfWork, clock: Clock
) -> None:
    """Store the latest contact with an agent.

    Args:
        agent_id: who.
        agent_version: as announced.
        connected: whether its presence stream is open.
        open_uow: opens a transaction.
        clock: the wall clock.
    """
    with open_uow() as uow:
        uow.presence.record(Contact(agent_id, clock.now(), connected, agent_version))
        uow.commit()
