"""One message's place: the first lawful channel with a day that keeps cap, budget and places; and its reasons."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.allowance import Allowance
from guildpost_agent.domain.cadence import GAP_DAYS, PER_YEAR, Contact, fits
from guildpost_agent.domain.exclusions import Facts, Reason, Refusal, because
from guildpost_agent.domain.keyed import touchpoint_id
from guildpost_agent.domain.records import Channel, Placed, Touchpoint
from guildpost_agent.domain.sequence import touch_at
from guildpost_agent.domain.time_choice import choose_time
from guildpost_agent.domain.timing import Candidate, Dealer, Option, Timing, options
from guildpost_agent.domain.touchpoint_states import PLANNED, PROPOSED
from guildpost_agent.domain.workshop import Room
from guildpost_shared.services.definition import CapClass, ServiceDefinition
from guildpost_shared.services.event_rules import AfterEventRule, Event
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule

_RECOMMENDED: Final = frozenset({"lead_default", "lead_standing", "lead_off"})


def contact_of(touchpoint: Touchpoint | Placed, zone: ZoneInfo) -> Contact:
    """Give the days on which a touchpoint is met."""
    first = touchpoint.planned_at.astimezone(zone).date()
    met = touchpoint.due_date - timedelta(days=touchpoint.lead_days)
    return Contact(first, max(first, met))


def place(
    candidate: Candidate, contacts: Sequence[Contact], dealer: Dealer, allowance: Allowance
) -> Touchpoint | Refusal:
    """Place one occasion's message, or say what stood in the way at the last channel.

    Args:
        candidate: the occasion with its next message.
        contacts: when the household is met otherwise.
        dealer: how the dealer plans.
        allowance: what is left; the message is taken from it.
    """
    exempt, name = candidate.service.cap_class is CapClass.EXEMPT, candidate.service.service_id
    refusal: Refusal | None = None
    contacts = [*contacts, *allowance.called.get(candidate.occasion.customer_id, ())]
    for channel, ground in candidate.channels:
        free: Sequence[Option] = options(candidate, channel, dealer)
        room = allowance.room(name, channel)
        if free and not exempt:
            found = _kept(free, candidate, channel, contacts, allowance, room)
            if isinstance(found, Refusal):
                refusal = found
                continue
            free = found
        if not free:
            continue
        timing = choose_time(candidate, channel, free, dealer, None if room is None else room.fullness)
        if not exempt and dealer.holds_out(candidate.occasion.customer_id, name):
            day = timing.option.planned_at.astimezone(dealer.zone).date()
            facts: Facts = {"channel": channel.value, "planned_on": day.isoformat()}
            return Refusal(Reason.HOLDOUT, {"percent": round(dealer.share * 100), **facts})
        touchpoint = _touchpoint(candidate, channel, ground, timing, dealer, room)
        allowance.take(touchpoint.touchpoint_id, name, channel, timing.option.contact.first, timing.option.met)
        return touchpoint
    return refusal or because(Reason.WINDOW_OVER, "closed", candidate.closes.isoformat())


def _kept(  # noqa: PLR0917 — everything that a day has to keep
    free: Sequence[Option],
    candidate: Candidate,
    channel: Channel,
    contacts: Sequence[Contact],
    allowance: Allowance,
    room: Room | None,
) -> Sequence[Option] | Refusal:
    """Keep the days that the workshop, the budget and the household have room for, or name what took the last one."""
    service, last = candidate.service, free[-1].met
    if room is not None:
        free = room.keep(free)
        if not free:
            return Refusal(Reason.CAPACITY, allowance.full(room, last))
    if allowance.limits(channel, service.service_id):
        free = [option for option in free if allowance.affords(channel, option.contact.first, service.service_id)]
    if not free:
        return Refusal(Reason.BUDGET, {})
    if contacts:
        free = [option for option in free if fits(option.contact, contacts)]
    return free or Refusal(Reason.FREQUENCY_CAP, {"days": GAP_DAYS, "per_year": PER_YEAR})


def _touchpoint(  # noqa: PLR0917 — what a message is made of
    candidate: Candidate, channel: Channel, ground: str, timing: Timing, dealer: Dealer, room: Room | None
) -> Touchpoint:
    occasion, service, option = candidate.occasion, candidate.service, timing.option
    return Touchpoint(
        touchpoint_id=touchpoint_id(dealer.key, occasion.occasion_id, candidate.number),
        occasion_id=occasion.occasion_id,
        customer_id=occasion.customer_id,
        vehicle_id=occasion.vehicle_id,
        service_id=service.service_id,
        service_version=service.version,
        channel=channel,
        planned_at=option.planned_at,
        not_after=timing.not_after,
        due_date=occasion.due_date,
        lead_days=(occasion.due_date - option.met).days,
        weekday=option.met.weekday(),
        hour=timing.hour,
        arm=timing.arm,
        state=PROPOSED if service.service_id in dealer.reviewed else PLANNED,
        reasons=(*_reasons(candidate, channel, ground, timing), *_eased(timing, room)),
        touch_id=touch_at(service, (occasion.due_date - option.met).days),
        lead_shift=timing.lead_shift,
    )


def due_code(service: ServiceDefinition, source: str) -> str:
    """Name the sentence that says why something is due."""
    match service.occasion:
        case HuRule():
            return f"due_hu_{source}"
        case InspectionRule():
            return f"due_inspection_{source}"
        case AfterEventRule(event=Event.WORK):  # done, and not due again
            return "due_after_work"
        case _:
            return f"due_{source}"


def _reasons(candidate: Candidate, channel: Channel, ground: str, timing: Timing) -> tuple[Facts, ...]:
    """Say in codes why this customer, by which way, and why now; the texts are ``plan.reason.<code>``."""
    occasion, option = candidate.occasion, timing.option
    due: Facts = {"code": due_code(candidate.service, occasion.source), "due": occasion.due_date.isoformat()}
    way: Facts = {"code": f"channel_{channel.value}_{ground}"}
    when = _lead(timing, (occasion.due_date - option.met).days, candidate.window.default_lead)
    if timing.hour is None:
        released, arrives = option.contact.first.isoformat(), option.met.isoformat()
        slot: Facts = {"code": "letter_release", "released": released, "arrives": arrives}
    else:
        slot = {**timing.slot, "weekday": option.met.weekday(), "hour": timing.hour}
    told = (candidate.why[channel],) if channel in candidate.why else ()
    pressure: Facts = {"code": "pressure", "days": GAP_DAYS, "per_year": PER_YEAR}
    if candidate.service.cap_class is CapClass.EXEMPT:
        pressure = {"code": "pressure_exempt"}
    return due, way, *told, when, slot, pressure


def _lead(timing: Timing, days: int, recommended: int) -> Facts:
    """Say which lead time it is: slots, holidays and releases of letters often leave only one near the recommended."""
    if timing.lead["code"] in _RECOMMENDED and days != recommended:
        return {**timing.lead, "code": f"{timing.lead['code']}_near", "days": days, "recommended": recommended}
    return {**timing.lead, "days": days}


def _eased(timing: Timing, room: Room | None) -> tuple[Facts, ...]:
    """Say that a message moved to where the workshop has more room."""
    if room is None or not timing.eased_days:
        return ()
    which = "later" if timing.eased_days > 0 else "earlier"
    return ({"code": f"workshop_{which}", "days": abs(timing.eased_days), "skill": room.skill},)
