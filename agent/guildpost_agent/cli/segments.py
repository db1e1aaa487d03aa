"""``guildpost-agent segments``: what the segments mean in plain words, and how many customers are in each."""

import argparse
from collections.abc import Iterator, Mapping
from typing import Final

from guildpost_agent.app.score_customers import score_customers
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.reference import definitions_of
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.segments.definitions import Definitions, ServiceScore, StageRule, ValueBand
from guildpost_agent.domain.segments.segment import BUSINESS, FLEET, PRIVATE
from guildpost_shared.catalog import Catalog

HELP = "Kundengruppen: was sie bedeuten und wie viele · segments: what they mean and how many"
FIELDS: Final = ("stage", "value_band", "loyalty", "kind", "age_band")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--compute", action="store_true", help="jetzt neu berechnen · compute anew now")


def run(arguments: argparse.Namespace) -> int:
    """Print the definitions with counts.

    Raises:
        ConfigurationError: the dealer's own definitions cannot be read.
    """
    texts, core = texts_of(arguments), open_core(arguments.home)
    definitions = definitions_of(core)
    if arguments.compute:
        score_customers(core.open_uow, definitions, core.business_clock.now(), core.zone)
    with core.open_uow() as uow:
        day = uow.segments.computed_on()
        counts = {field: uow.segments.counts(field) for field in FIELDS}
        potentials = uow.segments.potential_counts()
    print(texts.text("cli.segments.day", day=day) if day else texts.text("cli.segments.never"))
    for line in describe(definitions, texts, counts, potentials):
        print(line)
    return 0


def describe(
    definitions: Definitions,
    texts: Catalog,
    counts: Mapping[str, Mapping[str, int]],
    potentials: Mapping[str, int],
) -> Iterator[str]:
    """Say every definition in plain words, with its count.

    Args:
        definitions: the ones in force.
        texts: the language, for labels too.
        counts: customers by field and name.
        potentials: by service.
    """
    language = texts.language
    yield texts.text("cli.segments.stage")
    for stage in definitions.stages:
        yield _line(counts["stage"].get(stage.name, 0), stage.label[language], _stage(stage, texts))
    yield texts.plural("cli.segments.value_band", definitions.window_months)
    for band in definitions.value_bands:
        yield _line(counts["value_band"].get(band.name, 0), band.label[language], _value(band, texts))
    yield texts.text("cli.segments.loyalty", years=definitions.loyalty_years)
    for grade in definitions.loyalty:
        words = texts.plural("cli.segments.rule.years", grade.years) if grade.years else _rest(texts)
        yield _line(counts["loyalty"].get(grade.name, 0), grade.label[language], words)
    yield texts.text("cli.segments.kind", vehicles=definitions.fleet_vehicles)
    for kind in (PRIVATE, BUSINESS, FLEET):
        yield _line(counts["kind"].get(kind, 0), texts.text(f"cli.segments.kind.{kind}"))
    yield texts.text("cli.segments.age_band")
    for age in definitions.age_bands:
        words = texts.plural("cli.segments.rule.below_years", age.below_years) if age.below_years else _rest(texts)
        yield _line(counts["age_band"].get(age.name, 0), age.label[language], words)
    yield _line(counts["age_band"].get("", 0), texts.text("cli.segments.unknown_age"))
    yield texts.text("cli.segments.potential", least=definitions.least_score)
    for service in definitions.services:
        yield _line(potentials.get(service.service_id, 0), service.label[language], _weights(service, texts))


def _line(count: int, label: str, words: str = "") -> str:
    return f"  {count:7}  {label}" + (f" – {words}" if words else "")


def _rest(texts: Catalog) -> str:
    return texts.text("cli.segments.rule.rest")


def _stage(stage: StageRule, texts: Catalog) -> str:
    asked = {
        "known_within": stage.known_within_months,
        "visited_within": stage.visited_within_months,
        "visited_before": stage.visited_before_months,
        "back_after": stage.back_after_months,
    }
    words = [texts.plural(f"cli.segments.rule.{name}", months) for name, months in asked.items() if months]
    return ", ".join(words) or _rest(texts)


def _value(band: ValueBand, texts: Catalog) -> str:
    words = [texts.plural("cli.segments.rule.visits", band.visits)] if band.visits else []
    words += [texts.text("cli.segments.rule.hours", count=f"{band.hours:g}")] if band.hours else []
    words += [texts.text("cli.segments.rule.euros", count=f"{band.euros:g}")] if band.euros else []
    return texts.text("cli.segments.rule.or").join(words) or _rest(texts)


def _weights(service: ServiceScore, texts: Catalog) -> str:
    total = sum(service.weights.values())
    return ", ".join(
        f"{texts.text(f'cli.segments.factor.{factor}')} {weight / total:.0%}"
        for factor, weight in service.weights.items()
    )
