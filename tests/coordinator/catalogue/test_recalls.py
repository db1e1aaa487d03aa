"""Recalls: one role's signature takes a path out of force, whoever is still to sign something else."""

from dataclasses import replace

import pytest

from guildpost_coordinator.app.advance_publications import advance_publications
from guildpost_coordinator.domain.catalogue import Publication, State
from guildpost_shared.catalogue_paths import SignerRole
from guildpost_shared.errors import Refused
from tests.factories.catalogue import SERVICE, CatalogueWorld

OTHER = "services/inspection.json"


def recall(world: CatalogueWorld, role: SignerRole, path: str, name: str) -> str:
    """Hand in a removal that one role signs alone."""
    with world.publishing.publications() as record:
        record.add(Publication(name, State.DRAFT, world.clock.now(), {path: None}, alone=role), {})
    advance_publications(world.publishing)
    return name


def state(world: CatalogueWorld, publication: str) -> State:
    with world.publishing.publications() as record:
        found = record.get(publication)
    assert found is not None
    return found.state


@pytest.mark.parametrize("role", ["marketing", "legal"])
def test_one_role_alone_takes_a_path_out_of_force(world: CatalogueWorld, role: SignerRole) -> None:
    world.publish_signed({SERVICE: b"{}", OTHER: b"{}"})
    agent = world.agent()
    agent.sync()
    removal = recall(world, role, SERVICE, "recall")
    world.sign(role)
    agent.sync()
    assert State.PUBLISHED is state(world, removal)
    assert (OTHER,) == agent.list("services/")
    with pytest.raises(Refused):
        agent.read(SERVICE)


def test_a_recall_does_not_wait_for_what_awaits_a_signature(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"{}"})
    waiting = world.publish({OTHER: b"{}"})
    world.sign("marketing")
    removal = recall(world, "marketing", SERVICE, "recall")
    assert (State.DRAFT, State.AWAITING) == (state(world, waiting), state(world, removal))
    world.sign("marketing")
    assert (State.AWAITING, State.PUBLISHED) == (state(world, waiting), state(world, removal))
    world.sign()
    agent = world.agent()
    agent.sync()
    assert (OTHER,) == agent.list("services/")


def test_a_second_recall_finds_every_version_that_was_ever_signed(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"{}", OTHER: b"{}"})
    world.publish({"services/climate.json": b"{}"})
    world.sign("marketing")
    recall(world, "legal", SERVICE, "first")
    world.sign("legal")
    world.sign("marketing")
    recall(world, "marketing", OTHER, "second")
    world.sign("marketing")
    assert State.PUBLISHED is state(world, "second")
    world.sign()
    agent = world.agent()
    agent.sync()
    assert ("services/climate.json",) == agent.list("services/")


def test_recalls_keep_their_order(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"{}", OTHER: b"{}"})
    first, second = recall(world, "legal", SERVICE, "first"), recall(world, "legal", OTHER, "second")
    assert (State.AWAITING, State.DRAFT) == (state(world, first), state(world, second))
    world.sign("legal")
    world.sign("legal")
    assert (State.PUBLISHED, State.PUBLISHED) == (state(world, first), state(world, second))


@pytest.mark.parametrize(("away", "there"), [("marketing", "legal"), ("legal", "marketing")])
def test_a_recall_does_not_wait_for_the_other_roles_recall(
    world: CatalogueWorld, away: SignerRole, there: SignerRole
) -> None:
    world.publish_signed({SERVICE: b"{}", OTHER: b"{}"})
    first, second = recall(world, away, SERVICE, "first"), recall(world, there, OTHER, "second")
    assert {State.AWAITING} == {state(world, first), state(world, second)}
    world.sign(there)
    agent = world.agent()
    agent.sync()
    assert ((SERVICE,), State.AWAITING) == (agent.list("services/"), state(world, first))
    world.sign(away)
    agent.sync()
    assert () == agent.list("services/")


def test_what_was_handed_in_earlier_is_not_overtaken_by_what_asks_for_the_same_roles(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"{}"})
    recall(world, "marketing", SERVICE, "recall")
    first, second = world.publish({OTHER: b"{}"}), world.publish({OTHER: b"[]"})
    world.sign("marketing")
    assert (State.AWAITING, State.DRAFT) == (state(world, first), state(world, second))


def test_a_recall_is_read_as_it_was_written(world: CatalogueWorld) -> None:
    recall(world, "legal", SERVICE, "recall")
    written = Publication("recall", State.DRAFT, world.clock.now(), {SERVICE: None}, alone="legal")
    with world.publishing.publications() as record:
        found = record.get("recall")
    assert found is not None
    assert written == replace(found, state=State.DRAFT, proposals={}, created_at=written.created_at)
