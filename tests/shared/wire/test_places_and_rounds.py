"""Where a coordinator may send an agent, and what it may call a round: names and addresses, nothing else."""

import pytest

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.pb.v1 import common_pb2, presence_pb2
from guildpost_shared.wire.enrolment import endpoint_from_wire
from guildpost_shared.wire.presence import event_from_wire


@pytest.mark.parametrize("host", ["coordinator.example", "flower", "127.0.0.1", "::1", "2001:db8::1"])
def test_names_and_addresses_are_places(host: str) -> None:
    assert host == endpoint_from_wire(common_pb2.Endpoint(host=host, port=443)).host


@pytest.mark.parametrize(
    "host",
    [
        "",
        "unix",
        "UNIX",
        "unix-abstract",
        "vsock",
        "dns",
        "xds",
        "unix:/run/x",
        "a/b",
        "a b",
        "a\x00",
        "ä.example",
        "a" * 254,
    ],
)
def test_other_kinds_of_places_are_none(host: str) -> None:
    with pytest.raises(ProtocolViolation, match="message_malformed"):
        endpoint_from_wire(common_pb2.Endpoint(host=host, port=1))


@pytest.mark.parametrize("port", [0, 65_536, 2**32 - 1])
def test_a_port_has_sixteen_bits(port: int) -> None:
    with pytest.raises(ProtocolViolation, match="message_malformed"):
        endpoint_from_wire(common_pb2.Endpoint(host="coordinator.example", port=port))


PERIOD = "2027-01-01_2027-03-31"


def window(round_id: str, study_path: str, period: str = PERIOD) -> presence_pb2.PresenceEvent:
    where = common_pb2.Endpoint(host="flower", port=1)
    return presence_pb2.PresenceEvent(
        round_window=presence_pb2.RoundWindow(round_id=round_id, study_path=study_path, period=period, flower=where)
    )


def test_a_round_of_a_study_is_announced() -> None:
    assert event_from_wire(window("slot-lead-0123456789ab", "studies/slot-lead/1.json")) is not None


@pytest.mark.parametrize(
    ("round_id", "study_path"),
    [
        ("", "studies/slot-lead/1.json"),
        ("--home", "studies/slot-lead/1.json"),
        ("a\x00b", "studies/slot-lead/1.json"),
        ("a" * 161, "studies/slot-lead/1.json"),
        ("round-1", ""),
        ("round-1", "--study"),
        ("round-1", "roster/roster.json"),
        ("round-1", "studies/a\nb"),
    ],
)
def test_what_is_no_name_of_a_round_or_a_study_is_refused(round_id: str, study_path: str) -> None:
    with pytest.raises(ProtocolViolation, match="message_malformed"):
        event_from_wire(window(round_id, study_path))


@pytest.mark.parametrize("period", ["", "2027", "2027-01-01/2027-03-31", "2027-01-01_2027-03-31 --home", "a_b"])
def test_what_is_no_period_is_refused(period: str) -> None:
    with pytest.raises(ProtocolViolation, match="message_malformed"):
        event_from_wire(window("round-1", "studies/slot-lead/1.json", period))
