"""Whatever anybody does in whatever order: nothing is published without two other people's word for these contents.

The rule keeps its own books from nothing but who called what with which contents, and compares them with every
publication that reaches the signers. A control shows that the books notice a rule that is switched off.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_coordinator.app import judge_material
from guildpost_coordinator.app.advance_materials import advance_materials
from guildpost_coordinator.app.end_material import recall_material, retire_material
from guildpost_coordinator.app.judge_material import approve_material, reject_material
from guildpost_coordinator.app.keep_people import remove_person, set_rights
from guildpost_coordinator.app.write_material import edit_material, submit_material
from guildpost_coordinator.domain.catalogue import State, mark_published, propose, withdraw
from guildpost_coordinator.domain.material import Event, Material
from guildpost_coordinator.domain.material_steps import _step
from guildpost_coordinator.domain.people import Person, Right
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import GuildpostError, Refused
from tests.factories.material import NOW, SERVICE, TEAM, a_service, a_team, material_desk
from tests.fakes.lifecycle import FakeLifecycle

TEXTS: Final = ("one", "two", "three")
PATH: Final = f"{SERVICE}.json"
STEPS: Final = (
    *("submit", "submit", "edit", "approve", "approve", "approve", "approve", "reject", "recall", "retire", "rights"),
    *("remove", "tick", "tick", "signers sign", "signers refuse", "clock"),
)
Move = tuple[str, str, str, Right, int]
MOVES: Final = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.sampled_from(sorted(TEAM)),
        st.sampled_from(TEXTS),
        st.sampled_from([Right.MARKETING, Right.LEGAL]),
        st.integers(-2, 3),
    ),
    max_size=60,
)


@dataclass
class Books:
    """Who wrote and who approved which contents, by the calls that succeeded."""

    authors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    approvals: list[tuple[str, Right, str]] = field(default_factory=list)

    def check(self, sha256: str) -> None:
        """Check that two people who did not write these contents approved them, one for each role."""
        said = {(role, who) for contents, role, who in self.approvals if contents == sha256}
        marketing = {who for role, who in said if role is Right.MARKETING} - self.authors[sha256]
        legal = {who for role, who in said if role is Right.LEGAL} - self.authors[sha256]
        assert any(one != other for one in marketing for other in legal), "published without two other people's word"


class Brand:
    """A brand whose people do whatever they are told to try."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.lifecycle = FakeLifecycle()
        self.desk = material_desk(self.lifecycle.open, self.clock)
        self.team = a_team(self.desk)
        self.books = Books()

    def current(self) -> Material | None:
        with self.lifecycle.open() as record:
            return record.materials.latest(SERVICE)

    def play(self, moves: list[Move]) -> None:
        for move in moves:
            try:
                self.move(*move)
            except GuildpostError:
                continue
            self.look()

    def move(self, step: str, who: str, text: str, role: Right, days: int) -> None:
        """Let somebody try something; what is refused raises."""
        desk, token, administrator = self.desk, self.team[who], self.team["admin"]
        email, rights = f"{who}@arvana.example", [Right.AUTHOR, role] if days > 0 else [role]
        tries: dict[str, Callable[[], object]] = {
            "submit": lambda: self.write(who, text, days, submits=True),
            "edit": lambda: self.write(who, text, days, submits=False),
            "approve": lambda: self.approve(who, role),
            "reject": lambda: reject_material(desk, token, SERVICE, comment="nein"),
            "recall": lambda: recall_material(desk, token, SERVICE, comment="falsch"),
            "retire": lambda: retire_material(desk, token, SERVICE, role, comment="veraltet"),
            "rights": lambda: set_rights(desk, administrator, email=email, rights=rights),
            "remove": lambda: remove_person(desk, administrator, email=email),
            "tick": lambda: advance_materials(self.lifecycle.open, self.clock, desk.entropy),
            "clock": lambda: self.clock.set(self.clock.now() + timedelta(days=days)),
            "signers sign": lambda: self.signers(agree=True),
            "signers refuse": lambda: self.signers(agree=False),
        }
        tries[step]()

    def write(self, who: str, text: str, days: int, *, submits: bool) -> None:
        files = a_service(text)
        if submits:
            at = self.clock.now() + timedelta(days=days) if days > 0 else None
            changed = submit_material(self.desk, self.team[who], files, publish_at=at, comment="")
        else:
            changed = edit_material(self.desk, self.team[who], files, comment="")
        if changed:
            self.books.authors[describe(files[PATH]).sha256].add(who)

    def approve(self, who: str, role: Right) -> None:
        approved = approve_material(self.desk, self.team[who], SERVICE, role, seen="", comment="")
        self.books.approvals.append((approved.contents[PATH], role, who))

    def signers(self, *, agree: bool) -> None:
        with self.lifecycle.open() as record:
            waiting = next(iter(record.publications.in_state(State.DRAFT)), None)
            if waiting is not None:
                decided = mark_published(propose(waiting, {})) if agree else withdraw(waiting, "proposal_declined")
                record.publications.save(decided)

    def look(self) -> None:
        """Compare what reached the signers with the books, and count that each edition does so once."""
        with self.lifecycle.open() as record:
            for material in record.materials.editions(SERVICE):
                carriers = [step for step in material.steps if step.event is Event.HAND_OVER]
                entered = [step for step in material.steps if step.event is Event.PUBLISH]
                returned = [step for step in material.steps if step.event in {Event.REFUSE, Event.REJECT}]
                assert len(entered) <= 1, "one edition came into force twice"
                assert len(carriers) <= 1 + len(returned), "handed over twice"
                for step in carriers:
                    self.books.check(step.contents[PATH])


