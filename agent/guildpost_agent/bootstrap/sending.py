"""Mails, letters and answers, put together from configuration and catalogue."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.adapters.channels.letter_folder import LetterFolder
from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.adapters.relay_client.http_inbox import HttpRelayInbox
from guildpost_agent.app.apply_answer import AnswerRules
from guildpost_agent.app.calls.hand_over import HandOver, hand_over
from guildpost_agent.app.compose_message import LANGUAGE, Composer, Printed
from guildpost_agent.app.confirm_appointments import confirms
from guildpost_agent.app.consents.ask_to_confirm import asking_to_confirm
from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.dispatch_mail import Sender, compose_draft, composing_here, dispatch_mail
from guildpost_agent.app.fence import pass_fence
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.mail_run import DispatchSummary, Draft, Drafts
from guildpost_agent.app.outbox_steps import RECALLED, Recalled, Recheck, nothing_recalled
from guildpost_agent.app.planning_state import planning_key
from guildpost_agent.app.poll_relay import PollSummary, poll_relay
from guildpost_agent.app.ports.letter_delivery import LetterDelivery
from guildpost_agent.app.ports.reading import OpenReading, Reading
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.app.read_mailbox import MailboxSummary
from guildpost_agent.app.recheck_touchpoint import recheck_touchpoint
from guildpost_agent.app.release_letters import LetterSender, LetterSummary, release_letters
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.postage import postage_rules
from guildpost_agent.domain.age import read_recipient
from guildpost_agent.domain.due_dates import hu_interval_months
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.service_work import is_notice
from guildpost_agent.domain.working_days import is_quiet
from guildpost_agent.jobs.composing import ComposeById, ComposingChild, compose_command
from guildpost_shared.services.definition import Channel as ServiceChannel
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.occasion_rules import HuRule
from guildpost_shared.templates.letter_text import Letter

Services = Mapping[str, ServiceDefinition]
MANY_MAILS: Final = 200
"""From so many on a process of its own composes: starting it takes as long as composing some hundred."""
LONGEST_HU_MONTHS: Final = 24  # StVZO Anlage VIII: passenger cars after the first inspection


def relay_inbox(core: Core) -> HttpRelayInbox:
    """Open the client of the dealer's relay."""
    relay = core.config.relay
    return HttpRelayInbox(
        relay.url,
        key=core.keys.relay,
        gate=core.gate,
        wall_clock=core.wall_clock,
        entropy=core.entropy,
        ca_file=relay.ca_file,
    )


def answer_rules(core: Core, services: Services) -> AnswerRules:
    """Say what customers' answers mean, whichever way they come."""
    zone = ZoneInfo(core.config.dealer.timezone)
    today = core.business_clock.now().astimezone(zone).date()
    hu_rules = {name: service.occasion for name, service in services.items() if isinstance(service.occasion, HuRule)}
    return AnswerRules(
        suppression_key=core.keys.suppression,
        zone=zone,
        hu_interval_months=lambda vehicle: min(
            (hu_interval_months(vehicle, rule, today) for rule in hu_rules.values()), default=LONGEST_HU_MONTHS
        ),
        hu_services=frozenset(hu_rules),
        dealer_name=core.config.dealer.name,
        ask_to_confirm=asking_to_confirm(core.entropy, core.keys.relay),
    )


def hand_on(core: Core, services: Services) -> None:
    """Hand over to people what customers' answers leave to them."""
    key, now = planning_key(core.open_uow, core.entropy), core.business_clock.now()
    hand_over(core.open_uow, services, HandOver(key, core.zone, core.config.language), now)


def poll(core: Core, inbox: HttpRelayInbox, sealing_key: X25519PrivateKey, services: Services) -> PollSummary:
    """Fetch and apply what customers answered, and hand over to people what is theirs."""
    rules = answer_rules(core, services)
    summary = poll_relay(core.open_uow, inbox, core.business_clock, sealing_key=sealing_key, rules=rules)
    if summary.applied:
        hand_on(core, services)
    return summary


def last_check(core: Core, services: Services, recalled: Recalled = nothing_recalled) -> Recheck:
    """Give the check in the moment of sending; ``services`` are those that the messages were begun with."""
    zone, rules = ZoneInfo(core.config.dealer.timezone), consent_rules(core.config)

    def recheck(uow: Reading, touchpoint: Touchpoint) -> str | None:
        service = services.get(touchpoint.service_id)
        if service is None:
            return "service_not_in_force"
        if _is_recalled(services, touchpoint, recalled):
            return RECALLED
        return recheck_touchpoint(
            uow,
            touchpoint,
            service=service,
            state=core.config.dealer.state,
            now=core.business_clock.now(),
            zone=zone,
            rules=rules,
        )

    return recheck


def _is_recalled(services: Services, touchpoint: Touchpoint, recalled: Recalled) -> bool:
    """Say whether the brand has taken out what a touchpoint's message was made from."""
    service = services.get(touchpoint.service_id)
    use = service.channel(ServiceChannel(touchpoint.channel.value)) if service else None
    template_id = use.templates.get(LANGUAGE) if use else None
    return template_id is not None and recalled(touchpoint.service_id, template_id)


