"""Every method × every kind of caller, on the running ports; the expected table is written out here a second time."""

import importlib
import pkgutil
import secrets
from collections.abc import Callable

import grpc
import pytest
from google.protobuf.descriptor import FileDescriptor

from guildpost_agent.adapters.control_plane.channel import open_member_channel, open_newcomer_channel, rebuilt
from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_coordinator.adapters.certificate_authority.local import LocalAuthority, create_authority
from guildpost_coordinator.app.decide_membership import lock_membership, revoke_membership
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.certificate_profile import certificate_request, requested_key
from guildpost_shared.identity.keys import new_tls_key, private_bytes
from guildpost_shared.pb import v1
from tests.coordinator.membership.conftest import World, raw_call

SIGNERS = {"marketing", "legal", "association"}
MAY_CALL: dict[str, set[str]] = {
    "/guildpost.v1.Enrolment/Enrol": {"anonymous"},
    "/guildpost.v1.Enrolment/Renew": {"anonymous", "agent"},
    "/guildpost.v1.Presence/Connect": {"agent"},
    "/guildpost.v1.Catalogue/GetChanges": {"agent"},
    "/guildpost.v1.Catalogue/GetMetadata": {"agent"},
    "/guildpost.v1.Catalogue/GetTarget": {"agent"},
    "/guildpost.v1.Signing/Pending": SIGNERS,
    "/guildpost.v1.Signing/Content": SIGNERS,
    "/guildpost.v1.Signing/Submit": SIGNERS,
    "/guildpost.v1.Signing/Refuse": SIGNERS,
}
CALLERS = [
    "anonymous",
    "agent",
    "marketing",
    "legal",
    "association",
    "locked",
    "revoked",
    "foreign",
    "self-made",
    "replaced",
]
BEFORE_THE_SERVICE = {
    "method_not_allowed",
    "membership_locked",
    "membership_revoked",
    "certificate_unknown",
    "signer_certificate_ended",
    "coordinator_away",  # the handshake was refused
    "message_malformed",  # the port does not know the method
}


def _methods() -> dict[str, bool]:
    """Find every method in the generated code, and whether it streams its answer."""
    found = {}
    for module in pkgutil.iter_modules(v1.__path__, f"{v1.__name__}."):
        descriptor: FileDescriptor | None = getattr(importlib.import_module(module.name), "DESCRIPTOR", None)
        for service in descriptor.services_by_name.values() if descriptor else ():
            for method in service.methods:
                found[f"/{service.full_name}/{method.name}"] = bool(method.server_streaming)
    return found


METHODS = _methods()


def _foreign(world: World) -> Credentials:
    """A certificate for a real member, from another authority."""
    entropy, now, key = OsEntropy(), SystemClock().now(), new_tls_key(OsEntropy())
    rival = LocalAuthority(*create_authority(entropy, now), entropy)
    chain = rival.issue_agent(requested_key(certificate_request(key)), "dealer-agent", now)
    core = world.coordinator.core
    return Credentials(world.coordinator.addresses["control"], core.authority.certificate(), chain, private_bytes(key))


def _never_issued(world: World) -> Credentials:
    """A certificate with our authority's signature that stands in no record (a stolen authority, an old backup)."""
    key, core = new_tls_key(OsEntropy()), world.coordinator.core
    chain = core.authority.issue_agent(requested_key(certificate_request(key)), "dealer-agent", core.clock.now())
    return Credentials(world.coordinator.addresses["control"], core.authority.certificate(), chain, private_bytes(key))


@pytest.fixture(scope="module")
def channels(world: World) -> dict[str, Callable[[], grpc.Channel]]:
    core, address = world.coordinator.core, world.coordinator.addresses
    agent, locked, revoked = (world.member(f"dealer-{name}") for name in ("agent", "locked", "revoked"))
    lock_membership("dealer-locked", open_uow=core.open_uow, clock=core.clock, actor="test")
    revoke_membership("dealer-revoked", open_uow=core.open_uow, clock=core.clock, actor="test")
    members = {
        "agent": agent.credentials(),
        "locked": locked.credentials(),
        "revoked": revoked.credentials(),
        "foreign": _foreign(world),
        "self-made": _never_issued(world),
        "replaced": world.signer("legal"),
        "marketing": world.signer("marketing"),
        "legal": world.signer("legal"),
        "association": world.signer("association"),
    }
    channels: dict[str, Callable[[], grpc.Channel]] = {
        name: lambda credentials=credentials: open_member_channel(credentials)  # type: ignore[misc]
        for name, credentials in members.items()
    }
    channels["anonymous"] = lambda: open_newcomer_channel(address["enrolment"], core.authority.certificate())
    return channels


def _outcome(channel: grpc.Channel, method: str, request: bytes) -> str:
    """Call a method and tell the code that came back, ``ok`` for an answer."""
    try:
        raw_call(channel, method, request, streams=METHODS[method])
    except grpc.RpcError as error:
        return rebuilt(error).code
    return "ok"


def test_the_table_names_every_method_there_is() -> None:
    assert set(MAY_CALL) == set(METHODS)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_open_to_those_in_the_table_only(
    channels: dict[str, Callable[[], grpc.Channel]], method: str, caller: str
) -> None:
    nonsense = b"\x0a\x03" + secrets.token_hex(1).encode() + b"x"  # field 1 holds three letters: fits nothing
    within = b"\x0a" + bytes([len(nonsense)]) + nonsense  # a part whose field 1 holds them
    special = {"Renew": b"\x1a\x0cdealer-agent", "GetChanges": within}
    request = special.get(method.rpartition("/")[2], nonsense)
    with channels[caller]() as channel:
        outcome = _outcome(channel, method, request)
    reached = outcome not in BEFORE_THE_SERVICE or (outcome == "message_malformed" and caller in MAY_CALL[method])
    assert (caller in MAY_CALL[method]) == reached, outcome


def test_an_agent_cannot_renew_for_another(world: World, channels: dict[str, Callable[[], grpc.Channel]]) -> None:
    assert world.coordinator.addresses
    with channels["agent"]() as channel:
        request = b"\x1a\x0cdealer-other"  # agent_id
        assert "method_not_allowed" == _outcome(channel, "/guildpost.v1.Enrolment/Renew", request)
