"""Say in a person's words why somebody is written to, or not, and why now and by this way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from guildpost_agent.app.explain_learned import learned_words
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.records import Touchpoint
from guildpost_shared.catalog import Catalog, load
from guildpost_shared.days import written_day
from guildpost_shared.errors import Language, Refused

Value = str | int | float | bool
_DAYS = frozenset({"due", "since", "on", "opens", "closed", "released", "arrives", "planned_on", "free_from"})


@dataclass(frozen=True)
class Explanation:
    """Whether an occasion was kept, the answer in one sentence, and the reasons in their order."""

    kept: bool
    headline: str
    reasons: tuple[str, ...]


def explain(open_uow: OpenUnitOfWork, identifier: str, language: Language = "de") -> Explanation:
    """Explain an occasion or a touchpoint.

    Args:
        open_uow: opens a transaction.
        identifier: a touchpoint's or an occasion's id.
        language: of the sentences.

    Raises:
        Refused: ``plan_unknown_id``.
    """
    catalog = load("guildpost_agent", language)
    with open_uow() as uow:
        touchpoint = uow.plans.touchpoint(identifier)
        occasion_id = touchpoint.occasion_id if touchpoint else identifier
        decision = uow.plans.decision(occasion_id)
        if touchpoint is None and decision is not None and decision.kept:
            planned = [t for t in uow.plans.touchpoints() if occasion_id in {t.occasion_id, *t.bundled}]
            touchpoint = planned[-1] if planned else None
    if decision is None and touchpoint is None:
        raise Refused("plan_unknown_id")
    reasons = explain_reasons(touchpoint, catalog) if touchpoint else ()
    if decision is not None and decision.reason == Reason.BUNDLED:
        headline = say(catalog, "plan.bundled", decision.facts)
        return Explanation(kept=True, headline=headline, reasons=reasons)
    if decision is None or decision.kept:
        return Explanation(kept=True, headline=catalog.text("plan.kept"), reasons=reasons)
    headline = say(catalog, f"plan.refused.{decision.reason}", decision.facts)
    return Explanation(kept=False, headline=headline, reasons=reasons)


def explain_reasons(touchpoint: Touchpoint, catalog: Catalog) -> tuple[str, ...]:
    """Say a touchpoint's reasons in their order."""
    return tuple(say(catalog, f"plan.reason.{reason['code']}", reason) for reason in touchpoint.reasons)


def say(catalog: Catalog, message_id: str, params: Mapping[str, Value]) -> str:
    """Fill a sentence; days are written as the language writes them, weekdays by name."""
    words = {name: _readable(name, value, catalog) for name, value in params.items()}
    words |= learned_words(message_id, params, catalog)
    if not message_id.startswith("plan.reason.lead_"):
        return catalog.text(message_id, **words)
    said = catalog.text(message_id, **words, when=say_lead(int(params["days"]), catalog))
    return said[:1].upper() + said[1:]


def say_lead(days: int, catalog: Catalog) -> str:
    """Say how long before the due day (days; negative: after it) a customer is met."""
    if days == 0:
        return catalog.text("plan.when.on")
    one = "_one" if abs(days) == 1 else ""
    return catalog.text(f"plan.when.{'before' if days > 0 else 'after'}{one}", days=abs(days))


def _readable(name: str, value: Value, catalog: Catalog) -> Value:
    if name in _DAYS:
        return say_day(date.fromisoformat(str(value)), catalog)
    if name == "starts_at":
        return say_day(datetime.fromisoformat(str(value)).date(), catalog)
    if name == "weekday":
        return catalog.text(f"plan.weekday.{value}")
    if name in {"channel", "passed"}:
        return catalog.text(f"consent.channel.{value}")
    if name == "skill":
        known = f"workshop.skill.{value}"
        return catalog.text(known) if known in catalog.ids() else value
    return value


def say_day(day: date, catalog: Catalog) -> str:
    """Write a day as the language writes it."""
    return written_day(day, catalog.language)


def say_moment(at: datetime, zone: tzinfo, catalog: Catalog) -> str:
    """Write an instant as local time, as the language writes it."""
    local = at.astimezone(zone)
    return f"{say_day(local.date(), catalog)} {local:%H:%M}"
