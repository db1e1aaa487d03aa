"""Who calls the ticker: APScheduler every minute, or the driver of the business clock."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from apscheduler.schedulers.blocking import BlockingScheduler

from guildpost_shared.clock import Clock
from guildpost_shared.driven_clock import DrivenClock

TICK_SECONDS: Final = 60


def follow_system_clock(tick: Callable[[datetime], bool], clock: Clock, stop: threading.Event) -> None:
    """Tick every minute until ``stop`` is set; a tick that takes longer is not overtaken."""
    scheduler = BlockingScheduler(timezone="UTC")
    scheduler.add_job(
        lambda: tick(clock.now()),
        "interval",
        seconds=TICK_SECONDS,
        next_run_time=clock.now(),
        max_instances=1,
        coalesce=True,
    )
    threading.Thread(target=lambda: (stop.wait(), scheduler.shutdown(wait=False)), daemon=True).start()
    scheduler.start()


def follow_driver(tick: Callable[[datetime], bool], clock: DrivenClock, stop: threading.Event) -> None:
    """Tick at each instant the driver names; an instant is done only when this process held the lease."""

    def on_instant(now: datetime) -> None:
        while not tick(now):
            if stop.wait(0.2):
                return

    clock.run(on_instant, stop)
