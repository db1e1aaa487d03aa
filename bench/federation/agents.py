"""Simulated dealerships: each an encrypted database, a place in the roster, and the desk that answers a round.

A worker process holds no agent. For every instruction it opens the dealership's database, lets the real desk answer
through the app that is installed with the agent, and closes it again, as if the agent had been started for that
instruction. So any worker answers for any agent, and nothing is kept between two instructions but what is on disk.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flwr.app import Context, Error, Message, RecordDict

from guildpost_agent.adapters.flower.keys import openssh_public
from guildpost_agent.adapters.flower.loop import STEP_ERROR, installed_app
from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.answer_round import RoundDesk, RoundTicket
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError
from guildpost_shared.identity.keys import raw_public
from guildpost_shared.identity.roster import Roster, RosterEntry, parse_roster
from tests.factories.node_key import a_node_key
from tests.factories.round_world import KEY, STUDY, ZONE, agent_database

COORDINATOR: Final = "coordinator"
TODAY: Final = datetime(2027, 6, 2, 8, tzinfo=UTC)
_ROSTER: Final = "roster.json"


@dataclass(frozen=True)
class Network:
    """The roster, and each dealership's node: its number to the key under which Flower knows it (OpenSSH)."""

    roster: Roster
    nodes: dict[int, str]


def identity_key(name: str) -> Ed25519PrivateKey:
    """Derive somebody's key from the name, so that a worker finds it without being told."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"bench/{name}".encode()).digest())


def found(folder: Path, agents: int) -> Network:
    """Make the roster and a database for every dealership, each of its own legal entity, thirty customers each."""
    names = [f"dealer-{number:04}" for number in range(agents)]
    keys = {name: openssh_public(a_node_key()) for name in names}
    entries = tuple(RosterEntry(name, f"GmbH {name}", raw_public(identity_key(name)), keys[name]) for name in names)
    roster = Roster(1, raw_public(identity_key(COORDINATOR)), entries)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _ROSTER).write_bytes(roster.canonical_bytes)
    for name in names:
        (folder / f"{name}.db").write_bytes(agent_database())
    return Network(roster, dict(enumerate(keys.values(), start=2)))  # Flower's node 1 is the coordinator


def answer(folder: str, agent_id: str, message: Message, most_agents: int) -> Message:
    """Answer one instruction as the dealership of a network in shards of at most so many, in whatever process."""
    engine = open_engine(Path(folder) / f"{agent_id}.db", KEY)
    open_uow = unit_of_work_factory(engine)
    ticket = RoundTicket(message.metadata.group_id, STUDY, _roster(folder), agent_id, most_agents=most_agents)
    desk = RoundDesk(
        ticket,
        identity_key(agent_id),
        open_uow=open_uow,
        gate=EgressGate(open_uow, EgressPolicy(), SystemClock()),
        clock=ManualClock(TODAY),
        setting=Setting(ZONE, ()),
        entropy=OsEntropy(),
    )
    try:
        return installed_app(desk.answer)(message, _context(message))
    except GuildpostError as error:
        return Message(Error(STEP_ERROR, error.code), reply_to=message)
    finally:
        engine.dispose()


@cache
def _roster(folder: str) -> Roster:
    """Read the roster once a process: a real agent reads it once a round."""
    return parse_roster((Path(folder) / _ROSTER).read_bytes())


def _context(message: Message) -> Context:
    node = message.metadata.dst_node_id
    return Context(
        run_id=message.metadata.run_id, node_id=node, node_config={}, state=RecordDict(), run_config={}, series_id=0
    )
