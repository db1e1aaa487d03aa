"""One network for rounds over Flower, described by a folder that its processes share.

The coordinator's process (``coordinator_process``), the program of a round that Flower starts (``conduct``) and the
dealerships' process (``dealers_process``) read roster and keys from here; windows are announced in ``windows.json``.

The dealerships of a second brand are the same ones: its folder lies in the first one's, whose databases it uses; all
else is its own.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.flower.keys import openssh_public
from guildpost_agent.domain.brands import FIRST
from guildpost_coordinator.adapters.flower.loopback import issue_loopback
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_shared.clock import SystemClock
from guildpost_shared.identity.presence import RoundWindow
from guildpost_shared.identity.roster import Roster, parse_roster
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.spec import StudySpec
from tests.factories.node_key import a_node_key
from tests.factories.round_world import STUDY, agent_database
from tests.factories.secagg_network import Network, network

DEALERS: Final = 11
MOST_AGENTS: Final = 12
"""Largest shard here: twice as many dealerships are two shards."""
TODAY: Final = datetime(2027, 6, 2, 8, tzinfo=UTC)


def _channels(version: int) -> StudySpec:
    start, end = STUDY.period_start, STUDY.period_end
    study = counted_study(
        "channel", brand="Arvana", services=["hu_au"], period_start=start, period_end=end, version=version
    )
    return replace(study, study_id=f"channel-{version}")


BRANDS: Final = ("nordik",)
"""Names of further brands; their folders bear them."""
DEAR: Final = tuple(replace(_channels(number), epsilon=2.5) for number in (21, 22))
"""Two studies of one year: a customer's year holds both, but not both and a third."""
STUDIES: Final = {study.target_path: study for study in (STUDY, *DEAR, *(_channels(number) for number in range(1, 12)))}


class Scene:
    """The folder, as one of the processes sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.brand = folder.name if folder.name in BRANDS else FIRST
        self.entrance = folder / "entrance"
        self.windows = folder / "windows.json"

    def found(self, dealers: int) -> None:
        """Make roster, node keys, databases and the entrance's certificate."""
        net = network(dealers, brand=self.brand)
        keys = {agent: a_node_key() for agent in net.agents}
        entries = tuple(replace(one, flower_key=openssh_public(keys[one.agent_id])) for one in net.roster.entries)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "roster.json").write_bytes(replace(net.roster, entries=entries).canonical_bytes)
        for agent, key in keys.items():
            (self.folder / f"{agent}.pem").write_bytes(key)
            if self.brand == FIRST:
                self.database(agent).write_bytes(agent_database())
        self.hold(None)
        self.entrance.mkdir()
        issue_loopback(self.entrance, "127.0.0.1", SystemClock().now())

    @property
    def net(self) -> Network:
        """The network with its identity keys, and the roster that names the real node keys."""
        roster = self.roster
        return replace(network(len(roster.entries), brand=self.brand), roster=roster, most_agents=MOST_AGENTS)

    @property
    def roster(self) -> Roster:
        """The roster in force."""
        return parse_roster((self.folder / "roster.json").read_bytes())

    def node_key(self, agent: str) -> bytes:
        """Give a dealership's node key."""
        return (self.folder / f"{agent}.pem").read_bytes()

    def database(self, agent: str) -> Path:
        """Name a dealership's database: the same one, whatever its brands call it."""
        folder = self.folder if self.brand == FIRST else self.folder.parent
        return folder / f"dealership-{agent.rpartition('-')[2]}.db"

    def rounds(self) -> SqlRounds:
        """Open the record of rounds."""
        engine = open_engine(self.folder / "coordinator.db")
        migrate(engine)
        return SqlRounds(engine)

    def ready(self, program: str) -> Path:
        """Name the file that says that a program is ready."""
        return self.folder / f"{program}.ready"

    def hold(self, stage: Stage | None) -> None:
        """Have the dealerships keep the instructions of a stage waiting; None lets them answer."""
        (self.folder / "hold").write_text("" if stage is None else str(int(stage)), "ascii")

    def held(self) -> int | None:
        """Read which stage is kept waiting."""
        text = (self.folder / "hold").read_text("ascii")
        return int(text) if text else None

    def announce(self, windows: list[RoundWindow]) -> None:
        """Tell the dealerships which windows are open."""
        rows = [[one.round_id, one.study_path, one.opens_at.isoformat(), str(one.flower)] for one in windows]
        staged = self.windows.with_suffix(".new")
        staged.write_text(json.dumps(rows), "utf-8")
        staged.replace(self.windows)

    def announced(self) -> list[tuple[str, str, str, str]]:
        """Read which windows are open: round, study, since when, where."""
        if not self.windows.exists():
            return []
        return [tuple(row) for row in json.loads(self.windows.read_text("utf-8"))]
