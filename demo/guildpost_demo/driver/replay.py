"""Replay the weeks: the customers live up to each instant, then every process does what is due."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from guildpost_demo.driver.progress import Progress
from guildpost_demo.driver.stage import Stage
from guildpost_demo.driver.supervisor import Command
from guildpost_demo.driver.ticks import ZONE, instants
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import GuildpostError, Unavailable

DAYS_FOR_ROUNDS: Final = 21


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

    def is_done(self) -> bool:
        """Say whether it has ended.

        Raises:
            GuildpostError: it failed.
        """
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


def _days_after(stage: Stage) -> Iterator[datetime]:
    end = stage.options.start + timedelta(weeks=stage.options.weeks)
    return chain.from_iterable(instants(end + timedelta(weeks=week), 1) for week in range(DAYS_FOR_ROUNDS // 7))


def run_rounds(stage: Stage, studies: list[tuple[str, str]], progress: Progress, texts: Catalog) -> None:
    """Ask for rounds, one after the other, while the clock goes on.

    Args:
        stage: the running demo.
        studies: study id and period of each round.
        progress: where to show it.
        texts: the demo's words.

    Raises:
        Unavailable: a round did not end within three simulated weeks.
    """
    later = _days_after(stage)
    for study, period in studies:
        progress.note(texts.text("demo.round", study=study, period=period))
        round_ = Background(stage, stage.commands.run_round(study, period))
        while not round_.is_done():
            instant = next(later, None)
            if instant is None:
                raise Unavailable("demo_not_ready", name=study, log=stage.supervisor.log_of("round"), words="")
            live(stage, instant, progress, texts)
