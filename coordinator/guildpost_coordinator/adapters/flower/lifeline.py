"""No process of a round outlives the coordinator: the kernel ends a child when its parent dies (Linux, prctl(2))."""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent(parent_pid: int) -> None:
    """Ask the kernel to kill this process when the thread that started it ends; leave if that has happened already.

    Args:
        parent_pid: the process expected to be the parent. The setting survives ``exec`` but is not inherited.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(os.EX_UNAVAILABLE)


def main() -> None:
    """Tie this process to its parent, then become the given program: ``PARENT_PID PROGRAM ARGUMENT…``."""
    parent_pid, *command = sys.argv[1:]
    die_with_parent(int(parent_pid))
    os.execv(command[0], command)  # noqa: S606 — our own argument list, no shell; exec keeps the lifeline


if __name__ == "__main__":
    main()
