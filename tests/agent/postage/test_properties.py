"""What holds for every release, whatever is in it."""

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.postage.choice import choose
from guildpost_agent.domain.postage.items import Content, Item
from guildpost_agent.domain.postage.options import options
from guildpost_agent.domain.postage.pooling import pool_gain
from guildpost_agent.domain.postage.prices import Prices
from tests.factories.postage import prices

GROUPS = st.lists(
    st.tuples(
        st.sampled_from(["84", "93", "94", "01"]),
        st.integers(1, 350),
        st.sampled_from([5, 20, 21, 50]),
        st.sampled_from(list(Content)),
        st.sampled_from([None, date(2026, 3, 6), date(2026, 3, 9), date(2026, 11, 30)]),
    ),
    max_size=8,
)
PRICES = st.builds(
    prices,
    st.sampled_from([date(2026, 3, 2), date(2026, 11, 3)]),
    vat_counts=st.booleans(),
    machinable=st.booleans(),
)


def items_of(groups: list[tuple[str, int, int, Content, date | None]]) -> list[Item]:
    return [
        Item(f"{number}-{one}", region, weight_g, content, latest)
        for number, (region, count, weight_g, content, latest) in enumerate(groups)
        for one in range(count)
    ]


@given(GROUPS, PRICES)
def test_it_is_never_dearer_than_all_letters(
    groups: list[tuple[str, int, int, Content, date | None]], found: Prices
) -> None:
    choice = choose(items_of(groups), found)
    assert choice.best.cost <= choice.all_letters.cost
    assert choice.saving >= 0


@given(GROUPS, PRICES)
def test_every_option_takes_every_item_exactly_once(
    groups: list[tuple[str, int, int, Content, date | None]], found: Prices
) -> None:
    items = items_of(groups)
    for option in options(items, found):
        taken = [item_id for line in option.lines for item_id in line.item_ids]
        assert sorted(item.item_id for item in items) == sorted(taken)


@given(GROUPS, PRICES, st.randoms(use_true_random=False))
def test_the_order_of_the_letters_changes_nothing(
    groups: list[tuple[str, int, int, Content, date | None]], found: Prices, shuffle: random.Random
) -> None:
    items = items_of(groups)
    straight = choose(items, found)
    shuffle.shuffle(items)
    assert straight == choose(items, found)


@given(GROUPS, PRICES)
def test_a_notice_or_a_late_letter_never_goes_in_bulk(
    groups: list[tuple[str, int, int, Content, date | None]], found: Prices
) -> None:
    by_id = {item.item_id: item for item in items_of(groups)}
    for option in options(list(by_id.values()), found):
        bulk = [by_id[item_id] for line in option.lines if line.bulk for item_id in line.item_ids]
        assert {Content.ADVERTISING} >= {item.content for item in bulk}
        assert all(item.latest_arrival is None or item.latest_arrival >= found.bulk_arrival for item in bulk)


@given(st.lists(st.sampled_from(["84", "93", "94", "01"]), max_size=499), st.integers(1, 5))
def test_below_easy_pooling_without_costs_of_its_own_never_loses(regions: list[str], count: int) -> None:
    items = [Item(str(number), region) for number, region in enumerate(regions)]
    assert pool_gain([items[start::count] for start in range(count)], prices()).gain >= 0
