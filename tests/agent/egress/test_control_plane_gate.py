"""Every call the agent makes to the coordinator passes the egress gate under its kind, and no other call leaves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from guildpost_agent.adapters.control_plane.egress import KINDS, UNKNOWN, through_gate
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import COORDINATOR, STANDARD_RULES, EgressPolicy
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Refused
from guildpost_shared.pb.v1 import catalogue_pb2, enrolment_pb2, presence_pb2, signing_pb2
from tests.factories.agent import open_store


def _methods(*files: FileDescriptor) -> dict[str, MethodDescriptor]:
    return {
        f"/{service.full_name}/{method.name}": method
        for file in files
        for service in file.services_by_name.values()
        for method in service.methods
    }


OURS = _methods(enrolment_pb2.DESCRIPTOR, presence_pb2.DESCRIPTOR, catalogue_pb2.DESCRIPTOR)
SIGNERS = _methods(signing_pb2.DESCRIPTOR)


def test_every_method_of_the_agents_services_has_a_kind_and_no_other_has() -> None:
    assert set(OURS) == set(KINDS)
    assert {UNKNOWN} == {KINDS.get(name, UNKNOWN) for name in SIGNERS}


def test_every_kind_stands_in_the_policy_and_the_unknown_one_does_not() -> None:
    assert set() == {(COORDINATOR, kind) for kind in KINDS.values()} - STANDARD_RULES.keys()
    assert (COORDINATOR, UNKNOWN) not in STANDARD_RULES


def test_the_gate_sees_every_way_of_calling_that_is_in_use() -> None:
    """The interceptor knows unary requests with one or many answers; a request stream would pass it by."""
    assert [] == [name for name, method in OURS.items() if method.client_streaming]


class _EmptyAnswers(grpc.GenericRpcHandler):
    """Answers any method with nothing and notes what really arrived."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, bytes]] = []

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        name = str(handler_call_details.method)

        def answer(request: bytes, _context: grpc.ServicerContext) -> bytes:
            self.arrived.append((name, request))
            return b""

        def stream(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            yield answer(request, context)

        if (OURS | SIGNERS)[name].server_streaming:
            return grpc.unary_stream_rpc_method_handler(stream)
        return grpc.unary_unary_rpc_method_handler(answer)


class GatedLine:
    """A connection to a server that takes everything, with the real gate and its ledger in between."""

    def __init__(self, folder: Path, closed: frozenset[str] = frozenset()) -> None:
        self.answers = _EmptyAnswers()
        self.released: list[tuple[str, bytes]] = []
        self._server = grpc.server(ThreadPoolExecutor(2), handlers=[self.answers])
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        clock = ManualClock(datetime(2027, 3, 1, tzinfo=UTC))
        gate = EgressGate(open_store(folder), EgressPolicy(closed=closed), clock, self._tap)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.channel = through_gate(
            self._channel,
            lambda kind, payload: gate.release(destination=COORDINATOR, kind=kind, payload=payload),
        )

    def _tap(self, _destination: str, kind: str, payload: bytes) -> None:
        self.released.append((kind, payload))

    def call(self, name: str, request: Message) -> None:
        """Call a method as its stub does and take the whole answer."""
        if (OURS | SIGNERS)[name].server_streaming:
            list(self.channel.unary_stream(name, type(request).SerializeToString)(request, timeout=5))
        else:
            self.channel.unary_unary(name, type(request).SerializeToString)(request, timeout=5)

    def close(self) -> None:
        self._channel.close()
        self._server.stop(None)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[GatedLine]:
    line = GatedLine(tmp_path)
    yield line
    line.close()


def _request(method: MethodDescriptor) -> Message:
    return GetMessageClass(method.input_type)()


@pytest.mark.parametrize("name", sorted(OURS))
def test_what_arrives_is_what_the_gate_let_out_under_its_kind(line: GatedLine, name: str) -> None:
    request = _request(OURS[name])
    line.call(name, request)
    assert [(KINDS[name], request.SerializeToString())] == line.released
    assert [(name, request.SerializeToString())] == line.answers.arrived


@pytest.mark.parametrize("name", sorted(SIGNERS))
def test_a_method_without_a_kind_does_not_leave(line: GatedLine, name: str) -> None:
    with pytest.raises(Refused, match="egress_refused"):
        line.call(name, _request(SIGNERS[name]))
    assert ([], []) == (line.released, line.answers.arrived)


def test_a_coordinator_that_the_dealer_closed_hears_nothing(tmp_path: Path) -> None:
    line = GatedLine(tmp_path, closed=frozenset({COORDINATOR}))
    with pytest.raises(Refused, match="egress_refused"):
        line.call("/guildpost.v1.Presence/Connect", presence_pb2.ConnectRequest(agent_version="0.1.0"))
    line.close()
    assert [] == line.answers.arrived
