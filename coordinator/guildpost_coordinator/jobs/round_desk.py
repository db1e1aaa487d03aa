"""Work rounds off: open windows, start their programs, clean up behind them, publish what was released.

The desk looks every second. It keeps nothing that matters in memory, and every round ends within bounded time:

    its program                       the round
    ───────────                       ─────────
    waits for another round's end     has its window, as long as announced, when its turn has come: an agent's node is
                                      in one round at a time
    waits for the engine to start     likewise; no agent hears of it before
    ended, or is gone after a         announced: begins again while its window is open, else ``round_window_missed``
    restart of the coordinator        nobody charged yet: is aborted, and may be announced again
                                      from the masked vectors on: goes on from its journal, three times at most and
                                      not after ``Round.given_up_at``; else it is aborted
    neither ends nor gets anywhere    is ended then, ``round_overdue``
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from guildpost_coordinator.app.ports.announcements import Announcements
from guildpost_coordinator.app.ports.rounds import Rounds
from guildpost_coordinator.domain.rounds import Round, RoundState, begun, move, resumed
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Conflict, GuildpostError
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.presence import RoundWindow

LOOK_SECONDS: Final = 1.0
LET_GO: Final = timedelta(seconds=30)
"""How long the entrance stays shut behind a round that sent nobody home: its agents would take the next one's mail."""
log = structlog.get_logger()


class Engine(Protocol):
    """What starts and watches the program of a round."""

    def ready(self) -> bool:
        """Say whether a round can begin; what it needs is started meanwhile."""
        ...

    def open_window(self) -> None:
        """Let the dealers of the roster in."""
        ...

    def submit(self, round_id: str) -> int:
        """Start the program; return its number."""
        ...

    def is_over(self, run: int) -> bool:
        """Tell whether it has ended."""
        ...

    def end(self, run: int) -> None:
        """End the program."""
        ...

    def close_window(self) -> None:
        """Let nobody in."""
        ...


@dataclass(frozen=True)
class Desk:
    """What the desk works with; ``publish`` puts a release into the catalogue."""

    rounds: Rounds
    engine: Engine
    announcements: Announcements
    entrance: Callable[[], Endpoint]
    publish: Callable[[Mapping[str, bytes]], object]
    clock: Clock


class RoundDesk:
    """The loop around ``look``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runs: dict[str, int] = {}
        self._queued: dict[str, datetime] = {}
        self._shut_until: datetime | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="rounds", daemon=True)

    def start(self) -> None:
        """Start looking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join(LOOK_SECONDS * 10)

    def look(self) -> None:
        """Do once what is due: what rounds left is published first, for the next is scored under it."""
        waits: GuildpostError | None = None
        try:
            self._publish()
        except GuildpostError as error:  # rounds that move no model need not wait for the catalogue
            waits = error
        for round_ in reversed(self._desk.rounds.all()):
            if round_.is_open or round_.round_id in self._runs:
                try:
                    self._attend(round_)
                except GuildpostError as error:  # the other rounds and the releases need not wait for this one
                    log.warning("round_waits", round_id=round_.round_id, code=error.code)
        if waits is not None:
            raise waits

    def _publish(self) -> None:
        for release in reversed(self._desk.rounds.releases()):  # the oldest first: a model has one place
            if not release.published:
                self._desk.publish({release.path: release.body})
                self._desk.rounds.mark_published(release.study_id, release.period)

    def _attend(self, round_: Round) -> None:
        desk, now, run = self._desk, self._desk.clock.now(), self._runs.get(round_.round_id)
        if run is not None:
            if now >= round_.given_up_at:
                with suppress(GuildpostError):  # an engine that is away has no program to end
                    desk.engine.end(run)
                self._shut_until = now + LET_GO
                self._close(round_, "round_overdue")
            elif desk.engine.is_over(run):
                self._runs.pop(round_.round_id)
                if round_.is_open:
                    self._shut_until = now + LET_GO
                self._interrupted(round_.round_id, "round_program_ended", now)
        elif round_.state is RoundState.COLLECTING:
            self._interrupted(round_.round_id, "round_interrupted", now)
        elif self._runs or (self._shut_until is not None and now < self._shut_until):
            self._queued[round_.round_id] = now
        elif now >= self._last_chance(round_):
            self._close(round_, "round_window_missed")
        elif self._waits_for_catalogue(round_):
            return
        elif not desk.engine.ready():
            self._queued[round_.round_id] = now
        else:
            self._begin(begun(round_, now) if round_.round_id in self._queued else round_)

    def _last_chance(self, round_: Round) -> datetime:
        """Say until when a round may still begin: its window counts from its turn."""
        waited = self._queued.get(round_.round_id, round_.opens_at)
        return max(round_.closes_at, waited + (round_.closes_at - round_.opens_at))

    def _waits_for_catalogue(self, round_: Round) -> bool:
        """Say whether a round of the study has left what the catalogue does not hold yet."""
        return any(one.study_id == round_.study_id and not one.published for one in self._desk.rounds.releases())

    def _interrupted(self, round_id: str, reason: str, now: datetime) -> None:
        """Go on with a round whose program is gone, if that is worth it; what it stored itself meanwhile stands."""
        stored = self._desk.rounds.get(round_id)
        if stored is None or not stored.may_be_resumed(now):
            self._close(stored, reason)
        elif not self._runs and self._desk.engine.ready():
            self._begin(resumed(stored, now))

    def _begin(self, round_: Round) -> None:
        desk = self._desk
        desk.engine.open_window()
        desk.rounds.save(round_)
        self._runs[round_.round_id] = desk.engine.submit(round_.round_id)
        self._queued.pop(round_.round_id, None)
        desk.announcements.announce_round(
            RoundWindow(
                round_.round_id,
                round_.study_path,
                round_.period,
                round_.opens_at,
                round_.closes_at,
                desk.entrance(),
            )
        )
        log.info("round_opened", round_id=round_.round_id, attempt=round_.attempt, resumed=round_.resumed)

    def _close(self, round_: Round | None, reason: str) -> None:
        """End a round whose program is gone; what it stored itself in the meantime stands."""
        if round_ is not None:
            self._runs.pop(round_.round_id, None)
            self._queued.pop(round_.round_id, None)
            self._desk.announcements.withdraw_round(round_.round_id)
            stored = self._desk.rounds.get(round_.round_id)
            if stored is not None and stored.is_open:
                with suppress(Conflict):  # it has ended by itself just now
                    self._desk.rounds.save(move(stored, "abort", reason=reason))
                    log.warning("round_aborted", round_id=round_.round_id, reason=reason)
        if not self._runs:
            self._desk.engine.close_window()

    def _loop(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.look()
            except GuildpostError as error:
                log.warning("round_desk_waits", code=error.code)
