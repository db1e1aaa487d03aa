"""What the brand recalls does not leave any more, even when its messages are written already."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.outbox_steps import RECALLED
from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.app.release_letters import LetterSender, LetterSummary, release_letters
from guildpost_agent.bootstrap.templates import recalled_in
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_demo.catalogue import targets
from tests.factories.catalogue import CatalogueWorld
from tests.factories.sending_world import RELAY_URL, SendingWorld
from tests.fakes.letter_delivery import FakeLetterDelivery

TEMPLATE = "hu_au/1/email.de"


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


@pytest.mark.parametrize(
    ("gone", "affected"),
    [
        (("services/hu_au.json",), {("hu_au", TEMPLATE), ("hu_au", "hu_au/1/letter.de")}),
        (("templates/hu_au/1/email.de.txt",), {("hu_au", TEMPLATE)}),
        (("services/inspection.json", "templates/inspection/1/email.de.mjml"), set()),
    ],
    ids=["the service", "one part of the template", "another service"],
)
def test_a_recall_is_seen_as_soon_as_the_catalogue_was_fetched(
    tmp_path: Path, gone: tuple[str, ...], affected: set[tuple[str, str]]
) -> None:
    world = CatalogueWorld(tmp_path)
    world.publish_signed(targets())
    agent = world.agent()
    agent.sync()
    recalled = recalled_in(agent)
    asked = [("hu_au", TEMPLATE), ("hu_au", "hu_au/1/letter.de")]
    assert [False, False] == [recalled(*one) for one in asked]
    world.publish_signed({}, remove=gone)
    world.agent().sync()  # another process of the same agent
    assert affected == {one for one in asked if recalled(*one)}
    world.close()


def test_a_recalled_template_does_not_keep_the_others_from_being_compiled(tmp_path: Path) -> None:
    world = CatalogueWorld(tmp_path)
    world.publish_signed(targets())
    world.publish_signed({}, remove=("templates/hu_au/1/email.de.json",))
    agent = world.agent()
    agent.sync()
    store = CatalogueTemplates(agent, tmp_path / "templates")
    assert ["inspection/1/email.de"] == store.missing([TEMPLATE, "inspection/1/email.de"])
    world.close()


def release(
    world: SendingWorld,
    delivery: FakeLetterDelivery,
    recalled: Callable[[Touchpoint], bool],
    render: Callable[[Sequence[LetterRequest]], RenderedBatch],
) -> LetterSummary:
    def recheck(_uow: Reading, touchpoint: Touchpoint) -> str | None:
        return RECALLED if recalled(touchpoint) else None

    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
    sender = LetterSender(RELAY_URL, world.keys, "Autohaus Muster GmbH")
    return release_letters(
        world.open_uow, render, delivery, recheck, world.clock,
        gate=gate, sender=sender, entropy=world.entropy, recalled=recalled,
    )  # fmt: skip


def test_letters_recalled_while_they_are_typeset_are_not_handed_over(world: SendingWorld) -> None:
    anna, berta = (world.plan(name, Channel.LETTER) for name in ("anna", "berta"))
    gone: set[str] = set()

    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        pages = {request.document_id: 1 for request in requests}
        if len(requests) > 1:
            gone.add(anna.touchpoint_id)  # the recall arrives now
        return RenderedBatch(b"%PDF-1.7", pages)

    delivery = FakeLetterDelivery()
    first = release(world, delivery, lambda one: one.touchpoint_id in gone, render)
    assert (2, []) == (first.deferred, first.batches)
    assert [("planned", "ready")] * 2 == [world.states(one) for one in (anna, berta)]
    second = release(world, delivery, lambda one: one.touchpoint_id in gone, render)
    assert {RECALLED: 1} == second.refused
    assert [("refused", "refused"), ("sent", "sent")] == [world.states(anna), world.states(berta)]
