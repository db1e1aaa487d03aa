"""A hostile coordinator against a signer: nothing but an honest next version gets a signature."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import TargetFile, Targets

from guildpost_coordinator.adapters.catalogue_repository.ceremony import delegations, signed_file
from guildpost_coordinator.adapters.catalogue_repository.codec import canonical, role_metadata
from guildpost_coordinator.adapters.catalogue_repository.keys import new_key
from guildpost_coordinator.app.sign_pending import sign_pending
from guildpost_coordinator.domain.catalogue import Listing
from guildpost_coordinator.domain.content_checks import CONTENT_CHECKS
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError, Refused, Untrusted
from guildpost_shared.proposals import Proposal
from tests.factories.catalogue import ANYTHING, SERVICE, STUDY, CatalogueWorld

NAME = f"legal/{SERVICE}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CatalogueWorld]:
    world = CatalogueWorld(tmp_path)
    yield world
    world.close()


class HostileDesk:
    """Shows what a test wants and remembers what came back (port ``SigningDesk``)."""

    def __init__(self, proposal: Proposal, contents: dict[str, bytes]) -> None:
        self.proposal = proposal
        self.contents = contents
        self.signatures: list[bytes] = []
        self.refusals: list[str] = []

    def pending(self) -> Proposal | None:
        return self.proposal

    def content(self, sha256: str, limit: int) -> bytes:
        del limit
        return self.contents.get(sha256, b"")

    def submit(self, version: int, signature: bytes) -> bool:
        del version
        self.signatures.append(signature)
        return False

    def refuse(self, version: int, code: str) -> None:
        del version
        self.refusals.append(code)


def metadata(
    world: CatalogueWorld, version: int = 2, *, days: int = 365, targets: Mapping[str, Listing] | None = None
) -> Targets:
    listed = {NAME: describe(b"{}")} if targets is None else targets
    return role_metadata(version, world.clock.now() + timedelta(days=days), listed)


def offer(
    world: CatalogueWorld, to_sign: bytes, *, version: int = 2, previous: bytes | None = None, contents: bytes = b"{}"
) -> HostileDesk:
    shown = world.repository.published_file("legal") if previous is None else previous
    return HostileDesk(Proposal("legal", version, to_sign, shown), {hashlib.sha256(b"{}").hexdigest(): contents})


def refused_with(world: CatalogueWorld, desk: HostileDesk, *, checked: bool = False) -> str:
    """Let the legal signer look; it must refuse, say why, and leave no record of having signed."""
    signer = world.signer("legal", desk=desk, checks=CONTENT_CHECKS if checked else ANYTHING)
    before = signer.log.latest()
    with pytest.raises(GuildpostError) as caught:
        sign_pending(signer)
    assert [] == desk.signatures
    assert [caught.value.code] == desk.refusals
    assert before == signer.log.latest()
    return caught.value.code


def test_an_honest_proposal_is_signed(world: CatalogueWorld) -> None:
    desk = offer(world, canonical(metadata(world)))
    signed = sign_pending(world.signer("legal", desk=desk))
    assert signed is not None
    assert signed.review is not None
    assert [SERVICE] == list(signed.review.added)
    assert [world.keys.legal.sign(desk.proposal.to_sign)] == desk.signatures


@pytest.mark.parametrize("version", [1, 3, 100], ids=["the version in force", "a gap", "a jump"])
def test_any_version_but_the_next_is_refused(world: CatalogueWorld, version: int) -> None:
    desk = offer(world, canonical(metadata(world, version)), version=version)
    assert "proposal_wrong_version" == refused_with(world, desk)


def test_a_version_stated_beside_the_bytes_must_be_theirs(world: CatalogueWorld) -> None:
    assert "proposal_wrong_version" == refused_with(world, offer(world, canonical(metadata(world)), version=3))


def test_a_proposal_for_another_role_is_refused(world: CatalogueWorld) -> None:
    desk = offer(world, canonical(metadata(world)))
    desk.proposal = Proposal("marketing", 2, desk.proposal.to_sign, desk.proposal.previous)
    assert "proposal_wrong_version" == refused_with(world, desk)


def test_two_contents_under_one_version_never_get_two_signatures(world: CatalogueWorld) -> None:
    sign_pending(world.signer("legal", desk=offer(world, canonical(metadata(world)))))
    other = offer(world, canonical(metadata(world, days=364)))
    assert "proposal_wrong_version" == refused_with(world, other)


def test_a_lost_reply_is_answered_with_the_same_signature(world: CatalogueWorld) -> None:
    desk = offer(world, canonical(metadata(world)))
    sign_pending(world.signer("legal", desk=desk))
    again = sign_pending(world.signer("legal", desk=desk))
    assert again is not None
    assert None is again.review
    assert 1 == len(set(desk.signatures))


def test_an_old_published_version_does_not_turn_the_signer_back(world: CatalogueWorld) -> None:
    first = world.repository.published_file("legal")
    sign_pending(world.signer("legal", desk=offer(world, canonical(metadata(world)))))
    replayed = offer(world, canonical(metadata(world, days=30)), previous=first)
    assert "proposal_wrong_version" == refused_with(world, replayed)


def test_a_published_version_that_this_key_never_signed_is_not_believed(world: CatalogueWorld) -> None:
    forged = signed_file(metadata(world, 41), new_key(OsEntropy()))
    desk = offer(world, canonical(metadata(world, 42)), version=42, previous=forged)
    assert "proposal_bad_signature" == refused_with(world, desk)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (f"marketing/{SERVICE}", "catalogue_foreign_namespace"),
        (f"marketing/legal/{SERVICE}", "catalogue_foreign_namespace"),
        ("legal/models/m.json", "catalogue_foreign_namespace"),
        ("legal/prices/p.json", "catalogue_bad_path"),
        ("legal/services/../x", "catalogue_bad_path"),
        (SERVICE, "catalogue_foreign_namespace"),
    ],
)
def test_a_target_outside_the_roles_business_is_refused(world: CatalogueWorld, name: str, code: str) -> None:
    targets = role_metadata(2, world.clock.now() + timedelta(days=1), {name: describe(b"{}")})
    assert code == refused_with(world, offer(world, canonical(targets)))


@pytest.mark.parametrize(
    ("contents", "code"),
    [(b"[]", "proposal_hash_mismatch"), (b"", "proposal_hash_mismatch"), (b"{} ", "proposal_hash_mismatch")],
    ids=["other contents", "no contents", "longer contents"],
)
def test_contents_that_are_not_what_is_listed_are_refused(world: CatalogueWorld, contents: bytes, code: str) -> None:
    assert code == refused_with(world, offer(world, canonical(metadata(world)), contents=contents))


@pytest.mark.parametrize(
    ("days", "length"), [(401, 2), (-1, 2), (365, MAX_TARGET_BYTES + 1)], ids=["too long", "expired", "too large"]
)
def test_a_proposal_out_of_bounds_is_refused(world: CatalogueWorld, days: int, length: int) -> None:
    listing = Listing(length, hashlib.sha256(b"{}").hexdigest())
    desk = offer(world, canonical(metadata(world, days=days, targets={NAME: listing})))
    assert "proposal_out_of_bounds" == refused_with(world, desk)


def test_contents_that_fail_their_check_are_refused(world: CatalogueWorld) -> None:
    desk = offer(world, canonical(metadata(world)))
    assert "service_definition_invalid" == refused_with(world, desk, checked=True)


def test_a_kind_without_a_check_is_refused(world: CatalogueWorld) -> None:
    desk = offer(world, canonical(metadata(world)))
    signer = world.signer("legal", desk=desk, checks={})
    with pytest.raises(Refused, match="proposal_unchecked_kind"):
        sign_pending(signer)


def hidden(world: CatalogueWorld, trick: str) -> bytes:
    plain = metadata(world)
    if trick == "further delegations":
        plain.delegations = delegations({"legal": world.keys.online.models.tuf_key})
    elif trick == "an unknown field":
        plain.unrecognized_fields["x"] = 1
    elif trick == "a field beside a target":
        plain.targets[NAME].unrecognized_fields["custom"] = {"x": 1}
    elif trick == "a second hash":
        plain.targets[NAME] = TargetFile.from_data(NAME, b"{}", ["sha256", "sha512"])
    elif trick == "spaces":
        return json.dumps(plain.to_dict(), indent=1).encode()
    elif trick == "two meanings":
        return canonical(plain).replace(b'"version":2', b'"version":9,"version":2')
    elif trick == "no metadata":
        return b"[1, 2"
    elif trick == "a root":
        return canonical(plain).replace(b'"_type":"targets"', b'"_type":"root"')
    return canonical(plain)


TRICKS = [
    "further delegations",
    "an unknown field",
    "a field beside a target",
    "a second hash",
    "spaces",
    "two meanings",
    "no metadata",
    "a root",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_bytes_that_hide_anything_are_refused(world: CatalogueWorld, trick: str) -> None:
    assert "proposal_not_canonical" == refused_with(world, offer(world, hidden(world, trick)))


def test_a_person_who_says_no_leaves_no_signature(world: CatalogueWorld) -> None:
    desk = offer(world, canonical(metadata(world)))
    with pytest.raises(Refused, match="proposal_declined"):
        sign_pending(world.signer("legal", desk=desk, approve=False))
    assert ([], ["proposal_declined"]) == (desk.signatures, desk.refusals)


def test_the_record_of_what_was_signed_comes_before_the_signature(world: CatalogueWorld) -> None:
    desk = offer(world, canonical(metadata(world)))
    signer = world.signer("legal", desk=desk)

    class Broken(HostileDesk):
        def submit(self, version: int, signature: bytes) -> bool:
            del version, signature
            assert desk.proposal.to_sign == signer.log.latest()
            raise Untrusted("coordinator_untrusted")

    with pytest.raises(Untrusted):
        sign_pending(world.signer("legal", desk=Broken(desk.proposal, desk.contents)))
    assert desk.proposal.to_sign == signer.log.latest()


def test_a_study_reaches_no_marketing_signature(world: CatalogueWorld) -> None:
    targets = role_metadata(2, world.clock.now() + timedelta(days=1), {f"marketing/{STUDY}": describe(b"{}")})
    desk = HostileDesk(Proposal("marketing", 2, canonical(targets), world.repository.published_file("marketing")), {})
    with pytest.raises(Refused, match="catalogue_foreign_namespace"):
        sign_pending(world.signer("marketing", desk=desk))
    assert [] == desk.signatures
