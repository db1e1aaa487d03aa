"""A process that has everything loaded and forks a dispatcher for every line it reads: ``nursery.py``.

A line of JSON orders one run; the nursery answers with the dispatcher's process id at once and with its exit status
when it has ended. A fork costs milliseconds where a new interpreter costs seconds, and dies by SIGKILL all the same.

    {"folder": …, "settings": {…}, "now": …, "failpoint": "dispatch.claimed:3"} → 4711 → -9
    {"folder": …, "letters_in_a_part": 7, "failpoint": "letters.staged"} → 4711 → -9
"""

import json
import os
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.failpoints import VARIABLE
from tests.agent.dispatch.kill_worker import release
from tests.factories.sending_world import SendingWorld


def dispatch(order: dict[str, Any]) -> int:
    """Be the dispatcher."""
    if order.get("failpoint"):
        os.environ[VARIABLE] = order["failpoint"]
    if "letters_in_a_part" in order:
        world = SendingWorld(Path(order["folder"]), create=False)
        world.entropy = OsEntropy()
        release(world, Path(order["folder"]), order["letters_in_a_part"])
        return 0
    settings = order["settings"]
    if settings.get("ca_file"):
        settings["ca_file"] = Path(settings["ca_file"])
    world = SendingWorld(Path(order["folder"]), create=False)
    world.entropy = OsEntropy()  # every process draws other tokens
    world.clock.set(datetime.fromisoformat(order["now"]))
    world.hear_relay()
    summary = world.dispatch(SmtpChannel(SmtpSettings(**settings)))
    code = summary.stopped.code if summary.stopped else "–"
    Path(order["folder"], "stopped").write_text(code, "utf-8")
    return 0


def main() -> None:
    """Fork for every line."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = dispatch(json.loads(line))
            except BaseException:  # noqa: BLE001 — a fork must never go on as the nursery; the test sees the exit code
                traceback.print_exc()
            finally:
                os._exit(code)
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
