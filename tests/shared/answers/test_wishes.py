"""The line in which wishes travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.consent.terms import ADVERTISING, CHANNELS, Purpose
from guildpost_shared.answers.events import AnswerEvent, EventKind, read_event
from guildpost_shared.answers.wishes import (
    PAIRS,
    PER_YEAR,
    REST_MONTHS,
    Liked,
    Topic,
    Way,
    Wishes,
    declaration,
    digest_of,
    read_wishes,
)
from tests.factories.sending_world import NOW

DIGEST = "9f" * 32


def test_the_line_is_the_documented_one() -> None:
    said = Wishes(
        yes=frozenset({(Topic.SERVICE_REMINDERS, Way.LETTER)}),
        no=frozenset({(Topic.SERVICE_REMINDERS, Way.PHONE)}),
        language="de",
        text_sha256=DIGEST,
        per_year=4,
        liked=Liked.LETTER,
    )
    assert f"1/de/{DIGEST}/=+-============/4/=/l" == str(said)


SIGNS = st.lists(st.sampled_from("=+-"), min_size=len(PAIRS), max_size=len(PAIRS))


@given(
    signs=SIGNS,
    language=st.sampled_from(["de", "en"]),
    per_year=st.sampled_from([None, 0, *PER_YEAR]),
    rest=st.sampled_from([None, 0, *REST_MONTHS]),
    liked=st.sampled_from([None, *Liked]),
)
def test_what_is_written_is_read_back_and_fits_a_seal(
    signs: list[str], language: str, per_year: int | None, rest: int | None, liked: Liked | None
) -> None:
    said = dict(zip(PAIRS, signs, strict=True))
    wishes = Wishes(
        frozenset(pair for pair in PAIRS if said[pair] == "+"),
        frozenset(pair for pair in PAIRS if said[pair] == "-"),
        "de" if language == "de" else "en",
        DIGEST,
        per_year,
        rest,
        liked,
    )
    event = AnswerEvent("a" * 24, "A" * 124, EventKind.WISHES, wishes, NOW.replace(microsecond=123456))
    wire = event.to_bytes()
    assert event == read_event(wire)
    assert len(wire) <= 510


@pytest.mark.parametrize(
    "line",
    ["", "1", f"2/de/{DIGEST}/{'=' * 15}/=/=/=", f"1/fr/{DIGEST}/{'=' * 15}/=/=/=", f"1/de/{DIGEST}/{'=' * 14}/=/=/=",
     f"1/de/{DIGEST}/{'x' * 15}/=/=/=", f"1/de/{DIGEST}/{'=' * 15}/3/=/=", f"1/de/{DIGEST}/{'=' * 15}/=/=/x",
     f"1/de/{DIGEST}/{'=' * 15}/=/=/=\n"],
    ids=["empty", "short", "another form", "another language", "a sign too few", "another sign", "no offer", "no way",
         "more"],
)  # fmt: skip
def test_another_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a line"):
        read_wishes(line)


def test_topics_and_ways_are_those_of_the_consent_ledger() -> None:
    assert set(ADVERTISING) - {Purpose.MAKER_OFFERS} == {topic.value for topic in Topic}
    assert {way.value for way in Way} <= {channel.value for channel in CHANNELS}


@pytest.mark.parametrize(
    ("language", "digest"),
    [
        ("de", "68ff617facf08a27918daaafc3d37d25a15a5d7b034b85c6dbda7d773ac98879"),
        ("en", "68fe461fe05e59045ebcd5836629b109e35aa7786bb3f8a4a9ee757b3438a297"),
    ],
)
def test_a_declaration_never_changes_under_its_number(language: str, digest: str) -> None:
    """Consents rest on these words: a new wording takes a new number."""
    text = declaration("de" if language == "de" else "en", "Autohaus Muster")
    assert digest == digest_of(text)
