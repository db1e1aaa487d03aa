"""A coordinator's round engine with its entrance, and dealership children, all real, on loopback."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Protocol

from guildpost_agent.adapters.flower.keys import openssh_public
from guildpost_coordinator.adapters.flower.control import Control, RunState
from guildpost_coordinator.adapters.flower.entrance import Entrance
from guildpost_coordinator.adapters.flower.filter import create_filter
from guildpost_coordinator.adapters.flower.gate import Gate
from guildpost_coordinator.adapters.flower.loopback import issue_loopback
from guildpost_coordinator.adapters.flower.superlink import SuperLink
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import from_code
from tests.factories.node_key import a_node_key

HERE = Path(__file__).parent
NODE_CHILD = HERE.parent.parent / "agent" / "flower" / "node_child.py"


class Exchange(Protocol):
    """What the contract suite asks of a transport; the driver sees the same."""

    @property
    def refusals(self) -> Mapping[int, str]:
        """Codes of the last exchange's error replies."""

    def nodes(self) -> dict[int, str]:
        """Online nodes: id to OpenSSH key."""

    def exchange(self, requests: Mapping[int, bytes], timeout_s: float) -> dict[int, bytes]:
        """Requests out, replies in."""


class RemoteExchange:
    """The real exchange, which lives in the process that Flower started."""

    def __init__(self, connection: Connection, run_id: int) -> None:
        self._connection = connection
        self.run_id = run_id
        self.round_id, self.pid = connection.recv()
        self.refusals: dict[int, str] = {}

    def nodes(self) -> dict[int, str]:
        self._connection.send(("nodes", ()))
        nodes: dict[int, str] = self._connection.recv()
        return nodes

    def exchange(self, requests: Mapping[int, bytes], timeout_s: float) -> dict[int, bytes]:
        self._connection.send(("exchange", (dict(requests), timeout_s)))
        replies, refusals = self._connection.recv()
        if isinstance(replies, str):
            raise from_code(replies)
        self.refusals = refusals
        found: dict[int, bytes] = replies
        return found

    def end(self) -> None:
        """Let the driver return, so that the round ends."""
        self._connection.send(("end", ()))


@dataclass
class Dealer:
    """One dealership's key, and its child while it takes part."""

    name: str
    key: bytes = field(default_factory=a_node_key)
    child: subprocess.Popen[str] | None = None

    @property
    def public(self) -> str:
        return openssh_public(self.key)

    def result(self, seconds: float = 30.0) -> dict[str, object]:
        """Wait for the child's end and read its report."""
        assert self.child is not None
        out, _ = self.child.communicate(timeout=seconds)
        result: dict[str, object] = json.loads(out.splitlines()[-1]) if out else {}
        return result | {"exit": self.child.returncode}


class Rig:
    """Everything of one coordinator, under one folder."""

    def __init__(self, home: Path, *, durable: bool = False) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.seen: list[tuple[str, bytes]] = []
        clock = SystemClock()
        self.superlink = SuperLink(
            home / "engine",
            port=free_port(),
            clock=clock,
            entropy=OsEntropy(),
            environment={"PYTHONPATH": str(HERE), "PATH": "/usr/bin:/bin", "HOME": str(home)},
            durable=durable,
        )
        self.superlink.start()
        entrance_files = home / "entrance"
        entrance_files.mkdir()
        files = issue_loopback(entrance_files, "127.0.0.1", clock.now())
        self.ca = files.ca.read_text("ascii")
        self.gate = Gate()
        app = create_filter(
            self.gate,
            upstream=self.superlink.address,
            upstream_ca_pem=self.superlink.ca_pem,
            clock=clock,
            record=lambda path, body: self.seen.append((path, body)),
        )
        self.entrance = Entrance(app, host="127.0.0.1", port=self.port, certificate=files.certificate, key=files.key)
        self.entrance.start()
        self.control = Control(self.superlink.address, self.superlink.ca_pem)
        self._listener = Listener(str(home / "hook.sock"), family="AF_UNIX")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def announce(self, dealers: list[Dealer]) -> dict[str, int]:
        """Register the dealers, open the window, give name to node id."""
        nodes = self.control.sync_nodes([dealer.public for dealer in dealers])
        self.gate.open(nodes)
        return {dealer.name: nodes[dealer.public] for dealer in dealers}

    def join(self, dealer: Dealer, deadline: float = 120.0) -> None:
        """Start the dealer's child."""
        state = self.home / dealer.name
        state.mkdir(exist_ok=True)
        config = {
            "address": self.address,
            "ca": self.ca,
            "key": dealer.key.decode(),
            "name": dealer.name,
            "deadline": deadline,
            "state": str(state),
        }
        (state / "config.json").write_text(json.dumps(config), "utf-8")
        dealer.child = subprocess.Popen(
            [sys.executable, str(NODE_CHILD), str(state / "config.json")],
            stdout=subprocess.PIPE,
            stderr=(state / "log").open("w"),
            text=True,
        )

    def start_round(self, round_id: str) -> RemoteExchange:
        """Submit a round and take hold of its driver."""
        run_id = self.control.submit(round_id, self.home, "remote_hook:drive")
        return RemoteExchange(self._accept(30.0), run_id)

    def wait_over(self, run_id: int, seconds: float = 20.0) -> RunState:
        """Wait until a run is over."""
        last = time.monotonic() + seconds
        while not (state := self.control.run(run_id)).over and time.monotonic() < last:
            time.sleep(0.2)
        return state

    def close(self) -> None:
        self._listener.close()
        self.control.__exit__()
        self.entrance.stop()
        self.superlink.stop()

    def _accept(self, seconds: float) -> Connection:
        """Wait for the driver, but not for ever: a round that fails to start connects to nobody."""
        timer = threading.Timer(seconds, self._listener.close)
        timer.start()
        try:
            return self._listener.accept()
        finally:
            timer.cancel()


def wait_online(exchange: Exchange, count: int, seconds: float = 30.0) -> dict[int, str]:
    """Wait until so many nodes are online."""
    last = time.monotonic() + seconds
    while len(nodes := exchange.nodes()) < count and time.monotonic() < last:
        time.sleep(0.2)
    return nodes


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def rig(home: Path, *, durable: bool = False) -> Iterator[Rig]:
    """Start everything, and stop everything."""
    made = Rig(home, durable=durable)
    try:
        yield made
    finally:
        made.close()
