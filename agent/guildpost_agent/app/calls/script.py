"""What to say in a call: the brand's script with the customer's, the vehicle's and the dealer's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from guildpost_agent.app.calls.close_call import open_task
from guildpost_agent.app.ports.template_store import TemplateStore
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.slot_fillings import fillings
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.call_tasks import CallReason
from guildpost_agent.domain.message_context import dealer_context, recipient_of, style_of, vehicle_context
from guildpost_agent.domain.records import Triage
from guildpost_shared.errors import Language, Refused
from guildpost_shared.services.definition import Channel, ServiceDefinition
from guildpost_shared.templates.call_text import CallScript
from guildpost_shared.templates.context import LinkContext
from guildpost_shared.templates.fill import Occasion, Sender, fill_message
from guildpost_shared.templates.wording import LegalBasis

LANGUAGE: Language = "de"
"""Customers are spoken to in German, as they are written to."""


@dataclass(frozen=True)
class ScriptDesk:
    """What a script is filled from: the dealer's settings, the services in force by id, the templates."""

    config: AgentConfig
    services: Mapping[str, ServiceDefinition]
    templates: TemplateStore


def call_script(open_uow: OpenUnitOfWork, task_id: str, desk: ScriptDesk, now: datetime) -> CallScript:
    """Fill the script of an open task.

    Args:
        open_uow: opens a transaction.
        task_id: which.
        desk: what it is filled from.
        now: the business clock.

    Raises:
        Refused: ``call_unknown``, ``template_unavailable`` where the brand has written none, or what is wrong with it.
        Conflict: ``call_closed``.
    """
    with open_uow() as uow:
        task = open_task(uow, task_id)
        customer = next(iter(uow.records.customers_of({task.customer_id})), None)
        vehicle = next(iter(uow.records.vehicles_of({task.vehicle_id})), None)
        occasion = uow.plans.occasion(task.occasion_id) if task.occasion_id else None
    service = desk.services.get(task.service_id)
    if customer is None or vehicle is None or service is None or occasion is None:
        raise Refused("template_unavailable", service=task.service_id or "–", channel=Channel.CALL.value)
    template = desk.templates.call(service.template_id(Channel.CALL, LANGUAGE))
    today = now.astimezone(ZoneInfo(desk.config.dealer.timezone)).date()
    about = Occasion(
        vehicle_context(vehicle),
        occasion.due_date,
        estimated=occasion.triage is not Triage.TRUSTED,
        reminder=task.reason is CallReason.NO_ANSWER,
        warranty_end=vehicle.warranty_end,
    )
    sender = Sender(
        dealer_context(desk.config.dealer, desk.config.mail.own_domains),
        template.manifest.brand,
        LinkContext("", ""),
        style_of(desk.config.mail.tone or template.manifest.tone, desk.config.dealer, informal=False),
        fillings(desk.config, task.service_id),
    )
    context = fill_message(
        recipient_of(customer), about, sender, basis=LegalBasis.CONSENT, today=today, language=LANGUAGE
    )
    return template.compose(context)
