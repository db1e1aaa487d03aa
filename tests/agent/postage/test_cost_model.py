"""What a release costs: the worked example, every option, deadlines, VAT, season, rebates. Tenths of a cent."""

from dataclasses import replace
from datetime import date

import pytest

from guildpost_agent.domain.postage.break_evens import BreakEvens, break_evens
from guildpost_agent.domain.postage.choice import choose
from guildpost_agent.domain.postage.items import Content, Item
from guildpost_agent.domain.postage.options import Kind
from guildpost_agent.domain.postage.pooling import pool_gain
from guildpost_agent.domain.postage.prices import prices_on
from guildpost_agent.domain.reference.tariffs import Tariffs
from tests.factories.postage import BY, TARIFFS, TUESDAY, letters, prices

FORTNIGHT = {"84": 260, "94": 45, "93": 35}
RUNS = ({"84": 110, "94": 22, "93": 12}, {"84": 70, "94": 18, "93": 10}, {"84": 80, "94": 5, "93": 13})


def test_a_fortnight_costs_174_80_euros_instead_of_323() -> None:
    choice = choose(letters(FORTNIGHT), prices())
    assert (Kind.REGIONAL_MIX, 174_800, 323_000) == (choice.best.kind, choice.best.cost, choice.all_letters.cost)
    by_region = {(item_id[:2], product) for item_id, product in choice.best.assignment.items()}
    assert {("84", "dialogpost_standard"), ("93", "standardbrief"), ("94", "standardbrief")} == by_region


def test_three_runs_apart_cost_294_50_euros_so_that_pooling_gains_119_70() -> None:
    runs = [letters(counts, run=f"{number}/") for number, counts in enumerate(RUNS)]
    assert [108_300, 93_100, 93_100] == [choose(run, prices()).best.cost for run in runs]
    gain = pool_gain(runs, prices())
    assert (294_500, 174_800, 119_700) == (gain.apart, gain.pooled, gain.gain)


def test_handling_and_lost_bookings_count_against_the_pool() -> None:
    runs = [letters(counts, run=f"{number}/") for number, counts in enumerate(RUNS)]
    assert -300 == pool_gain(runs, prices(), handling=20_000, lost=100_000).gain


def test_a_regional_run_and_a_scattered_one_are_better_kept_apart() -> None:
    runs = letters({"84": 200}), letters({f"{region}": 50 for region in range(10, 20)})
    assert 200 * 380 + 500 * 560 - 700 * 560 == pool_gain(runs, prices()).gain


def test_options_pay_from_81_and_2001_letters_and_national_beats_easy_from_3393() -> None:
    assert BreakEvens(regional=81, easy=500, national=2001, national_over_easy=3393) == break_evens(prices())


@pytest.mark.parametrize(
    ("counts", "kind", "cost"),
    [
        ({"84": 80}, Kind.ALL_LETTERS, 80 * 950),
        ({"84": 81}, Kind.REGIONAL_MIX, 200 * 380),
        ({"84": 200}, Kind.REGIONAL_MIX, 200 * 380),
        ({f"{r}": 49 for r in range(10, 20)}, Kind.ALL_LETTERS, 490 * 950),
        ({f"{r}": 50 for r in range(10, 20)}, Kind.EASY, 500 * 560),
        ({f"{r}": 50 for r in range(10, 77)} | {"77": 42}, Kind.EASY, 3392 * 560),
        ({f"{r}": 50 for r in range(10, 77)} | {"77": 43}, Kind.NATIONAL, 5000 * 380),
        ({f"{r}": 70 for r in range(10, 90)}, Kind.NATIONAL, 5600 * 380),
    ],
    ids=[
        "a region too small",
        "a region topped up",
        "a whole region",
        "too few for Easy",
        "scattered, just enough for Easy",
        "Easy at its end",
        "topped up to a national posting",
        "a whole national posting",
    ],
)
def test_the_cheapest_option_is_chosen(counts: dict[str, int], kind: Kind, cost: int) -> None:
    choice = choose(letters(counts), prices())
    assert (kind, cost) == (choice.best.kind, choice.best.cost)


def test_without_top_up_a_minimum_is_a_minimum() -> None:
    strict = replace(prices(), top_up=False)
    assert [Kind.ALL_LETTERS, Kind.REGIONAL_MIX] == [
        choose(letters({"84": count}), strict).best.kind for count in (199, 200)
    ]
    assert (200, 5000) == (break_evens(strict).regional, break_evens(strict).national)


def test_a_topped_up_posting_says_how_many_items_it_pays_for_without_having_them() -> None:
    posting, top_up = choose(letters({"84": 150}), prices()).best.lines
    assert ((150, 150), (0, 50)) == tuple((len(line.item_ids), line.paid_for) for line in (posting, top_up))