def mail_channel(core: Core) -> SmtpChannel:
    """Give the dealer's mail server."""
    smtp = core.config.smtp
    return SmtpChannel(
        SmtpSettings(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security,
            connections=smtp.connections,
            ca_file=smtp.ca_file,
            username=smtp.username,
            password_file=smtp.password_file,
        )
    )


def _sender(core: Core) -> Sender:
    return Sender(core.config.smtp.from_address, core.config.relay.url, core.keys)


def compose_by_id(core: Core, reading: OpenReading, composer: Composer) -> ComposeById:
    """Give what the composing child does for one message."""
    sender = _sender(core)

    def compose(touchpoint_id: str, now: datetime) -> Draft[OutboxJob]:
        with reading() as uow:
            job = uow.outbox.get(touchpoint_id)
        if job is None:
            raise KeyError(touchpoint_id)
        return compose_draft(reading, composer.mail, job, sender, now)

    return compose


def send_mails(
    core: Core, services: Services, composer: Composer, recalled: Recalled = nothing_recalled
) -> DispatchSummary:
    """Send the mails that are due; ``recalled`` is asked of each of them when it is claimed.

    Raises:
        Refused: ``restored_unconfirmed``.
    """
    pass_fence(core.open_uow, core.fence)
    zone = ZoneInfo(core.config.dealer.timezone)
    sender = _sender(core)
    here = composing_here(core.open_uow, composer.mail, core.business_clock, sender)

    def together(jobs: Sequence[OutboxJob]) -> list[Draft[OutboxJob]]:
        now = core.business_clock.now()
        with composer.held([job.touchpoint_id for job in jobs]):
            return [compose_draft(composer.open_reading, composer.mail, job, sender, now) for job in jobs]

    def drafts(jobs: Sequence[OutboxJob]) -> AbstractContextManager[Drafts[OutboxJob]]:
        if len(jobs) < MANY_MAILS:
            return here(jobs)
        command = compose_command(sys.executable, core.home)
        return ComposingChild(command, jobs, core.business_clock.now, sender.from_address, meanwhile=together)

    return dispatch_mail(
        core.open_uow,
        mail_channel(core),
        drafts,
        last_check(core, services, recalled),
        core.business_clock,
        sender=sender,
        entropy=core.entropy,
        is_quiet=lambda now: is_quiet(now, zone, frozenset({core.config.dealer.state})),
        notices=_notices(services),
    )


def letter_delivery(core: Core) -> LetterDelivery:
    """Give the place that the lettershop takes batches from: its server, or the folder."""
    sftp = core.config.letters.sftp
    if sftp is None:
        return LetterFolder(core.config.letters.folder)
    from guildpost_agent.adapters.sftp.connection import SftpSettings  # noqa: PLC0415 — heavy, and only where wanted
    from guildpost_agent.adapters.sftp.delivery import SftpDelivery  # noqa: PLC0415 — see above

    return SftpDelivery(
        SftpSettings(
            sftp.host,
            sftp.port,
            sftp.user,
            sftp.known_hosts,
            folder=sftp.folder,
            key_file=sftp.key_file,
            password_file=sftp.password_file,
        )
    )


def print_letters(
    core: Core, services: Services, composer: Composer, recalled: Recalled = nothing_recalled
) -> LetterSummary:
    """Release the letters that are due (in the printing child: it loads the typesetter).

    Raises:
        ConfigurationError: the dealer's own tariffs cannot be read.
        Refused: ``restored_unconfirmed``.
    """
    pass_fence(core.open_uow, core.fence)

    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        return composer.letters(requests, _typeset)

    return release_letters(
        core.open_uow,
        render,
        letter_delivery(core),
        last_check(core, services, recalled),
        core.business_clock,
        gate=core.gate,
        sender=LetterSender(
            core.config.relay.url,
            core.keys,
            core.config.dealer.legal_name,
            postage=postage_rules(core, services.values()),
            lettershop_key=read_recipient(key) if (key := core.config.letters.lettershop_key) else None,
        ),
        entropy=core.entropy,
        notices=_notices(services),
        recalled=lambda touchpoint: _is_recalled(services, touchpoint, recalled),
    )


def _notices(services: Services) -> frozenset[str]:
    """Name the services that carry no advertising, nor offers beside what they have to say."""
    return frozenset(name for name, one in services.items() if is_notice(one) and not one.offers and not confirms(one))


def _typeset(letters: Sequence[Letter], created: datetime) -> Printed:
    from guildpost_shared.templates.letter import typeset  # noqa: PLC0415 — only the printing child may load it

    batch = typeset(letters, created=created)
    return Printed(batch.pdf, {item.doc_id: (item.first, item.last) for item in batch.ranges})


def require_stopped_cleanly(summary: DispatchSummary | LetterSummary | PollSummary | MailboxSummary) -> None:
    """Raise what stopped a run early, so that the ticker can show it.

    Raises:
        GuildpostError: the summary's.
    """
    if summary.stopped is not None:
        raise summary.stopped
