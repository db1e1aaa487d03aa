"""Whatever the coordinator sends or asks, nothing leaves an agent but what the policy lists, and nobody's data in it.

A real agent's home with a person in every personal column of its database meets, over real TLS and gRPC, a coordinator
that puts anything into any field of any answer. Each request is looked at as it comes out of TLS on the other side.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.adapters.control_plane.egress import KINDS
from guildpost_agent.app.egress.policy import COORDINATOR, STANDARD_RULES
from guildpost_agent.app.enrol import enrol
from guildpost_agent.app.membership import Membership, load_memberships, store_membership
from guildpost_agent.app.renew_certificate import renew_certificate
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_agent.bootstrap.core import AGENT_VERSION, Core, open_core
from guildpost_agent.bootstrap.member import catalogue_of, control_plane
from guildpost_agent.bootstrap.rounds import take_part
from guildpost_demo.network.canaries import Canary
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import GuildpostError
from guildpost_shared.identity.enrolment import RenewalRequest
from guildpost_shared.identity.presence import RoundWindow
from guildpost_shared.pb.v1 import catalogue_pb2, enrolment_pb2, presence_pb2
from tests.agent.rights.planted import Planted
from tests.e2e.canary_hunt import CanaryHunt
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import STUDY, CatalogueWorld
from tests.fakes.hostile_coordinator import HostileCoordinator, honest

PERIOD = "2027-01-01_2027-03-31"

REQUESTS: Final[dict[str, type[Message]]] = {
    "/guildpost.v1.Enrolment/Enrol": enrolment_pb2.EnrolRequest,
    "/guildpost.v1.Enrolment/Renew": enrolment_pb2.RenewRequest,
    "/guildpost.v1.Presence/Connect": presence_pb2.ConnectRequest,
    "/guildpost.v1.Catalogue/GetChanges": catalogue_pb2.GetChangesRequest,
    "/guildpost.v1.Catalogue/GetMetadata": catalogue_pb2.GetMetadataRequest,
    "/guildpost.v1.Catalogue/GetTarget": catalogue_pb2.GetTargetRequest,
}
REPLIES: Final[list[type[Message]]] = [
    enrolment_pb2.EnrolReply,
    enrolment_pb2.RenewReply,
    presence_pb2.PresenceEvent,
    catalogue_pb2.CatalogueChunk,
    catalogue_pb2.CatalogueParcel,
]
"""Every kind of answer; the agent's database and disk are asked for in some of the odd values below."""
ODD_TEXTS: Final = [
    "", " ", "\x00", "../../agent.db", "/etc/passwd", "file:///agent.db", "SELECT * FROM customers",
    "{{ customer.email }}",
    "%s%n", "--home", "dealer-02", "unix", "unix:/run/guildpost", "$(cat agent.toml)", "a" * 5_000, "ä€🚗",
    "customers.json", "1.root.json", "studies/../roster/roster.json", "erika@beispiel.example",
]  # fmt: skip
ODD_BYTES: Final = [b"", b"\x00" * 64, b"SQLite format 3\x00", b"-----BEGIN PRIVATE KEY-----", b"{}", b"\xff" * 3000]
ODD_NUMBERS: Final = [0, 1, 2, 2**16, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1]


