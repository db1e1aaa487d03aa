"""A preview of the plan in figures: messages by day or week, service and channel, their cost, and who gets none."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from guildpost_agent.app.explain import say_day
from guildpost_agent.app.explain_entry import service_name
from guildpost_agent.app.preview_plan import Preview
from guildpost_agent.cli.postage import money
from guildpost_agent.domain.planning import HORIZON_DAYS
from guildpost_agent.domain.preview_scope import Standing
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.workshop import week_of
from guildpost_shared.catalog import Catalog

_TENTHS: Final = 10
_DAY: Final = "    {:24} "
_ROW: Final = "{:32} {:8} {:>6}"


def describe_summary(preview: Preview, texts: Catalog, *, weekly: bool) -> Iterator[str]:
    """Say what the scope holds.

    Args:
        preview: the figures.
        texts: the language.
        weekly: a row for each week instead of each day.
    """
    yield from describe_scope(preview, texts)
    yield from _rows(preview, texts, weekly=weekly)
    channels = Counter[Channel]()
    for (_, _, channel), count in preview.messages.items():
        channels[channel] += count
    ways = _listed({texts.text(f"consent.channel.{one}"): channels[one] for one in Channel})
    standings = _listed({texts.text(f"cli.plan.standing.{one}"): preview.standing.get(one, 0) for one in Standing})
    yield texts.text("cli.plan.sum", count=sum(channels.values()), channels=ways, standings=standings)
    if preview.carried:
        services = preview.plan.services
        yield texts.text(
            "cli.plan.carried",
            services=_listed({service_name(one, services, texts): n for one, n in preview.carried.items()}),
        )
    each = money(preview.plan.letter_cents * _TENTHS, texts)
    yield texts.text("cli.plan.cost", cost=money(preview.letter_cents * _TENTHS, texts), each=each)
    yield texts.text("cli.plan.refused", count=sum(preview.refused.values()))
    for reason, count in sorted(preview.refused.items(), key=lambda item: (-item[1], item[0])):
        yield f"    {count:6}  {texts.text(f'web.refused.{reason}')}"


def describe_scope(preview: Preview, texts: Catalog) -> Iterator[str]:
    """Say of which days the figures are, and what they rest on."""
    scope, plan = preview.scope, preview.plan
    days = {"first": say_day(scope.first, texts), "last": say_day(scope.last, texts)}
    yield texts.text("cli.plan.title", today=say_day(plan.today, texts), **days)
    if not plan.drawn_for_good:
        yield texts.text("cli.plan.stand_in")
    if (scope.last - plan.today).days > HORIZON_DAYS:
        yield texts.text("cli.plan.far", days=HORIZON_DAYS)


def _rows(preview: Preview, texts: Catalog, *, weekly: bool) -> Iterator[str]:
    counts: Counter[tuple[date, date, str, Channel]] = Counter()
    for (day, service, channel), count in preview.messages.items():
        counts[week_of(day), week_of(day) if weekly else day, service, channel] += count
    week: date | None = None
    for (monday, day, service, channel), count in sorted(counts.items()):
        if monday != week:
            week, total = monday, sum(n for key, n in counts.items() if key[0] == monday)
            yield texts.text("cli.plan.week", day=say_day(monday, texts), count=total)
        shown = f"{texts.text(f'plan.weekday.{day.weekday()}')}, {say_day(day, texts)}"
        name, way = service_name(service, preview.plan.services, texts), texts.text(f"consent.channel.{channel}")
        yield ("    " if weekly else _DAY.format(shown)) + _ROW.format(name[:32], way, count)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
