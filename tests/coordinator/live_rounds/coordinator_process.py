"""The coordinator of these tests as a program: ``coordinator_process.py FOLDER ENTRANCE_PORT``; to be killed."""

import sys
import time
from pathlib import Path

from guildpost_coordinator.adapters.flower.engine import EntranceFiles, RoundEngine
from guildpost_coordinator.app.announcement_board import AnnouncementBoard
from guildpost_coordinator.jobs.round_desk import Desk, RoundDesk
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.presence import RoundWindow
from tests.coordinator.flower.rig import free_port
from tests.coordinator.live_rounds.scene import Scene

HOOK = "tests.coordinator.live_rounds.conduct:drive"
LOOK_SECONDS = 0.1


class BoundEngine:
    """The real engine, with the scene's roster and driver."""

    def __init__(self, scene: Scene, engine: RoundEngine) -> None:
        self._scene, self._engine = scene, engine
        self.ready, self.is_over, self.end = engine.ready, engine.is_over, engine.end
        self.close_window = engine.close_window

    def open_window(self) -> None:
        """Let the dealers of the roster in."""
        self._engine.open_window(entry.flower_key for entry in self._scene.roster.entries)

    def submit(self, round_id: str) -> int:
        """Start the program of a round."""
        return self._engine.submit(round_id, self._scene.folder, HOOK)


def main(folder: Path, port: int) -> None:
    """Serve until killed."""
    scene, clock = Scene(folder), SystemClock()
    scene.announce([])
    files = EntranceFiles("127.0.0.1", port, scene.entrance / "loopback.pem", scene.entrance / "loopback.key")
    traffic = (folder / "traffic").open("ab", buffering=0)

    def record(_path: str, body: bytes) -> None:
        """Keep what agents send, as it passes the entrance."""
        traffic.write(body)

    engine = RoundEngine(
        folder / "engine",
        loopback_port=free_port(),
        entrance=files,
        clock=clock,
        entropy=OsEntropy(),
        record=record,
    )
    engine.start()
    board = AnnouncementBoard(clock)
    desk = RoundDesk(
        Desk(
            rounds=scene.rounds(),
            engine=BoundEngine(scene, engine),
            announcements=board,
            entrance=lambda: Endpoint("127.0.0.1", port),
            publish=lambda _paths: None,
            clock=clock,
        )
    )
    desk.start()
    scene.ready("coordinator_process").touch()
    while True:
        scene.announce([item for item in board.since(0)[0] if isinstance(item, RoundWindow)])
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
