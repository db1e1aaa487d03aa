"""When the agent has anything to do: a cheap look, so that an idle tick touches no database.

Something is due when a delivery lies in the drop folder, when a command woke the agent, when the next message wants to
go out, when the relay or the mailbox is to be asked, when a new plan is wanted (a new week from Monday 05:00, or other
services in the catalogue), or when the last walk through the steps left something undone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.read_model import ReadModel
from guildpost_agent.domain.relay_silence import POLL_AT_LEAST_EVERY

PLAN_HOUR: Final = 5


class Agenda:
    """Remembers until when nothing is due."""

    def __init__(
        self,
        drop_folder: Path,
        zone: ZoneInfo,
        read_model: ReadModel,
        fingerprint: Callable[[], str],
        *,
        is_export: Callable[[str], bool],
        wake: Path,
        planner_waits: Callable[[], bool] = lambda: False,
        mailbox_every: timedelta | None = None,
    ) -> None:
        """Bring what is looked at.

        Args:
            drop_folder: where deliveries lie.
            zone: the dealer's time zone.
            read_model: says when the next message wants to go out.
            fingerprint: names the services and templates in force.
            is_export: tells by its name whether a file is a finished export; others may lie there for ever.
            wake: a command that stored something to do touches this file.
            planner_waits: says whether a workshop planner dropped a calendar.
            mailbox_every: how often the mailbox is looked at; None where there is none.
        """
        self._is_export = is_export
        self._wake = wake
        self._planner_waits = planner_waits
        self._look_every = min(filter(None, (POLL_AT_LEAST_EVERY, mailbox_every)))
        self._touched = self._heard = 0
        self._drop_folder = drop_folder
        self._zone = zone
        self._read_model = read_model
        self._fingerprint = fingerprint
        self._quiet_until: datetime | None = None
        self._mark = ""

    def anything_due(self, now: datetime) -> bool:
        """Look; says yes when in doubt."""
        self._touched = self._last_touched()
        return (
            self._quiet_until is None
            or now >= self._quiet_until
            or self._touched != self._heard
            or self._mark != self.plan_mark(now)
            or self.delivery_waits()
        )

    def note_done(self, now: datetime) -> None:
        """Note that all steps were walked at an instant and left nothing undone, and until when nothing is due."""
        self._mark = self.plan_mark(now)
        self._heard = self._touched
        due = self._read_model.next_due()
        poll = now + self._look_every
        self._quiet_until = poll if due is None else min(due, poll)

    def delivery_waits(self) -> bool:
        """Look into the drop folder and the planner's."""
        return any(self._is_export(file.name) for file in self._drop_folder.glob("*")) or self._planner_waits()

    def _last_touched(self) -> int:
        """Give when the file that wakes was touched (ns), 0 if never; what comes during a walk is for the next one."""
        try:
            return self._wake.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def plan_mark(self, now: datetime) -> str:
        """Name what a plan made now is made for: the week since Monday 05:00 local time, and the services in force."""
        local = (now.astimezone(self._zone) - timedelta(hours=PLAN_HOUR)).isocalendar()
        return f"{local.year}-W{local.week:02} {self._fingerprint()}"
