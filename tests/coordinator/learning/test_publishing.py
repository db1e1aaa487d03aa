"""What a round makes of the model in force."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from guildpost_coordinator.domain.learning.filter import aged, learned, prior
from guildpost_coordinator.domain.learning.publishing import moved
from guildpost_shared.learning.document import NEUTRAL
from guildpost_shared.learning.model import neutral_model
from guildpost_shared.learning.vector import Collected, decode
from tests.factories.reminders import random_reminders, summed

FIRST = date(2027, 3, 1)


def a_round(seed: int) -> Collected:
    return decode(summed(random_reminders(2_000, np.random.default_rng(seed)), neutral_model()))


def test_the_first_round_starts_from_the_prior_and_each_later_one_from_the_belief_of_its_day() -> None:
    first, model = moved(None, NEUTRAL, a_round(1), FIRST, dealers=50, noise_variance=1e4)
    expected = learned(prior(), a_round(1), dealers=50, noise_variance=1e4)
    assert np.array_equal(expected.theta, first.theta)
    assert (1, FIRST) == (model.version, model.learned_on)
    later = FIRST + timedelta(weeks=3)
    second, model = moved(first, model, a_round(2), later, dealers=50, noise_variance=1e4)
    expected = learned(aged(first, 3.0), a_round(2), dealers=50, noise_variance=1e4)
    assert np.array_equal(expected.covariance, second.covariance)
    assert (2, later) == (model.version, model.learned_on)


def test_a_model_taken_out_of_the_catalogue_lets_learning_begin_anew() -> None:
    held, _ = moved(None, NEUTRAL, a_round(1), FIRST, dealers=50, noise_variance=1e4)
    anew, model = moved(held, NEUTRAL, a_round(2), FIRST, dealers=50, noise_variance=1e4)
    assert np.array_equal(learned(prior(), a_round(2), dealers=50, noise_variance=1e4).theta, anew.theta)
    assert 1 == model.version


def test_the_model_remembers_the_day_on_which_an_alarm_rose_and_not_those_on_which_it_went_on() -> None:
    belief, model = moved(None, NEUTRAL, a_round(1), FIRST, dealers=50, noise_variance=1e4)
    quiet = replace(belief, surprises=((1e-9, 1e-9),) * 4)
    surprising = replace(a_round(2), score=100 * a_round(2).score)
    then = FIRST + timedelta(weeks=2)
    belief, model = moved(quiet, model, surprising, then, dealers=50, noise_variance=1e4)
    assert (then, then) == model.drift_since
    assert (True, True) == model.model.drifting
    again = replace(belief, surprises=((1e-9, 1e-9),) * 4)
    _, model = moved(again, model, surprising, then + timedelta(weeks=2), dealers=50, noise_variance=1e4)
    assert (then, then) == model.drift_since
