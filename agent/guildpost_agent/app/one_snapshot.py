"""Many short readings in one transaction: opening one costs more than most of what is read in it."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.read_ahead import ReadAhead


class OneSnapshot:
    """Opens transactions for reading; while one is held, everybody gets that one.

    Only for what reads: a commit inside would end the transaction for all.
    """

    def __init__(self, open_uow: OpenUnitOfWork) -> None:
        self._open_uow = open_uow
        self._held: UnitOfWork | None = None
        self._ahead: Reading | None = None

    def __call__(self) -> AbstractContextManager[UnitOfWork]:
        """Give the held transaction, or open one."""
        return self._open_uow() if self._held is None else nullcontext(self._held)

    def ahead(self) -> AbstractContextManager[Reading]:
        """Give what was read ahead in the held transaction, or open one."""
        return self._open_uow() if self._ahead is None else nullcontext(self._ahead)

    @contextmanager
    def held(self, touchpoint_ids: Collection[str]) -> Iterator[None]:
        """Hold one transaction for some messages: everything is read as it is now, for all of them at once."""
        with self._open_uow() as uow:
            self._held, self._ahead = uow, ReadAhead(uow, touchpoint_ids)
            try:
                yield
            finally:
                self._held = self._ahead = None
