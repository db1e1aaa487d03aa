"""Who may say what at the round entrance."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flwr.proto.fleet_pb2 import ActivateNodeRequest, DeactivateNodeRequest, PullMessagesRequest
from flwr.proto.heartbeat_pb2 import SendNodeHeartbeatRequest
from flwr.proto.message_pb2 import ConfirmMessageReceivedRequest, PullObjectRequest
from flwr.proto.node_pb2 import Node
from google.protobuf.message import Message

from guildpost_coordinator.adapters.flower.gate import CALLS, Gate, Speaker
from guildpost_coordinator.adapters.flower.node_keys import to_pem
from guildpost_shared.errors import ProtocolViolation, Refused
from tests.coordinator.flower.nodes import CONTENT, INSTRUCTION, NOW, delivery, pushed_object, reply, signed

ME, OTHER = 11, 22
KEY = ec.generate_private_key(ec.SECP384R1())
OTHER_KEY = ec.generate_private_key(ec.SECP384R1())
NODE = Node(node_id=ME)
STRANGER = Node(node_id=OTHER)


def openssh(key: ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@pytest.fixture
def gate() -> Gate:
    made = Gate()
    made.open({openssh(KEY): ME, openssh(OTHER_KEY): OTHER})
    return made


@pytest.fixture
def speaker(gate: Gate) -> Speaker:
    """A node to which one instruction was delivered."""
    found = gate.identify(signed(KEY), NOW)
    gate.delivered(found, delivery("b" * 64))
    return found


def test_a_key_of_the_window_is_recognised(gate: Gate) -> None:
    assert ME == gate.identify(signed(KEY), NOW).node_id


def without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        without(signed(KEY), "flwr-signature"),
        signed(KEY) | {"flwr-signature": signed(OTHER_KEY)["flwr-signature"]},
        signed(KEY) | {"flwr-signature": "%%%"},
        signed(KEY) | {"flwr-timestamp": "yesterday"},
        signed(KEY) | {"flwr-timestamp": "2027-03-01T07:00:00"},
        signed(ec.generate_private_key(ec.SECP384R1())),
        signed(KEY, NOW - timedelta(seconds=306)),
        signed(KEY, NOW + timedelta(seconds=6)),
    ],
    ids=[
        "nothing",
        "no signature",
        "another dealer's signature",
        "no base64",
        "no timestamp",
        "a timestamp without zone",
        "an unknown key",
        "too old",
        "from the future",
    ],
)
def test_a_caller_that_does_not_prove_its_key_is_refused(gate: Gate, headers: dict[str, str]) -> None:
    with pytest.raises(Refused, match="round_entry_refused"):
        gate.identify(headers, NOW)


def test_nobody_speaks_after_the_window(gate: Gate) -> None:
    gate.close()
    with pytest.raises(Refused):
        gate.identify(signed(KEY), NOW)


def test_a_roster_key_of_another_kind_is_refused(gate: Gate) -> None:
    with pytest.raises(ProtocolViolation, match="round_node_key_invalid"):
        gate.open({openssh(ec.generate_private_key(ec.SECP256R1())): ME})


ACTIVATE, LEAVE, BEAT = "activate-node", "deactivate-node", "send-node-heartbeat"
HONEST: dict[str, Message | bytes] = {
    ACTIVATE: ActivateNodeRequest(public_key=to_pem(KEY.public_key()), heartbeat_interval=30),
    LEAVE: DeactivateNodeRequest(node_id=ME),
    BEAT: SendNodeHeartbeatRequest(node=NODE, heartbeat_interval=30),
    "pull-messages": PullMessagesRequest(node=NODE),
    "pull-object": PullObjectRequest(node=NODE, object_id="b" * 64),
    "confirm-message-received": ConfirmMessageReceivedRequest(node=NODE, message_object_id=INSTRUCTION),
    "push-messages": reply(ME),
    "push-object": pushed_object(ME),
}


def sent(call: Message | bytes) -> bytes:
    return call if isinstance(call, bytes) else call.SerializeToString()


def test_every_forwarded_call_passes_when_it_is_honest(gate: Gate, speaker: Speaker) -> None:
    assert set(CALLS) == {f"/v1/fleet/{name}" for name in HONEST}
    for name, call in HONEST.items():
        gate.check(f"/v1/fleet/{name}", speaker, sent(call))


FORGED: list[tuple[str, str, Message | bytes]] = [
    ("another's key", ACTIVATE, ActivateNodeRequest(public_key=to_pem(OTHER_KEY.public_key()), heartbeat_interval=30)),
    ("no heartbeat for a year", ACTIVATE, ActivateNodeRequest(public_key=to_pem(KEY.public_key()),
                                                              heartbeat_interval=3e7)),
    ("another leaves", LEAVE, DeactivateNodeRequest(node_id=OTHER)),
    ("another lives", BEAT, SendNodeHeartbeatRequest(node=STRANGER, heartbeat_interval=30)),
    ("another's mail", "pull-messages", PullMessagesRequest(node=STRANGER)),
    ("another's object", "pull-object", PullObjectRequest(node=NODE, object_id="c" * 64)),
    ("in another's name", "pull-object", PullObjectRequest(node=STRANGER, object_id="b" * 64)),
    ("another's receipt", "confirm-message-received",
     ConfirmMessageReceivedRequest(node=NODE, message_object_id="c" * 64)),
    ("as the coordinator", "push-messages", reply(ME, source=1, destination=OTHER, reply_to="")),
    ("an instruction of its own", "push-messages", reply(ME, destination=OTHER, reply_to="")),
    ("a reply to another dealer", "push-messages", reply(ME, destination=OTHER)),
    ("a reply in another's name", "push-messages", reply(ME, source=OTHER)),
    ("another caller", "push-messages", reply(ME, caller=OTHER)),
    ("a reply to what it never got", "push-messages", reply(ME, reply_to="c" * 64)),
    ("no reply at all", "push-messages", reply(ME, reply_to="")),
    ("another action", "push-messages", reply(ME, action="train")),
    ("an error with a text", "push-messages", reply(ME, reason="Erika Mustermann " * 5)),
    ("four objects", "push-messages", reply(ME, object_ids=("a" * 64, "b" * 64, "c" * 64, "d" * 64))),
    ("two messages", "push-messages", reply(ME, messages=2)),
    ("no message", "push-messages", reply(ME, messages=0)),
    ("an object nobody announced", "push-object", pushed_object(ME, "c" * 64)),
    ("an object under a false name", "push-object", pushed_object(ME, content=CONTENT + b"!")),
    ("an object in another's name", "push-object", pushed_object(OTHER)),
    ("no protocol buffer", "push-messages", b"\xff\xff\xff"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "call"), [case[1:] for case in FORGED], ids=[case[0] for case in FORGED])
def test_a_dealer_with_a_valid_key_cannot_speak_for_another(
    gate: Gate, speaker: Speaker, name: str, call: Message | bytes
) -> None:
    gate.check("/v1/fleet/push-messages", speaker, reply(ME))
    with pytest.raises(Refused, match="round_entry_refused"):
        gate.check(f"/v1/fleet/{name}", speaker, sent(call))


def test_what_was_delivered_to_one_node_is_not_another_nodes(gate: Gate, speaker: Speaker) -> None:
    other = gate.identify(signed(OTHER_KEY), NOW)
    assert speaker.node_id == ME
    with pytest.raises(Refused):
        gate.check("/v1/fleet/push-messages", other, reply(OTHER))


def test_a_second_announcement_of_the_same_window_keeps_what_was_delivered(gate: Gate, speaker: Speaker) -> None:
    gate.open({openssh(KEY): ME})
    assert speaker is gate.identify(signed(KEY), NOW)
