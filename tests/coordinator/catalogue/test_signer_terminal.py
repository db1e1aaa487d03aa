"""What a signer's terminal shows and asks."""

from collections.abc import Callable

import pytest

from guildpost_coordinator.app.sign_pending import sign_pending
from guildpost_coordinator.cli.publish import await_publication
from guildpost_coordinator.cli.signer import asking, summary, tell
from guildpost_coordinator.cli.texts import texts_in
from guildpost_coordinator.domain.catalogue import Listing
from guildpost_coordinator.domain.proposals import Review
from guildpost_shared.errors import ConfigurationError, Refused
from tests.factories.catalogue import SERVICE, CatalogueWorld

REVIEW = Review(
    "legal", 7, {"services/a.json": Listing(2, "aa")}, {"services/b.json": Listing(3, "bb")}, ("services/c",)
)


@pytest.mark.parametrize(
    ("answer", "agreed"), [("j", True), ("Ja ", True), ("y", True), ("", False), ("n", False), ("jein", False)]
)
def test_only_a_clear_yes_is_a_yes(answer: str, agreed: bool) -> None:  # noqa: FBT001 — a table's column
    assert agreed == asking(texts_in("de"), lambda _: answer)(REVIEW)


def test_the_question_shows_every_change_first(capsys: pytest.CaptureFixture[str]) -> None:
    asking(texts_in("de"), lambda _: "n")(REVIEW)
    shown = capsys.readouterr().out
    assert "Vorschlag für legal, Fassung 7:" in shown
    assert ["  + services/a.json  2 B  aa", "  ~ services/b.json  3 B  bb", "  - services/c"] == summary(REVIEW)
    assert all(line in shown for line in summary(REVIEW))


def test_without_a_terminal_nothing_is_signed_and_nothing_refused(world: CatalogueWorld) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    world.publish({SERVICE: b"{}"})
    signer = world.signer("legal")
    asked: Callable[[Review], bool] = asking(texts_in("de"), nobody)
    with pytest.raises(ConfigurationError, match="signer_no_terminal"):
        sign_pending(type(signer)(**{**vars(signer), "approve": asked}))
    assert None is not signer.desk.pending()


def test_what_was_signed_is_printed(world: CatalogueWorld, capsys: pytest.CaptureFixture[str]) -> None:
    world.publish({SERVICE: b"{}"})
    tell(world.sign("legal")[0], "legal", texts_in("en"))
    assert "Signed: legal, version 2" in capsys.readouterr().out


def test_who_waits_learns_of_a_refusal_and_its_reason(world: CatalogueWorld) -> None:
    publication = world.publish({SERVICE: b"{}"})
    with pytest.raises(Refused, match="proposal_declined"):
        sign_pending(world.signer("legal", approve=False))
    with pytest.raises(Refused, match="publication_withdrawn") as caught:
        await_publication(world.publishing.publications, publication, 1, sleep=lambda _: None)
    assert {"reason": "proposal_declined"} == caught.value.params
