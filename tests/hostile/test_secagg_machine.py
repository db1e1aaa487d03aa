"""Aggregation of one, sybils, different views: whatever a coordinator sends, it learns sums over t entities or nothing.

``secagg_coordinator`` is the attacker, ``secagg_knowledge`` works out what it knows. Few traces run with the real
primitives and more with idealised ones; ``make soak`` runs a thousand and a hundred thousand. That the attacker is
worth something is shown by taking single rules out of the agents: then it finds a leak.
"""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from guildpost_shared.secagg import cohort, rules
from tests.hostile.secagg_coordinator import SEEN, SITES, TWELVE, HostileCoordinator
from tests.hostile.secagg_ideal import ideal_primitives, idealised

STAGES = ("SHARE_KEYS", "MASKED_INPUT_COLLECTION", "CONSISTENCY_CHECK", "UNMASKING")


class AgainstRealPrimitives(HostileCoordinator):
    """X25519, Ed25519, Shamir, ChaCha20-Poly1305, AES."""


class AgainstIdealPrimitives(HostileCoordinator):
    """Hashes and tables."""

    networks = (idealised(TWELVE), idealised(SITES))


def attack(machine: type[HostileCoordinator], traces: int, *, repeatable: bool = True) -> None:
    """Run so many traces; raise at the first that knows too much."""
    SEEN.clear()
    ideal: AbstractContextManager[None] = ideal_primitives() if machine is AgainstIdealPrimitives else nullcontext()
    with ideal:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=traces,
                stateful_step_count=12,
                deadline=None,
                derandomize=repeatable,
                database=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )


def assert_not_vacuous(traces: int) -> None:
    """Every stage was reached, sums were worked out, and the defences had work to do."""
    assert all(SEEN[f"answered {stage}"] for stage in STAGES)
    assert SEEN["steps with a sum"] >= traces // 20
    assert sum(count for key, count in SEEN.items() if key.startswith("refused ")) >= 2 * traces


@pytest.mark.parametrize(
    ("machine", "traces"), [(AgainstRealPrimitives, 15), (AgainstIdealPrimitives, 60)], ids=["real", "idealised"]
)
def test_no_sequence_of_messages_takes_a_sum_apart(machine: type[HostileCoordinator], traces: int) -> None:
    attack(machine, traces)
    assert_not_vacuous(traces)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("machine", "traces"),
    [(AgainstRealPrimitives, 1_000), (AgainstIdealPrimitives, 100_000)],
    ids=["real", "idealised"],
)
def test_no_sequence_of_very_many_takes_a_sum_apart(machine: type[HostileCoordinator], traces: int) -> None:
    attack(machine, traces, repeatable=False)
    assert_not_vacuous(traces)


# -- the attacker is worth something -----------------------------------------------------------------------------------


def without_the_floor() -> AbstractContextManager[Any]:
    """Rule 5 gone: two legal entities are enough."""
    stack = ExitStack()
    stack.enter_context(patch.object(cohort, "FLOOR_GROUPS", 2))
    stack.enter_context(patch.object(rules, "FLOOR_GROUPS", 2))
    return stack


def without_four_fifths_and_signatures() -> AbstractContextManager[Any]:
    """Rules 6 and 10 gone: four legal entities are a threshold, and nobody counts who signed."""

    def everybody_agrees(one: cohort.Cohort, _signers: Collection[str]) -> int:
        return one.threshold

    stack = ExitStack()
    stack.enter_context(patch.object(cohort, "threshold_of", lambda _groups: 4))
    stack.enter_context(patch.object(cohort.Cohort, "agreeing_groups", everybody_agrees))
    return stack


FAULTS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "the floor": without_the_floor,
    "four fifths and signatures": without_four_fifths_and_signatures,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_attacker_finds_the_leak_when_agents_do_without(fault: str) -> None:
    with FAULTS[fault](), pytest.raises(AssertionError, match="frozenset"):
        attack(AgainstIdealPrimitives, 1_000)
