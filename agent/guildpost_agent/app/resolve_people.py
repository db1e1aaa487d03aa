"""Find which customer records are one person, and who lives together.

    all        learn from all records how their fields agree, score the candidate pairs, group them
    changed    only the changed records with those that share a key with them or their person; what was learnt stands

What a person decided about a pair always counts. Nothing is written into the customer records: a merge is a membership
and can be taken back by deciding otherwise.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from guildpost_agent.app.ports.people import Membership, ReviewPair, Verdict
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.records import Customer

if TYPE_CHECKING:
    from guildpost_agent.domain.matching import MatchModel, MatchRecords, Pairs

MODEL: Final = "matching/model"
SEED: Final = 20
FEWEST_TO_LEARN: Final = 50
"""Fewer records teach nothing; each is its own person then."""
MOST_CHANGED: Final = 0.2
"""When more than this share of the records changed, learning anew is cheaper and better."""
TELLING: Final = frozenset({"names", "birth", "mailbox", "email", "phone_end", "company"})
_TELLING_WITH: Final = frozenset({"name+postcode", "name+street_word", "postcode+street_word", "street_word+postcode"})


@dataclass(frozen=True)
class ResolutionSummary:
    """How many records, persons and households there are, what joined, and what waits for a person."""

    records: int
    persons: int
    households: int
    moved: int
    review: int


def resolve_people(
    open_uow: OpenUnitOfWork, now: datetime, changed: Collection[str] | None = None
) -> ResolutionSummary:
    """Resolve all records, or the changed ones.

    Args:
        open_uow: opens a transaction.
        now: the business clock.
        changed: numbers of new and changed customers, or None for all.
    """
    with open_uow() as uow:
        model = _model(uow)
        few = changed is not None and len(changed) <= MOST_CHANGED * uow.people.count()
        if model is None or not few or changed is None:
            known = {member.customer_id: member for member in uow.people.all()}
            rows = _resolve_all(uow)
        else:
            rows, known = _resolve_changed(uow, model, changed)
        moved = uow.people.store(rows, known, now)
        records, persons, households = uow.people.sizes()
        summary = ResolutionSummary(records, persons, households, moved, len(uow.people.review()))
        uow.commit()
    return summary


def decide_pair(open_uow: OpenUnitOfWork, one: str, other: str, *, same: bool, by: str, now: datetime) -> None:
    """Enter what somebody decided about two records, and resolve them anew."""
    with open_uow() as uow:
        uow.people.decide(Verdict(one, other, same, now, by))
        uow.commit()
    resolve_people(open_uow, now, {one, other})


def match_records(customers: Sequence[Customer]) -> "MatchRecords":
    """Lay customers out as the matcher reads them."""
    from guildpost_agent.domain.matching import MatchRecords  # noqa: PLC0415 — numpy and rapidfuzz, only where matched

    return MatchRecords(
        ids=[c.customer_id for c in customers],
        given_name=[c.given_name for c in customers],
        surname=[c.family_name for c in customers],
        company=[c.company for c in customers],
        street=[c.street for c in customers],
        postcode=[c.postcode for c in customers],
        town=[c.town for c in customers],
        birth_date=[c.birth_date.isoformat() if c.birth_date else "" for c in customers],
        email=[c.email for c in customers],
        phone=[c.mobile or c.phone for c in customers],
    )


def _model(uow: UnitOfWork) -> "MatchModel | None":
    stored = uow.documents.get(MODEL)
    if stored is None:
        return None
    from guildpost_agent.domain.matching import MatchModel  # noqa: PLC0415 — see above

    try:
        return MatchModel.from_json(stored.decode())
    except ValueError:
        return None


def _resolve_all(uow: UnitOfWork) -> list[Membership]:
    customers = uow.records.customers()
    uow.people.forget_all_but({c.customer_id for c in customers})
    if len(customers) < FEWEST_TO_LEARN:
        uow.documents.delete(MODEL)
        return _members(customers, {c.customer_id: c.customer_id for c in customers})
    from guildpost_agent.domain.matching import blocking_keys, estimate, score_pairs  # noqa: PLC0415 — see above

    records = match_records(customers)
    model = estimate(records, seed=SEED)
    uow.documents.put(MODEL, model.to_json().encode())
    pairs = score_pairs(records, model)
    persons, review = _grouped(uow, customers, pairs, ())
    uow.people.replace_review(review, None)
    keys = blocking_keys(records, _narrow(model))
    uow.people.set_keys(dict(zip(records.ids, keys, strict=True)), all_of_them=True)
    return _members(customers, persons)


def _resolve_changed(
    uow: UnitOfWork, model: "MatchModel", changed: Collection[str]
) -> tuple[list[Membership], dict[str, Membership]]:
    """Give the memberships of the changed records and their neighbours, as they are now and as they were."""
    from guildpost_agent.domain.matching import LARGEST_BLOCK, blocking_keys, score_pairs  # noqa: PLC0415 — see above

    fresh = uow.records.customers_of(changed)
    if not fresh:
        return [], {}
    keys = dict(zip([c.customer_id for c in fresh], blocking_keys(match_records(fresh), _narrow(model)), strict=True))
    uow.people.set_keys(keys, all_of_them=False)
    near = uow.people.sharing({key for values in keys.values() for key in values}, LARGEST_BLOCK) | set(keys)
    theirs = {member.person_id for member in uow.people.of(near)}
    known = {member.customer_id: member for member in uow.people.in_persons(theirs)}
    near |= known.keys()
    customers = uow.records.customers_of(near)
    at = {customer.customer_id: number for number, customer in enumerate(customers)}
    # What was found before stands, but for what has changed.
    before = {one: known[one].person_id for one in at if one in known and one not in keys}
    touching = sorted(at[one] for one in keys if one in at)
    pairs = score_pairs(match_records(customers), model, touching=touching)
    persons, review = _grouped(uow, customers, pairs, _together(before, at))
    uow.people.replace_review(review, set(keys))
    return _members(customers, persons), known


def _narrow(model: "MatchModel") -> "MatchModel":
    """Keep the passes whose keys are few and telling: they are stored, and find the partners of a changed record."""
    kept = tuple(name for name in model.passes if name in TELLING or name in _TELLING_WITH)
    return replace(model, passes=kept)


def _grouped(
    uow: UnitOfWork, customers: Sequence[Customer], pairs: "Pairs", joined: Iterable[tuple[int, int]]
) -> tuple[dict[str, str], list[ReviewPair]]:
    """Group records to persons; a person is named after the smallest customer number."""
    from guildpost_agent.domain.matching import explain, resolve  # noqa: PLC0415 — see above

    at = {customer.customer_id: number for number, customer in enumerate(customers)}
    same, different = _rulings(uow.people.verdicts(), at)
    resolution = resolve(pairs, len(customers), must_link=[*same, *joined], cannot_link=different)
    groups: dict[int, list[str]] = {}
    for number, label in enumerate(resolution.labels.tolist()):
        groups.setdefault(label, []).append(customers[number].customer_id)
    persons = {one: min(ids) for ids in groups.values() for one in ids}
    rank = {frozenset(pair): n for n, pair in enumerate(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))}
    review = []
    for a, b, probability in resolution.uncertain:
        one, other = sorted((customers[a].customer_id, customers[b].customer_id))
        review.append(ReviewPair(one, other, round(probability, 4), explain(pairs, rank[frozenset((a, b))])))
    return persons, review


def _rulings(verdicts: Iterable[Verdict], at: dict[str, int]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    same: list[tuple[int, int]] = []
    different: list[tuple[int, int]] = []
    for verdict in verdicts:
        if verdict.customer_id in at and verdict.other_id in at:
            (same if verdict.same else different).append((at[verdict.customer_id], at[verdict.other_id]))
    return same, different


def _together(before: dict[str, str], at: dict[str, int]) -> list[tuple[int, int]]:
    """Pair each record with the first one of its person."""
    first: dict[str, int] = {}
    pairs = [(first.setdefault(person, at[one]), at[one]) for one, person in before.items()]
    return [pair for pair in pairs if pair[0] != pair[1]]


def _members(customers: Sequence[Customer], persons: dict[str, str]) -> list[Membership]:
    from guildpost_agent.domain.households import households  # noqa: PLC0415 — see above

    house = households(customers, persons)
    return [Membership(c.customer_id, persons[c.customer_id], house[persons[c.customer_id]]) for c in customers]
