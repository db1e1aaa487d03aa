"""An agent in a process of its own that answers one instruction and dies on the way: ``PATH ROUND MOMENT``.

The instruction comes on standard input, the answer goes to standard output, which is the way out of the house.
MOMENT is ``before`` or ``after`` the record is committed; death is SIGKILL, so nothing is flushed or rolled back by
anybody.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.answer_round import RoundDesk, RoundTicket
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_shared.clock import ManualClock
from guildpost_shared.entropy import OsEntropy
from tests.factories.round_world import KEY, STUDY, ZONE
from tests.factories.secagg_network import network

NOW = datetime(2027, 6, 2, 8, tzinfo=UTC)
AGENT = "dealer-00"


def main(path: str, round_id: str, moment: str) -> None:
    """Answer, and die around the commit."""
    open_uow = unit_of_work_factory(open_engine(Path(path), KEY))
    net, clock = network(11), ManualClock(NOW)

    @contextmanager
    def deadly() -> Iterator[UnitOfWork]:
        with open_uow() as uow:
            commit = uow.commit

            def commit_and_die() -> None:
                if moment == "after":
                    commit()
                os.kill(os.getpid(), signal.SIGKILL)

            uow.commit = commit_and_die  # type: ignore[method-assign] # the crash that the test is about
            yield uow

    desk = RoundDesk(
        RoundTicket(round_id, STUDY, net.roster, AGENT),
        net.keys[AGENT],
        open_uow=deadly,
        gate=EgressGate(open_uow, EgressPolicy(), clock),
        clock=clock,
        setting=Setting(ZONE, ()),
        entropy=OsEntropy(),
    )
    sys.stdout.buffer.write(desk.answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main(*sys.argv[1:])
