"""A whole network that learns when to write, on simulated customers: ``make(public, rng)``.

Everything that decides is the product's: the agent's choices and deviations, the vector with its noise, the arithmetic
of the secure sum, the coordinator's filter. What this file adds is the weeks: rounds every two, from the first week in
which outcomes are final.

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
from typing import Any, Final

import numpy as np

from guildpost_agent.domain.learning import choosing, contributing, deviations, exploring
from guildpost_agent.domain.learning.choosing import Allowed
from guildpost_coordinator.domain.learning import filter as network
from guildpost_shared.learning import vector
from guildpost_shared.learning.bases import LEAD_DAYS, LEADS, nearest_lead
from guildpost_shared.learning.contexts import Contexts, Ints, Reminders
from guildpost_shared.learning.model import neutral_model, require_sound
from guildpost_shared.learning.terms import LearningTerms
from guildpost_shared.secagg import masking
from guildpost_shared.secagg.cohort import FLOOR_GROUPS, threshold_of
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.keys import RoundKey
from guildpost_shared.secagg.quantise import from_ring, to_ring
from guildpost_shared.studies.noise import with_noise_share

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


class LearningNetwork:
    """All dealerships and their coordinator."""

    def __init__(self, public: Mapping[str, Any], rng: np.random.Generator, terms: LearningTerms | None = None) -> None:
        self.terms = terms or LearningTerms()
        self._dealers = int(public["N"])
        self._allowed = np.asarray(public["allowed"], dtype=np.bool_)
        self._window = exploring.lead_window(int(public["default_lead"]))
        self._first_round = int(public["book_delay"])
        self._rng, self._entropy = rng, GeneratorEntropy(rng)
        self._belief = network.prior()
        self._model = neutral_model()
        self._known = deviations.fresh(self._dealers)
        self._own = deviations.posterior(self._known, self._model)
        self._waiting: list[tuple[Ints, Ints, Reminders]] = []
        self._counted: set[int] = set()
        self._quarters = np.zeros(int(public["n_customers_total"]), dtype=np.int64)
        self._rounds = 0

    @property
    def spent(self) -> float:
        """Tell ε of everything released about the customer that was counted most often."""
        return self.terms.yearly(int(self._quarters.max()))

    def choose(self, week: int, due: Any) -> tuple[Ints, Ints]:  # noqa: ARG002 — part of the interface
        """Choose slots and lead times (days)."""
        contexts = contexts_of(due)
        allowed = Allowed(self._allowed[contexts.channel], np.ones((len(contexts), LEADS), dtype=np.bool_))
        if self._rounds == 0:
            choice = choosing.explored(contexts, allowed, self._window, self._rng)
        else:
            dealer = np.asarray(due.dealer, dtype=np.int64)
            choice = choosing.chosen(
                contexts,
                dealer,
                model=self._model,
                belief=self._own,
                allowed=allowed,
                window=self._window,
                rng=self._rng,
            )
        return choice.slot, np.array(LEAD_DAYS)[choice.lead]

    def observe(self, week: int, outcomes: Any) -> None:  # noqa: ARG002 — part of the interface
        """Take in outcomes that became final."""
        reminders = Reminders(
            contexts_of(outcomes),
            np.asarray(outcomes.slot, dtype=np.int64),
            nearest_lead(np.asarray(outcomes.lead, dtype=np.int64)),
            np.asarray(outcomes.y, dtype=np.int64),
        )
        dealer = np.asarray(outcomes.dealer, dtype=np.int64)
        if outcomes.kind == "click":
            self._known = deviations.with_clicks(self._known, self._own, self._model, dealer, reminders)
            return
        self._known = deviations.with_answers(self._known, self._own, self._model, dealer, reminders)
        self._waiting.append((dealer, np.asarray(outcomes.cust, dtype=np.int64), reminders))

    def end_week(self, week: int) -> None:
        """Let a week pass; hold a round when it is time."""
        self._known = deviations.faded(self._known)
        self._belief = network.aged(self._belief, 1)
        if week % QUARTER_WEEKS == 0:
            self._counted.clear()
        due = week >= self._first_round and (week - self._first_round) % ROUND_WEEKS == 0
        if due and self._waiting and self._dealers >= FLOOR_GROUPS:
            self._round(week)
        self._own = deviations.posterior(self._known, self._model)

    def _round(self, week: int) -> None:
        threshold = threshold_of(self._dealers)
        total = secure_sum(f"week-{week:03d}", self._contributions(threshold), self._entropy)
        self._belief = network.learned(
            self._belief,
            vector.decode(total),
            dealers=self._dealers,
            noise_variance=self.terms.noise_variance * self._dealers / threshold,
        )
        model = require_sound(self._belief.published())
        self._known = deviations.followed(self._known, self._model, model)
        self._model, self._rounds = model, self._rounds + 1

    def _contributions(self, threshold: int) -> Iterator[Ints]:
        """Give every dealership's noised vector, also where there is nothing to report."""
        dealer, reminders = self._countable()
        for at in range(self._dealers):
            start, end = np.searchsorted(dealer, [at, at + 1])
            mine = vector.encode(reminders.take(np.arange(start, end)), self._model, self.terms, self._entropy)
            yield with_noise_share(mine, self.terms.noise_variance, threshold=threshold, entropy=self._entropy)

    def _countable(self) -> tuple[Ints, Reminders]:
        """Take out what waits, one reminder per customer, ordered by dealership."""
        customer = np.concatenate([customer for _, customer, _ in self._waiting])
        dealer = np.concatenate([dealer for dealer, _, _ in self._waiting])
        reminders = Reminders.joined([reminders for _, _, reminders in self._waiting])
        self._waiting.clear()
        kept = contributing.countable(customer, self._counted)
        self._counted.update(customer[kept].tolist())
        self._quarters[customer[kept]] += 1
        order = kept[np.argsort(dealer[kept], kind="stable")]
        return dealer[order], reminders.take(order)


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
