"""10,000 mutated repositories (``make soak``; 300 in ``make test``): none brings a dealer anything that was not signed.

A mutant is *accepted* when something is in force that not all its roles had signed in a genuine state; for an attacker
without keys also when the state is neither the old one nor the genuine next one, whole.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest
from securesystemslib.signer import SSlibKey
from tuf.api.metadata import MetaFile, TargetFile
from tuf.ngclient import FetcherInterface

from guildpost_agent.adapters.catalogue import tuf_catalogue
from guildpost_agent.adapters.catalogue.store import CatalogueStore
from guildpost_agent.adapters.catalogue.tuf_catalogue import TufCatalogue
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_agent.domain.catalogue import Listing
from guildpost_coordinator.adapters.catalogue_repository.ceremony import signed_file
from guildpost_coordinator.adapters.catalogue_repository.files import newest_root
from guildpost_shared.catalogue_paths import REQUIRED_ROLES, Role, kind_of, required_roles, target_name
from tests.factories.campaign import tell
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld
from tests.hostile.catalogue_mutants import Files, MemoryTransport, Mutant, Mutator
from tests.hostile.catalogue_scene import NEW
from tests.hostile.catalogue_spoils import EVIL

MODEL: Final = "models/timing.json"
OLD: Final = {SERVICE: b"old service", STUDY: b"old study", MODEL: b"old model"}
NEXT_STUDY: Final = STUDY.replace("1.json", "2.json")
"""A version of a study stays as it is; another one stands beside it."""
NEXT: Final = {**OLD, SERVICE: b"next service", NEXT_STUDY: b"next study", MODEL: b"next model", NEW: b"new"}
GENUINE: Final = {*OLD.items(), *NEXT.items()}
SIGNED_ONLINE: Final = {kind for kind, roles in REQUIRED_ROLES.items() if roles == ("models",)}


@dataclass
class Campaign:
    """A dealer on the old state, the genuine next state, and what spoils it."""

    world: CatalogueWorld
    genuine: Mutant
    mutator: Mutator
    number: int = 0

    def after(self, mutant: Mutant) -> tuple[dict[str, bytes], str]:
        """Let a copy of the dealer meet a mutant; give what is in force then, and the code of the refusal."""
        folder = self.world.folder / "copies" / str(self.number)
        self.number += 1
        shutil.copytree(self.world.folder / "agent", folder, symlinks=True)
        transport = MemoryTransport(mutant.metadata, mutant.targets, unasked=self.number % 2 == 0)
        agent = TufCatalogue(folder, transport, self.world.anchors(), self.world.clock)
        report = sync_catalogue(agent)
        found = {path: agent.read(path) for path in agent.list("")}
        shutil.rmtree(folder)
        refused = list(report.version.refused.values()) if report.version else []
        return found, report.problem.code if report.problem else next(iter(refused), "")

    def accepted(self, mutant: Mutant) -> tuple[bool, str]:
        """Say whether a mutant brought what was never signed, and the code of the refusal."""
        found, code = self.after(mutant)
        if mutant.attacker == "network":
            return found not in (OLD, NEXT), code
        return not {item for item in found.items() if kind_of(item[0]) not in SIGNED_ONLINE} <= GENUINE, code


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    world = CatalogueWorld(tmp_path_factory.mktemp("mutants"))
    world.publish_signed(OLD)
    world.agent().sync()
    before = set(metadata_of(world))
    world.publish_signed(NEXT)
    root = newest_root(world.files)
    root.version += 1
    root.expires += timedelta(days=1)
    world.files.write_metadata("2.root.json", signed_file(root, world.keys.root))
    metadata = metadata_of(world)
    fresh = sorted({*metadata} - before | {"timestamp.json"})
    targets = targets_of()
    yield Campaign(world, Mutant(metadata, targets, "network", ""), Mutator(metadata, targets, fresh, world.keys))
    world.close()


def metadata_of(world: CatalogueWorld) -> Files:
    return {path.name: path.read_bytes() for path in (world.folder / "catalogue" / "metadata").iterdir()}


def targets_of() -> Files:
    """Give the next state's contents, and the evil ones, under the names that are asked for."""
    files: Files = {}
    wanted = {*NEXT, *(f"{kind}/evil.json" for kind in REQUIRED_ROLES)}
    for path, data in (*NEXT.items(), *((path, EVIL) for path in wanted)):
        folder, _, name = path.rpartition("/")
        hashed = f"{folder}/{hashlib.sha256(data).hexdigest()}.{name}"
        files[target_name(required_roles(path)[0], hashed)] = data
    return files


def outcomes(campaign: Campaign, seeds: range) -> tuple[list[str], Counter[str], Counter[str]]:
    """Meet the mutants of many seeds; give the accepted ones, refusals by code, and mutants by attacker."""
    bad, codes, attackers = [], Counter[str](), Counter[str]()
    for seed in seeds:
        mutant = campaign.mutator.mutant(seed)
        accepted, code = campaign.accepted(mutant)
        if accepted:
            bad.append(f"{seed}: {mutant.attacker}: {mutant.done}")
        codes[code or "nothing to refuse"] += 1
        attackers[mutant.attacker] += 1
    return bad, codes, attackers


def test_the_genuine_next_state_is_taken_over(campaign: Campaign) -> None:
    assert (NEXT, "") == campaign.after(campaign.genuine)


def test_no_mutant_is_accepted(campaign: Campaign) -> None:
    bad, codes, _ = outcomes(campaign, range(300))
    assert [] == bad
    assert 150 < sum(codes.values()) - codes["nothing to refuse"]


@pytest.mark.soak
def test_no_mutant_of_ten_thousand_is_accepted(campaign: Campaign, capsys: pytest.CaptureFixture[str]) -> None:
    bad, codes, attackers = outcomes(campaign, range(10_000, 20_000))
    tell(capsys, "catalogue mutants", mutants=10_000, accepted=len(bad), refusals=dict(codes), by=dict(attackers))
    assert [] == bad


def test_without_verification_mutants_would_be_accepted(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same mutants, where nobody looks at signatures, lengths, hashes and the second role."""
    monkeypatch.setattr(SSlibKey, "verify_signature", lambda *_: None)
    for kind in (MetaFile, TargetFile):
        monkeypatch.setattr(kind, "verify_length_and_hashes", lambda *_: None)
    monkeypatch.setattr(FetcherInterface, "download_bytes", lambda self, url, _: b"".join(self.fetch(url)))
    monkeypatch.setattr(tuf_catalogue, "judge", _anybodys_word)
    monkeypatch.setattr(CatalogueStore, "_read", _unchecked)
    bad, _, _ = outcomes(campaign, range(300))
    assert 15 < len(bad)
    assert {"network", "marketing", "legal"} <= {line.split(": ")[1] for line in bad}


def _anybodys_word(path: str, listings: Mapping[Role, Listing], _: object) -> Listing:
    """Let the role speak alone whose copy is fetched."""
    return listings.get(required_roles(path)[0]) or next(iter(listings.values()))


def _unchecked(store: CatalogueStore, listing: Listing) -> bytes | None:
    path = store.file_for(listing)
    return path.read_bytes() if path.exists() else None
