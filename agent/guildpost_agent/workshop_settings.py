"""What a dealer's workshop can take, and how those who are written to come; none of it is told to the brand (rule R2).

Where nothing is said, ten messages by e-mail or letter bring one visit: the order of magnitude of a good service
reminder (bookings within the attribution windows, those included who would have come anyway).
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from guildpost_shared.services.definition import Channel

Percent = Annotated[float, Field(gt=0, le=100)]
SkillName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
DEFAULT_RESPONSE: Final = {Channel.EMAIL: 10.0, Channel.LETTER: 10.0, Channel.CALL: 25.0}
"""Visits in a hundred messages; replaced by the dealer's own figures where they are known."""
Each = Mapping[Channel, float]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SkillSettings(_Settings):
    """What needs its own people or its own bay: places on a working day, and the ISO weekdays on which it is there."""

    places_per_day: int = Field(ge=1, le=1_000)
    weekdays: tuple[Annotated[int, Field(ge=1, le=6)], ...] = Field(default=(1, 2, 3, 4, 5), min_length=1)


class WorkshopSettings(_Settings):
    """The workshop beside its general places (``figures.workshop_places_per_day``).

    Attributes:
        skills: by name; a service whose skill is not named here needs the general places.
        closed_days: days without work beside Saturdays, Sundays and public holidays.
        response_percent: visits in a hundred messages, by channel.
        visits_after_days: so many days after a message is met the first readers come.
        visits_over_days: over so many days their visits spread.
    """

    skills: dict[SkillName, SkillSettings] = {}
    closed_days: tuple[date, ...] = ()
    response_percent: dict[Channel, Percent] = {}
    visits_after_days: int = Field(default=3, ge=0, le=60)
    visits_over_days: int = Field(default=14, ge=1, le=90)


def response_percent(workshop: WorkshopSettings, service: Each) -> dict[Channel, float]:
    """Say how many visits a hundred messages bring: the service's figures, else the workshop's, else the defaults.

    What the agent learns by itself is to come between the last two.
    """
    return {**DEFAULT_RESPONSE, **workshop.response_percent, **service}
