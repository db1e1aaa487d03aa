"""The clock ticks, leases guard, steps are idempotent.

One tick walks the steps in their order. Each step decides by itself whether something is due, does it, and can be
walked again after a crash without doing anything twice. A lease keeps two processes of one agent apart.

An error that somebody can act on (``GuildpostError``) ends its step, is logged by its code and kept for the status
page; the other steps still run, and the next tick walks all of them again. Anything else is a bug and ends the process:
the supervisor starts it again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_shared.clock import Clock
from guildpost_shared.errors import GuildpostError

LEASE: Final = timedelta(minutes=10)
log = structlog.get_logger()


@dataclass(frozen=True)
class Step:
    """One thing the agent does on its own."""

    name: str
    run: Callable[[datetime], None]


class Ticker:
    """Walks the steps at an instant of the business clock."""

    def __init__(
        self,
        steps: Sequence[Step],
        open_uow: OpenUnitOfWork,
        holder: str,
        wall_clock: Clock,
        *,
        wanted: Callable[[datetime], bool] = lambda _now: True,
        note_done: Callable[[datetime], None] = lambda _now: None,
        on_change: Callable[[str, GuildpostError | None], None] = lambda _step, _problem: None,
    ) -> None:
        """Bring the steps.

        Args:
            steps: in their order.
            open_uow: opens a transaction, for the lease.
            holder: the process's name on the lease.
            wall_clock: of the lease.
            wanted: a cheap look whether anything can be due; without it every tick walks all steps.
            note_done: hears of a walk that left nothing undone; only such a walk may make the next one unnecessary.
            on_change: hears when a step's problem begins, changes or is over (None).
        """
        self._wanted = wanted
        self._note_done = note_done
        self._on_change = on_change
        self._steps = steps
        self._open_uow = open_uow
        self._holder = holder
        self._wall_clock = wall_clock
        self._lease_fresh_until = datetime.min.replace(tzinfo=UTC)
        self.last_tick: datetime | None = None
        self.problems: dict[str, GuildpostError] = {}

    def tick(self, now: datetime) -> bool:
        """Walk all steps once where anything is due; False if another process of this agent holds the lease."""
        if not self._wanted(now):
            self.last_tick = now
            return True
        if not self._acquire():
            return False
        for step in self._steps:
            try:
                step.run(now)
                self._note(step.name, None)
            except GuildpostError as error:
                log.warning("step_failed", step=step.name, code=error.code)
                self._note(step.name, error)
        if not self.problems:
            self._note_done(now)
        self.last_tick = now
        return True

    def _note(self, step: str, problem: GuildpostError | None) -> None:
        """Keep a step's problem, and tell of it once."""
        before = self.problems.pop(step, None)
        if problem is not None:
            self.problems[step] = problem
        if (before and before.code) != (problem and problem.code):
            self._on_change(step, problem)

    def release(self) -> None:
        """Give the lease back at the end, so that a successor need not wait."""
        with self._open_uow() as uow:
            uow.leases.release("tick", holder=self._holder)
            uow.commit()

    def _acquire(self) -> bool:
        """Take or renew the lease; one that still runs for more than half its time is not written again."""
        now = self._wall_clock.now()
        if now < self._lease_fresh_until:
            return True
        with self._open_uow() as uow:
            taken = uow.leases.acquire("tick", holder=self._holder, now=now, until=now + LEASE)
            uow.commit()
        if taken:
            self._lease_fresh_until = now + LEASE / 2
        return taken
