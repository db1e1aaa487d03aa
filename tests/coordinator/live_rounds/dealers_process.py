"""Eleven dealerships as a program: ``dealers_process.py FOLDER…``, the folder of each of their brands.

It forks a child for each round that each one enters.

Forking spares the children the import of Flower; all else is as in the agent: ``RoundEntries`` says what is entered,
``run_node`` takes part through the entrance, the desk answers from the dealership's encrypted database.
"""

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.flower.node import prepare_environment, run_node
from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.answer_round import RoundDesk, RoundTicket
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy, standard_rules
from guildpost_agent.domain.round_entries import RoundEntries
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError
from tests.coordinator.live_rounds.scene import STUDIES, TODAY, Scene
from tests.factories.round_world import KEY, ZONE

LOOK_SECONDS: Final = 0.1
STAGE_AT: Final = 6  # in an instruction, behind magic, version and direction
DEADLINE_SECONDS: Final = 240.0
Window = tuple[str, str, str, str]


@dataclass
class Dealer:
    """One membership of a dealership: which rounds it is in, and what it has heard."""

    scene: Scene
    agent: str
    entries: RoundEntries = field(default_factory=RoundEntries)
    children: dict[int, Window] = field(default_factory=dict)
    heard: set[Window] = field(default_factory=set)

    def hear(self) -> None:
        """Enter what is announced anew."""
        for window in self.scene.announced():
            if window not in self.heard:
                self.heard.add(window)
                self.enter(window)

    def enter(self, window: Window) -> None:
        """Take part in a child, unless the rules are against it."""
        if not self.entries.begin(window[0], SystemClock().now()):
            return
        pid = os.fork()
        if pid == 0:
            os._exit(take_part(self.scene, self.agent, window))
        self.children[pid] = window

    def reap(self) -> None:
        """Notice children that have ended; one that was cut off is replaced if its round was announced again."""
        for pid in list(self.children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                window = self.children.pop(pid)
                again = self.entries.end(window[0])
                newest = next((one for one in self.scene.announced() if one[0] == window[0]), None)
                if again and status and newest is not None:
                    self.enter(newest)


def take_part(scene: Scene, agent: str, window: Window) -> int:
    """Answer a round's instructions; 0 when it was finished."""
    round_id, study_path, _since, address = window
    engine = open_engine(scene.database(agent), KEY)
    open_uow, net = unit_of_work_factory(engine), scene.net
    desk = RoundDesk(
        RoundTicket(round_id, STUDIES[study_path], net.roster, agent, scene.brand, most_agents=net.most_agents),
        net.keys[agent],
        open_uow=open_uow,
        gate=EgressGate(open_uow, EgressPolicy(standard_rules([scene.brand])), SystemClock()),
        clock=ManualClock(TODAY),
        setting=Setting(ZONE, ()),
        entropy=OsEntropy(),
    )

    def answer(request: bytes) -> bytes:
        while scene.held() == request[STAGE_AT]:
            time.sleep(LOOK_SECONDS)
        return desk.answer(request)

    try:
        outcome = run_node(
            address=address,
            ca_pem=(scene.entrance / "loopback-ca.pem").read_bytes(),
            node_key_pem=scene.node_key(agent),
            handle=answer,
            release=lambda _kind, payload: payload,
            deadline_seconds=DEADLINE_SECONDS,
            state_dir=scene.folder / f"{agent}-flower",
        )
    except GuildpostError as error:
        print(agent, round_id, error.code, file=sys.stderr, flush=True)  # noqa: T201 — the log
        return 1
    return int(outcome.ended != "finished")


def main(folders: list[Path]) -> None:
    """Follow the announcements until killed."""
    scenes = [Scene(folder) for folder in folders]
    prepare_environment(folders[0] / "dealers-flower")
    from guildpost_agent.adapters.flower import gated, link, loop  # noqa: F401, PLC0415 — loaded once, before forking

    dealers = [Dealer(scene, agent) for scene in scenes for agent in scene.net.agents]
    scenes[0].ready("dealers_process").touch()
    while True:
        for dealer in dealers:
            dealer.hear()
            dealer.reap()
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
