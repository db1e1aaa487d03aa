"""Many short readings in one transaction: opening one costs more than most of what is read in it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork


class OneSnapshot:
    """Opens transactions for reading; while one is held, everybody gets that one.

    Only for what reads: a commit inside would end the transaction for all.
    """

    def __init__(self, open_uow: OpenUnitOfWork) -> None:
        self._open_uow = open_uow
        self._held: UnitOfWork | None = None

    def __call__(self) -> AbstractContextManager[UnitOfWork]:
        """Give the held transaction, or open one."""
        return self._open_uow() if self._held is None else nullcontext(self._held)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold one transaction: everything is read as it is now."""
        with self._open_uow() as uow:
            self._held = uow
            try:
                yield
            finally:
                self._held = None
