"""A node's calls as bytes, honest and forged: what a hostile dealership could send with its own valid key."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.proto.error_pb2 import Error
from flwr.proto.fleet_pb2 import PullMessagesResponse, PushMessagesRequest
from flwr.proto.message_pb2 import Message, Metadata, ObjectTree, PushObjectRequest
from flwr.proto.node_pb2 import Node

from guildpost_coordinator.adapters.flower import wire
from guildpost_coordinator.adapters.flower.node_keys import to_pem

NOW = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
RUN = 4711
INSTRUCTION = "a" * 64
CONTENT = b"the reply's bytes"
CONTENT_ID = hashlib.sha256(CONTENT).hexdigest()


def signed(key: ec.EllipticCurvePrivateKey, now: datetime = NOW) -> dict[str, str]:
    """Give the headers of node authentication: key, timestamp, signature of the timestamp."""
    stamp = now.isoformat()
    return {
        "flwr-public-key": b64encode(to_pem(key.public_key())).decode(),
        "flwr-timestamp": stamp,
        "flwr-signature": b64encode(key.sign(stamp.encode(), ec.ECDSA(hashes.SHA256()))).decode(),
    }


def reply(
    node_id: int,
    *,
    caller: int | None = None,
    source: int | None = None,
    destination: int = 1,
    reply_to: str = INSTRUCTION,
    action: str = wire.STEP,
    reason: str = "",
    object_ids: tuple[str, ...] = (CONTENT_ID,),
    messages: int = 1,
) -> bytes:
    """Build a ``push-messages`` call; without changes it is an honest reply of ``node_id``."""
    metadata = Metadata(
        run_id=RUN,
        src_node_id=node_id if source is None else source,
        dst_node_id=destination,
        reply_to_message_id=reply_to,
        message_type=action,
        ttl=30.0,
        created_at=NOW.timestamp(),
    )
    tree = ObjectTree(object_id=object_ids[0], children=[ObjectTree(object_id=name) for name in object_ids[1:]])
    message = Message(metadata=metadata, error=Error(code=2, reason=reason) if reason else None)
    return PushMessagesRequest(
        node=Node(node_id=node_id if caller is None else caller),
        messages_list=[message] * messages,
        message_object_trees=[tree] * messages,
    ).SerializeToString()


def pushed_object(node_id: int, object_id: str = CONTENT_ID, content: bytes = CONTENT) -> bytes:
    """Build a ``push-object`` call."""
    return PushObjectRequest(
        node=Node(node_id=node_id), run_id=RUN, object_id=object_id, object_content=content
    ).SerializeToString()


def delivery(*object_ids: str) -> bytes:
    """Build the answer to ``pull-messages`` that delivers the instruction."""
    tree = ObjectTree(object_id=INSTRUCTION, children=[ObjectTree(object_id=name) for name in object_ids])
    message = Message(metadata=Metadata(message_id=INSTRUCTION, run_id=RUN, src_node_id=1, message_type=wire.STEP))
    return PullMessagesResponse(messages_list=[message], message_object_trees=[tree]).SerializeToString()
