"""One customer's plan: which occasion leads, by which channel, when – and what is left out.

For each due cycle exactly one touchpoint. The strongest occasion is placed first (the periodic inspection, then by due
date); the next ones have to keep the contact cap around it. The control group is taken out last, so that it differs
from those who are written to by nothing but the draw.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.cadence import GAP_DAYS, PER_YEAR, Contact, fits
from guildpost_agent.domain.exclusions import Facts, Reason, Refusal
from guildpost_agent.domain.keyed import draw, touchpoint_id
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.domain.regions import states_of
from guildpost_agent.domain.service_work import cycle_days
from guildpost_agent.domain.timing import Candidate, Dealer, Timing, choose_time, options
from guildpost_agent.domain.touchpoint_states import CONTACTS, PLANNED, WITHDRAWN
from guildpost_shared.services.definition import CapClass, ServiceDefinition
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule

HORIZON_DAYS: Final = 28
HOLDOUT_SHARE: Final = 0.05
# An occasion whose touchpoint was withdrawn (booking called off, caps moved by an outage) is planned again so often.
MOST_ATTEMPTS: Final = 3

Planned = tuple[Candidate, Touchpoint | Refusal]


def states_for(postcode: str, country: str, dealer_state: str) -> frozenset[str]:
    """List the states whose holidays count for a recipient: the dealer's and every one the postcode may lie in."""
    return states_of(postcode, country) | {dealer_state}


def is_held_out(key: bytes, customer_id: str, service_id: str) -> bool:
    """Say whether a customer belongs to a service's control group: five in a hundred, for good."""
    return draw(key, "holdout", customer_id, service_id) < HOLDOUT_SHARE


def contact_of(touchpoint: Touchpoint, zone: ZoneInfo) -> Contact:
    """Give the days on which a touchpoint is met."""
    first = touchpoint.planned_at.astimezone(zone).date()
    met = touchpoint.due_date - timedelta(days=touchpoint.lead_days)
    return Contact(first, max(first, met))


def plan_customer(
    candidates: Iterable[Candidate], touchpoints: Sequence[Touchpoint], dealer: Dealer, horizon_days: int = HORIZON_DAYS
) -> list[Planned]:
    """Plan one customer's occasions.

    Args:
        candidates: the occasions that nothing excludes, in any order.
        touchpoints: everything the customer was or will be sent, in any state.
        dealer: how the dealer plans.
        horizon_days: windows that open later wait.

    Returns:
        A touchpoint or a refusal for each candidate, the strongest first.
    """
    counted = [t for t in touchpoints if t.state in CONTACTS]
    contacts = [contact_of(touchpoint, dealer.zone) for touchpoint in counted]
    planned: list[Planned] = []
    for candidate in sorted(candidates, key=lambda candidate: candidate.rank):
        result = _waiting(candidate, touchpoints, dealer, horizon_days) or _place(candidate, contacts, dealer)
        if isinstance(result, Touchpoint):
            contacts.append(contact_of(result, dealer.zone))
        planned.append((candidate, result))
    return planned


def _waiting(
    candidate: Candidate, touchpoints: Sequence[Touchpoint], dealer: Dealer, horizon_days: int
) -> Refusal | None:
    """Refuse what was written to in this cycle already, or what lies outside its window."""
    occasion = candidate.occasion
    for touchpoint in touchpoints:
        same = touchpoint.vehicle_id == occasion.vehicle_id and touchpoint.service_id == occasion.service_id
        near = abs((touchpoint.due_date - occasion.due_date).days) < cycle_days(candidate.service)
        if same and near and touchpoint.state not in WITHDRAWN:
            on = touchpoint.planned_at.astimezone(dealer.zone).date()
            return Refusal(Reason.CYCLE_CONTACTED, {"on": on.isoformat()})
    if candidate.attempt >= MOST_ATTEMPTS:
        return Refusal(Reason.GIVEN_UP, {"attempts": candidate.attempt})
    if candidate.opens > dealer.today + timedelta(days=horizon_days):
        return Refusal(Reason.NOT_YET, {"opens": candidate.opens.isoformat()})
    if candidate.closes < dealer.today:
        return Refusal(Reason.WINDOW_OVER, {"closed": candidate.closes.isoformat()})
    return None


def _place(candidate: Candidate, contacts: Sequence[Contact], dealer: Dealer) -> Touchpoint | Refusal:
    exempt = candidate.service.cap_class is CapClass.EXEMPT
    capped = False
    for channel, ground in candidate.channels:
        possible = options(candidate, channel, dealer)
        free = possible if exempt else [option for option in possible if fits(option.contact, contacts)]
        capped = capped or bool(possible)
        if not free:
            continue
        if is_held_out(dealer.key, candidate.occasion.customer_id, candidate.service.service_id):
            return Refusal(Reason.HOLDOUT, {"percent": round(HOLDOUT_SHARE * 100)})
        timing = choose_time(candidate, channel, free, dealer)
        return _touchpoint(candidate, channel, ground, timing, dealer)
    if capped:
        return Refusal(Reason.FREQUENCY_CAP, {"days": GAP_DAYS, "per_year": PER_YEAR})
    return Refusal(Reason.WINDOW_OVER, {"closed": candidate.closes.isoformat()})


def _touchpoint(candidate: Candidate, channel: Channel, ground: str, timing: Timing, dealer: Dealer) -> Touchpoint:
    occasion, service, option = candidate.occasion, candidate.service, timing.option
    return Touchpoint(
        touchpoint_id=touchpoint_id(dealer.key, occasion.occasion_id, candidate.attempt),
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
        state=PLANNED,
        reasons=_reasons(candidate, channel, ground, timing),
    )


def due_code(service: ServiceDefinition, source: str) -> str:
    """Name the sentence that says why something is due."""
    match service.occasion:
        case HuRule():
            return f"due_hu_{source}"
        case InspectionRule():
            return f"due_inspection_{source}"
        case _:
            return f"due_{source}"


def _reasons(candidate: Candidate, channel: Channel, ground: str, timing: Timing) -> tuple[Facts, ...]:
    """Say in codes why this customer, by which way, and why now; the texts are ``plan.reason.<code>``."""
    occasion, option = candidate.occasion, timing.option
    due: Facts = {"code": due_code(candidate.service, occasion.source), "due": occasion.due_date.isoformat()}
    way: Facts = {"code": f"channel_{channel.value}_{ground}"}
    when: Facts = {"code": f"lead_{timing.arm}", "days": (occasion.due_date - option.met).days}
    if timing.hour is None:
        released, arrives = option.contact.first.isoformat(), option.met.isoformat()
        slot: Facts = {"code": "letter_release", "released": released, "arrives": arrives}
    else:
        slot = {"code": f"slot_{timing.arm}", "weekday": option.met.weekday(), "hour": timing.hour}
    return due, way, when, slot, {"code": "pressure", "days": GAP_DAYS, "per_year": PER_YEAR}
