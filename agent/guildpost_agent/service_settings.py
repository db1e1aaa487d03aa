"""What a dealer decides about one service of the catalogue; none of it is told to the brand (rule R12)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from guildpost_agent.workshop_settings import Percent
from guildpost_shared.services.definition import MAX_LEAD_DAYS, MAX_OVERDUE_DAYS, Channel

Approval = Literal["automatic", "review"]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TouchSettings(_Settings):
    """Another window for one message, in days before the due date; what is left out stays as recommended."""

    first_day: int | None = Field(default=None, ge=-MAX_OVERDUE_DAYS, le=MAX_LEAD_DAYS)
    last_day: int | None = Field(default=None, ge=-MAX_OVERDUE_DAYS, le=MAX_LEAD_DAYS)
    default_lead: int | None = Field(default=None, ge=-MAX_OVERDUE_DAYS, le=MAX_LEAD_DAYS)


class ServiceSettings(_Settings):
    """One service as this dealer runs it.

    Attributes:
        channels: those in use, in order of preference; all in the recommended order by default.
        touches: windows by touch id.
        approval: with ``review`` nothing leaves before a person has approved it.
        weekly_budget_cents: for this service's letters, within the budget for all; no limit of its own by default.
        skill: whose places in the workshop its work needs; as the catalogue says by default.
        slots: the dealer's own words for this service's messages, by slot; they go before those for all services.
        response_percent: visits in a hundred messages, by channel; the workshop's figures by default.
        learned_times: whether lead time and slot may be learned; otherwise they are always the recommended ones.
    """

    channels: tuple[Channel, ...] | None = Field(default=None, min_length=1)
    touches: dict[str, TouchSettings] = {}
    approval: Approval = "automatic"
    weekly_budget_cents: int | None = Field(default=None, ge=1)
    skill: str | None = None
    slots: dict[str, str] = {}
    response_percent: dict[Channel, Percent] = {}
    learned_times: bool = True