@dataclass
class Scene:
    """An agent with planted data, and the coordinator it meets."""

    core: Core
    coordinator: HostileCoordinator
    code: str
    member: Membership
    hunt: CanaryHunt
    released: list[tuple[str, str, bytes]] = field(default_factory=list)

    def live(self, later: timedelta) -> None:
        """Do everything that an agent does with its coordinator, each step whatever became of the one before."""
        with self.core.open_uow() as uow:
            store_membership(uow.documents, self.member)
            uow.commit()
        plane, windows = control_plane(self.core), list[RoundWindow]()

        def listen() -> None:
            stream = plane.listen(self._membership().credentials(), AGENT_VERSION)
            try:
                windows.extend(event for event in stream if isinstance(event, RoundWindow))
            finally:
                stream.close()

        for step in (self._join, lambda: self._renew(later), listen, self._sync, lambda: self._rounds(windows)):
            try:
                step()
            except GuildpostError:
                continue

    def _join(self) -> None:
        enrol(
            join_code=self.coordinator.join_code(),
            association_fingerprint=self.member.association_fingerprint,
            agent_version=AGENT_VERSION,
            open_documents=self.core.open_uow,
            control_plane=control_plane(self.core),
            entropy=self.core.entropy,
        )

    def _renew(self, later: timedelta) -> None:
        renew_certificate(
            self.member.agent_id,
            open_documents=self.core.open_uow,
            control_plane=control_plane(self.core),
            clock=ManualClock(datetime.now(UTC) + later),
            entropy=self.core.entropy,
        )

    def _sync(self) -> None:
        source = catalogue_of(self.core)
        sync_catalogue(source)
        for path in source.list(""):
            source.read(path)

    def _rounds(self, windows: list[RoundWindow]) -> None:
        known = RoundWindow("round-1", STUDY, PERIOD, datetime.now(UTC), datetime.now(UTC), self.coordinator.trap)
        for window in (known, *windows[:2]):
            with pytest.raises(GuildpostError):
                take_part(
                    self.core,
                    round_id=window.round_id,
                    study_path=window.study_path,
                    period=window.period,
                    flower=str(window.flower),
                    closes_at=window.closes_at,
                )

    def _membership(self) -> Membership:
        with self.core.open_uow() as uow:
            return load_memberships(uow.documents)[0]

    def judge(self) -> None:
        """Check what left since the last time."""
        arrived, self.coordinator.arrived = self.coordinator.arrived, []
        released = list(self.released)
        self.released.clear()
        known = [(kind, payload) for _, kind, payload in released]
        for method, request in arrived:
            kind = KINDS[method]  # a method without a kind is none that may leave
            assert (kind, request) in known, "it did not pass the gate"
            assert len(request) <= STANDARD_RULES[COORDINATOR, kind].max_bytes
            message = REQUESTS[method].FromString(request)
            message.DiscardUnknownFields()
            assert message.SerializeToString() == request, "there is more in it than its fields"
        everything = b"\x00".join([*(payload for _, payload in known), *(request for _, request in arrived)])
        assert set() == self.hunt.in_bytes(everything)
        assert 0 == self.coordinator.callers, "it went to a round that nobody signed"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("hostile")
    catalogue = CatalogueWorld(folder)
    catalogue.publish_signed({"services/hu_au.json": b"a service", STUDY: b"a study"})
    with (
        pytest.MonkeyPatch.context() as patch,
        HostileCoordinator(catalogue.files, catalogue.anchors().root_hash) as coordinator,
    ):
        home = an_agent_home(folder, patch)
        records = folder / "left"
        patch.setenv("GUILDPOST_RECORD_EGRESS", str(records))
        core = open_core(home)
        with core.engine.begin() as connection:
            planted = Planted().everywhere(connection)
        code = coordinator.join_code()
        released: list[tuple[str, str, bytes]] = []
        core.gate._tap = lambda *what: released.append(what)
        member = enrol(
            join_code=code,
            association_fingerprint=catalogue.anchors().association or "",
            agent_version=AGENT_VERSION,
            open_documents=core.open_uow,
            control_plane=control_plane(core),
            entropy=core.entropy,
        )
        hunt = CanaryHunt(
            {Canary("dealer-01", "text", value) for value in planted.values if len(value) >= 6} | secrets(core, member)
        )
        yield Scene(core, coordinator, code, member, hunt, released)
        core.engine.dispose()
    catalogue.close()


def secrets(core: Core, member: Membership) -> set[Canary]:
    """The dealer's own figures and words, and what no message may show of keys."""
    dealer = core.config.dealer
    words = (dealer.name, dealer.street, dealer.email, dealer.vat_id, str(core.home), core.config.smtp.host)
    keys = (member.identity_key, member.flower_key, member.sealing_key, member.tls_key)
    return {Canary("dealer-01", "text", word) for word in words} | {
        Canary("dealer-01", "text", key.hex()) for key in keys
    }


def test_the_canaries_are_there_and_would_be_found(scene: Scene) -> None:
    assert len(scene.hunt.canaries) > 150
    one = next(iter(scene.hunt.canaries))
    assert {one} <= scene.hunt.in_bytes(b"\x00" + one.value.encode() + b"\x00")


def test_a_request_that_went_past_the_gate_is_noticed(scene: Scene) -> None:
    with pytest.raises(GuildpostError):
        GrpcControlPlane().renew_expired(
            scene.coordinator.enrolment, scene.member.authority, RenewalRequest("dealer-01", b"", 1, b"")
        )
    with pytest.raises(AssertionError, match="did not pass the gate"):
        scene.judge()


def test_a_persons_word_that_the_gate_let_out_is_noticed(scene: Scene) -> None:
    word = next(canary.value for canary in scene.hunt.canaries if canary.value.startswith("zq"))
    with closing(control_plane(scene.core).listen(scene.member.credentials(), word)) as stream:
        next(iter(stream))
    with pytest.raises(AssertionError, match=word):
        scene.judge()


def test_an_honest_coordinator_hears_every_kind_of_request(scene: Scene) -> None:
    scene.coordinator.spoil, scene.coordinator.refusal = honest, None
    for scene.coordinator.foresees in (False, True):
        scene.live(timedelta(hours=14))
    assert set(REQUESTS) == {method for method, _ in scene.coordinator.arrived}
    scene.judge()


def fields_of(kind: type[Message], at: str = "") -> list[str]:
    """List every field of an answer, those of its parts too."""
    found = []
    for item in kind.DESCRIPTOR.fields if at == "" else []:
        found.append(item.name)
        if item.message_type is not None:
            found.extend(f"{item.name}.{inner.name}" for inner in item.message_type.fields)
    return found


SPOTS: Final = [(kind.__name__, name) for kind in REPLIES for name in fields_of(kind)]


