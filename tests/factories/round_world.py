"""A coordinator and its dealerships in one process: real encrypted databases, real gates, real state machines.

world = RoundWorld(tmp_path, dealers=11)                    # every dealer wrote to thirty customers, a third booked
released = world.conduct(world.exchange())                  # drive_round over an in-memory transport
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from guildpost_agent.adapters.sql.engine import open_engine as open_agent_engine
from guildpost_agent.adapters.sql.migrate import migrate as migrate_agent
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.answer_round import RoundDesk, RoundTicket
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.egress.gate import EgressGate, Tap
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.domain.records import Channel, Occasion, Outcome, Touchpoint, Triage
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.app.drive_round import Conduct, drive_round
from guildpost_coordinator.app.finish_round import finish_round
from guildpost_coordinator.app.ports.rounds import Finished
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.clock import ManualClock
from guildpost_shared.secagg.network import NetworkAggregator
from guildpost_shared.secagg.shard_sums import NetworkSum
from guildpost_shared.secagg.shards import MOST_AGENTS
from guildpost_shared.studies.layouts import Scored, context_of
from guildpost_shared.studies.slot_lead import slot_lead_study
from guildpost_shared.studies.spec import StudySpec
from tests.factories.secagg_network import COORDINATOR, flower_key, network
from tests.fakes.round_transport import Drop, FakeExchange, FakeNode
from tests.fakes.seeded_entropy import SeededEntropy

ZONE: Final = ZoneInfo("Europe/Berlin")
KEY: Final = bytes(range(32))
CUSTOMERS: Final = 30


def nothing_lost(_number: int, _node: int, _payload: bytes) -> bool:
    """Lose nothing on the way."""
    return False


def a_study(start: date = date(2027, 3, 1), version: int = 1) -> StudySpec:
    """Write the study of four weeks; much privacy budget, so that little noise is needed."""
    return slot_lead_study(
        brand="Arvana",
        services=["hu_au"],
        period_start=start,
        period_end=start + timedelta(days=27),
        version=version,
        epsilon=4.0,
    )


STUDY: Final = a_study()


def sent_on(study: StudySpec) -> datetime:
    """Give the instant at which everybody wrote: the second Tuesday of the period, 10:30 in the dealer's zone."""
    day = study.period_start + timedelta(days=8)
    return datetime(day.year, day.month, day.day, 10, 30, tzinfo=ZONE).astimezone(UTC)


def a_touchpoint(name: str, customer_id: str, at: datetime, **changes: object) -> Touchpoint:
    """Build a mail about an inspection that is due 40 days later."""
    values: dict[str, object] = {
        "touchpoint_id": name,
        "occasion_id": f"o-{name}",
        "customer_id": customer_id,
        "vehicle_id": f"v-{customer_id}",
        "service_id": "hu_au",
        "service_version": 1,
        "channel": Channel.EMAIL,
        "planned_at": at,
        "not_after": at + timedelta(days=20),
        "due_date": at.astimezone(ZONE).date() + timedelta(days=40),
        "lead_days": 40,
        "weekday": None,
        "hour": None,
        "arm": "explore",
        "state": "sent",
    }
    return Touchpoint(**(values | changes))  # type: ignore[arg-type] # the caller names real fields


@cache
def agent_database() -> bytes:
    """Migrate once and write a dealer's history; every dealer starts from a copy."""
    with TemporaryDirectory() as folder:
        engine = open_agent_engine(Path(folder) / "agent.db", KEY)
        migrate_agent(engine)
        with unit_of_work_factory(engine)() as uow:
            occasions, touchpoints, outcomes = _history()
            uow.plans.replace_occasions(occasions)
            uow.plans.add_touchpoints(touchpoints)
            uow.outcomes.add(outcomes)
            uow.commit()
        engine.dispose()
        return (Path(folder) / "agent.db").read_bytes()


def _history() -> tuple[list[Occasion], list[Touchpoint], list[Outcome]]:
    """Thirty customers got a mail in each of January and March; every third booked; one in March went out too late."""
    touchpoints, outcomes = [], []
    for study in (a_study(date(2027, 1, 4)), STUDY):
        at = sent_on(study)
        for number in range(CUSTOMERS):
            touchpoint = a_touchpoint(f"{study.period_start:%m}-{number}", f"c-{number}", at)
            touchpoints.append(touchpoint)
            outcomes.append(Outcome(f"d:{touchpoint.touchpoint_id}", touchpoint.touchpoint_id, "delivered", at))
            if number % 3 == 0:
                booked = Outcome(f"b:{touchpoint.touchpoint_id}", touchpoint.touchpoint_id, "booked", at)
                outcomes.append(booked)
    late = a_touchpoint("late", "c-late", sent_on(STUDY) + timedelta(days=28))
    touchpoints.append(late)
    outcomes.append(Outcome("d:late", "late", "delivered", late.planned_at))
    occasions = [
        Occasion(t.occasion_id, t.customer_id, t.vehicle_id, "hu_au", t.due_date, "dms", 1.0, Triage.TRUSTED)
        for t in touchpoints
    ]
    return occasions, touchpoints, outcomes


