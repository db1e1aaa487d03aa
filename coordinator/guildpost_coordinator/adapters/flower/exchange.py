"""Requests out, replies in: what a round's driver sees of the transport."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import structlog
from flwr.app import Message, RecordDict
from flwr.serverapp import Grid

from guildpost_coordinator.adapters.flower import wire
from guildpost_coordinator.adapters.flower.node_keys import openssh_from_pem
from guildpost_coordinator.app.ports.rounds import nobody_listens

POLL_SECONDS: Final = 0.15
TELL_SECONDS: Final = 1.0
FINISH_TTL_SECONDS: Final = 60.0
FINISH_WAIT_SECONDS: Final = 10.0
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")

_log = structlog.get_logger(__name__)


class GridExchange:
    """Exchange opaque bytes with the online nodes of one round, over Flower's public ``Grid``."""

    def __init__(self, grid: Grid, round_id: str) -> None:
        self._grid = grid
        self._round_id = round_id
        self.refusals: dict[int, str] = {}
        """Error codes of the nodes that answered the last ``exchange`` with an error."""

    def nodes(self) -> dict[int, str]:
        """List the online nodes.

        Returns:
            Node id to the node's public key in the roster's OpenSSH spelling.
        """
        return {info.node_id: openssh_from_pem(info.public_key) for info in self._grid.get_nodes()}

    def exchange(
        self, requests: Mapping[int, bytes], timeout_s: float, awaiting: Callable[[int], None] = nobody_listens
    ) -> dict[int, bytes]:
        """Send each node its request and wait for the replies.

        Args:
            requests: node id to payload (at most 1 MiB each).
            timeout_s: how long to wait at most; less when every node has answered or failed.
            awaiting: hears, at most every ``TELL_SECONDS``, for how many it still waits.

        Returns:
            Node id to payload of what arrived; a node that failed, left or answered with an error is missing.

        Raises:
            ProtocolViolation: ``round_payload_too_large``.
        """
        self.refusals = {}
        last = time.monotonic() + timeout_s
        waiting = self._push(requests, timeout_s)
        replies: dict[int, bytes] = {}
        told, tell_at = len(waiting), time.monotonic() + TELL_SECONDS
        while waiting and time.monotonic() < last:
            for message in self._grid.pull_messages(list(waiting)):
                node_id = waiting.pop(message.metadata.reply_to_message_id, None)
                if node_id is not None:
                    self._take(node_id, message, replies)
            if len(waiting) < told and time.monotonic() >= tell_at:
                told, tell_at = len(waiting), time.monotonic() + TELL_SECONDS
                awaiting(told)
            if waiting:
                time.sleep(POLL_SECONDS)
        return replies

    def finish(self) -> None:
        """Tell the online nodes that the round is over, and wait a moment until they have left.

        Without it their processes would stay until the deadline; without the wait Flower drops the farewells.
        """
        farewells = [self._message(node_id, wire.FINISHED, b"", FINISH_TTL_SECONDS) for node_id in self.nodes()]
        if farewells:
            self._grid.push_messages(farewells)
        last = time.monotonic() + FINISH_WAIT_SECONDS
        while self.nodes() and time.monotonic() < last:
            time.sleep(2 * POLL_SECONDS)

    def _push(self, requests: Mapping[int, bytes], timeout_s: float) -> dict[str, int]:
        messages = [self._message(node_id, wire.STEP, payload, timeout_s) for node_id, payload in requests.items()]
        ids: Iterable[str | None] = self._grid.push_messages(messages) if messages else []
        return {sent: node_id for sent, node_id in zip(ids, requests, strict=True) if sent}

    def _message(self, node_id: int, action: str, payload: bytes, ttl: float) -> Message:
        content: RecordDict = wire.pack(payload)
        return Message(content, node_id, action, ttl=ttl, group_id=self._round_id)

    def _take(self, node_id: int, message: Message, replies: dict[int, bytes]) -> None:
        if message.has_error():
            reason = message.error.reason or ""
            self.refusals[node_id] = reason if _CODE.fullmatch(reason) else "round_transport_away"
            _log.info("round_reply_absent", round_id=self._round_id, node_id=node_id, code=self.refusals[node_id])
            return
        payload = wire.unpack(message.content)
        if payload is None:
            self.refusals[node_id] = "round_message_invalid"
            return
        replies[node_id] = payload
