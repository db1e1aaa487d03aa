"""Presence events ↔ values."""

import re
from typing import Final

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.identity.presence import CatalogueChanged, Heartbeat, PresenceEvent, RoundWindow
from guildpost_shared.pb.v1 import presence_pb2
from guildpost_shared.wire.enrolment import endpoint_from_wire, endpoint_to_wire
from guildpost_shared.wire.times import from_timestamp, to_timestamp

_ROUND_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,159}")
_PATH: Final = re.compile(r"studies/[a-z0-9][a-z0-9./-]{0,120}")
_PERIOD: Final = re.compile(r"\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d(_[1-9])?")


def event_to_wire(event: PresenceEvent) -> presence_pb2.PresenceEvent:
    """Write an event."""
    match event:
        case Heartbeat(server_time):
            return presence_pb2.PresenceEvent(heartbeat=presence_pb2.Heartbeat(server_time=to_timestamp(server_time)))
        case CatalogueChanged(version):
            return presence_pb2.PresenceEvent(catalogue_changed=presence_pb2.CatalogueChanged(version=version))
        case RoundWindow():
            return presence_pb2.PresenceEvent(round_window=_window_to_wire(event))


def event_from_wire(message: presence_pb2.PresenceEvent) -> PresenceEvent | None:
    """Read an event.

    Returns:
        The event, or None for a kind that this version does not know (a newer coordinator may send it).

    Raises:
        ProtocolViolation: ``message_malformed``.
    """
    match message.WhichOneof("event"):
        case "heartbeat":
            return Heartbeat(from_timestamp(message.heartbeat.server_time))
        case "catalogue_changed":
            return CatalogueChanged(message.catalogue_changed.version)
        case "round_window":
            return _window_from_wire(message.round_window)
        case _:
            return None


def _window_to_wire(window: RoundWindow) -> presence_pb2.RoundWindow:
    return presence_pb2.RoundWindow(
        round_id=window.round_id,
        study_path=window.study_path,
        period=window.period,
        opens_at=to_timestamp(window.opens_at),
        closes_at=to_timestamp(window.closes_at),
        flower=endpoint_to_wire(window.flower),
    )


def _window_from_wire(message: presence_pb2.RoundWindow) -> RoundWindow:
    named = _ROUND_ID.fullmatch(message.round_id) and _PATH.fullmatch(message.study_path)
    if not named or not _PERIOD.fullmatch(message.period):
        raise ProtocolViolation("message_malformed", detail="round window")
    return RoundWindow(
        round_id=message.round_id,
        study_path=message.study_path,
        period=message.period,
        opens_at=from_timestamp(message.opens_at),
        closes_at=from_timestamp(message.closes_at),
        flower=endpoint_from_wire(message.flower),
    )
