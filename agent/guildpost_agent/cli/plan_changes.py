"""What another configuration would change about the plan: figures side by side, then every difference."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final

from guildpost_agent.app.compare_plans import Change, Comparison, Kind
from guildpost_agent.app.explain import say_day
from guildpost_agent.app.explain_entry import explain_entry, service_name
from guildpost_agent.app.preview_entries import Entry
from guildpost_agent.app.preview_plan import Preview
from guildpost_agent.cli.plan_entries import Names, Page
from guildpost_agent.cli.plan_summary import describe_scope
from guildpost_agent.cli.postage import money
from guildpost_agent.domain.records import Channel
from guildpost_shared.catalog import Catalog

_ROW: Final = "  {:36} {:>14} {:>14}"
_TENTHS: Final = 10
_ONE_SIDED: Final = frozenset({Kind.ONLY_HERE, Kind.ONLY_THERE})
"""Where only one plan writes, its reasons are no difference: only the day and channel, and the other's refusal."""


def describe_changes(
    comparison: Comparison, other: str, page: Page, texts: Catalog, named: Callable[[Sequence[Entry]], Names]
) -> Iterator[str]:
    """Say how the plans differ; in lists, "here" is the agent's own configuration.

    Args:
        comparison: of both plans.
        other: the name of the other configuration's file.
        page: of the differences.
        texts: the language.
        named: finds the names of what is shown.

    Raises:
        Refused: ``plan_page_unknown``.
    """
    here, there = comparison.here, comparison.there
    yield from describe_scope(here, texts)
    yield texts.text("cli.plan.diff.title", other=other)
    yield _ROW.format("", texts.text("cli.plan.diff.here"), texts.text("cli.plan.diff.there"))
    for mine, theirs in zip(_figures(here, texts), _figures(there, texts), strict=True):
        yield _ROW.format(mine[0], mine[1], theirs[1])
    if not comparison.changes:
        yield texts.text("cli.plan.diff.same")
    totals = {kind: sum(change.kind is kind for change in comparison.changes) for kind in Kind}
    shown = page.of(comparison.changes)
    names = named([entry for change in shown for entry in (change.here, change.there) if entry is not None])
    for kind, changes in groupby(shown, key=lambda change: change.kind):
        yield texts.text(f"cli.plan.diff.{kind}", count=totals[kind])
        for change in changes:
            yield from _change(change, comparison, texts, names)
    yield from page.hint(len(comparison.changes), texts)


def _figures(preview: Preview, texts: Catalog) -> Iterator[tuple[str, str]]:
    for channel in Channel:
        count = sum(n for (_, _, way), n in preview.messages.items() if way is channel)
        yield texts.text(f"consent.channel.{channel}"), str(count)
    yield texts.text("cli.plan.diff.cost"), money(preview.letter_cents * _TENTHS, texts)
    yield texts.text("cli.plan.diff.carried"), str(sum(preview.carried.values()))
    yield texts.text("cli.plan.diff.refused"), str(sum(preview.refused.values()))


def _change(change: Change, comparison: Comparison, texts: Catalog, names: Names) -> Iterator[str]:
    occasion, services = change.shown.occasion, comparison.here.plan.services | comparison.there.plan.services
    name = service_name(occasion.service_id, services, texts)
    who = {"vehicle": names.vehicle(occasion.vehicle_id), "customer": names.customer(occasion.customer_id)}
    yield "  " + texts.text("cli.plan.diff.occasion", service=name, **who)
    sides = (("here", change.here, comparison.here), ("there", change.there, comparison.there))
    said = [(side, _said(entry, preview, texts, names)) for side, entry, preview in sides]
    both = set(said[0][1]) & set(said[1][1])
    for side, sentences in said:
        apart = [sentence for sentence in sentences if sentence not in both]
        for sentence in apart[:1] if change.kind in _ONE_SIDED else apart:
            yield f"    {texts.text(f'cli.plan.diff.{side}')}: {sentence}"


def _said(entry: Entry | None, preview: Preview, texts: Catalog, names: Names) -> list[str]:
    """Say day, channel and reasons of a message, or why there is none; the weightiest first."""
    if entry is None:
        return [texts.text("cli.plan.diff.unknown")]
    explanation = explain_entry(entry, preview.plan.services, texts, names.vehicle)
    if entry.touchpoint is None:
        return [explanation.headline]
    channel = texts.text(f"consent.channel.{entry.touchpoint.channel}")
    place = texts.text("cli.plan.diff.place", day=say_day(entry.day, texts), channel=channel)
    return [place, explanation.headline, *explanation.reasons]
