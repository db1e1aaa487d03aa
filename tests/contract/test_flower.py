"""The round transport's contract: one suite for the fake and for Flower itself, then what only Flower can break.

The real side is a SuperLink with TLS and node authentication, its program starter, the entrance in front of it, and
one child process per dealership.
"""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import psutil
import pytest

from guildpost_agent.adapters.flower import rules
from guildpost_agent.adapters.flower.keys import load_node_key
from guildpost_coordinator.adapters.flower import gate, superlink, wire
from guildpost_coordinator.adapters.flower.superlink import SuperLink
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError, Unavailable
from tests.agent.flower.node_child import answer
from tests.coordinator.flower.nodes import reply, signed
from tests.coordinator.flower.rig import Dealer, Exchange, RemoteExchange, Rig, free_port, rig, wait_online
from tests.fakes.round_transport import FakeExchange, FakeNode

NAMES: Final = ("arnold", "becker", "conrad", "dietz", "ebert")
PATIENT: Final = 20.0

pytestmark = pytest.mark.e2e


@dataclass
class Scene:
    """A transport with five dealerships, and the means to take one away and bring it back."""

    exchange: Exchange
    ids: dict[str, int]
    keys: dict[str, str]
    kill: Callable[[str], None]
    revive: Callable[[str], None]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("flower")) as made:
        yield made


@pytest.fixture(scope="module")
def dealers() -> dict[str, Dealer]:
    return {name: Dealer(name) for name in NAMES}


@pytest.fixture(scope="module")
def flower(world: Rig, dealers: dict[str, Dealer]) -> Iterator[Scene]:
    ids = world.announce(list(dealers.values()))
    for dealer in dealers.values():
        world.join(dealer)
    exchange = world.start_round("round-1")
    wait_online(exchange, len(NAMES))

    def kill(name: str) -> None:
        child = dealers[name].child
        assert child is not None
        child.kill()
        child.wait()

    def revive(name: str) -> None:
        world.join(dealers[name])

    keys = {name: dealer.public for name, dealer in dealers.items()}
    scene = Scene(exchange, ids, keys, kill, revive)
    yield scene
    for name in NAMES:
        kill(name)


def in_process() -> Scene:
    ids = {name: number for number, name in enumerate(NAMES, start=7)}
    nodes = {ids[name]: FakeNode(f"key of {name}", partial(answer, name)) for name in NAMES}

    def there(name: str, online: bool) -> None:  # noqa: FBT001 — a switch
        nodes[ids[name]].online = online

    exchange = FakeExchange(nodes, drop=lambda _number, _node, payload: payload.startswith(b"slow"))
    keys = {name: f"key of {name}" for name in NAMES}
    return Scene(exchange, ids, keys, lambda name: there(name, online=False), lambda name: there(name, online=True))


@pytest.fixture(params=["fake", "flower"])
def scene(request: pytest.FixtureRequest) -> Scene:
    if request.param == "fake":
        return in_process()
    made: Scene = request.getfixturevalue("flower")
    return made


def test_online_nodes_are_known_by_their_roster_key(scene: Scene) -> None:
    expected = {scene.ids[name]: scene.keys[name] for name in NAMES}
    assert expected == scene.exchange.nodes()


def test_each_node_answers_its_own_instruction(scene: Scene) -> None:
    requests = {scene.ids[name]: f"echo:for {name}".encode() for name in NAMES}
    expected = {scene.ids[name]: f"{name}:for {name}".encode() for name in NAMES}
    assert expected == scene.exchange.exchange(requests, PATIENT)


@pytest.mark.parametrize(
    ("order", "code"),
    [(b"refuse", "illegal_transition"), (b"bug", "round_step_failed"), (b"size:1048577", "round_payload_too_large")],
    ids=["a refusal", "a bug with a person's name in its text", "a reply beyond one MiB"],
)
def test_an_error_counts_as_absent_and_only_its_code_travels(scene: Scene, order: bytes, code: str) -> None:
    failing, fine = scene.ids["arnold"], scene.ids["becker"]
    replies = scene.exchange.exchange({failing: order, fine: b"echo:x"}, PATIENT)
    assert {fine: b"becker:x"} == replies
    assert {failing: code} == scene.exchange.refusals


def test_one_mebibyte_travels_both_ways(scene: Scene) -> None:
    node = scene.ids["conrad"]
    order = b"size:1048576:".ljust(wire.MAX_PAYLOAD_BYTES, b".")
    assert wire.MAX_PAYLOAD_BYTES == len(order)
    assert {node: b"x" * wire.MAX_PAYLOAD_BYTES} == scene.exchange.exchange({node: order}, PATIENT)


