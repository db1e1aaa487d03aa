"""Where a lead time lies for the average dealership: what each reminder says of the whole network."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.domain.learning import features
from guildpost_agent.domain.learning.centring import MOST_SHIFT, lead_shifts
from guildpost_agent.domain.learning.reading import Recipient, sent_of
from guildpost_agent.domain.records import Channel
from guildpost_shared.learning.bases import LEAD_STEP, lead_basis
from guildpost_shared.learning.blocks import DIMENSION
from guildpost_shared.learning.contexts import Contexts
from guildpost_shared.learning.model import NetworkModel
from tests.factories.network_models import a_model
from tests.factories.reminders import random_contexts
from tests.factories.round_world import a_touchpoint

NETWORK = a_model(lead=25).model
AT = datetime(2027, 3, 9, 9, 30, tzinfo=UTC)


def own_peak(days: int, strength: float = 2.0) -> np.ndarray:
    """Give deviations, float64[1, 45], under which every class is answered best a number of days before."""
    own = np.zeros((1, features.COUNT))
    curve = strength * lead_basis()[days // LEAD_STEP, : features.LEAD_FUNCTIONS]
    own[0, features.LEADS] = np.tile(curve, features.COUNT // features.LEAD_FUNCTIONS)[: own[0, features.LEADS].size]
    return own


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (np.zeros((1, features.COUNT)), 0),
        (own_peak(25), 0),
        (own_peak(40), 15),
        (own_peak(10), -15),
        (own_peak(110), MOST_SHIFT),
    ],
    ids=[
        "nothing known",
        "as the network",
        "customers who plan ahead",
        "customers in haste",
        "no further than 20 days",
    ],
)
def test_the_shift_is_from_the_networks_peak_to_ones_own(own: np.ndarray, expected: int) -> None:
    one = Contexts(*(np.zeros(1, dtype=np.int64) for _ in range(5)))
    assert abs(expected - int(lead_shifts(NETWORK, one, own)[0])) <= LEAD_STEP


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_model_and_no_belief_shift_by_more_than_twenty_days(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = NetworkModel(rng.uniform(-6, 6, DIMENSION), np.ones(DIMENSION))
    shifts = lead_shifts(model, random_contexts(40, rng), rng.normal(0, 9, (40, features.COUNT)))
    assert np.abs(shifts).max() <= MOST_SHIFT
    assert not (shifts % LEAD_STEP).any()


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.LETTER])
def test_a_reminder_is_counted_where_the_average_dealership_would_have_sent_it(channel: Channel) -> None:
    sent = a_touchpoint("t", "anna", AT, channel=channel, due_date=date(2027, 4, 18), lead_days=40)
    plain, beyond = (
        sent_of(replace(sent, lead_shift=shift), 0, Recipient(0, 1, 1), AT, answered=True) for shift in (0, 15)
    )
    assert plain == replace(beyond, lead=beyond.lead + 15)
    assert plain.lead == (date(2027, 4, 18) - AT.date()) // timedelta(days=1)
