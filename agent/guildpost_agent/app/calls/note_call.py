"""Write something down beside a call task."""

from datetime import datetime

from guildpost_agent.app.calls.close_call import open_task
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.call_steps import noted
from guildpost_agent.domain.call_tasks import CallTask
from guildpost_shared.errors import Conflict


def note_call(open_uow: OpenUnitOfWork, task_id: str, text: str, *, by: str, now: datetime) -> CallTask:
    """Add a note to an open task.

    Raises:
        Refused: ``call_unknown``.
        Conflict: ``call_closed``; also when somebody else changed the task at the same time.
    """
    with open_uow() as uow:
        task = open_task(uow, task_id)
        left = noted(task, text, by, now)
        if not uow.calls.change(left, task):
            raise Conflict("call_closed", task=task_id)
        uow.commit()
    return left
