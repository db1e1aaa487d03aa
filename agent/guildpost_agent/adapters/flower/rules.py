"""What the agent accepts from the round transport; nothing here touches the network.

The rules, in the order in which ``loop`` asks for them:

1. an instruction is one of two allow-listed actions, a step or the end of the round;
2. it comes from the coordinator's side, goes to this node and answers nothing;
3. it consists of at most ``MAX_OBJECTS`` objects, each at most ``MAX_OBJECT_BYTES`` long, each the preimage of its
   name (the transport names an object by the SHA-256 of its bytes);
4. the content repeats the envelope in action, run, source and destination;
5. the payload is one record with one field of at most ``MAX_PAYLOAD_BYTES``.

Who wrote the payload is not decided here: instructions are signed, and the layer above verifies that.
"""

import hashlib
from collections.abc import Iterable
from typing import Final, Protocol

from guildpost_shared.errors import ProtocolViolation

STEP_ACTION: Final = "guildpost_step"
FINISHED_ACTION: Final = "guildpost_finished"
STEP: Final = f"query.{STEP_ACTION}"
FINISHED: Final = f"query.{FINISHED_ACTION}"
RECORD: Final = "guildpost"
FIELD: Final = "payload"
COORDINATOR_NODE: Final = 1
MAX_PAYLOAD_BYTES: Final = 1 << 20
MAX_OBJECT_BYTES: Final = MAX_PAYLOAD_BYTES + 4096
MAX_OBJECTS: Final = 3


class Metadata(Protocol):
    """What the rules read of a message's metadata."""

    @property
    def run_id(self) -> int:
        """The run the message belongs to."""

    @property
    def src_node_id(self) -> int:
        """Who says it sent the message."""

    @property
    def dst_node_id(self) -> int:
        """Whom it is for."""

    @property
    def reply_to_message_id(self) -> str:
        """The instruction it answers; empty for an instruction."""

    @property
    def message_type(self) -> str:
        """The action."""


def check_envelope(envelope: Metadata, node_id: int, object_ids: Iterable[str]) -> None:
    """Apply rules 1 to 3 to what is known before any content is fetched.

    Raises:
        ProtocolViolation: ``round_action_not_allowed``, ``round_message_invalid`` or ``round_payload_too_large``.
    """
    if envelope.message_type not in {STEP, FINISHED}:
        raise ProtocolViolation("round_action_not_allowed")
    if envelope.src_node_id != COORDINATOR_NODE or envelope.dst_node_id != node_id or envelope.reply_to_message_id:
        raise ProtocolViolation("round_message_invalid", detail="addresses")
    if len(list(object_ids)) > MAX_OBJECTS:
        raise ProtocolViolation("round_payload_too_large", detail="objects")


def check_object(object_id: str, content: bytes) -> None:
    """Apply rule 3 to one fetched object.

    Raises:
        ProtocolViolation: ``round_payload_too_large`` or ``round_message_invalid``.
    """
    if len(content) > MAX_OBJECT_BYTES:
        raise ProtocolViolation("round_payload_too_large", detail="bytes")
    if hashlib.sha256(content).hexdigest() != object_id:
        raise ProtocolViolation("round_message_invalid", detail="object name")


def check_content(envelope: Metadata, content: Metadata) -> None:
    """Apply rule 4: two halves of one message must say the same.

    Raises:
        ProtocolViolation: ``round_message_invalid``.
    """
    for field in ("message_type", "run_id", "src_node_id", "dst_node_id", "reply_to_message_id"):
        if getattr(envelope, field) != getattr(content, field):
            raise ProtocolViolation("round_message_invalid", detail=field)
