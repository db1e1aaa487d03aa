"""The association on its own machine: a home of its own, its own key, and no way to anything of the coordinator's."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from guildpost_coordinator.adapters.catalogue_repository.codec import CanonicalReader
from guildpost_coordinator.adapters.catalogue_repository.keys import store_key
from guildpost_coordinator.adapters.signing_client.folder import FolderDesk
from guildpost_coordinator.app.sign_proposals import pending_proposal, proposed_content, submit_signature
from guildpost_coordinator.domain.catalogue import listings_to_read
from guildpost_shared.catalogue_keys import key_fingerprint
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Refused
from guildpost_shared.identity.keys import new_flower_key, new_identity_key, openssh_public, raw_public
from guildpost_shared.identity.roster import TARGET_PATH, Roster, RosterEntry
from guildpost_shared.sharing import TARGET_PATH as SHARING_PATH
from tests.factories.catalogue import CatalogueWorld

PASSPHRASE: Final = "a passphrase made for tests only"
GUARDED: Final = """
import sys
forbidden = sys.argv.pop(1)
def hook(event, arguments):
    if event == "open" and forbidden in str(arguments[0]):
        raise SystemExit(f"opened {arguments[0]}")
    if event in {"socket.connect", "socket.getaddrinfo"}:
        raise SystemExit("went to the network")
from guildpost_coordinator.cli.association import main
sys.addaudithook(hook)
raise SystemExit(main())
"""
LEVEL: Final = b'{"type":"sharing","level":"membership"}'


class Office:
    """The association's machine: programs run there, and end at once when they touch the coordinator or a network."""

    def __init__(self, folder: Path, coordinator: Path) -> None:
        self.home, self._coordinator = folder / "home", coordinator
        self.home.mkdir(parents=True)
        secret = folder / "passphrase"
        secret.write_text(PASSPHRASE, "utf-8")
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self._environment["GUILDPOST_SIGNER_PASSPHRASE_FILE"] = str(secret)

    def run(self, *words: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
        step, *rest = words
        command = [sys.executable, "-c", GUARDED, str(self._coordinator), step, "--home", str(self.home), *rest]
        return subprocess.run(
            command, env=self._environment, input=answer, capture_output=True, text=True, check=False, cwd=self.home
        )


@pytest.fixture
def world(tmp_path: Path) -> CatalogueWorld:
    return CatalogueWorld(tmp_path / "coordinator")


@pytest.fixture
def office(tmp_path: Path, world: CatalogueWorld) -> Office:
    office = Office(tmp_path / "office", tmp_path / "coordinator")
    store_key(office.home / "key.pem", world.keys.association.private, PASSPHRASE.encode())
    return office


def roster() -> Roster:
    entropy = OsEntropy()
    entries = tuple(
        RosterEntry(
            f"dealer-{n}",
            f"group-{n // 2}",
            raw_public(new_identity_key(entropy)),
            openssh_public(new_flower_key(entropy)),
        )
        for n in range(4)
    )
    return Roster(version=1, coordinator_key=raw_public(new_identity_key(entropy)), entries=entries)


def carried(world: CatalogueWorld, folder: Path) -> Path:
    """Write the association's proposal into a folder, as ``sign export`` does."""
    proposal = pending_proposal(world.publishing, "association")
    assert proposal is not None
    proposed = CanonicalReader().read(proposal.to_sign)
    wanted = listings_to_read(world.publishing.repository.published("association"), proposed)
    contents = {item.sha256: proposed_content(world.publishing, "association", item.sha256) for item in wanted}
    FolderDesk(folder, "association").offer(proposal, contents)
    return folder


def take_back(world: CatalogueWorld, folder: Path) -> None:
    answer = FolderDesk(folder, "association").answer()
    assert answer.signature is not None
    submit_signature(world.publishing, "association", answer.version, answer.signature)


def test_a_roster_is_read_in_words_signed_offline_and_in_force_at_a_dealer(
    world: CatalogueWorld, office: Office, tmp_path: Path
) -> None:
    proposed = roster()
    world.publish({TARGET_PATH: proposed.canonical_bytes, SHARING_PATH: LEVEL})
    world.sign("legal")
    folder = carried(world, tmp_path / "stick")

    told = office.run("approve", str(folder), answer="j\n")
    assert 0 == told.returncode, told.stdout + told.stderr
    assert "Verzeichnis der Händler: 4 Händler in 2 Unternehmensgruppen" in told.stdout
    assert f"dealer-3  Gruppe group-1  Schlüssel {proposed.entries[3].identity_key.hex()[:16]}" in told.stdout
    assert "Stufe der Weitergabe im Netz: membership" in told.stdout

    agent = world.agent()
    agent.sync()
    with pytest.raises(Refused):  # until the association's answer is back, and one role alone never
        agent.read(TARGET_PATH)
    take_back(world, folder)
    agent.sync()
    assert proposed.canonical_bytes == agent.read(TARGET_PATH)


def test_a_no_at_the_terminal_leaves_no_signature(world: CatalogueWorld, office: Office, tmp_path: Path) -> None:
    world.publish({TARGET_PATH: roster().canonical_bytes})
    folder = carried(world, tmp_path / "stick")
    assert 77 == office.run("approve", str(folder), answer="n\n").returncode
    answer = FolderDesk(folder, "association").answer()
    assert (None, "proposal_declined") == (answer.signature, answer.refused)


def test_reading_signs_nothing(world: CatalogueWorld, office: Office, tmp_path: Path) -> None:
    world.publish({TARGET_PATH: roster().canonical_bytes})
    folder = carried(world, tmp_path / "stick")
    told = office.run("read", str(folder))
    assert (0, "") == (told.returncode, told.stderr)
    assert not (folder / "answer.json").exists()


def test_a_roster_that_was_changed_on_the_way_is_not_signed(
    world: CatalogueWorld, office: Office, tmp_path: Path
) -> None:
    world.publish({TARGET_PATH: roster().canonical_bytes})
    folder = carried(world, tmp_path / "stick")
    (contents,) = (folder / "contents").iterdir()
    contents.write_bytes(roster().canonical_bytes)
    assert "roster/roster.json: NICHT, was der Vorschlag nennt" in office.run("read", str(folder)).stdout
    assert 0 != office.run("approve", str(folder), answer="j\n").returncode
    assert FolderDesk(folder, "association").answer().signature is None


def test_the_key_is_made_on_the_associations_machine_and_its_fingerprint_is_what_dealers_are_told(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path / "office", tmp_path / "coordinator")
    assert 78 == office.run("fingerprint").returncode
    assert 0 == office.run("new-key").returncode
    public = bytes.fromhex((office.home / "public.txt").read_text().strip())
    assert key_fingerprint(public) == office.run("fingerprint").stdout.strip()
    assert 0o600 == (office.home / "key.pem").stat().st_mode & 0o777
    assert 73 == office.run("new-key").returncode


def test_the_guard_of_these_tests_bites(office: Office, tmp_path: Path) -> None:
    told = office.run("read", str(tmp_path / "coordinator"))
    assert "opened" in told.stderr
    told = office.run("connect", "--coordinator", "127.0.0.1:9", "--once")
    assert 0 != told.returncode
