"""Short-lived children for the heavy steps: import, plan, print, round.

They load what weighs much, do one thing and end, so that the agent itself stays small. A child is this very program
with the command ``work``; it inherits where the secrets are, never the secrets themselves on its command line.
"""

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from guildpost_shared.errors import KINDS, Unavailable

TIMEOUT_SECONDS: Final = 1800
log = structlog.get_logger()


def work_command(home: Path, step: str, now: datetime, extra: Sequence[str] = ()) -> list[str]:
    """Build the command line of a child."""
    module = [sys.executable, "-m", "guildpost_agent.cli", "work", step]
    return [*module, "--home", str(home), "--now", now.isoformat(), *extra]


def run_child(home: Path, step: str, now: datetime, extra: Sequence[str] = ()) -> None:
    """Run one step in a child and wait for it.

    Raises:
        Unavailable: ``step_failed``; the child said why in the log, the step is tried again with the next tick.
    """
    try:
        ended = subprocess.run(work_command(home, step, now, extra), check=False, timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        raise Unavailable("step_failed", step=step) from None
    if ended.returncode != 0:
        known = ended.returncode in {kind.exit_code for kind in KINDS.values()}
        log.warning("child_failed", step=step, exit_code=ended.returncode, known=known)
        raise Unavailable("step_failed", step=step)