def test_a_request_beyond_one_mebibyte_is_refused_before_it_leaves(scene: Scene) -> None:
    with pytest.raises(GuildpostError, match="round_payload_too_large"):
        scene.exchange.exchange({scene.ids["conrad"]: b"x" * (wire.MAX_PAYLOAD_BYTES + 1)}, PATIENT)


def test_what_has_arrived_in_time_is_returned(scene: Scene) -> None:
    slow, quick = scene.ids["dietz"], scene.ids["ebert"]
    assert {quick: b"ebert:x"} == scene.exchange.exchange({slow: b"slow:3", quick: b"echo:x"}, 2.0)


def test_a_killed_agent_is_absent_and_answers_again_when_it_is_back(scene: Scene) -> None:
    requests = dict.fromkeys(scene.ids.values(), b"echo:x")
    scene.kill("arnold")
    absent = {node_id for node_id in scene.ids.values() if node_id != scene.ids["arnold"]}
    assert absent == set(scene.exchange.exchange(requests, 4.0))
    scene.revive("arnold")
    answers = (set(scene.exchange.exchange(requests, PATIENT)) for _ in range(3))  # it is known again after a beat
    assert any(set(scene.ids.values()) == answered for answered in answers)


def test_both_sides_use_the_same_names_on_the_wire() -> None:
    names = ("STEP", "FINISHED", "RECORD", "FIELD", "MAX_PAYLOAD_BYTES", "MAX_OBJECTS")
    assert [getattr(wire, name) for name in names] == [getattr(rules, name) for name in names]
    assert gate.COORDINATOR_NODE == rules.COORDINATOR_NODE


def test_an_agent_with_an_unregistered_key_gets_nowhere(world: Rig, flower: Scene) -> None:
    stranger = Dealer("stranger")
    world.join(stranger)
    result = stranger.result()
    assert ("round_entry_refused", 77) == (result["error"], result["exit"])
    assert set(flower.ids.values()) == set(flower.exchange.nodes())


@pytest.mark.parametrize(
    ("path", "forge"),
    [
        ("/v1/fleet/push-messages", lambda me, other: reply(me, source=1, destination=other, reply_to="")),
        ("/v1/fleet/push-messages", lambda me, other: reply(me, source=other)),
        ("/v1/fleet/get-fab", lambda _me, _other: b""),
        ("/v1/fleet/register-node", lambda _me, _other: b""),
        ("/v1/control/list-nodes", lambda _me, _other: b""),
        ("/v1/control/start-run", lambda _me, _other: b""),
    ],
    ids=["an instruction to another dealer", "another's reply", "bundle", "registration", "list nodes", "start a run"],
)
def test_a_dealer_with_a_valid_key_is_refused_whatever_else_it_wants(
    world: Rig, flower: Scene, dealers: dict[str, Dealer], path: str, forge: Callable[[int, int], bytes]
) -> None:
    key = load_node_key(dealers["arnold"].key)
    body = forge(flower.ids["arnold"], flower.ids["becker"])
    trust = ssl.create_default_context(cadata=world.ca)
    with httpx.Client(base_url=f"https://{world.address}", verify=trust, trust_env=False) as client:
        answer = client.post(path, content=body, headers=signed(key, datetime.now(UTC)))
    assert (403, b"") == (answer.status_code, answer.content)


def test_no_agent_fetches_the_coordinators_bundle(world: Rig, flower: Scene) -> None:
    assert flower.exchange.nodes()
    called = {path for path, _ in world.seen}
    assert not {path for path in called if "fab" in path}
    assert called <= set(gate.CALLS)


def test_a_round_ends_and_its_agents_leave(world: Rig, flower: Scene, dealers: dict[str, Dealer]) -> None:
    assert isinstance(flower.exchange, RemoteExchange)
    flower.exchange.end()
    results = [dealers[name].result() for name in NAMES]
    assert [("finished", 0)] * len(NAMES) == [(result["ended"], result["exit"]) for result in results]
    state = world.wait_over(flower.exchange.run_id)
    assert ("finished", "completed") == (state.status, state.sub_status)


def test_a_driver_that_breaks_down_ends_its_run(world: Rig) -> None:
    state = world.wait_over(world.control.submit("round-2", world.home, "remote_hook:fail"))
    assert ("finished", "failed") == (state.status, state.sub_status)
    assert "round round-2 broke down" in state.details


def test_a_run_can_be_stopped(world: Rig) -> None:
    exchange = world.start_round("round-3")
    assert world.control.stop(exchange.run_id)
    state = world.wait_over(exchange.run_id)
    assert ("finished", "stopped") == (state.status, state.sub_status)
    assert not world.control.stop(exchange.run_id)


