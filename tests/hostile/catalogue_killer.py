"""A sync whose disk fails at the n-th change, for ``test_catalogue_crashes``.

    python -m tests.hostile.catalogue_killer killed|full WORLD ROOT_HASH ASSOCIATION NUMBER…

For each number a forked child syncs the agent in ``WORLD/agent-NUMBER`` from the files in ``WORLD/catalogue``. Right
before the change of that number (a file opened for writing, renamed, linked or removed, a folder made) the child is
killed as in a power cut, with no handler, no ``finally`` and no flush; or from then on the disk is full. One line per
child: ``killed``, ``done``, or the code of the refusal.
"""

import errno
import os
import signal
import sys
from pathlib import Path

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors, TufCatalogue
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles
from guildpost_shared.clock import SystemClock
from tests.factories.catalogue import FilesTransport

_CHANGES = {"os.rename", "os.symlink", "os.link", "os.mkdir", "tempfile.mkstemp"}


def fail_at(number: int, folder: Path, *, kill: bool) -> None:
    """Watch this process's changes below a folder, and fail at the n-th."""
    changes = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal changes
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        removes = event == "os.remove" and kill  # a full disk can remove
        if (event in _CHANGES or writes or removes) and str(arguments[0]).startswith(str(folder)):
            changes += 1
            if changes == number and kill:
                os.kill(os.getpid(), signal.SIGKILL)
            if changes >= number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.addaudithook(watch)


def main() -> None:
    """Let one child after the other fail."""
    how, world, root, association, *numbers = sys.argv[1:]
    for number in numbers:
        child = os.fork()
        if child == 0:
            folder = Path(world) / f"agent-{number}"
            transport = FilesTransport(RepositoryFiles(Path(world) / "catalogue"))
            anchors = TrustAnchors(bytes.fromhex(root), association)
            agent = TufCatalogue(folder, transport, anchors, SystemClock())
            fail_at(int(number), folder, kill=how == "killed")
            problem = sync_catalogue(agent).problem
            os.write(1, f"{problem.code if problem else 'done'}\n".encode())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            os.write(1, b"killed\n")


if __name__ == "__main__":
    main()
