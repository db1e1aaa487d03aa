"""Asks a question of the plans of many small dealerships."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from tests.factories.random_dealership import RandomDealership, dealerships

PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""Dealerships are small; making a failing one smaller takes longer than reading it."""
SLOW: Final = (HealthCheck.too_slow,)
Check = Callable[[RandomDealership, Path, Any], None]
EACH_SIZE = pytest.mark.parametrize("examples", [20, pytest.param(2_000, marks=pytest.mark.soak)])


def every_plan(examples: int, check: Check, of: st.SearchStrategy[RandomDealership] | None = None) -> None:
    """Ask a question of so many plans, of all dealerships or of some."""

    @settings(max_examples=examples, deadline=None, phases=PHASES, suppress_health_check=SLOW, print_blob=True)
    @given(dealerships() if of is None else of, st.randoms(use_true_random=False))
    def ask(here: RandomDealership, random: Any) -> None:
        with TemporaryDirectory() as folder:
            check(here, Path(folder), random)

    ask()


def planned(here: RandomDealership, folder: Path) -> OpenUnitOfWork:
    store = here.store(folder)
    plan_touchpoints(store, here.services, here.config, here.now, here.key, taught=here.taught)
    return store
