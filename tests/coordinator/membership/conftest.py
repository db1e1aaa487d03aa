"""One running coordinator with every service, for the tests of its ports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.app.enrol import enrol
from guildpost_agent.app.membership import Membership
from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_coordinator.adapters.grpc_server.catalogue import catalogue_plugin
from guildpost_coordinator.adapters.grpc_server.signing import signing_plugin
from guildpost_coordinator.app.issue_signer_certificate import issue_signer_certificate
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.certificate_profile import Role, certificate_request
from guildpost_shared.identity.keys import new_tls_key, private_bytes
from tests.factories.catalogue import CatalogueWorld
from tests.fakes.coordinator import RunningCoordinator
from tests.fakes.documents import FakeDocumentStore


@dataclass
class World:
    """The coordinator and what its recorder has seen."""

    coordinator: RunningCoordinator
    recorded: list[tuple[str, bytes]] = field(default_factory=list)

    def member(self, agent_id: str) -> Membership:
        """Enrol a new agent."""
        return enrol(
            join_code=self.coordinator.issue(agent_id),
            association_fingerprint="",
            agent_version="0.1.0",
            open_documents=FakeDocumentStore().open,
            control_plane=GrpcControlPlane(),
            entropy=OsEntropy(),
        )

    def signer(self, role: Role) -> Credentials:
        """Issue a signer's certificate."""
        key, core = new_tls_key(OsEntropy()), self.coordinator.core
        chain = issue_signer_certificate(
            certificate_request(key), role, open_uow=core.open_uow, clock=core.clock, authority=core.authority
        )
        control = self.coordinator.addresses["control"]
        return Credentials(control, core.authority.certificate(), chain, private_bytes(key))


def raw_call(channel: grpc.Channel, method: str, request: bytes, *, streams: bool = False) -> None:
    """Call a method with raw bytes and wait for the first answer."""
    if streams:
        stream: Any = channel.unary_stream(method)
        call = stream(request, timeout=10)
        next(iter(call))
        call.cancel()
    else:
        unary: Any = channel.unary_unary(method)
        unary(request, timeout=10)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    catalogue = CatalogueWorld(folder)
    recorded: list[tuple[str, bytes]] = []
    running = RunningCoordinator(
        folder,
        services=(catalogue_plugin(catalogue.files), signing_plugin(catalogue.publishing)),
        recorder=lambda method, data: recorded.append((method, data)),
    )
    with running as coordinator:
        yield World(coordinator, recorded)