def put(message: Message, path: str, value: Any) -> None:
    """Put a value into a field, whatever it takes to fit there."""
    name, _, rest = path.partition(".")
    item = message.DESCRIPTOR.fields_by_name[name]
    if rest:
        parts = getattr(message, name)
        for part in parts if item.is_repeated else [parts]:
            put(part, rest, value)
    elif item.message_type is not None:
        message.ClearField(name)
    elif item.is_repeated:
        del getattr(message, name)[:]
        getattr(message, name).extend([_fitting(item, value)] * 3)
    else:
        setattr(message, name, _fitting(item, value))


def _fitting(item: Any, value: tuple[str, bytes, int]) -> object:
    text, data, number = value
    if item.type == FieldDescriptor.TYPE_STRING:
        return text
    if item.type == FieldDescriptor.TYPE_BYTES:
        return data
    if item.type == FieldDescriptor.TYPE_BOOL:
        return bool(number)
    widest = {
        FieldDescriptor.TYPE_UINT32: 2**32 - 1,
        FieldDescriptor.TYPE_INT32: 2**31 - 1,
        FieldDescriptor.TYPE_INT64: 2**63 - 1,
    }
    return min(number, widest.get(item.type, 2**64 - 1))


ODD = st.tuples(st.sampled_from(ODD_TEXTS) | st.text(max_size=80), st.sampled_from(ODD_BYTES) | st.binary(max_size=200),
                st.sampled_from(ODD_NUMBERS))  # fmt: skip
LATER = st.sampled_from([timedelta(hours=14), timedelta(days=3)])
EFFORT: Final = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("spot", SPOTS, ids=".".join)
@settings(EFFORT, max_examples=3)
@given(value=ODD, later=LATER)
def test_an_odd_value_in_one_field_of_an_answer_brings_nothing_out(
    scene: Scene, spot: tuple[str, str], value: tuple[str, bytes, int], later: timedelta
) -> None:
    kind, path = spot

    def spoil(_method: str, reply: Message) -> bytes:
        if type(reply).__name__ == kind:
            put(reply, path, value)
        return reply.SerializeToString()

    scene.coordinator.spoil, scene.coordinator.refusal = spoil, None
    scene.coordinator.foresees = kind != catalogue_pb2.CatalogueChunk.__name__
    scene.live(later)
    scene.judge()


CAMPAIGN = {"make test": 25, "soak": 1_500}


def any_answers(scene: Scene, seed: bytes, values: list[tuple[str, bytes, int]], later: timedelta) -> None:
    """Spoil every field of every answer, or send bytes that are no message at all."""

    def spoil(_method: str, reply: Message) -> bytes:
        choice = seed[len(scene.coordinator.arrived) % len(seed)]
        if choice % 4 == 0:
            return values[choice % len(values)][1]
        for n, name in enumerate(fields_of(type(reply))):
            if (choice + n) % 3 == 0:
                put(reply, name, values[(choice + n) % len(values)])
        return reply.SerializeToString()

    scene.coordinator.spoil, scene.coordinator.refusal = spoil, None
    scene.coordinator.foresees = seed[0] % 2 == 0
    scene.live(later)
    scene.judge()


@settings(EFFORT, max_examples=CAMPAIGN["make test"])
@given(seed=st.binary(min_size=4, max_size=12), values=st.lists(ODD, min_size=2, max_size=5), later=LATER)
def test_any_answers_bring_nothing_out(
    scene: Scene, seed: bytes, values: list[tuple[str, bytes, int]], later: timedelta
) -> None:
    any_answers(scene, seed, values, later)


@pytest.mark.soak
@settings(EFFORT, max_examples=CAMPAIGN["soak"])
@given(seed=st.binary(min_size=4, max_size=12), values=st.lists(ODD, min_size=2, max_size=5), later=LATER)
def test_thousands_of_any_answers_bring_nothing_out(
    scene: Scene, seed: bytes, values: list[tuple[str, bytes, int]], later: timedelta
) -> None:
    any_answers(scene, seed, values, later)


@settings(EFFORT, max_examples=10)
@given(
    code=st.sampled_from(["clone_suspected", "membership_locked", "no such code", "egress_refused", "code"]),
    params=st.dictionaries(st.sampled_from(["path", "detail", "code", "agent", "x"]), st.sampled_from(ODD_TEXTS)),
)
def test_any_refusal_brings_nothing_out(scene: Scene, code: str, params: dict[str, str]) -> None:
    scene.coordinator.refusal = (code, params)
    scene.live(timedelta(hours=14))
    scene.judge()
    scene.coordinator.refusal = None


def test_the_ledger_stands_for_everything_that_arrived_and_is_whole(scene: Scene) -> None:
    scene.coordinator.spoil = honest
    scene.live(timedelta(hours=14))
    with scene.core.open_uow() as uow:
        entries = uow.egress.all()
    assert {"enrol", "renew"} == {entry.kind for entry in entries}
    assert json.dumps([vars(entry) for entry in entries], default=str)
    assert set() == scene.hunt.in_bytes(json.dumps([vars(entry) for entry in entries], default=str).encode())