@pytest.mark.parametrize(
    ("latest_arrival", "kind"),
    [(date(2026, 3, 9), Kind.REGIONAL_MIX), (date(2026, 3, 8), Kind.ALL_LETTERS), (None, Kind.REGIONAL_MIX)],
    ids=["just in time", "a day late", "no deadline"],
)
def test_what_would_come_too_late_in_bulk_goes_as_a_letter(latest_arrival: date | None, kind: Kind) -> None:
    items = [replace(item, latest_arrival=latest_arrival) for item in letters({"84": 300})]
    assert kind is choose(items, prices()).best.kind


def test_a_notice_among_advertising_stays_a_letter_and_does_not_count_towards_a_minimum() -> None:
    items = letters({"84": 80}) + letters({"84": 200}, "n", Content.NOTICE)
    assert Kind.ALL_LETTERS is choose(items, prices()).best.kind
    more = choose([*items, Item("one-more", "84")], prices()).best
    assert {"standardbrief"} == {more.assignment[item.item_id] for item in items if item.content is Content.NOTICE}
    assert 200 * 380 + 200 * 950 == more.cost


def test_weights_of_one_format_share_a_posting_at_their_own_prices() -> None:
    items = letters({"84": 150}) + letters({"84": 60}, "h", weight_g=30)
    best = choose(items, prices()).best
    assert 150 * 380 + 60 * 420 == best.cost
    assert {"dialogpost_standard", "dialogpost_standard_50"} == set(best.assignment.values())


def test_a_letter_that_no_product_carries_and_an_id_twice_are_bugs() -> None:
    with pytest.raises(ValueError, match="60 g"):
        choose([Item("a", "84", 60)], prices())
    with pytest.raises(ValueError, match="twice"):
        choose([Item("a", "84"), Item("a", "84")], prices())


def test_no_letters_cost_nothing() -> None:
    assert (Kind.ALL_LETTERS, 0, {}) == (choose([], prices()).best.kind, 0, choose([], prices()).best.assignment)


def test_who_cannot_deduct_vat_compares_with_it() -> None:
    gross = prices(vat_counts=True)
    assert (81, 96) == (break_evens(prices()).regional, break_evens(gross).regional)
    best = choose(letters({"84": 200}), gross).best
    assert (76_000, 14_440, 90_440) == (best.net, best.vat, best.cost)
    assert Kind.ALL_LETTERS is choose(letters({"84": 95}), gross).best.kind


@pytest.mark.parametrize(
    ("release", "machinable", "cost"),
    [(TUESDAY, True, 380), (date(2026, 8, 31), True, 390), (date(2026, 9, 1), True, 390), (TUESDAY, False, 430)],
    ids=["in spring", "handed over in August, posted in September", "in autumn", "not for machines"],
)
def test_season_and_handwork_cost_more_in_bulk(release: date, machinable: bool, cost: int) -> None:  # noqa: FBT001 — a table's column
    assert 200 * cost == choose(letters({"84": 200}), prices(release, machinable=machinable)).best.cost


def test_rebates_of_a_contract_count() -> None:
    contract = replace(TARIFFS.periods[0], letter_rebate_permille=100, dialogue_rebate_permille=50)
    rebated = prices_on(Tariffs((contract,)), TUESDAY, BY)
    assert (855, 361) == (rebated.letters[0].tenths, rebated.bulk[0].tenths)


@pytest.mark.parametrize(
    ("release", "letters_posted", "bulk_posted", "arrival"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 9)),
        (date(2026, 3, 3), date(2026, 3, 3), date(2026, 3, 3), date(2026, 3, 9)),
        (date(2026, 4, 4), date(2026, 4, 7), date(2026, 4, 7), date(2026, 4, 13)),
        (date(2026, 12, 31), date(2027, 1, 4), date(2027, 1, 5), date(2027, 1, 12)),
    ],
    ids=["Monday is no bulk day", "Tuesday is one", "Easter Saturday waits", "New Year's Eve and Epiphany"],
)
def test_bulk_is_posted_on_the_carriers_days(
    release: date, letters_posted: date, bulk_posted: date, arrival: date
) -> None:
    found = prices(release)
    assert (letters_posted, bulk_posted, arrival) == (found.letters_posted, found.bulk_posted, found.bulk_arrival)


def test_letters_and_bulk_of_one_release_may_fall_into_two_tariffs() -> None:
    year = TARIFFS.periods[0]
    following = replace(
        year, valid_from=date(2027, 1, 5), valid_to=None, dialogue=(replace(year.dialogue[0], cents=40),)
    )
    found = prices_on(Tariffs((year, following)), date(2027, 1, 4), BY)
    assert (950, 400, True) == (found.letters[0].tenths, found.bulk[0].tenths, found.assumed)
