"""A whole network that learns when to write, on simulated customers: ``make(public, rng)``.

Everything that decides is the product's: what an agent believes, draws and picks, the vector with its noise, the
arithmetic of the secure sum, the coordinator's filter and the document that it publishes. What this file adds is the
weeks: rounds every two, from the first week in which outcomes are final.

``public`` states ``N``, ``n_customers_total``, ``allowed`` (bool[3, 91]: e-mail, letter, phone), ``default_lead`` and
``book_delay``. The object has ``choose(week, due) → (slot, lead)``, ``observe(week, outcomes)`` and ``end_week(week)``;
``due`` and ``outcomes`` are arrays over all dealerships, sorted by dealership.

Privacy over 26 weeks: a customer is in at most one round per quarter (13 weeks), each at ε = 1 and δ = 1e-6; in two
quarters together at ε = 1.46 at most (``spent`` tells it for the customer that was counted most often).

Pair masks cancel in every sum and cost two key agreements per pair; here each dealership's vector is hidden by its
self-mask alone, which is taken off the sum (``bench/secagg.py`` runs the whole protocol).
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from bench.learning_senders import KEYS, Senders
from guildpost_agent.domain.learning.centring import lead_shifts
from guildpost_agent.domain.learning.own import Dated, own_beliefs
from guildpost_coordinator.domain.learning.filter import Belief
from guildpost_coordinator.domain.learning.publishing import moved
from guildpost_shared.learning import vector
from guildpost_shared.learning.bases import nearest_lead
from guildpost_shared.learning.contexts import Contexts, Floats, Ints, Reminders
from guildpost_shared.learning.document import NEUTRAL, parse_model
from guildpost_shared.learning.model import NetworkModel
from guildpost_shared.learning.terms import LearningTerms
from guildpost_shared.secagg import masking
from guildpost_shared.secagg.cohort import FLOOR_GROUPS, threshold_of
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.keys import RoundKey
from guildpost_shared.secagg.quantise import from_ring, to_ring
from guildpost_shared.studies.noise import with_noise_share
from guildpost_shared.studies.when_to_write import CustomerRow, LearningLayout

START: Final = date(2027, 1, 4)
"""The day on which the first week begins."""
ROUND_WEEKS: Final = 2
QUARTER_WEEKS: Final = 13
SEED_BYTES: Final = 32


class GeneratorEntropy:
    """Random bytes of a seeded generator, so that a run can be repeated; a dealership takes the operating system's."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` bytes."""
        return self._rng.bytes(size)


class Outcomes:
    """Final outcomes of all dealerships, as they come in."""

    def __init__(self) -> None:
        none = np.zeros(0, dtype=np.int64)
        empty = Dated(Reminders(Contexts(none, none, none, none, none), none, none, none), none)
        self._batches: list[tuple[Ints, Dated]] = [(none, empty)]

    def add(self, dealer: Ints, rows: Dated) -> None:
        """Take in a week's."""
        self._batches.append((dealer, rows))

    def joined(self) -> tuple[Dated, Ints]:
        """Give all of them, and whose they are."""
        rows = [rows for _, rows in self._batches]
        reminders, day = Reminders.joined([one.reminders for one in rows]), np.concatenate([one.day for one in rows])
        return Dated(reminders, day), np.concatenate([dealer for dealer, _ in self._batches])


