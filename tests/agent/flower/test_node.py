"""What the agent's own node loop accepts and answers, against a scripted other side."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_ssh_public_key
from flwr.app import ConfigRecord, Message, Metadata, RecordDict
from flwr.app.message import make_message
from flwr.proto.message_pb2 import ObjectTree
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree
from flwr.supercore.inflatable.inflatable_utils import ObjectPullError, inflate_object_from_contents
from flwr.supercore.run import RunNotRunningException
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.adapters.flower import loop, rules
from guildpost_agent.adapters.flower.keys import load_node_key, openssh_public
from guildpost_agent.adapters.flower.link import Link, LinkLost
from guildpost_shared.errors import ConfigurationError, Conflict, ProtocolViolation
from tests.factories.node_key import a_node_key

ME, RUN = 11, 4711
FAR = 1e12


@dataclass
class OtherSide:
    """Delivers prepared messages, keeps what comes back."""

    queue: list[tuple[Message, ObjectTree]] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    replies: list[Message] = field(default_factory=list)
    pushed: dict[str, bytes] = field(default_factory=dict)
    refusing: bool = False

    def link(self) -> Link:
        return Link(ME, self.receive, self.send, self.pull, self.push, lambda _run, _message: None)

    def receive(self) -> tuple[Message, ObjectTree] | None:
        if self.refusing:
            raise RunNotRunningException
        return self.queue.pop(0) if self.queue else None

    def send(self, message: Message, tree: ObjectTree, _seconds: float) -> tuple[set[str], str]:
        del tree
        self.replies.append(message)
        return set(get_all_nested_objects(message)), "session"

    def pull(self, _run: int, object_id: str) -> bytes:
        if object_id not in self.objects:
            raise ObjectPullError(object_id, "gone")
        return self.objects[object_id]

    def push(self, _run: int, _session: str, object_id: str, content: bytes) -> None:
        assert hashlib.sha256(content).hexdigest() == object_id
        self.pushed[object_id] = content

    def put(self, content: RecordDict, envelope: Metadata | None = None, inner: Metadata | None = None) -> None:
        """Queue an instruction; the envelope may say something else than the content."""
        message = build(inner or metadata(), content)
        self.objects |= {name: item.deflate() for name, item in get_all_nested_objects(message).items()}
        outside = envelope or metadata()
        outside.__dict__["_message_id"] = message.object_id
        self.queue.append((build(outside, RecordDict()), get_object_tree(message)))

    def finish(self) -> None:
        self.put(loop.pack(b""), metadata(action=rules.FINISHED), metadata(action=rules.FINISHED))


def build(meta: Metadata, content: RecordDict) -> Message:
    message: Message = make_message(meta, content)
    return message


def metadata(*, action: str = rules.STEP, run: int = RUN, source: int = 1, to: int = ME, reply: str = "") -> Metadata:
    return Metadata(
        run_id=run, message_id="", src_node_id=source, dst_node_id=to, reply_to_message_id=reply, group_id="",
        created_at=1.8e9, ttl=FAR, message_type=action,
    )  # fmt: skip


def serve(side: OtherSide, handle: Callable[[bytes], bytes] = lambda payload: b"re:" + payload) -> loop.Tally:
    side.finish()
    return loop.serve(side.link(), loop.installed_app(handle), FAR)


def answer(side: OtherSide) -> bytes:
    """Read the payload of the one reply from the bytes that were pushed."""
    names = [name for name, content in side.pushed.items() if content.startswith(b"Message")]
    message = inflate_object_from_contents(names[0], dict(side.pushed))
    assert isinstance(message, Message)
    return loop.unpack(message.content)


@given(payload=st.binary(max_size=2000))
@settings(max_examples=25, deadline=None)
def test_any_payload_reaches_the_installed_app_and_its_answer_goes_back(payload: bytes) -> None:
    side = OtherSide()
    side.put(loop.pack(payload))
    assert loop.Tally(answered=1, refused=0, finished=True) == serve(side)
    assert b"re:" + payload == answer(side)
    assert (ME, 1) == (side.replies[0].metadata.src_node_id, side.replies[0].metadata.dst_node_id)


def record(**fields: bytes | str | int) -> RecordDict:
    return RecordDict({rules.RECORD: ConfigRecord(dict(fields))})


GOOD = record(payload=b"")
MANY = RecordDict({"a": ConfigRecord({}), "b": ConfigRecord({}), "c": ConfigRecord({"x": 1})})
LONG = record(payload=b"x" * rules.MAX_OBJECT_BYTES)
REFUSED: list[tuple[str, str, Callable[[OtherSide], None]]] = [
    ("another action", "round_action_not_allowed", lambda s: s.put(GOOD, metadata(action="train"))),
    ("a default query", "round_action_not_allowed", lambda s: s.put(GOOD, metadata(action="query"))),
    ("for another node", "round_message_invalid", lambda s: s.put(GOOD, metadata(to=12))),
    ("from another dealer", "round_message_invalid", lambda s: s.put(GOOD, metadata(source=12))),
    ("a reply", "round_message_invalid", lambda s: s.put(GOOD, metadata(reply="x"))),
    ("content of another action", "round_message_invalid", lambda s: s.put(GOOD, inner=metadata(action="train"))),
    ("content of another run", "round_message_invalid", lambda s: s.put(GOOD, inner=metadata(run=1))),
    ("content for another node", "round_message_invalid", lambda s: s.put(GOOD, inner=metadata(to=12))),
    ("another record", "round_message_invalid", lambda s: s.put(RecordDict({"x": ConfigRecord({"payload": b""})}))),
    ("a field too many", "round_message_invalid", lambda s: s.put(record(payload=b"", more=b""))),
    ("text for bytes", "round_message_invalid", lambda s: s.put(record(payload="x"))),
    ("too many objects", "round_payload_too_large", lambda s: s.put(MANY)),
    ("too many bytes", "round_payload_too_large", lambda s: s.put(LONG)),
]


@pytest.mark.parametrize(("code", "put"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_an_instruction_outside_the_rules_never_reaches_the_app(code: str, put: Callable[[OtherSide], None]) -> None:
    side, reached = OtherSide(), list[bytes]()
    put(side)
    tally = serve(side, lambda payload: reached.append(payload) or b"")  # type: ignore[func-returns-value]
    assert ([], 1) == (reached, tally.refused)
    assert code == side.replies[0].error.reason


def test_objects_that_are_not_what_their_names_say_are_refused() -> None:
    side = OtherSide()
    side.put(loop.pack(b"good"))
    forged = next(name for name, content in side.objects.items() if b"good" in content)
    side.objects[forged] = side.objects[forged].replace(b"good", b"evil")
    serve(side)
    assert "round_message_invalid" == side.replies[0].error.reason


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Conflict("illegal_transition", detail="inside"), "illegal_transition"),
        (RuntimeError("Erika Mustermann"), "round_step_failed"),
        (KeyError("WVWZZZ1JZXW000001"), "round_step_failed"),
    ],
    ids=["our own error", "a bug", "a bug that names a vehicle"],
)
def test_an_error_travels_as_a_code_only(error: Exception, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    def handle(_payload: bytes) -> bytes:
        raise error

    side = OtherSide()
    side.put(loop.pack(b""))
    serve(side, handle)
    assert code == side.replies[0].error.reason
    assert not side.replies[0].has_content()
    printed = capsys.readouterr().out
    assert not {"Erika", "WVWZZZ1JZXW000001", "inside"} & set(printed.replace("'", " ").split())


def test_an_instruction_whose_objects_are_gone_is_passed_over() -> None:
    side = OtherSide()
    side.put(loop.pack(b"x"))
    side.objects.clear()
    assert loop.Tally(answered=0, refused=0, finished=True) == serve(side)
    assert [] == side.replies


def test_the_loop_leaves_when_its_time_is_up() -> None:
    assert not loop.serve(OtherSide().link(), loop.installed_app(bytes), last=0.0).finished


def test_the_loop_gives_up_on_an_other_side_that_keeps_refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with pytest.raises(LinkLost):
        loop.serve(OtherSide(refusing=True).link(), loop.installed_app(bytes), FAR)


def test_a_node_key_is_p384_and_its_public_half_reads_as_openssh() -> None:
    key = a_node_key()
    public = load_ssh_public_key(openssh_public(key).encode())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert isinstance(public.curve, ec.SECP384R1)
    assert load_node_key(key).public_key() == public


@pytest.mark.parametrize(
    "pem",
    [
        b"no key",
        ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    ],
    ids=["rubbish", "another curve"],
)
def test_another_key_is_not_taken(pem: bytes) -> None:
    with pytest.raises(ConfigurationError, match="round_key_unusable"):
        load_node_key(pem)


def test_a_reply_beyond_the_limit_is_not_packed() -> None:
    with pytest.raises(ProtocolViolation, match="round_payload_too_large"):
        loop.pack(b"x" * (rules.MAX_PAYLOAD_BYTES + 1))
