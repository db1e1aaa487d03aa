"""How many files the process may hold open: each dealership that listens on the control plane is one of them.

Systems start processes with a soft limit that is often 1,024, and let each raise it up to a hard one.
"""

import resource
from contextlib import suppress
from typing import Final

OWN: Final = 200
"""Files that the coordinator needs besides: database, logs, ports, rounds, the console's visitors."""


def raise_limit() -> int:
    """Raise the soft limit of open files to the hard one, where the system lets us.

    Returns:
        How many files may be open from now on.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # a hard limit above what the kernel allows: the soft one stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def room_for(files: int) -> int:
    """Say how many dealerships may listen at once under a limit of open files."""
    return max(0, files - OWN)