class LearningNetwork:
    """All dealerships and their coordinator."""

    def __init__(self, public: Mapping[str, Any], rng: np.random.Generator, terms: LearningTerms | None = None) -> None:
        self.terms = terms or LearningTerms()
        self._dealers = int(public["N"])
        self._first_round = int(public["book_delay"])
        self._entropy = GeneratorEntropy(rng)
        allowed = np.asarray(public["allowed"], dtype=np.bool_)
        secrets = [self._entropy.token_bytes(SEED_BYTES) for _ in range(min(KEYS, self._dealers))]
        self._senders = Senders(allowed, int(public["default_lead"]), secrets)
        self._belief: Belief | None = None
        self._published = NEUTRAL
        self._answers, self._clicks = Outcomes(), Outcomes()
        self._waiting: list[tuple[Ints, Ints, Reminders]] = []
        self._thought: dict[int, tuple[NetworkModel, Floats]] = {}
        self._counted: set[int] = set()
        self._quarters = np.zeros(int(public["n_customers_total"]), dtype=np.int64)

    @property
    def spent(self) -> float:
        """Tell ε of everything released about the customer that was counted most often."""
        return self.terms.yearly(int(self._quarters.max()))

    def choose(self, week: int, due: Any) -> tuple[Ints, Ints]:
        """Choose slots and lead times (days)."""
        contexts, dealer = contexts_of(due), np.asarray(due.dealer, dtype=np.int64)
        names = [f"week {week}, reminder {number}" for number in range(len(dealer))]
        if self._published.version == 0:
            times = self._senders.explored(dealer, contexts, names)
        else:
            today = START + timedelta(weeks=week)
            own = own_beliefs(
                self._published, self._answers.joined(), self._clicks.joined(), today, dealers=self._dealers
            )
            times = self._senders.learned(dealer, contexts, names, model=self._published.model, belief=own)
            self._thought[week] = (self._published.model, own.mean)
        slot, lead = np.array(times, dtype=np.int64).reshape(-1, 2).T
        return slot, lead

    def observe(self, week: int, outcomes: Any) -> None:  # noqa: ARG002 — part of the interface
        """Take in outcomes that became final."""
        lead, dealer = np.asarray(outcomes.lead, dtype=np.int64), np.asarray(outcomes.dealer, dtype=np.int64)
        reminders = Reminders(
            contexts_of(outcomes),
            np.asarray(outcomes.slot, dtype=np.int64),
            nearest_lead(lead),
            np.asarray(outcomes.y, dtype=np.int64),
        )
        rows = Dated(reminders, START.toordinal() + 7 * np.asarray(outcomes.sent_week, dtype=np.int64))
        if outcomes.kind == "click":
            self._clicks.add(dealer, rows)
            return
        self._answers.add(dealer, rows)
        centred = nearest_lead(lead - self._shifts(np.asarray(outcomes.sent_week), dealer, reminders.contexts))
        self._waiting.append((dealer, np.asarray(outcomes.cust, dtype=np.int64), replace(reminders, lead=centred)))

    def _shifts(self, sent_week: Ints, dealer: Ints, contexts: Contexts) -> Ints:
        """Tell how far off they thought their own best lead times when they wrote, int64[n]; nothing before a model."""
        shifts = np.zeros(len(dealer), dtype=np.int64)
        for week in np.unique(sent_week).tolist():
            if week in self._thought:
                model, own = self._thought[week]
                rows = np.flatnonzero(sent_week == week)
                shifts[rows] = lead_shifts(model, contexts.take(rows), own[dealer[rows]])
        return shifts

    def end_week(self, week: int) -> None:
        """Let a week pass; hold a round when it is time."""
        if week % QUARTER_WEEKS == 0:
            self._counted.clear()
        due = week >= self._first_round and (week - self._first_round) % ROUND_WEEKS == 0
        if due and self._waiting and self._dealers >= FLOOR_GROUPS:
            self._round(week)

    def _round(self, week: int) -> None:
        threshold = threshold_of(self._dealers)
        total = secure_sum(f"week-{week:03d}", self._contributions(threshold), self._entropy)
        self._belief, published = moved(
            self._belief,
            self._published,
            vector.decode(total),
            START + timedelta(weeks=week),
            dealers=self._dealers,
            noise_variance=self.terms.noise_variance * self._dealers / threshold,
        )
        self._published = parse_model(published.canonical_bytes)

    def _contributions(self, threshold: int) -> Iterator[Ints]:
        """Give every dealership's noised vector, also where there is nothing to report."""
        dealer, reminders = self._countable()
        places, integers = vector.customer_rows(reminders, self._published.model)
        for at in range(self._dealers):
            start, end = np.searchsorted(dealer, [at, at + 1]).tolist()
            mine = [CustomerRow(*row) for row in zip(places[start:end], integers[start:end], strict=True)]
            counts = LearningLayout().encode(mine, cap=self.terms.cap_customers, entropy=self._entropy)
            yield with_noise_share(counts, self.terms.noise_variance, threshold=threshold, entropy=self._entropy)

    def _countable(self) -> tuple[Ints, Reminders]:
        """Take out what waits: each customer's first reminder, unless counted in this quarter; by dealership."""
        customer = np.concatenate([customer for _, customer, _ in self._waiting])
        dealer = np.concatenate([dealer for dealer, _, _ in self._waiting])
        reminders = Reminders.joined([reminders for _, _, reminders in self._waiting])
        self._waiting.clear()
        customers, first = np.unique(customer, return_index=True)
        free = first[[one not in self._counted for one in customers.tolist()]]
        self._counted.update(customer[free].tolist())
        self._quarters[customer[free]] += 1
        kept = free[np.lexsort((free, dealer[free]))]
        return dealer[kept], reminders.take(kept)


def make(public: Mapping[str, Any], rng: np.random.Generator) -> LearningNetwork:
    """Make the policy for a network of ``public["N"]`` dealerships."""
    return LearningNetwork(public, rng)


def contexts_of(rows: Any) -> Contexts:
    """Read whom reminders go to."""
    columns = (rows.service, rows.channel, rows.pt, rows.age, rows.loy)
    return Contexts(*(np.asarray(column, dtype=np.int64) for column in columns))


def secure_sum(round_id: str, vectors: Iterator[Ints], entropy: GeneratorEntropy) -> Ints:
    """Add masked vectors in the ring and take the masks off the sum."""
    meaning = vector.layout_hash()
    blank = hashlib.sha256(b"simulated").digest()
    context = RoundContext(round_id, blank, blank, meaning, vector.LENGTH)
    total = np.zeros(vector.LENGTH, dtype=np.uint64)
    secrets: dict[str, bytes] = {}
    for number, mine in enumerate(vectors):
        agent, secret = f"dealer-{number:04d}", entropy.token_bytes(SEED_BYTES)
        key = RoundKey(context, agent, entropy.token_bytes(SEED_BYTES))
        total += masking.mask(
            context, to_ring(mine, vector.LENGTH), agent_id=agent, mask_key=key, self_secret=secret, peers={}
        )
        secrets[agent] = secret
    masking.remove_self_masks(context, total, secrets)
    return from_ring(total)
