"""The running ports: TLS policy, limits, recorder, presence."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import grpc
import pytest
import structlog

from guildpost_agent.adapters.control_plane.channel import open_member_channel, open_newcomer_channel, rebuilt
from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.app.membership import Membership
from guildpost_coordinator.adapters.grpc_server.limits import Rate, RateLimit
from guildpost_coordinator.adapters.grpc_server.server import ServicePlugin
from guildpost_coordinator.app.decide_membership import lock_membership
from guildpost_coordinator.app.ports.unit_of_work import Contact
from guildpost_coordinator.app.record_contact import Heard, record_contacts
from guildpost_coordinator.bootstrap import Coordinator, Parts, read_addresses
from guildpost_shared.errors import ConfigurationError, Refused, Unavailable
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.presence import Heartbeat
from guildpost_shared.identity.tls_policy import probing_context
from guildpost_shared.pb.v1 import catalogue_pb2, catalogue_pb2_grpc, enrolment_pb2
from guildpost_shared.wire.limits import RECEIVE_CAP
from tests.coordinator.membership.conftest import World, raw_call
from tests.fakes.coordinator import RunningCoordinator

PLANE = GrpcControlPlane()


def _handshake(world: World, port: str, context: ssl.SSLContext) -> str | None:
    endpoint = world.coordinator.addresses[port]
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection((endpoint.host, endpoint.port), timeout=5) as raw,
        context.wrap_socket(raw, server_hostname=endpoint.host) as connection,
    ):
        return connection.version()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_tls_1_2_and_newer_are_spoken(world: World, version: ssl.TLSVersion) -> None:
    context = probing_context()
    context.minimum_version = context.maximum_version = version
    assert version.name.replace("_", ".") == _handshake(world, "enrolment", context)


@pytest.mark.parametrize("port", ["enrolment", "control"])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls_1_1_is_refused(world: World, port: str) -> None:
    context = probing_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match=r"(?i)alert|protocol|version"):
        _handshake(world, port, context)


def _with_suite(suite: str) -> ssl.SSLContext:
    context = probing_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suite}:@SECLEVEL=0")
    return context


def test_a_suite_with_forward_secrecy_and_authenticated_encryption_is_spoken(world: World) -> None:
    assert "TLSv1.2" == _handshake(world, "enrolment", _with_suite("ECDHE-ECDSA-AES128-GCM-SHA256"))


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384"])
def test_a_suite_without_authenticated_encryption_is_refused(world: World, suite: str) -> None:
    with pytest.raises(ssl.SSLError, match=r"(?i)handshake failure|EOF"):
        _handshake(world, "enrolment", _with_suite(suite))


def test_a_message_above_the_cap_is_refused(world: World) -> None:
    core = world.coordinator.core
    request = enrolment_pb2.EnrolRequest(secret=b"x" * (RECEIVE_CAP + 1)).SerializeToString()
    authority, endpoint = core.authority.certificate(), world.coordinator.addresses["enrolment"]
    credentials = grpc.ssl_channel_credentials(ssl.DER_cert_to_PEM_cert(authority).encode())
    with grpc.secure_channel(str(endpoint), credentials) as channel, pytest.raises(grpc.RpcError) as caught:
        raw_call(channel, "/guildpost.v1.Enrolment/Enrol", request)
    assert grpc.StatusCode.RESOURCE_EXHAUSTED is cast("grpc.Call", caught.value).code()


def test_the_recorder_sees_the_bytes_of_every_request(world: World) -> None:
    world.recorded.clear()
    member = world.member("dealer-recorded")
    with closing(PLANE.listen(member.credentials(), "9.9.9")) as stream:
        next(iter(stream))
    methods = [method for method, _ in world.recorded]
    assert ["/guildpost.v1.Enrolment/Enrol", "/guildpost.v1.Presence/Connect"] == methods
    assert b"\x0a\x059.9.9" == world.recorded[1][1]  # field 1: the version


def test_no_request_becomes_part_of_the_log(world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        endpoint, authority = world.coordinator.addresses["enrolment"], world.coordinator.core.authority.certificate()
        with open_newcomer_channel(endpoint, authority) as channel, pytest.raises(grpc.RpcError):
            raw_call(channel, "/guildpost.v1.Enrolment/Enrol", b"\x0a\x10sixteen letters!")
    assert [("call_refused", "message_malformed")] == [(log["event"], log["code"]) for log in logs]
    assert "sixteen" not in str(logs)


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    now = [0.0]
    limit = RateLimit(Rate(per_second=2, burst=3), monotonic=lambda: now[0])
    allowed = []
    for at in (0, 0, 0, 0, 0.5, 0.5, 1, 100, 100, 100, 100):
        now[0] = at
        try:
            limit.take("dealer-01")
            allowed.append(True)
        except Unavailable:
            allowed.append(False)
    assert [True, True, True, False, True, False, True, True, True, True, False] == allowed
    limit.take("dealer-02")


def test_only_so_many_peers_are_remembered() -> None:
    limit = RateLimit(Rate(per_second=0, burst=1), peers=2, monotonic=lambda: 0.0)
    for peer in ("a", "b", "c", "a"):
        limit.take(peer)
    with pytest.raises(Unavailable, match="coordinator_busy"):
        limit.take("c")


def _contacts(world: World) -> dict[str, Contact]:
    with world.coordinator.core.open_view() as uow:
        return {contact.agent_id: contact for contact in uow.presence.all()}


def _until(condition: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not become true")


def test_presence_notes_who_is_connected_and_who_left(world: World) -> None:
    member = world.member("dealer-present")
    with closing(PLANE.listen(member.credentials(), "1.2.3")) as stream:
        next(iter(stream))
        _until(lambda: "dealer-present" in _contacts(world))
        contact = _contacts(world)["dealer-present"]
        assert ("1.2.3", True) == (contact.agent_version, contact.connected)
    _until(lambda: not _contacts(world)["dealer-present"].connected)


def test_a_second_stream_of_an_agent_ends_its_first(world: World) -> None:
    member = world.member("dealer-twice")
    with closing(PLANE.listen(member.credentials(), "0.1.0")) as first:
        events = iter(first)
        next(events)
        with closing(PLANE.listen(member.credentials(), "0.1.0")) as second:
            next(iter(second))
            assert [] == [event for event in events if not isinstance(event, Heartbeat)]
            _until(lambda: "dealer-twice" in _contacts(world) and _contacts(world)["dealer-twice"].connected)


def test_a_locked_agent_is_cut_off_at_the_next_heartbeat(tmp_path: Path) -> None:
    with RunningCoordinator(tmp_path, overrides={"heartbeat_seconds": 0.1}) as coordinator:
        world = World(coordinator)
        member, core = world.member("dealer-01"), coordinator.core
        with closing(PLANE.listen(member.credentials(), "0.1.0")) as stream:
            events = iter(stream)
            assert [Heartbeat] * 3 == [type(next(events)) for _ in range(3)]
            lock_membership("dealer-01", open_uow=core.open_uow, clock=core.clock, actor="test")
            with pytest.raises(Refused, match="membership_locked"):
                for _ in events:
                    pass


def test_streams_take_only_their_seats(tmp_path: Path) -> None:
    with RunningCoordinator(tmp_path, overrides={"presence_streams": 2}) as coordinator:
        world = World(coordinator)
        members = [world.member(f"dealer-0{i}") for i in range(3)]
        with closing(PLANE.listen(members[0].credentials(), "0.1.0")) as stays:
            with closing(PLANE.listen(members[1].credentials(), "0.1.0")) as leaves:
                assert [Heartbeat] * 2 == [type(next(iter(stream))) for stream in (stays, leaves)]
                assert not _has_seat(members[2])
            _until(lambda: _has_seat(members[2]))


def _has_seat(member: Membership) -> bool:
    with closing(PLANE.listen(member.credentials(), "0.1.0")) as stream:
        try:
            return isinstance(next(iter(stream)), Heartbeat)
        except Unavailable:
            return False


def test_a_port_in_use_is_said_so(world: World, tmp_path: Path) -> None:
    taken = world.coordinator.addresses["control"].port
    with pytest.raises(ConfigurationError, match="port_taken"):
        RunningCoordinator(tmp_path, overrides={"control_port": taken})


def test_the_chosen_addresses_are_published(world: World) -> None:
    core = world.coordinator.core
    assert world.coordinator.addresses == read_addresses(core.home)
    assert {"enrolment", "control"} == set(read_addresses(core.home))
    assert all(endpoint.port for endpoint in read_addresses(core.home).values())


class Flower:
    """A companion that listens somewhere."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def start(self) -> dict[str, Endpoint]:
        self.log.append("start")
        return {"flower": Endpoint("127.0.0.1", 9092)}

    def stop(self) -> None:
        self.log.append("stop")


