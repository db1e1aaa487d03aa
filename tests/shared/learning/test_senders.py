"""The dealerships of a simulated network choose as an agent does."""

from collections import Counter

import numpy as np
import pytest

from bench.learning_senders import Senders
from guildpost_agent.domain.call_steps import END_CALL_HOUR, FIRST_CALL_HOUR
from guildpost_agent.domain.learning.buckets import bucket_of
from guildpost_agent.domain.learning.deviations import Posterior, fresh, posterior
from guildpost_agent.domain.learning.picking import pick
from guildpost_agent.domain.learning.reading import Addressed, Recipient
from guildpost_agent.domain.learning.times import Times
from guildpost_shared.learning.bases import FIRST_HOUR, HOURS, LEAD_DAYS, SLOTS, WEEKDAYS, slot_of
from guildpost_shared.learning.contexts import CHANNELS, LETTER, PHONE, Contexts, Flags, Ints
from tests.factories.network_models import a_model
from tests.factories.reminders import random_contexts

KEYS = [bytes([number] * 32) for number in range(2)]
LAST_HOUR = 19
EMAIL = CHANNELS.index("email")
MODEL = a_model(strength=0.1, variance=0.3)


def an_agents_hours() -> Flags:
    """Any day; e-mails from 8 to 19 h, calls when one may call."""
    hours = np.arange(FIRST_HOUR, FIRST_HOUR + HOURS)
    mails, calls = hours <= LAST_HOUR, (hours >= FIRST_CALL_HOUR) & (hours < END_CALL_HOUR)
    by_channel: Flags = np.stack([calls if channel == PHONE else mails for channel in range(len(CHANNELS))])
    return np.tile(by_channel, WEEKDAYS)


def chosen(senders: Senders, contexts: Contexts, dealer: Ints, belief: Posterior) -> list[tuple[int, int]]:
    names = [f"o{number}" for number in range(len(contexts))]
    return senders.learned(dealer, contexts, names, model=MODEL.model, belief=belief)


def test_an_occasion_gets_the_time_that_the_agent_of_its_dealership_gives_it() -> None:
    rng = np.random.default_rng(1)
    contexts, dealer = random_contexts(1_000, rng), np.sort(rng.integers(0, 2, 1_000))
    prior = posterior(fresh(2), MODEL.model)
    belief = Posterior(prior.mean + 0.05 * rng.standard_normal(prior.mean.shape), prior.root)
    found = chosen(Senders(an_agents_hours(), 28, KEYS), contexts, dealer, belief)
    agents = [
        Times(key, MODEL, Posterior(belief.mean[[at]], belief.root[[at]]), LAST_HOUR) for at, key in enumerate(KEYS)
    ]
    days = [(lead, weekday) for lead in reversed(LEAD_DAYS) for weekday in range(WEEKDAYS)]
    same = 0
    for at in range(1_000):
        who = Recipient(int(contexts.business[at]), int(contexts.age[at]), int(contexts.loyal[at]))
        addressed = Addressed(int(contexts.learning_class[at]), int(contexts.channel[at]), who)
        values = agents[dealer[at]].values(addressed, bucket_of(KEYS[dealer[at]], f"o{at}"))
        best = pick(days, values, 28)
        lead, weekday = days[best.at]
        same += found[at] == (-1 if contexts.channel[at] == LETTER else slot_of(weekday, best.hour), lead)
    assert 985 <= same < 1_000, "all but the five in a thousand that explore"


@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
def test_nothing_is_chosen_that_is_not_allowed(share: float) -> None:
    rng = np.random.default_rng(2)
    contexts, dealer = random_contexts(400, rng), np.sort(rng.integers(0, 3, 400))
    allowed = rng.random((3, SLOTS)) < share
    senders = Senders(allowed, 28, KEYS)
    names = [f"o{number}" for number in range(400)]
    for times in (
        senders.explored(dealer, contexts, names),
        chosen(senders, contexts, dealer, posterior(fresh(3), MODEL.model)),
    ):
        for channel, (slot, lead) in zip(contexts.channel.tolist(), times, strict=True):
            assert slot == -1 if channel == LETTER else allowed[channel, slot]
            assert 0 <= lead <= 120


def test_the_start_spreads_evenly_over_what_is_allowed_near_the_recommended_time() -> None:
    rng = np.random.default_rng(3)
    contexts = random_contexts(20_000, rng)
    senders = Senders(an_agents_hours(), 28, KEYS)
    times = senders.explored(np.zeros(20_000, dtype=np.int64), contexts, [f"o{number}" for number in range(20_000)])
    leads = Counter(lead for _, lead in times)
    mails = contexts.channel == EMAIL
    slots = Counter(slot for (slot, _), mail in zip(times, mails.tolist(), strict=True) if mail)
    assert set(range(10, 85)) == set(leads)
    assert WEEKDAYS * (LAST_HOUR - FIRST_HOUR + 1) == len(slots)
    for found in (leads, slots):
        assert min(found.values()) > 0.6 * sum(found.values()) / len(found)
