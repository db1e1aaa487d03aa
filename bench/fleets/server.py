"""The coordinator's side: database, authority, signed catalogue and gRPC as they are; members by the thousand.

``python -m bench.fleets.server FOLDER AGENTS`` writes the members' keys to ``FOLDER/agents.bin`` and answers each line
on standard input with one JSON line: ``publish`` signs a changed target without telling anybody, ``announce`` tells.
"""

import json
import pickle
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from guildpost_agent.adapters.catalogue.tuf_catalogue import TufCatalogue
from guildpost_coordinator.adapters.grpc_server.catalogue import catalogue_plugin
from guildpost_coordinator.app.ports.unit_of_work import CertificateRecord
from guildpost_coordinator.bootstrap import Core
from guildpost_coordinator.domain.membership import Membership, State
from guildpost_shared.catalogue_changes import CatalogueFile
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import new_tls_key
from tests.factories.catalogue import SERVICE, CatalogueWorld, FilesTransport
from tests.fakes.coordinator import RunningCoordinator

TARGET_BYTES = 20_000


class Recorded(FilesTransport):
    """Remembers what a real updater says it holds."""

    held: dict[str, int]

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        """Give the changes and remember the question."""
        self.held = dict(held)
        return super().changes(held)


def enrol_all(core: Core, count: int, file: Path) -> None:
    """Make members with a key and a certificate each, straight in the register."""
    found: list[tuple[str, bytes, bytes]] = []
    now = core.clock.now()
    with core.open_uow() as uow:
        for number in range(count):
            agent_id, key = f"dealer-{number:05}", new_tls_key(OsEntropy())
            spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            chain = core.authority.issue_agent(spki, agent_id, now)
            private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            shown = [der for der in chain if der != core.authority.certificate()]  # as the agent does
            found.append((agent_id, private, b"".join(pem(der) for der in shown)))
            uow.memberships.add(Membership(agent_id, "Autohaus", agent_id, State.ACTIVE, 1, enrolled_at=now))
            leaf = certificate(chain[0])
            record = CertificateRecord(f"{leaf.serial_number:x}", agent_id, 1, b"", chain, leaf.not_valid_after_utc)
            uow.certificates.add(record)
        uow.commit()
    file.write_bytes(pickle.dumps((pem(core.authority.certificate()), found)))


def certificate(der: bytes) -> Any:
    """Read a certificate."""
    from cryptography import x509  # noqa: PLC0415 — once per member is enough

    return x509.load_der_x509_certificate(der)


def pem(der: bytes) -> bytes:
    """Write a certificate as text."""
    text: bytes = certificate(der).public_bytes(Encoding.PEM)
    return text


def contents(letter: str) -> bytes:
    """Make a target."""
    return (letter * TARGET_BYTES).encode()


def main(folder: Path, agents: int) -> None:
    """Serve until standard input ends."""
    world = CatalogueWorld(folder / "catalogue", now=SystemClock().now())
    world.publish_signed({SERVICE: contents("a")})
    transport = Recorded(world.files)
    dealer: TufCatalogue = world.agent(transport=transport)
    dealer.sync()
    overrides = {"presence_streams": agents + 100}
    with RunningCoordinator(folder, services=(catalogue_plugin(world.files),), overrides=overrides) as coordinator:
        core = coordinator.core
        enrol_all(core, agents, folder / "agents.bin")
        core.announcements.announce_catalogue(world.announced[-1])
        print(json.dumps({"address": str(coordinator.addresses["control"])}), flush=True)
        for line in sys.stdin:
            if line.strip() == "publish":
                world.publish_signed({SERVICE: contents("b")})
                transport.asked.clear()
                dealer.sync()  # a real updater shows what a sync asks for
                news = {"held": transport.held, "asked": transport.asked, "version": world.announced[-1]}
                print(json.dumps(news), flush=True)
            else:
                core.announcements.announce_catalogue(world.announced[-1])
                print(json.dumps({"announced": world.announced[-1]}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
