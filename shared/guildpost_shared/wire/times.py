"""Instants on the wire: ``google.protobuf.Timestamp`` ↔ aware datetimes in UTC."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from guildpost_shared.errors import ProtocolViolation


def to_timestamp(instant: datetime) -> Timestamp:
    """Write an aware instant."""
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


def from_timestamp(stamp: Timestamp) -> datetime:
    """Read an instant.

    Raises:
        ProtocolViolation: ``message_malformed``: outside the years 1 to 9999.
    """
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise ProtocolViolation("message_malformed", detail="timestamp") from error