class RoundAgent:
    """One dealership's part; ``restart`` opens its database anew, as a new process would."""

    def __init__(self, folder: Path, agent_id: str) -> None:
        self._path = folder / f"{agent_id}.db"
        self._path.write_bytes(agent_database())
        self.agent_id = agent_id
        self._lives = 0
        self.engine: Engine
        self.restart()

    def restart(self) -> None:
        """Open the database in a new life, with other randomness."""
        if self._lives:
            self.engine.dispose()
        self._lives += 1
        self.engine = open_agent_engine(self._path, KEY)
        self.open_uow = unit_of_work_factory(self.engine)
        self.entropy = SeededEntropy(f"{self.agent_id}/{self._lives}".encode())

    def desk(self, ticket: RoundTicket, world: "RoundWorld", tap: Tap | None = None) -> RoundDesk:
        """Sit down at a round."""
        return RoundDesk(
            ticket,
            world.net.keys[self.agent_id],
            open_uow=self.open_uow,
            gate=EgressGate(self.open_uow, EgressPolicy(), world.wall, tap),
            clock=world.business,
            setting=world.setting,
            entropy=self.entropy,
        )


class RoundWorld:
    """The network; ``business`` stands at the day from which the study may be released."""

    def __init__(
        self,
        folder: Path,
        *,
        dealers: int = 11,
        groups: Sequence[str] | None = None,
        most_agents: int = MOST_AGENTS,
    ) -> None:
        self.most_agents = most_agents
        self.net = network(dealers, groups=groups)
        self.agents = {agent_id: RoundAgent(folder, agent_id) for agent_id in self.net.agents}
        self.business = ManualClock(datetime(2027, 6, 2, 8, tzinfo=UTC))
        self.wall = ManualClock(datetime(2027, 6, 2, 8, tzinfo=UTC))
        self.entropy = SeededEntropy(b"coordinator")
        self.engine = open_engine(folder / "coordinator.sqlite")
        migrate(self.engine)
        self.rounds = SqlRounds(self.engine)
        self.results: list[NetworkSum] = []
        self.study = STUDY
        self.model: Scored | None = None
        self.setting = Setting(ZONE, ())

    def close(self) -> None:
        """Let go of the databases."""
        self.engine.dispose()
        for agent in self.agents.values():
            agent.engine.dispose()

    def announce(self) -> Round:
        """Announce a round of the present study."""
        return announce_round(
            rounds=self.rounds,
            study=self.study,
            today=self.business.now().date(),
            window=timedelta(minutes=2),
            now=self.wall.now(),
            entropy=self.entropy,
        )

    def ticket(self, round_id: str, agent_id: str) -> RoundTicket:
        """Give what an agent verified from its catalogue."""
        return RoundTicket(
            round_id, self.study, self.net.roster, agent_id, model=self.model, most_agents=self.most_agents
        )

    def exchange(
        self,
        round_id: str,
        *,
        drop: Drop = nothing_lost,
        handlers: dict[str, Callable[[bytes], bytes]] | None = None,
        absent: Iterable[str] = (),
    ) -> FakeExchange:
        """Connect the agents; ``handlers`` replaces what one of them does, ``absent`` never comes."""
        chosen, away = handlers or {}, set(absent)
        nodes = {}
        for number, (agent_id, agent) in enumerate(self.agents.items()):
            handle = chosen.get(agent_id) or agent.desk(self.ticket(round_id, agent_id), self).answer
            nodes[number] = FakeNode(flower_key(agent_id), handle, online=agent_id not in away)
        return FakeExchange(nodes, drop=drop)

    def conduct(self, round_: Round, exchange: FakeExchange) -> Round:
        """Drive a round as the coordinator's program does; waiting for a node lets the window pass."""
        study, roster = self.study, self.net.roster

        def finish(round_: Round, result: NetworkSum) -> Finished:
            self.results.append(result)
            belief = self.rounds.belief(study.study_id)
            today, now = self.business.now().date(), self.wall.now()
            return finish_round(round_, study, result, model=self.model, belief=belief, today=today, now=now)

        conduct = Conduct(
            aggregator=lambda _round, journal: NetworkAggregator.restore(
                journal,
                context=context_of(round_.round_id, study, roster.sha256, self.model),
                roster=roster,
                coordinator_key=self.net.keys[COORDINATOR],
                most_agents=self.most_agents,
            ),
            finish=finish,
            pause=lambda seconds: self.wall.set(self.wall.now() + timedelta(seconds=100 * seconds)),
        )
        return drive_round(
            round_.round_id, rounds=self.rounds, roster=roster, exchange=exchange, conduct=conduct, clock=self.wall
        )

    def use(self, study: StudySpec, folder: Path) -> None:
        """Go on with another study and a fresh record of the coordinator; the agents remember."""
        self.study = study
        self.engine.dispose()
        folder.mkdir()
        self.engine = open_engine(folder / "coordinator.sqlite")
        migrate(self.engine)
        self.rounds = SqlRounds(self.engine)
