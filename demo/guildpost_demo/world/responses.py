"""How customers respond: a pure model with the trade's magnitudes, drawn with seeded dice.

Sources of the figures: booking effect by days before the due date, click effect by weekday, visit rates without contact
by vehicle age, lifts by channel, unsubscribe share: the simulator defaults of the trade (plausible, not measured);
overall click rate 3.5 % (DACH, all sectors, 2021).
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

Channel = Literal["email", "letter"]
Service = Literal["hu_au", "inspection"]
Answer = Literal["book", "call_me", "hu_done", "sold", "in_1_month", "stop"]

LEAD_EFFECT: Final = ((-60, 0.10), (-30, 0.25), (0, 0.45), (14, 0.70), (30, 0.95), (45, 1.00), (60, 0.85), (90, 0.55), (180, 0.2))  # fmt: skip  # noqa: E501 — one curve
WEEKDAY_EFFECT: Final = (1.02, 1.05, 1.00, 1.03, 1.00, 0.85, 0.92)
PRIVATE_HOURS: Final = (0.3,) * 6 + (0.6, 1.1, 1.1, 0.95, 0.9, 0.9, 1.0, 0.9, 0.85, 0.85, 0.9, 0.95, 1.0, 1.15, 1.15, 0.9, 0.6, 0.4)  # fmt: skip  # noqa: E501 — 24 hours
BUSINESS_HOURS: Final = (0.3,) * 6 + (0.6, 0.95, 1.15, 1.1, 0.95, 0.9, 0.8, 0.95, 1.1, 1.1, 0.9, 0.8, 0.6, 0.5, 0.5, 0.4, 0.3, 0.3)  # fmt: skip  # noqa: E501 — 24 hours
CLICK_RATE: Final = 0.035
UNSUBSCRIBE_RATE: Final = 0.003
LIFT: Final[dict[tuple[Service, Channel], float]] = {
    ("hu_au", "email"): 0.04,
    ("hu_au", "letter"): 0.06,
    ("inspection", "email"): 0.03,
    ("inspection", "letter"): 0.05,
}
BASE_BY_AGE: Final = ((3, 0.65), (5, 0.50), (7, 0.38), (10, 0.25))
NO_SHOW_RATE: Final = 0.045
PHONE_SHARE: Final = 0.65
ONLINE_SHARE: Final = 0.25
PROMPTED_SHARE: Final = 0.35  # of those who would come anyway and have not booked yet, who take the message as a prompt
WRONG_ANSWER_RATE: Final = 0.06  # answer when the message is plainly wrong (sold, inspection already done)
STRAY_ANSWER_RATE: Final = 0.006


@dataclass(frozen=True)
class Contact:
    """One message that reached a customer: what, how, when (dealer's local time), how early, and how dealers differ."""

    service: Service
    channel: Channel
    weekday: int
    hour: int
    lead_days: int
    is_business: bool
    base_shift: float = 0.0
    lead_shift_days: int = 0


def lead_effect(days_before_due: float) -> float:
    """Interpolate the relative booking effect of contacting so many days before the due date (negative: after)."""
    if days_before_due <= LEAD_EFFECT[0][0]:
        return LEAD_EFFECT[0][1]
    for (left, low), (right, high) in pairwise(LEAD_EFFECT):
        if days_before_due <= right:
            return low + (high - low) * (days_before_due - left) / (right - left)
    return LEAD_EFFECT[-1][1]


def slot_effect(weekday: int, hour: int, *, is_business: bool) -> float:
    """Give the relative effect of the slot an e-mail arrives in (about 1 on average over daytime)."""
    return WEEKDAY_EFFECT[weekday] * (BUSINESS_HOURS if is_business else PRIVATE_HOURS)[hour]


def shifted(probability: float, log_odds: float) -> float:
    """Move a probability by log-odds: dealers differ by about 0.3."""
    probability = min(max(probability, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(-(math.log(probability / (1 - probability)) + log_odds)))


def base_visit(age_years: float) -> float:
    """Give the share of active customers that come for their inspection without any contact, by vehicle age."""
    for limit, share in BASE_BY_AGE:
        if age_years <= limit:
            return share
    return BASE_BY_AGE[-1][1]


def booking_lift(contact: Contact) -> float:
    """Give the additional booking probability caused by a message (0.04: four points)."""
    effect = lead_effect(contact.lead_days - contact.lead_shift_days)
    if contact.channel == "email":
        effect *= slot_effect(contact.weekday, contact.hour, is_business=contact.is_business)
    return shifted(LIFT[contact.service, contact.channel] * effect, contact.base_shift)


def click_probability(contact: Contact) -> float:
    """Give the probability that a mail is clicked by somebody who does not book."""
    return min(0.5, CLICK_RATE * slot_effect(contact.weekday, contact.hour, is_business=contact.is_business))


def reading_delay_hours(uniform: float) -> float:
    """Give the hours until a mail is read: half within 4 h, 80 % within 24 h (a stretched exponential).

    Args:
        uniform: a number between 0 and 1 from the dice.
    """
    # Weibull through both points: 1 - exp(-(t/scale)^k); ln2 at 4 h and ln5 at 24 h give k and scale.
    k = math.log(math.log(5) / math.log(2)) / math.log(24 / 4)
    scale = 4 / math.log(2) ** (1 / k)
    return float(min(scale * (-math.log(max(1e-9, 1 - uniform))) ** (1 / k), 24.0 * 7))
