"""What travels through Flower: one record with one field of bytes, under two allow-listed actions.

The agent holds the same names in its own adapter; the contract test keeps the two in step.
"""

from typing import Final

from flwr.app import ConfigRecord, RecordDict

from guildpost_shared.errors import ProtocolViolation

STEP: Final = "query.guildpost_step"
FINISHED: Final = "query.guildpost_finished"
RECORD: Final = "guildpost"
FIELD: Final = "payload"
MAX_PAYLOAD_BYTES: Final = 1 << 20
MAX_OBJECTS: Final = 3


def pack(payload: bytes) -> RecordDict:
    """Put bytes into the one record that travels.

    Raises:
        ProtocolViolation: ``round_payload_too_large``.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ProtocolViolation("round_payload_too_large")
    return RecordDict({RECORD: ConfigRecord({FIELD: payload})})


def unpack(content: RecordDict) -> bytes | None:
    """Take the bytes out again; anything but the one expected record gives ``None``."""
    record = content.config_records.get(RECORD) if len(content) == 1 else None
    payload = record.get(FIELD) if record is not None and len(record) == 1 else None
    return payload if isinstance(payload, bytes) and len(payload) <= MAX_PAYLOAD_BYTES else None
