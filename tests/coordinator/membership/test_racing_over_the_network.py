"""One join code, many machines at once, over real TLS connections to a running coordinator: one of them is in.

make soak does it ten thousand times on each database.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from guildpost_agent.adapters.control_plane.channel import open_newcomer_channel, translated
from guildpost_coordinator.domain.membership import State
from guildpost_shared.errors import GuildpostError
from guildpost_shared.identity.join_code import parse_join_code
from guildpost_shared.pb.v1 import enrolment_pb2, enrolment_pb2_grpc
from guildpost_shared.wire.enrolment import enrol_request_to_wire
from tests.coordinator.membership.test_enrolment import Machine
from tests.factories.coordinator_database import coordinator_on_postgres
from tests.factories.postgres import running_postgres
from tests.fakes.coordinator import RunningCoordinator

CONNECTIONS: Final = 100
UNLIMITED: Final[Mapping[str, object]] = {"newcomers_per_second": 10_000}


@pytest.fixture(params=["sqlite", "postgresql"])
def coordinator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningCoordinator]:
    with ExitStack() as stack:
        engine = None
        if request.param == "postgresql":
            server = stack.enter_context(running_postgres())
            engine = stack.enter_context(coordinator_on_postgres(server, "racing"))
        yield stack.enter_context(RunningCoordinator(tmp_path, overrides=UNLIMITED, engine=engine))


def race(coordinator: RunningCoordinator, code: str, uses: int, connections: int) -> Counter[str]:
    """Use one code from many machines; each thread has a connection of its own, and all start together."""
    secret, core = parse_join_code(code).secret, coordinator.core
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        requests = list(pool.map(lambda _: enrol_request_to_wire(Machine().request(secret)), range(uses)))
    start, outcomes = threading.Barrier(connections), Counter[str]()

    def run(mine: list[enrolment_pb2.EnrolRequest]) -> Counter[str]:
        told = Counter[str]()
        with open_newcomer_channel(coordinator.addresses["enrolment"], core.authority.certificate()) as channel:
            stub = enrolment_pb2_grpc.EnrolmentStub(channel)
            start.wait(120)
            for request in mine:
                try:
                    with translated():
                        told[stub.Enrol(request, timeout=120).agent_id] += 1
                except GuildpostError as error:
                    told[error.code] += 1
        return told

    with ThreadPoolExecutor(connections) as pool:
        for told in pool.map(run, [requests[n::connections] for n in range(connections)]):
            outcomes += told
    return outcomes


@pytest.mark.parametrize(
    ("uses", "connections"),
    [(300, 30), pytest.param(10_000, CONNECTIONS, marks=[pytest.mark.soak, pytest.mark.timeout(900)])],
    ids=["300", "10000"],
)
def test_racing_uses_of_one_join_code_enrol_once(coordinator: RunningCoordinator, uses: int, connections: int) -> None:
    outcomes = race(coordinator, coordinator.issue("dealer-01"), uses, connections)
    assert {"dealer-01": 1, "join_code_used": uses - 1} == dict(outcomes)
    with coordinator.core.open_view() as uow:
        member = uow.memberships.get("dealer-01")
        assert member is not None
        assert (State.ACTIVE, 1) == (member.state, member.generation)
        assert 1 == sum(entry.action == "enrolled" for entry in uow.audit.latest(100))


def test_one_address_that_races_is_slowed_down_and_still_one_is_in(tmp_path: Path) -> None:
    with RunningCoordinator(tmp_path) as coordinator:
        outcomes = race(coordinator, coordinator.issue("dealer-01"), 120, 12)
    assert 1 == outcomes.pop("dealer-01")
    assert {"join_code_used", "coordinator_busy"} == set(outcomes)
    assert outcomes["coordinator_busy"] > 0
