"""What whoever calls should know, line by line, in the dealer's language."""

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from types import MappingProxyType

from guildpost_agent.app.explain import say_day
from guildpost_agent.app.explain_learned import difference
from guildpost_agent.domain.call_planning import desk_of
from guildpost_agent.domain.call_tasks import CallReason, Desk
from guildpost_agent.domain.call_time import CallTime
from guildpost_agent.domain.records import Touchpoint
from guildpost_shared.catalog import Catalog, load
from guildpost_shared.errors import Language
from guildpost_shared.services.definition import ServiceDefinition


def context_lines(
    service: ServiceDefinition,
    due: date,
    sent: Iterable[Touchpoint],
    language: Language,
    zone: tzinfo,
    *,
    direct: bool = False,
    passed: Mapping[str, object] = MappingProxyType({}),
    asked: tuple[CallReason, date] | None = None,
    best: CallTime | None = None,
) -> tuple[str, ...]:
    """Say what a call is about, and what went before.

    Args:
        service: of the occasion.
        due: the due date.
        sent: the messages that nobody answered.
        language: the dealer's.
        zone: the dealer's time zone.
        direct: the call comes first, or instead of a message.
        passed: why the call stands before another channel (``channel_chain``); empty where the service says so.
        asked: what the customer asked for, and on which day.
        best: when the call is best made, where that is learned.
    """
    texts = load("guildpost_agent", language)
    lines = [texts.text("call.context.due", service=service.name[language], day=say_day(due, texts))]
    if asked is not None:
        lines.append(texts.text(f"call.context.{asked[0]}", day=say_day(asked[1], texts)))
    for one in sent:
        day = say_day(one.planned_at.astimezone(zone).date(), texts)
        lines.append(texts.text("call.context.sent", day=day, channel=texts.text(f"consent.channel.{one.channel}")))
    if direct and passed:
        lines.append(texts.text(f"call.context.{passed['code']}", **_named(passed, texts)))
    elif direct:
        lines.append(texts.text("call.context.direct"))
    if best is not None:
        lines.append(_best(best, texts, zone))
    if desk_of(service) is Desk.SALES:
        lines.append(texts.text("call.context.sales"))
    return tuple(lines)


def _best(best: CallTime, texts: Catalog, zone: tzinfo) -> str:
    """Say when a call is best made, and why."""
    local, slot = best.at.astimezone(zone), best.slot
    words = {
        "day": say_day(local.date(), texts),
        "group": texts.text(f"plan.learned.group.{'business' if best.business else 'private'}"),
        "lead": difference("lead", best.lead.percent, texts),
        "own": texts.text(f"plan.learned.own.{best.lead.own.value}"),
    }
    if slot is None:
        return texts.text("call.context.best_day", **words)
    weekday, said = texts.text(f"plan.weekday.{local.weekday()}"), difference("slot", slot.percent, texts)
    return texts.text("call.context.best_hour", weekday=weekday, hour=local.hour, slot=said, **words)


def _named(facts: Mapping[str, object], texts: Catalog) -> dict[str, object]:
    """Give facts with their channels in words."""
    channels = (name for name in ("channel", "passed") if name in facts)
    return {**facts, **{name: texts.text(f"channel.{facts[name]}") for name in channels if facts[name] != "call"}}
