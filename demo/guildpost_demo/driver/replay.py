"""Replay the weeks: the customers live up to each instant, then every process does what is due."""

import threading
from datetime import date, datetime, timedelta
from typing import Final

from guildpost_demo.driver.progress import Progress
from guildpost_demo.driver.stage import Stage
from guildpost_demo.driver.supervisor import Command
from guildpost_demo.driver.ticks import ZONE, instants
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import GuildpostError

OUTCOMES_FINAL_DAYS: Final = 36  # the study's maturity of 35 days has to be over
WEEKS_FOR_ROUND: Final = 3
SECONDS_PER_INSTANT: Final = 4.0


class Background:
    """A command of the product that runs while the clock goes on."""

    def __init__(self, stage: Stage, command: Command, timeout_seconds: float = 300.0) -> None:
        self._error: GuildpostError | None = None
        self._thread = threading.Thread(target=self._run, args=(stage, command, timeout_seconds), daemon=True)
        self._thread.start()

    def _run(self, stage: Stage, command: Command, timeout_seconds: float) -> None:
        try:
            stage.supervisor.run(command, timeout_seconds)
        except GuildpostError as error:
            self._error = error

    def waited(self, seconds: float) -> bool:
        """Wait a while; say whether it has ended.

        Raises:
            GuildpostError: it failed.
        """
        self._thread.join(seconds)
        if self._thread.is_alive():
            return False
        if self._error is not None:
            raise self._error
        return True


def _where(stage: Stage, instant: datetime, texts: Catalog) -> str:
    if stage.store is None or stage.customers is None:
        return ""
    return texts.text(
        "demo.progress",
        day=instant.astimezone(ZONE).strftime("%d.%m.%Y %H:%M"),
        mails=stage.store.count(),
        letters=stage.customers.tally.letters_read + stage.customers.tally.letters_lost,
        bookings=sum(side.desk.booked for side in stage.sides.values()),
    )


def live(stage: Stage, instant: datetime, progress: Progress, texts: Catalog) -> None:
    """Let one instant happen everywhere.

    Raises:
        Unavailable: a process keeps dying or does not answer.
    """
    if stage.customers is not None:
        stage.customers.step(instant)

    def show() -> None:
        stage.supervisor.check()
        if down := stage.clock.down():
            progress.show(texts.text("demo.waiting", names=", ".join(down)))

    stage.clock.advance(instant, while_waiting=show)
    progress.step(_where(stage, instant, texts))


def replay(stage: Stage, progress: Progress, texts: Catalog) -> None:
    """Replay the asked weeks."""
    for instant in instants(stage.options.start, stage.options.weeks):
        live(stage, instant, progress, texts)


def study_period(start: date, weeks: int) -> tuple[date, date] | None:
    """Choose the days of sending that a study can count: their outcomes are final when the weeks are over.

    Returns:
        First and last day, or None when the weeks are too few.
    """
    last = start + timedelta(days=weeks * 7 - 1 - OUTCOMES_FINAL_DAYS)
    return (start, last) if last > start else None


def run_round(stage: Stage, progress: Progress, texts: Catalog) -> None:
    """Publish the study of the replayed weeks and run its round; the clock goes on slowly meanwhile.

    Raises:
        Unavailable: the round did not end in time, or a process keeps dying.
    """
    period = study_period(stage.options.start, stage.options.weeks)
    if period is None:
        return
    progress.note(texts.text("demo.round", first=period[0].isoformat(), last=period[1].isoformat()))
    stage.supervisor.run(stage.commands.publish_study(*period))
    later = instants(stage.options.start + timedelta(weeks=stage.options.weeks), WEEKS_FOR_ROUND)
    round_ = Background(stage, stage.commands.run_round())
    while not round_.waited(SECONDS_PER_INSTANT):
        live(stage, next(later), progress, texts)
