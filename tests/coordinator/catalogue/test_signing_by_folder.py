"""A role signs on a machine without a network: what the folder carries there and back, and what may go wrong."""

from pathlib import Path

import pytest

from guildpost_coordinator.adapters.catalogue_repository.codec import CanonicalReader
from guildpost_coordinator.adapters.signing_client.folder import FolderDesk
from guildpost_coordinator.app.advance_publications import advance_publications
from guildpost_coordinator.app.sign_pending import sign_pending
from guildpost_coordinator.app.sign_proposals import (
    pending_proposal,
    proposed_content,
    record_refusal,
    record_signature,
)
from guildpost_coordinator.domain.catalogue import listings_to_read
from guildpost_shared.catalogue_paths import SignerRole
from guildpost_shared.errors import GuildpostError, Refused
from tests.factories.catalogue import SERVICE, CatalogueWorld


def carried(world: CatalogueWorld, folder: Path, role: SignerRole) -> FolderDesk:
    """Write what awaits a role into a folder, as ``sign export`` does."""
    desk = FolderDesk(folder, role)
    proposal = pending_proposal(world.publishing, role)
    assert proposal is not None
    wanted = listings_to_read(world.repository.published(role), CanonicalReader().read(proposal.to_sign))
    desk.offer(proposal, {item.sha256: proposed_content(world.publishing, role, item.sha256) for item in wanted})
    return desk


def test_what_was_signed_in_a_folder_is_in_force_once_both_folders_are_back(
    world: CatalogueWorld, tmp_path: Path
) -> None:
    world.publish({SERVICE: b"service"})
    roles: tuple[SignerRole, ...] = ("marketing", "legal")
    desks = {role: carried(world, tmp_path / role, role) for role in roles}
    for role, desk in desks.items():
        sign_pending(world.signer(role, desk=desk))
    for role, desk in desks.items():
        answer = desk.answer()
        assert answer.signature is not None
        record_signature(world.publishing, role, answer.version, answer.signature)
    assert () == world.agent().list("")  # the running coordinator has the last step
    advance_publications(world.publishing)
    agent = world.agent()
    agent.sync()
    assert b"service" == agent.read(SERVICE)


def test_a_refusal_travels_back_as_well(world: CatalogueWorld, tmp_path: Path) -> None:
    world.publish({SERVICE: b"service"})
    desk = carried(world, tmp_path / "legal", "legal")
    with pytest.raises(Refused, match="proposal_declined"):
        sign_pending(world.signer("legal", desk=desk, approve=False))
    answer = desk.answer()
    assert (None, "proposal_declined") == (answer.signature, answer.refused)
    record_refusal(world.publishing, "legal", answer.version, answer.refused)
    assert None is pending_proposal(world.publishing, "legal")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda folder: (folder / "to_sign").unlink(), "sign_folder_unreadable"),
        (lambda folder: (folder / "proposal.json").write_bytes(b"{"), "document_unreadable"),
        (lambda folder: (folder / "to_sign").write_bytes(b"{}"), "proposal_not_canonical"),
        (lambda folder: next((folder / "contents").iterdir()).write_bytes(b"evil"), "proposal_hash_mismatch"),
        (lambda folder: next((folder / "contents").iterdir()).unlink(), "sign_folder_unreadable"),
    ],
    ids=["nothing to sign", "a torn file", "other bytes to sign", "other contents", "contents left out"],
)
def test_a_spoiled_folder_gets_no_signature(world: CatalogueWorld, tmp_path: Path, spoil: object, code: str) -> None:
    world.publish({SERVICE: b"service"})
    desk = carried(world, tmp_path / "legal", "legal")
    assert callable(spoil)
    spoil(tmp_path / "legal")
    with pytest.raises(GuildpostError, match=code):
        sign_pending(world.signer("legal", desk=desk))
    assert not (tmp_path / "legal" / "answer.json").exists() or desk.answer().signature is None


def test_a_folder_for_another_role_is_refused(world: CatalogueWorld, tmp_path: Path) -> None:
    world.publish({SERVICE: b"service"})
    carried(world, tmp_path / "legal", "legal")
    with pytest.raises(Refused, match="sign_folder_unreadable"):
        FolderDesk(tmp_path / "legal", "marketing").pending()


def test_a_new_proposal_forgets_the_answer_to_the_former(world: CatalogueWorld, tmp_path: Path) -> None:
    world.publish({SERVICE: b"service"})
    sign_pending(world.signer("legal", desk=carried(world, tmp_path / "legal", "legal")))
    with pytest.raises(Refused, match="sign_folder_unreadable"):
        carried(world, tmp_path / "legal", "legal").answer()
