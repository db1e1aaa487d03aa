"""Named places where a test may kill the process, to show that a crash there loses and doubles nothing.

``GUILDPOST_FAILPOINT=name`` kills at the first time the process passes that place, ``name:3`` at the third. Without
the variable, passing costs one dictionary lookup. The process dies by SIGKILL, as in a power cut: no handler, no
``finally``, no flush.
"""

import os
import signal
from collections import Counter
from typing import Final

VARIABLE: Final = "GUILDPOST_FAILPOINT"
_passed: Counter[str] = Counter()


def hit(name: str) -> None:
    """Pass the place of that name; die here if the environment asks for it."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    place, _, count = wanted.partition(":")
    if place != name:
        return
    _passed[name] += 1
    if _passed[name] >= int(count or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
