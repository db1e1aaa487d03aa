"""After a crash: what was being handed over is marked as unsure, never sent again by itself."""

from guildpost_agent.app.outbox_steps import step
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.records import Channel
from guildpost_shared.clock import Clock


def recover_outbox(open_uow: OpenUnitOfWork, clock: Clock) -> int:
    """Mark every mail found in ``sending`` as ``unsure``.

    Call it only while nobody else dispatches (the caller holds the dispatch lease); ``dispatch_mail`` does so first.
    Letters are left alone: ``release_letters`` continues their batch.

    Returns:
        How many messages a person has to look at now.
    """
    with open_uow() as uow:
        interrupted = uow.outbox.in_state(Channel.EMAIL, State.SENDING)
        for job in interrupted:
            step(uow, job, Event.LOSE, clock.now(), response="interrupted")
        uow.commit()
    return len(interrupted)