@settings(max_examples=150, deadline=None)
@given(MOVES)
def test_nothing_reaches_the_signers_without_two_people_who_did_not_write_it(moves: list[Move]) -> None:
    Brand().play(moves)


def _approving_anything(
    material: Material, actor: Person, role: Right, *, seen: str, now: object, comment: str
) -> Material:
    """Approve without rule 1 and 2, as a control."""
    del seen
    event = Event.APPROVE_MARKETING if role is Right.MARKETING else Event.APPROVE_LEGAL
    return _step(material, event, actor, now, comment, role=role)  # type: ignore[arg-type] # it is an instant


def test_the_books_notice_when_somebody_approves_own_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_material, "approve", _approving_anything)
    monkeypatch.setattr("guildpost_coordinator.domain.material_steps.require_approved", lambda _material: None)
    moves: list[Move] = [
        ("submit", "bert", "one", Right.MARKETING, 0),
        ("approve", "bert", "one", Right.MARKETING, 0),
        ("approve", "lea", "one", Right.LEGAL, 0),
        ("tick", "anna", "one", Right.LEGAL, 0),
    ]
    with pytest.raises(AssertionError, match="two other people's word"):
        Brand().play(moves)


def test_what_somebody_wrote_years_ago_is_still_the_own_work() -> None:
    brand = Brand()
    into_force: list[Move] = [
        ("approve", "mia", "", Right.MARKETING, 0),
        ("approve", "lea", "", Right.LEGAL, 0),
        *((step, "anna", "", Right.LEGAL, 0) for step in ("tick", "signers sign", "tick")),
    ]
    for author, text in (("bert", "one"), ("anna", "two")):
        brand.play([("submit", author, text, Right.LEGAL, 0), *into_force])
    brand.play([("submit", "anna", "one", Right.LEGAL, 0)])
    with pytest.raises(Refused, match="material_own_work"):
        brand.approve("bert", Right.MARKETING)


def test_the_right_way_is_not_refused() -> None:
    brand = Brand()
    brand.play(
        [
            ("submit", "bert", "one", Right.MARKETING, 0),
            ("approve", "mia", "one", Right.MARKETING, 0),
            ("approve", "lea", "one", Right.LEGAL, 0),
            ("tick", "anna", "one", Right.LEGAL, 0),
            ("signers sign", "anna", "one", Right.LEGAL, 0),
            ("tick", "anna", "one", Right.LEGAL, 0),
        ]
    )
    found = brand.current()
    assert found is not None
    assert "published" == found.state
