"""Work rounds off: open windows, start their programs, clean up behind them, publish what was released.

The desk looks every second. It keeps nothing that matters in memory: after a restart of the coordinator a round whose
program is gone is aborted with its reason, one whose window is still open is started again.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from guildpost_coordinator.app.ports.announcements import Announcements
from guildpost_coordinator.app.ports.rounds import Rounds
from guildpost_coordinator.domain.rounds import Round, RoundState, move
from guildpost_shared.clock import Clock
from guildpost_shared.errors import GuildpostError
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.presence import RoundWindow

LOOK_SECONDS: Final = 1.0
OPEN_STATES: Final = frozenset({RoundState.ANNOUNCED, RoundState.COLLECTING})
log = structlog.get_logger()


class Engine(Protocol):
    """What starts and watches the program of a round."""

    def open_window(self) -> None:
        """Let the dealers of the roster in."""
        ...

    def submit(self, round_id: str) -> int:
        """Start the program; return its number."""
        ...

    def is_over(self, run: int) -> bool:
        """Tell whether it has ended."""
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
        for round_ in self._desk.rounds.all():
            if round_.state in OPEN_STATES or round_.round_id in self._runs:
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
        run = self._runs.get(round_.round_id)
        if run is not None:
            if self._desk.engine.is_over(run):
                self._close(round_, "round_program_ended")
        elif round_.state is RoundState.COLLECTING:
            self._close(round_, "round_interrupted")
        elif self._desk.clock.now() >= round_.closes_at:
            self._close(round_, "round_window_missed")
        elif not self._must_wait(round_):
            self._begin(round_)

    def _must_wait(self, round_: Round) -> bool:
        """Say whether another round of the study is under way, or has left what the catalogue does not hold yet."""
        rounds = self._desk.rounds
        running = any(one.study_id == round_.study_id for one in rounds.all() if one.round_id in self._runs)
        return running or any(one.study_id == round_.study_id and not one.published for one in rounds.releases())

    def _begin(self, round_: Round) -> None:
        desk = self._desk
        desk.engine.open_window()
        self._runs[round_.round_id] = desk.engine.submit(round_.round_id)
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
        log.info("round_opened", round_id=round_.round_id)

    def _close(self, round_: Round, reason: str) -> None:
        """End a round whose program is gone; what it stored itself in the meantime stands."""
        self._desk.announcements.withdraw_round(round_.round_id)
        self._runs.pop(round_.round_id, None)
        if not self._runs:  # the entrance is the same for all rounds: another one may still be under way
            self._desk.engine.close_window()
        stored = self._desk.rounds.get(round_.round_id)
        if stored is not None and stored.state in OPEN_STATES:
            self._desk.rounds.save(move(stored, "abort", reason=reason))
            log.warning("round_aborted", round_id=round_.round_id, reason=reason)

    def _loop(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.look()
            except GuildpostError as error:
                log.warning("round_desk_waits", code=error.code)
