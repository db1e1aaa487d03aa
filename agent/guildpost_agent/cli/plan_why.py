"""Why somebody gets a message or none: every occasion from its first message to what comes next."""

from collections.abc import Iterator

from guildpost_agent.app.answer_why import About, Answer, Story
from guildpost_agent.app.explain import say, say_day
from guildpost_agent.app.explain_entry import service_name
from guildpost_agent.app.plain_names import in_one_line
from guildpost_agent.app.why_barred import NO_ADDRESS
from guildpost_agent.app.why_later import Later
from guildpost_agent.cli.plan_entries import Names, describe_entry
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.records import Touchpoint
from guildpost_shared.catalog import Catalog


def describe_answer(answer: Answer, texts: Catalog, names: Names) -> Iterator[str]:
    """Say everything about what was asked for, the earliest due date first.

    Args:
        answer: what was found.
        texts: of the reader's language.
        names: who and what the numbers stand for.
    """
    known = {About.VEHICLE: names.vehicle, About.CUSTOMER: names.customer}.get(answer.about, str)
    yield texts.text(f"cli.plan.why.about_{answer.about}", id=known(answer.identifier), count=len(answer.stories))
    if not answer.plan.drawn_for_good:
        yield texts.text("cli.plan.stand_in")
    for story in answer.stories:
        yield ""
        yield from _story(story, answer, texts, names)
    for one in answer.later:
        yield ""
        yield from _later(one, answer, texts, names)
    if answer.outside:
        yield ""
        yield texts.text("cli.plan.why.outside", count=answer.outside)
    if answer.about is About.CUSTOMER and not (answer.stories or answer.later or answer.outside):
        yield "  " + texts.text("cli.plan.why.no_vehicle")
    if answer.others:
        yield ""
        yield texts.text("cli.plan.why.others")
        for touchpoint in answer.others:
            yield f"  {_message(touchpoint, answer, texts, names)}"


def describe_candidates(names: Names, texts: Catalog) -> Iterator[str]:
    """Say whom or what a plate or a name may mean, one a line, so that a person can choose."""
    for number in sorted(names.vehicles):
        yield texts.text("cli.plan.vehicle", vehicle=names.vehicle(number))
    for number, customer in sorted(names.customers.items()):
        yield texts.text("cli.plan.why.candidate", customer=names.customer(number), town=in_one_line(customer.town))


def _story(story: Story, answer: Answer, texts: Catalog, names: Names) -> Iterator[str]:
    occasion, services = story.entry.occasion, answer.plan.services
    name, due = service_name(occasion.service_id, services, texts), say_day(occasion.due_date, texts)
    yield texts.text("cli.plan.why.occasion", service=name, vehicle=names.vehicle(occasion.vehicle_id), due=due)
    if story.past:
        yield "  " + texts.text("cli.plan.why.past")
        for touchpoint in story.past:
            yield f"    {_message(touchpoint, answer, texts, names)}"
    yield from describe_entry(story.entry, answer.plan, texts, names)
    for closed in story.barred:
        why = "cli.plan.why.no_address" if closed.why == NO_ADDRESS else f"consent.refusal.{closed.why}"
        channel = texts.text(f"consent.channel.{closed.channel}")
        yield "    – " + texts.text("cli.plan.why.barred", channel=channel, why=texts.text(why))
    sequel = story.sequel
    days = {"opens": sequel.opens, "closes": sequel.closes}
    window = {name: say_day(day, texts) for name, day in days.items() if day is not None}
    yield "  " + texts.text(f"cli.plan.next.{sequel.next}", **window)


def _later(later: Later, answer: Answer, texts: Catalog, names: Names) -> Iterator[str]:
    yield texts.text("cli.plan.why.later", vehicle=names.vehicle(later.vehicle_id))
    if later.gone is not None:
        yield "  " + say(texts, f"plan.refused.{later.gone.reason}", later.gone.facts)
        if "since" in later.gone.facts:
            yield "    – " + say(texts, f"plan.fact.{later.gone.reason}.since", later.gone.facts)
    elif not later.dues:
        yield "  " + texts.text("cli.plan.why.nothing_due")
    for service_id, (due, opens) in later.dues.items():
        service = service_name(service_id, answer.plan.services, texts)
        days = {"due": say_day(due, texts), "opens": say_day(opens, texts)}
        yield "  " + texts.text("cli.plan.why.due_later", service=service, **days)


def _message(touchpoint: Touchpoint, answer: Answer, texts: Catalog, names: Names) -> str:
    plan = answer.plan
    said = [texts.text(f"state.{touchpoint.state}")]
    for outcome in answer.outcomes_of(touchpoint.touchpoint_id):
        day = say_day(outcome.at.astimezone(plan.zone).date(), texts)
        if f"cli.plan.outcome.{outcome.kind}" in texts.ids():
            said.append(texts.text(f"cli.plan.outcome.{outcome.kind}", day=day))
    return texts.text(
        "cli.plan.why.message",
        day=say_day(contact_of(touchpoint, plan.zone).first, texts),
        channel=texts.text(f"consent.channel.{touchpoint.channel}"),
        service=service_name(touchpoint.service_id, plan.services, texts),
        vehicle=names.vehicle(touchpoint.vehicle_id),
        customer=names.customer(touchpoint.customer_id),
        said=", ".join(said),
    )
