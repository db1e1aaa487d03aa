"""Who may say what at the round entrance; no network here (``filter`` carries the bytes).

Flower's own check proves only that a caller once signed a timestamp. It never compares a message's stated source with
the caller, so one dealer could instruct another in the coordinator's name. These rules close that, in this order:

1. only the eight calls that an agent's node needs exist; registration, bundles and everything else do not;
2. a call is no longer than its kind needs;
3. the caller's key belongs to a node of the announced window, and signed a recent timestamp;
4. the node named in the call is the caller;
5. a pushed message is one reply, from the caller, to the coordinator, to an instruction delivered to the caller, in
   the one allow-listed action, with at most ``MAX_OBJECTS`` objects and no content beside them;
6. an object is pulled only by the node whose instruction names it, pushed only by the node whose reply names it, and
   is the preimage of its name;
7. a message is confirmed only by the node it was delivered to.
"""

import hashlib
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.proto.fleet_pb2 import (
    ActivateNodeRequest,
    DeactivateNodeRequest,
    PullMessagesRequest,
    PullMessagesResponse,
    PushMessagesRequest,
)
from flwr.proto.heartbeat_pb2 import SendNodeHeartbeatRequest
from flwr.proto.message_pb2 import ConfirmMessageReceivedRequest, ObjectTree, PullObjectRequest, PushObjectRequest
from google.protobuf.message import DecodeError, Message

from guildpost_coordinator.adapters.flower import wire
from guildpost_coordinator.adapters.flower.node_keys import from_openssh, to_pem
from guildpost_shared.errors import Refused

KEY_HEADER: Final = "flwr-public-key"
SIGNATURE_HEADER: Final = "flwr-signature"
TIMESTAMP_HEADER: Final = "flwr-timestamp"
ACTIVATE: Final = "/v1/fleet/activate-node"
PULL_MESSAGES: Final = "/v1/fleet/pull-messages"
PULL_OBJECT: Final = "/v1/fleet/pull-object"
COORDINATOR_NODE: Final = 1
SMALL_BYTES: Final = 16 * 1024
LARGE_BYTES: Final = wire.MAX_PAYLOAD_BYTES + SMALL_BYTES
OLDEST_SECONDS: Final = 305.0
NEWEST_SECONDS: Final = 5.0
HEARTBEAT_SECONDS: Final = range(10, 61)
MAX_REASON: Final = 64
REMEMBERED: Final = 256

M = TypeVar("M", bound=Message)


@dataclass
class Speaker:
    """An authenticated node, and what was delivered to it and announced by it."""

    key: ec.EllipticCurvePublicKey
    key_pem: bytes
    node_id: int
    delivered: OrderedDict[str, None] = field(default_factory=OrderedDict)
    readable: OrderedDict[str, None] = field(default_factory=OrderedDict)
    announced: OrderedDict[str, None] = field(default_factory=OrderedDict)


class Gate:
    """The window's guest list and the rules."""

    def __init__(self) -> None:
        self._speakers: dict[bytes, Speaker] = {}

    def open(self, nodes: Mapping[str, int]) -> None:
        """Announce a window for these nodes, replacing the one before.

        Args:
            nodes: roster key (OpenSSH) to node id, as ``Control.sync_nodes`` gives it.
        """
        speakers: dict[bytes, Speaker] = {}
        for openssh, node_id in nodes.items():
            key = from_openssh(openssh)
            pem = to_pem(key)
            known = self._speakers.get(pem)
            speakers[pem] = known if known is not None and known.node_id == node_id else Speaker(key, pem, node_id)
        self._speakers = speakers

    def close(self) -> None:
        """End the window: nobody may speak."""
        self._speakers = {}

    def identify(self, headers: Mapping[str, str], now: datetime) -> Speaker:
        """Apply rule 3.

        Args:
            headers: the call's headers, names in lower case.
            now: wall-clock instant in UTC.

        Raises:
            Refused: ``round_entry_refused``.
        """
        try:
            speaker = self._speakers[b64decode(headers[KEY_HEADER], validate=True)]
            stamp = headers[TIMESTAMP_HEADER]
            age = (now - datetime.fromisoformat(stamp)).total_seconds()
            _require(-NEWEST_SECONDS < age < OLDEST_SECONDS, "timestamp")
            signature = b64decode(headers[SIGNATURE_HEADER], validate=True)
            speaker.key.verify(signature, stamp.encode("ascii"), ec.ECDSA(hashes.SHA256()))
        except (KeyError, ValueError, TypeError, InvalidSignature) as exc:
            raise Refused("round_entry_refused", detail="authentication") from exc
        return speaker

    def check(self, path: str, speaker: Speaker, body: bytes) -> None:
        """Apply rules 4 to 7 to one call.

        Raises:
            Refused: ``round_entry_refused``.
        """
        try:
            CALLS[path].check(speaker, body)
        except (DecodeError, ValueError) as exc:
            raise Refused("round_entry_refused", detail="unreadable") from exc

    def delivered(self, speaker: Speaker, response: bytes) -> None:
        """Remember what an answer to ``pull-messages`` gave the caller; rules 5 to 7 refer to it."""
        answer = PullMessagesResponse.FromString(response)
        for message in answer.messages_list:
            _remember(speaker.delivered, message.metadata.message_id)
        for tree in answer.message_object_trees:
            for object_id in _ids(tree):
                _remember(speaker.readable, object_id)