def test_a_companions_address_is_handed_to_new_members(tmp_path: Path) -> None:
    flower = Flower()
    with RunningCoordinator(tmp_path, companions=(flower,)) as coordinator:
        assert Endpoint("127.0.0.1", 9092) == World(coordinator).member("dealer-01").flower
    assert ["start", "stop"] == flower.log


def test_nobody_counts_as_connected_after_a_restart(tmp_path: Path) -> None:
    with RunningCoordinator(tmp_path) as coordinator:
        World(coordinator).member("dealer-01")
        core = coordinator.core
        heard = {"dealer-01": Heard("1", connected=True)}
        record_contacts(heard, open_uow=core.open_uow, clock=core.clock)
    again = Coordinator(core, Parts())
    again.start()
    with core.open_view() as uow:
        assert [False] == [contact.connected for contact in uow.presence.all()]
    again.stop()


class Failing(catalogue_pb2_grpc.CatalogueServicer):
    """A servicer with a bug."""

    def GetMetadata(  # noqa: N802 — the generated name
        self, request: catalogue_pb2.GetMetadataRequest, context: grpc.ServicerContext
    ) -> Iterator[catalogue_pb2.CatalogueChunk]:
        del context
        raise KeyError(request.name)

    def GetChanges(  # noqa: N802 — the generated name
        self, request: catalogue_pb2.GetChangesRequest, context: grpc.ServicerContext
    ) -> Iterator[catalogue_pb2.CatalogueParcel]:
        del request, context
        raise KeyError("changes")

    def GetTarget(  # noqa: N802 — the generated name
        self, request: catalogue_pb2.GetTargetRequest, context: grpc.ServicerContext
    ) -> Iterator[catalogue_pb2.CatalogueChunk]:
        del request, context
        raise Refused("illegal_transition", state="planned", event="enrol")


def test_a_bug_shows_the_caller_nothing_but_that_it_happened(tmp_path: Path) -> None:
    names = ("GetMetadata", "GetTarget")
    plugin = ServicePlugin(
        add=lambda server: catalogue_pb2_grpc.add_CatalogueServicer_to_server(Failing(), server),
        allowed={f"/guildpost.v1.Catalogue/{name}": frozenset({"agent"}) for name in names},
    )
    with RunningCoordinator(tmp_path, services=(plugin,)) as coordinator:
        credentials = World(coordinator).member("dealer-01").credentials()
        with open_member_channel(credentials) as channel:
            stub = catalogue_pb2_grpc.CatalogueStub(channel)
            with pytest.raises(grpc.RpcError) as bug:
                next(stub.GetMetadata(catalogue_pb2.GetMetadataRequest(name="private")))
            with pytest.raises(grpc.RpcError) as refusal:
                next(stub.GetTarget(catalogue_pb2.GetTargetRequest()))
    assert "coordinator_failed" == rebuilt(bug.value).code
    assert "private" not in str(bug.value)
    assert {"state": "planned", "event": "enrol"} == rebuilt(refusal.value).params
