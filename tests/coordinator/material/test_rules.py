"""The rules of material: the table of steps, four eyes, exact contents, recall by one, retirement by two."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from guildpost_coordinator.domain.material import (
    IN_FORCE,
    OPEN,
    TRANSITIONS,
    Event,
    Material,
    State,
    digest,
    is_due,
    may_read,
    next_state,
    require_approved,
)
from guildpost_coordinator.domain.material_diff import MAX_LINES, compare
from guildpost_coordinator.domain.material_names import (
    Variant,
    grouped,
    key_of,
    keys_before,
    missing,
    require_complete,
    variants,
)
from guildpost_coordinator.domain.material_steps import (
    approve,
    edit,
    hand_over,
    mark_published,
    recall,
    refuse,
    reject,
    remove,
    retire,
    submit,
    supersede,
    writers,
)
from guildpost_coordinator.domain.people import Person, Right
from guildpost_shared.errors import Conflict, Refused

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
ONE, TWO = {"services/hu_au.json": "11" * 32}, {"services/hu_au.json": "22" * 32}
LEGAL_PAIRS = sorted(TRANSITIONS)
ILLEGAL_PAIRS = sorted(set(product(State, Event)) - set(TRANSITIONS))


def person(name: str, *rights: Right) -> Person:
    return Person(name, name.title(), f"{name}@arvana.example", frozenset(rights), name.encode().hex())


ANNA = person("anna", Right.AUTHOR)
BERT = person("bert", Right.AUTHOR, Right.MARKETING)
MIA = person("mia", Right.MARKETING)
LEA = person("lea", Right.LEGAL)
MAX = person("max", Right.MARKETING, Right.LEGAL)
ADMIN = person("admin", Right.ADMINISTRATOR)


def drafted(contents: dict[str, str] = ONE, author: Person = ANNA, before: Material | None = None) -> Material:
    return edit(Material("services/hu_au", 1), author, contents, [before] if before else (), now=NOW, comment="")


def in_review(publish_at: datetime | None = None) -> Material:
    return submit(drafted(), ANNA, publish_at, now=NOW, comment="bitte prüfen")


def by_marketing(who: Person = MIA, publish_at: datetime | None = None) -> Material:
    return approve(in_review(publish_at), who, Right.MARKETING, seen="", now=NOW, comment="")


def by_both(publish_at: datetime | None = None) -> Material:
    return approve(by_marketing(publish_at=publish_at), LEA, Right.LEGAL, seen="", now=NOW, comment="")


def at_the_signers() -> Material:
    return hand_over(by_both(), "publication", now=NOW)


def published() -> Material:
    return mark_published(at_the_signers(), now=NOW)


def asked() -> Material:
    return retire(published(), MIA, Right.MARKETING, "", now=NOW, comment="veraltet")


def recalled() -> Material:
    return recall(published(), MIA, "removal", now=NOW, comment="falsche Angabe")


REACHED: dict[State, Callable[[], Material]] = {
    State.DRAFT: drafted,
    State.REVIEW: in_review,
    State.APPROVED_MARKETING: by_marketing,
    State.APPROVED_LEGAL: by_both,
    State.SIGNING: at_the_signers,
    State.PUBLISHED: published,
    State.RETIRE_ASKED: asked,
    State.RETIRING: lambda: retire(asked(), LEA, Right.LEGAL, "removal", now=NOW, comment="veraltet"),
    State.RETIRED: lambda: supersede(published(), Material("services/hu_au", 2), now=NOW),
    State.RECALLING: recalled,
    State.RECALLED: lambda: remove(recalled(), now=NOW),
}
STEPS: dict[Event, Callable[[Material], Material]] = {
    Event.EDIT: lambda one: edit(one, ANNA, TWO, now=NOW, comment=""),
    Event.SUBMIT: lambda one: submit(one, ANNA, None, now=NOW, comment=""),
    Event.APPROVE_MARKETING: lambda one: approve(one, MIA, Right.MARKETING, seen="", now=NOW, comment=""),
    Event.APPROVE_LEGAL: lambda one: approve(one, LEA, Right.LEGAL, seen="", now=NOW, comment=""),
    Event.REJECT: lambda one: reject(one, LEA, now=NOW, comment="nein"),
    Event.HAND_OVER: lambda one: hand_over(one, "publication", now=NOW),
    Event.REFUSE: lambda one: refuse(one, "proposal_declined", now=NOW),
    Event.PUBLISH: lambda one: mark_published(one, now=NOW),
    Event.RECALL: lambda one: recall(one, LEA, "removal", now=NOW, comment="falsch"),
    Event.ASK_RETIRE: lambda one: retire(one, MIA, Right.MARKETING, "", now=NOW, comment="veraltet"),
    Event.RETIRE: lambda one: retire(one, LEA, Right.LEGAL, "removal", now=NOW, comment="veraltet"),
    Event.REMOVE: lambda one: remove(one, now=NOW),
    Event.SUPERSEDE: lambda one: supersede(one, Material("services/hu_au", 2), now=NOW),
}


def test_every_state_can_be_reached_and_every_event_is_a_step() -> None:
    assert {state: reach().state for state, reach in REACHED.items()} == {state: state for state in State}
    assert set(STEPS) == set(Event)


@pytest.mark.parametrize(("state", "event"), LEGAL_PAIRS, ids=[f"{s}-{e}" for s, e in LEGAL_PAIRS])
def test_a_step_of_the_table_leads_where_the_table_says(state: State, event: Event) -> None:
    before = REACHED[state]()
    after = STEPS[event](before)
    assert TRANSITIONS[state, event] is after.state is after.steps[-1].state
    assert (event, len(before.steps) + 1) == (after.steps[-1].event, len(after.steps))


@pytest.mark.parametrize(("state", "event"), ILLEGAL_PAIRS, ids=[f"{s}-{e}" for s, e in ILLEGAL_PAIRS])
def test_every_other_step_is_refused(state: State, event: Event) -> None:
    with pytest.raises(Conflict, match="material_step_impossible"):
        next_state(state, event)
    if (event, state) in {(Event.ASK_RETIRE, State.RETIRE_ASKED), (Event.RETIRE, State.PUBLISHED)}:
        return  # one command for both: which of the two it is follows from the state
    with pytest.raises(Conflict, match="material_step_impossible"):
        STEPS[event](REACHED[state]())


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (lambda: edit(drafted(), MIA, TWO, now=NOW, comment=""), "person_right_missing"),
        (lambda: submit(drafted(), LEA, None, now=NOW, comment=""), "person_right_missing"),
        (lambda: approve(in_review(), ANNA, Right.MARKETING, seen="", now=NOW, comment=""), "person_right_missing"),
        (lambda: approve(in_review(), LEA, Right.MARKETING, seen="", now=NOW, comment=""), "person_right_missing"),
        (lambda: approve(by_marketing(), MIA, Right.LEGAL, seen="", now=NOW, comment=""), "person_right_missing"),
        (lambda: approve(by_marketing(MAX), MAX, Right.LEGAL, seen="", now=NOW, comment=""), "material_two_persons"),
        (
            lambda: approve(
                submit(drafted(author=BERT), ANNA, None, now=NOW, comment=""),
                BERT, Right.MARKETING, seen="", now=NOW, comment="",
            ),
            "material_own_work",
        ),
        (
            lambda: approve(
                submit(drafted(), BERT, None, now=NOW, comment=""), BERT, Right.MARKETING, seen="", now=NOW, comment=""
            ),
            "material_own_work",
        ),
        (
            lambda: approve(in_review(), MIA, Right.MARKETING, seen="beef", now=NOW, comment=""),
            "material_other_contents",
        ),
        (lambda: reject(in_review(), ANNA, now=NOW, comment="nein"), "person_right_missing"),
        (lambda: reject(in_review(), MIA, now=NOW, comment="  "), "material_comment_missing"),
        (lambda: recall(published(), ANNA, "r", now=NOW, comment="falsch"), "person_right_missing"),
        (lambda: recall(published(), ADMIN, "r", now=NOW, comment="falsch"), "person_right_missing"),
        (lambda: recall(published(), MIA, "r", now=NOW, comment=""), "material_comment_missing"),
        (lambda: retire(asked(), MAX, Right.MARKETING, "r", now=NOW, comment="x"), "material_two_persons"),
        (
            lambda: retire(
                retire(published(), MAX, Right.MARKETING, "", now=NOW, comment="x"),
                MAX, Right.LEGAL, "r", now=NOW, comment="x",
            ),
            "material_two_persons",
        ),
        (lambda: edit(drafted(), ANNA, {}, now=NOW, comment=""), "material_empty"),
        (lambda: submit(Material("services/hu_au", 1), ANNA, None, now=NOW, comment=""), "material_empty"),
        (lambda: reject(in_review(), MIA, now=NOW, comment="x" * 2001), "material_comment_too_long"),
        (lambda: hand_over(by_both(NOW + timedelta(seconds=1)), "p", now=NOW), "material_not_approved"),
        (
            lambda: edit(drafted(), replace(ANNA, token_hash=""), TWO, now=NOW, comment=""),
            "person_right_missing",
        ),
    ],
    ids=[
        "who does not write cannot edit",
        "who does not write cannot submit",
        "an author does not approve",
        "legal does not approve for marketing",
        "marketing does not approve for legal",
        "one person with both rights does not approve twice",
        "who wrote it does not approve it, whoever submitted it",
        "who submitted it does not approve it, whoever wrote it",
        "other contents than those that were looked at",
        "an author does not reject",
        "a rejection without a reason",
        "an author does not recall",
        "an administrator does not recall",
        "a recall without a reason",
        "the same role does not agree to its own retirement",
        "the same person does not agree to the own retirement",
        "contents of nothing",
        "submitting nothing",
        "a novel as a comment",
        "before its time",
        "somebody who has left",
    ],
)  # fmt: skip
def test_a_step_against_the_rules_is_refused(step: Callable[[], Material], code: str) -> None:
    with pytest.raises(Refused, match=code):
        step()


def test_other_contents_void_every_approval_and_remember_who_wrote_before() -> None:
    edited = edit(by_both(), BERT, TWO, now=NOW, comment="anderer Satz")
    assert (State.DRAFT, ()) == (edited.state, edited.approvals)
    assert {"anna", "bert"} == edited.authors
    with pytest.raises(Refused, match="material_not_approved"):
        require_approved(edited)


def test_an_approval_counts_for_the_contents_it_names_only() -> None:
    with pytest.raises(Refused, match="material_not_approved"):
        require_approved(replace(by_both(), contents=TWO))


def test_whoever_once_wrote_a_part_does_not_approve_it_in_a_later_version() -> None:
    template = {"templates/x/1/letter.de.json": "11" * 32, "templates/x/1/letter.de.txt": "22" * 32}
    first = edit(Material("templates/x/1", 1), BERT, template, now=NOW, comment="")
    changed = {"templates/x/2/letter.de.json": "33" * 32, "templates/x/2/letter.de.txt": "22" * 32}
    second = edit(Material("templates/x/2", 1), ANNA, changed, [first], now=NOW, comment="")
    assert {"anna", "bert"} == second.authors
    anew = dict.fromkeys(changed, "44" * 32)
    rewritten = edit(Material("templates/x/2", 1), ANNA, anew, [first], now=NOW, comment="")
    assert {"anna"} == rewritten.authors
    back = edit(
        Material("templates/x/3", 1), ANNA, {"templates/x/3/a": "11" * 32}, [rewritten, first], now=NOW, comment=""
    )
    assert {"anna", "bert"} == back.authors


def test_what_somebody_only_keeps_is_still_the_first_writers() -> None:
    first = edit(Material("services/hu_au", 1), BERT, ONE, now=NOW, comment="")
    again = edit(first, ANNA, {**ONE, "services/x.json": "55" * 32}, now=NOW, comment="")
    assert {"11" * 32: {"bert"}, "55" * 32: {"anna"}} == writers([again])


def test_a_step_keeps_who_when_why_and_what_changed() -> None:
    step = by_marketing().steps[-1]
    assert ("mia", "Mia", NOW, Right.MARKETING) == (step.person_id, step.person, step.at, step.role)
    second = drafted(TWO, before=published()).steps[-1]
    assert ({"services/hu_au.json": "11" * 32}, TWO) == (dict(second.before), dict(second.contents))


def test_it_is_due_at_the_instant_and_not_before() -> None:
    waiting = by_both(NOW + timedelta(days=1))
    assert [False, True] == [is_due(waiting, NOW + timedelta(days=1, seconds=s)) for s in (-1, 0)]
    assert is_due(by_both(), NOW)


@pytest.mark.parametrize("state", State)
def test_only_those_who_write_and_judge_see_what_is_not_published(state: State) -> None:
    material = REACHED[state]()
    assert all(may_read(material, who) for who in (ANNA, MIA, LEA))
    assert (state not in OPEN) is may_read(material, ADMIN)
    assert not may_read(material, replace(ANNA, token_hash=""))
    assert not OPEN & IN_FORCE


def test_the_digest_depends_on_every_path_and_hash() -> None:
    two = {"a/b": "11", "c/d": "22"}
    assert digest(two) == digest(dict(reversed(two.items())))
    assert 3 == len({digest(two), digest({"a/b": "22", "c/d": "11"}), digest({"a/b": "11"})})


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("services/hu_au.json", "services/hu_au"),
        ("templates/hu_au/2/email.de.mjml", "templates/hu_au/2"),
        ("templates/hu_au/12/letter.en.json", "templates/hu_au/12"),
    ],
)
def test_a_path_belongs_to_a_material(path: str, key: str) -> None:
    assert key == key_of(path)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("studies/slot-lead/1.json", "material_foreign_path"),
        ("roster/current.json", "material_foreign_path"),
        ("templates/hu_au/email.de.mjml", "material_foreign_path"),
        ("templates/hu_au/0/email.de.mjml", "material_foreign_path"),
        ("templates/hu_au/1/email.de.exe", "material_foreign_path"),
        ("services/a/b.json", "material_foreign_path"),
        ("services/../hu_au.json", "catalogue_bad_path"),
        ("notes/readme.txt", "catalogue_bad_path"),
        ("", "catalogue_bad_path"),
    ],
)
def test_what_is_no_part_of_a_material_is_refused(path: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        grouped([path])


def test_the_version_before_is_the_next_lower_one() -> None:
    known = ["templates/hu_au/1", "templates/hu_au/3", "templates/hu_au/10", "templates/other/2", "services/hu_au"]
    assert ["templates/hu_au/3", "templates/hu_au/1"] == keys_before("templates/hu_au/10", known)
    assert [] == keys_before("services/hu_au", known)


def test_languages_and_tones_are_listed_and_a_lost_language_is_named() -> None:
    manifests = {
        "email.de.json": b'{"tone": "warm", "informal": true}',
        "email.en.json": b"no json",
        "letter.de.json": b'{"tone": 7}',
        "letter.de.txt": b"{}",
    }
    expected = (
        Variant("email", "de", "warm", True),
        Variant("email", "en", "factual"),
        Variant("letter", "de", "factual"),
    )
    assert expected == variants(manifests)
    before = ["email.de.json", "email.en.txt", "letter.de.txt"]
    assert (Variant("email", "en"), Variant("letter", "de")) == missing(["email.de.mjml"], before)
    assert () == missing(manifests, before)


def test_a_template_without_one_of_its_parts_is_refused() -> None:
    require_complete("templates/x/1", ["letter.de.json", "letter.de.txt"])
    require_complete("services/x", ["services/x.json"])
    with pytest.raises(Refused, match="material_part_missing"):
        require_complete("templates/x/1", ["email.de.json", "email.de.txt"])


def test_a_comparison_shows_lines_and_hashes_of_what_changed_only() -> None:
    bodies = {"a": b"one\ntwo\n", "b": b"one\nthree\n", "c": b"\xff\n", "d": b"x\n" * (MAX_LINES + 1)}
    found = compare(
        {"same": "a", "changed": "a", "gone": "c"}, {"same": "a", "changed": "b", "big": "d"}, bodies.__getitem__
    )
    assert ["big", "changed", "gone"] == [one.part for one in found]
    assert (("", "d"), ("a", "b"), ("c", "")) == tuple((one.before, one.after) for one in found)
    assert [(0, 0), (1, 1), (0, 1)] == [(one.added, one.removed) for one in found]
    assert ("--- changed a", "+++ changed b", "@@ -1,2 +1,2 @@", " one", "-two", "+three") == found[1].lines