def _activate(speaker: Speaker, body: bytes) -> None:
    call = ActivateNodeRequest.FromString(body)
    _require(call.public_key == speaker.key_pem, "key")
    _require(int(call.heartbeat_interval) in HEARTBEAT_SECONDS, "heartbeat")


def _deactivate(speaker: Speaker, body: bytes) -> None:
    _require(DeactivateNodeRequest.FromString(body).node_id == speaker.node_id, "node")


def _heartbeat(speaker: Speaker, body: bytes) -> None:
    call = SendNodeHeartbeatRequest.FromString(body)
    _require(call.node.node_id == speaker.node_id, "node")
    _require(int(call.heartbeat_interval) in HEARTBEAT_SECONDS, "heartbeat")


def _pull_messages(speaker: Speaker, body: bytes) -> None:
    _require(PullMessagesRequest.FromString(body).node.node_id == speaker.node_id, "node")


def _push_messages(speaker: Speaker, body: bytes) -> None:
    call = PushMessagesRequest.FromString(body)
    _require(call.node.node_id == speaker.node_id, "node")
    _require(len(call.messages_list) == len(call.message_object_trees) == 1, "count")
    message, ids = call.messages_list[0], _ids(call.message_object_trees[0])
    _require(message.metadata.src_node_id == speaker.node_id, "source")
    _require(message.metadata.dst_node_id == COORDINATOR_NODE, "destination")
    _require(message.metadata.reply_to_message_id in speaker.delivered, "not a reply")
    _require(message.metadata.message_type == wire.STEP, "action")
    _require(not message.content.ByteSize() and len(message.error.reason) <= MAX_REASON, "content")
    _require(len(ids) <= wire.MAX_OBJECTS, "objects")
    for object_id in ids:
        _remember(speaker.announced, object_id)


def _pull_object(speaker: Speaker, body: bytes) -> None:
    call = PullObjectRequest.FromString(body)
    _require(call.node.node_id == speaker.node_id, "node")
    _require(call.object_id in speaker.readable, "object")


def _push_object(speaker: Speaker, body: bytes) -> None:
    call = PushObjectRequest.FromString(body)
    _require(call.node.node_id == speaker.node_id, "node")
    _require(call.object_id in speaker.announced, "object")
    _require(hashlib.sha256(call.object_content).hexdigest() == call.object_id, "object name")


def _confirm(speaker: Speaker, body: bytes) -> None:
    call = ConfirmMessageReceivedRequest.FromString(body)
    _require(call.node.node_id == speaker.node_id, "node")
    _require(call.message_object_id in speaker.delivered, "message")


@dataclass(frozen=True)
class Call:
    """One forwarded call: its rule and its longest body in bytes."""

    check: Callable[[Speaker, bytes], None]
    max_bytes: int = SMALL_BYTES


CALLS: Final[Mapping[str, Call]] = {
    ACTIVATE: Call(_activate),
    "/v1/fleet/deactivate-node": Call(_deactivate),
    "/v1/fleet/send-node-heartbeat": Call(_heartbeat),
    PULL_MESSAGES: Call(_pull_messages),
    "/v1/fleet/push-messages": Call(_push_messages),
    PULL_OBJECT: Call(_pull_object),
    "/v1/fleet/push-object": Call(_push_object, LARGE_BYTES),
    "/v1/fleet/confirm-message-received": Call(_confirm),
}


def _ids(tree: ObjectTree) -> list[str]:
    """List a tree's object names, giving up beyond what any rule allows (a deep tree is an attack)."""
    found: list[str] = []
    pending = [tree]
    while pending and len(found) <= wire.MAX_OBJECTS:
        node = pending.pop()
        found.append(node.object_id)
        pending.extend(node.children[: wire.MAX_OBJECTS + 1])
    return found


def _remember(names: OrderedDict[str, None], name: str) -> None:
    names[name] = None
    while len(names) > REMEMBERED:
        names.popitem(last=False)


def _require(fulfilled: bool, what: str) -> None:  # noqa: FBT001 — reads as the rule's sentence
    if not fulfilled:
        raise Refused("round_entry_refused", detail=what)
