"""From files to a catalogue that every required role has signed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_coordinator.app.advance_publications import advance_publications
from guildpost_coordinator.app.ports.catalogue import SignedRole
from guildpost_coordinator.app.publish_catalogue import draft_publication
from guildpost_coordinator.app.sign_pending import sign_pending
from guildpost_coordinator.app.sign_proposals import submit_signature
from guildpost_coordinator.domain.catalogue import State
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES, Role
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Conflict, Refused, Untrusted
from tests.factories.catalogue import ANYTHING, SERVICE, STUDY, CatalogueWorld


def state_of(world: CatalogueWorld, publication_id: str) -> tuple[State, str]:
    with world.publishing.publications() as publications:
        found = publications.get(publication_id)
    assert found is not None
    return found.state, found.reason


def test_a_service_is_published_once_marketing_and_legal_have_signed(world: CatalogueWorld) -> None:
    publication = world.publish({SERVICE: b"{}"})
    assert (State.AWAITING, "") == state_of(world, publication)
    world.sign("marketing")
    assert (State.AWAITING, "") == state_of(world, publication)
    assert [] == world.announced
    world.sign("legal")
    assert (State.PUBLISHED, "") == state_of(world, publication)
    assert [2] == world.announced
    assert [f"marketing/{SERVICE}"] == list(world.repository.published("marketing").targets)
    assert [f"legal/{SERVICE}"] == list(world.repository.published("legal").targets)
    assert [] == list(world.repository.published("association").targets)


def test_a_study_needs_legal_and_the_association(world: CatalogueWorld) -> None:
    publication = world.publish({STUDY: b"{}"})
    assert [None, State.AWAITING] == [*world.sign("marketing"), state_of(world, publication)[0]]
    world.sign("legal", "association")
    assert State.PUBLISHED == state_of(world, publication)[0]


def test_a_model_is_published_by_the_online_key_alone(world: CatalogueWorld) -> None:
    publication = world.publish({"models/timing.json": b"{}"})
    assert (State.PUBLISHED, "") == state_of(world, publication)


def test_a_coordinator_with_all_its_online_keys_cannot_publish_a_service(world: CatalogueWorld) -> None:
    world.publish({SERVICE: b"{}"})
    pending = world.signer("marketing").desk.pending()
    assert pending is not None
    for key in (world.keys.online.models, world.keys.online.snapshot, world.keys.online.timestamp):
        with pytest.raises(Untrusted, match="proposal_bad_signature"):
            submit_signature(world.publishing, "marketing", pending.version, key.sign(pending.to_sign))
    assert None is world.repository.sign_online("marketing", pending.to_sign)
    assert {} == world.repository.published("marketing").targets


def test_drafts_wait_for_their_turn_and_keep_their_order(world: CatalogueWorld) -> None:
    first = world.publish({SERVICE: b"1"})
    second = world.publish({SERVICE: b"2"})
    assert [State.AWAITING, State.DRAFT] == [state_of(world, first)[0], state_of(world, second)[0]]
    world.sign("marketing", "legal")
    assert [State.PUBLISHED, State.AWAITING] == [state_of(world, first)[0], state_of(world, second)[0]]
    world.sign("marketing", "legal")
    assert [2, 3] == world.announced
    assert 3 == world.repository.published("legal").version


def test_publishing_what_is_published_already_asks_nobody(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"{}"})
    again = world.publish({SERVICE: b"{}"})
    assert State.PUBLISHED == state_of(world, again)[0]
    assert [2] == world.announced


def test_a_recall_takes_the_path_out_of_both_namespaces(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"{}", "services/inspection.json": b"{}"})
    world.publish_signed({}, remove=(SERVICE,))
    assert ["marketing/services/inspection.json"] == list(world.repository.published("marketing").targets)
    assert ["legal/services/inspection.json"] == list(world.repository.published("legal").targets)


def test_a_refused_publication_is_withdrawn_with_its_reason_and_the_next_draft_follows(world: CatalogueWorld) -> None:
    first, second = world.publish({SERVICE: b"1"}), world.publish({SERVICE: b"2"})
    world.sign("marketing")
    with pytest.raises(Refused, match="proposal_declined"):
        sign_pending(world.signer("legal", approve=False))
    assert (State.WITHDRAWN, "proposal_declined") == state_of(world, first)
    assert State.AWAITING == state_of(world, second)[0]
    world.sign("marketing", "legal")
    assert State.PUBLISHED == state_of(world, second)[0]
    assert {"legal": 2, "marketing": 3} == {  # marketing's version 2 was signed and is never used again
        "legal": world.repository.published("legal").version,
        "marketing": world.repository.published("marketing").version,
    }


def test_a_draft_of_the_command_line_is_proposed_by_the_next_tick(world: CatalogueWorld) -> None:
    publication = draft_publication(
        {SERVICE: b"{}"},
        publications=world.publishing.publications,
        clock=world.clock,
        entropy=OsEntropy(),
        checks=ANYTHING,
    )
    assert State.DRAFT == state_of(world, publication)[0]
    advance_publications(world.publishing)
    assert State.AWAITING == state_of(world, publication)[0]


def test_a_signature_for_another_version_is_superseded(world: CatalogueWorld) -> None:
    world.publish({SERVICE: b"{}"})
    with pytest.raises(Conflict, match="proposal_superseded"):
        submit_signature(world.publishing, "legal", 7, b"\0" * 64)


class LosesPower(TufRepository):
    """A repository whose machine loses power after the files are written and before the record of it is."""

    def publish(self, roles: Mapping[Role, SignedRole], contents: Mapping[str, bytes], *, now: datetime) -> int:
        super().publish(roles, contents, now=now)
        raise OSError("power")


def test_a_crash_between_files_and_record_is_made_good_by_the_next_tick(world: CatalogueWorld) -> None:
    publication = world.publish({SERVICE: b"{}"})
    world.sign("marketing")
    whole = world.publishing
    world.publishing = replace(whole, repository=LosesPower(world.files, world.keys.online))
    with pytest.raises(OSError, match="power"):
        world.sign("legal")
    assert State.AWAITING == state_of(world, publication)[0]
    world.publishing = whole
    world.sign("legal")
    advance_publications(world.publishing)
    assert State.PUBLISHED == state_of(world, publication)[0]
    assert b"{}" == synced(world)


def synced(world: CatalogueWorld) -> bytes:
    agent = world.agent()
    agent.sync()
    return agent.read(SERVICE)


@pytest.mark.parametrize(
    ("path", "contents", "code"),
    [
        ("services/../x.json", b"{}", "catalogue_bad_path"),
        ("prices/x.json", b"{}", "catalogue_bad_path"),
        (SERVICE, b"x" * (MAX_TARGET_BYTES + 1), "catalogue_target_too_large"),
    ],
    ids=["a path with ..", "an unknown kind", "an oversized target"],
)
def test_what_may_not_be_published_is_refused_at_once(
    world: CatalogueWorld, path: str, contents: bytes, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        world.publish({path: contents})


def test_publishing_nothing_is_refused(world: CatalogueWorld) -> None:
    with pytest.raises(Refused, match="publication_empty"):
        world.publish({})
