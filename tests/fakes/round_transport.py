"""The round transport in one process: no Flower, no network, no waiting.

Give each node a handler, and say which requests get lost::

    lost = lambda number, node_id, _payload: (number, node_id) == (2, 7)
    exchange = FakeExchange({7: FakeNode("ssh-key", handle)}, drop=lost)
    exchange.exchange({7: b"request"}, timeout_s=5.0)

It keeps the promises of the real exchange: at most 1 MiB each way, an error is a bare code and counts as absent, what
is lost is missing. Time never passes: a request that would come too late is one that ``drop`` names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from guildpost_coordinator.app.ports.rounds import nobody_listens
from guildpost_shared.errors import GuildpostError, ProtocolViolation

MAX_PAYLOAD_BYTES: Final = 1 << 20

Drop = Callable[[int, int, bytes], bool]


@dataclass
class FakeNode:
    """One dealership's node: its roster key, what it does with a request, and whether it is there."""

    key: str
    handle: Callable[[bytes], bytes]
    online: bool = True


class FakeExchange:
    """Implements what a round's driver sees of the transport."""

    def __init__(self, nodes: Mapping[int, FakeNode], drop: Drop = lambda _number, _node, _payload: False) -> None:
        """Set the scene.

        Args:
            nodes: node id to node.
            drop: given the number of the exchange (from 1), a node id and the payload, says whether the node's part
                of that exchange is lost.
        """
        self.members = dict(nodes)
        self._drop = drop
        self.number = 0
        self.refusals: dict[int, str] = {}

    def nodes(self) -> dict[int, str]:
        """List the online nodes: id to roster key."""
        return {node_id: node.key for node_id, node in self.members.items() if node.online}

    def exchange(
        self, requests: Mapping[int, bytes], timeout_s: float, awaiting: Callable[[int], None] = nobody_listens
    ) -> dict[int, bytes]:
        """Hand each request to its node and collect what is not lost."""
        del timeout_s, awaiting
        self.number += 1
        self.refusals = {}
        replies: dict[int, bytes] = {}
        for payload in requests.values():
            _limit(payload)
        for node_id, payload in requests.items():
            node = self.members.get(node_id)
            if node is None or not node.online or self._drop(self.number, node_id, payload):
                continue
            try:
                replies[node_id] = _limit(node.handle(payload))
            except GuildpostError as exc:
                self.refusals[node_id] = exc.code
            except Exception:  # noqa: BLE001 — as the real node does: a bug travels as a code only
                self.refusals[node_id] = "round_step_failed"
        return replies

    def finish(self) -> None:
        """Send the nodes home."""
        for node in self.members.values():
            node.online = False


def _limit(payload: bytes) -> bytes:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ProtocolViolation("round_payload_too_large")
    return payload
