"""Cut an answer about why somebody is written to down to some days, a service, a vehicle or a customer.

An occasion stays where its message, one of its past messages or, without any, a window of its service lies between the
days; what else the household hears stays with the day on which it is met, and what is not in sight yet with the days
on which it may be written about.
"""

from dataclasses import replace

from guildpost_agent.app.answer_why import Answer, Story
from guildpost_agent.app.preview_entries import lies_within
from guildpost_agent.app.rehearse_plan import Rehearsal
from guildpost_agent.app.why_later import Later
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.preview_scope import Scope
from guildpost_agent.domain.records import Touchpoint


def narrow_answer(answer: Answer, scope: Scope) -> Answer:
    """Leave in an answer what lies in a scope; whom it is about stays the same.

    Args:
        answer: everything about what was asked for.
        scope: days and filters.
    """
    plan = answer.plan
    narrowed = replace(
        answer,
        stories=tuple(story for story in answer.stories if _told(story, plan, scope)),
        others=tuple(t for t in answer.others if scope.service in {"", t.service_id} and _met(t, plan, scope)),
        later=tuple(one for later in answer.later if (one := _later(later, scope)) is not None),
    )
    return replace(narrowed, outside=_count(answer) - _count(narrowed))


def _count(answer: Answer) -> int:
    return len(answer.stories) + sum(max(1, len(later.dues)) for later in answer.later)


def _told(story: Story, plan: Rehearsal, scope: Scope) -> bool:
    if lies_within(story.entry, plan, scope):
        return True
    return scope.concerns(story.entry.occasion) and any(_met(touchpoint, plan, scope) for touchpoint in story.past)


def _met(touchpoint: Touchpoint, plan: Rehearsal, scope: Scope) -> bool:
    contact = contact_of(touchpoint, plan.zone)
    return scope.meets(contact.first, contact.last)


def _later(later: Later, scope: Scope) -> Later | None:
    if scope.vehicle not in {"", later.vehicle_id}:
        return None
    dues = {
        service: (due, opens)
        for service, (due, opens) in later.dues.items()
        if scope.service in {"", service} and scope.meets(opens, due)
    }
    return replace(later, dues=dues) if dues or not later.dues else None
