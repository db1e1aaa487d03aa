"""Replay the weeks: the customers live up to each instant, then every process does what is due."""

from datetime import date, datetime, timedelta
from typing import Final

from guildpost_demo.driver.commands import COORDINATOR, FIGURES, LEARNING
from guildpost_demo.driver.progress import Progress
from guildpost_demo.driver.stage import Stage, roster_is_signed
from guildpost_demo.driver.ticks import ZONE, instants
from guildpost_shared.catalog import Catalog

MATURITY_DAYS: Final = 21  # the attribution window of an e-mail; a letter's bookings count as far as they are known
AGEING_DAYS: Final = 31  # figures that people look at are older than thirty days
LEARNED_DAYS: Final = 14  # one round of learning
FEWEST_DEALERS: Final = 10  # legal entities; below that nobody takes part in a round
SIGNATURE_PATIENCE: Final = 90.0
ROUND_PATIENCE: Final = 300.0


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
    """Choose the days of sending whose outcomes are final, and old enough to be shown, when the weeks are over.

    Returns:
        First and last day, or None when the weeks are too few.
    """
    last = start + timedelta(days=weeks * 7 - 1 - MATURITY_DAYS - AGEING_DAYS)
    return (start, last) if last > start else None


def run_round(stage: Stage, progress: Progress, texts: Catalog) -> None:
    """Publish the studies of the replayed weeks and run their rounds; the business clock stands still meanwhile.

    The first one's figures are for people to look at; by the second one's model every dealership plans from now on.

    Raises:
        Unavailable: the round did not end in time, or a process keeps dying.
    """
    period = study_period(stage.options.start, stage.options.weeks)
    if period is None or len(stage.profiles) < FEWEST_DEALERS:
        return
    progress.note(texts.text("demo.round", first=period[0].isoformat(), last=period[1].isoformat()))
    stage.supervisor.wait_until(lambda: roster_is_signed(stage), COORDINATOR, SIGNATURE_PATIENCE)
    commands, run = stage.commands, stage.supervisor.run
    weeks = (period[0], period[0] + timedelta(days=LEARNED_DAYS - 1))
    run(commands.publish_study(FIGURES, *period, MATURITY_DAYS))
    run(commands.publish_study(LEARNING, *weeks, MATURITY_DAYS))
    run(commands.run_round(FIGURES), ROUND_PATIENCE)
    run(commands.run_round(LEARNING), ROUND_PATIENCE)