def test_registering_the_roster_again_changes_nothing_and_a_missing_key_leaves(
    world: Rig, dealers: dict[str, Dealer]
) -> None:
    keys = [dealer.public for dealer in dealers.values()]
    before = world.control.sync_nodes(keys)
    assert before == world.control.sync_nodes(keys)
    assert {key: before[key] for key in keys[1:]} == world.control.sync_nodes(keys[1:])


def test_a_restarted_engine_aborts_the_round_and_serves_the_next(world: Rig) -> None:
    dealer = Dealer("fischer")
    world.announce([dealer])
    world.join(dealer)
    lost = world.start_round("round-4")
    wait_online(lost, 1)
    os.kill(world.superlink.pids["superlink"], signal.SIGKILL)
    assert "round_transport_away" == dealer.result(60.0)["error"]
    world.superlink.wait_ready()
    assert ("finished", "lost") == (world.control.run(lost.run_id).status, world.control.run(lost.run_id).sub_status)
    assert [] == await_end([lost.pid], 10.0)
    ids = world.announce([dealer])
    world.join(dealer)
    again = world.start_round("round-4")
    wait_online(again, 1)
    assert {ids["fischer"]: b"fischer:x"} == again.exchange({ids["fischer"]: b"echo:x"}, PATIENT)
    again.end()
    assert "finished" == dealer.result()["ended"]


def test_an_engine_that_restarts_has_its_time_from_the_first_question_on(
    world: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    while not world.superlink.is_ready():
        time.sleep(0.1)
    os.kill(world.superlink.pids["superlink"], signal.SIGKILL)
    monkeypatch.setattr(superlink, "READY_SECONDS", 0.0)
    while world.superlink.is_ready():
        time.sleep(0.01)
    with pytest.raises(Unavailable, match="round_engine_not_ready"):
        world.superlink.is_ready()
    monkeypatch.undo()
    world.superlink.wait_ready()


def test_a_durable_engine_carries_the_round_over_its_restart(tmp_path: Path) -> None:
    dealer = Dealer("gruber")
    with rig(tmp_path, durable=True) as world:
        node_id = world.announce([dealer])["gruber"]
        world.join(dealer)
        exchange = world.start_round("round-5")
        wait_online(exchange, 1)
        os.kill(world.superlink.pids["superlink"], signal.SIGKILL)
        assert {node_id: b"gruber:x"} == exchange.exchange({node_id: b"echo:x"}, 60.0)
        exchange.end()
        assert "finished" == dealer.result()["ended"]
        assert "completed" == world.wait_over(exchange.run_id).sub_status


COORDINATOR: Final = """
import sys, time
from functools import partial
from pathlib import Path
from guildpost_coordinator.adapters.flower.superlink import SuperLink
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
link = SuperLink(Path(sys.argv[1]), port=int(sys.argv[2]), clock=SystemClock(), entropy=OsEntropy())
link.prepare()
before = len(link.pids)
while not link.is_ready():
    time.sleep(0.1)
print(before, *link.pids.values(), flush=True)
time.sleep(600)
"""


def test_no_process_survives_a_killed_coordinator(tmp_path: Path, unused_port: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COORDINATOR, str(tmp_path), str(unused_port)], stdout=subprocess.PIPE, text=True
    ) as coordinator:
        assert coordinator.stdout is not None
        before, *children = [int(number) for number in coordinator.stdout.readline().split()]
        coordinator.kill()
    assert (0, 2) == (before, len(children)), "started when they were asked for"
    assert [] == await_end(children, 10.0)


def await_end(pids: list[int], seconds: float) -> list[int]:
    """Wait for processes of others to end; return those that do not."""
    last = time.monotonic() + seconds
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < last:
        time.sleep(0.1)
    return left


def alive(pid: int) -> bool:
    try:
        status: str = psutil.Process(pid).status()
    except psutil.NoSuchProcess:
        return False
    return status != psutil.STATUS_ZOMBIE


def test_the_port_is_kept_for_an_engine_that_was_not_needed_yet(tmp_path: Path, unused_port: int) -> None:
    first, second = (
        SuperLink(tmp_path / name, port=unused_port, clock=SystemClock(), entropy=OsEntropy()) for name in "ab"
    )
    first.prepare()
    with pytest.raises(Unavailable, match="round_engine_not_ready"):
        second.prepare()
    first.stop()
    second.prepare()
    second.stop()


@pytest.fixture
def unused_port() -> int:

    return free_port()
