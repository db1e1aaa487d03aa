"""The order in which a customer's channels are used, out of wishes, what came of earlier ones and the dealer's figures.

Messages are ordered among the lawful ways of a candidate; for calls the whole service is, since what matters is only
which messages stand before the call.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.call_contacts import answered_call
from guildpost_agent.domain.channel_chain import Chain, Tried, Worth, chain
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.consent.terms import ContactChannel, Purpose
from guildpost_agent.domain.records import Channel, Outcome, Touchpoint
from guildpost_agent.domain.service_work import consent_purpose, is_notice
from guildpost_agent.domain.timing import Candidate
from guildpost_agent.workshop_settings import response_percent
from guildpost_shared.services.definition import Channel as Via
from guildpost_shared.services.definition import ServiceDefinition

REMEMBERED: Final = timedelta(days=730)
ANSWERED_WITHIN: Final = {Channel.EMAIL: timedelta(days=21), Channel.LETTER: timedelta(days=42)}
"""After so long a message that nobody answered counts as ignored."""
ANSWERS: Final = frozenset({"clicked", "answered", "booked"})
_MET: Final = frozenset({"sent", "unsure", "bounced"})
_SEVERAL: Final = 2
_VIAS: Final = {ContactChannel.EMAIL: Via.EMAIL, ContactChannel.LETTER: Via.LETTER, ContactChannel.PHONE: Via.CALL}
"""The channels of the catalogue, by those of the consent ledger."""


@dataclass(frozen=True)
class _Terms:
    worth: Worth[Channel]
    mandatory: frozenset[Channel]
    calls: Worth[Via]
    purpose: str
    notice: bool


@dataclass(frozen=True)
class ChannelOrder:
    """Orders the channels of candidates.

    Attributes:
        wishes: gives what a customer wishes.
        tried: by customer and channel, what came of earlier messages.
        config: the dealer's figures.
    """

    wishes: Callable[[str], Preferences]
    tried: Mapping[str, Mapping[Channel, Tried]]
    config: AgentConfig
    _terms: dict[str, _Terms] = field(default_factory=dict, init=False, repr=False)

    def of(self, candidate: Candidate) -> Candidate:
        """Give a candidate with its channels in order."""
        if len(candidate.channels) < _SEVERAL:
            return candidate
        customer_id = candidate.occasion.customer_id
        wishes, tried = self.wishes(customer_id).preferred, self.tried.get(customer_id)
        if not (wishes or tried):  # most customers neither wished nor answered anything
            return candidate
        terms, grounds = self._terms_of(candidate.service), dict(candidate.channels)
        found = chain(
            tuple(grounds),
            terms.worth,
            tried={} if tried is None or terms.notice else tried,
            mandatory=terms.mandatory,
            wished=_ours(dict(wishes).get(terms.purpose, ())),
        )
        return replace(candidate, channels=tuple((one, grounds[one]) for one in found.order), why=found.why)

    def with_calls(self, service: ServiceDefinition, customer_id: str, calls: Tried) -> Chain[Via]:
        """Give a service's channels in order, the call among them.

        Args:
            service: as the dealer runs it.
            customer_id: whose.
            calls: what came of earlier calls.
        """
        terms, messages = self._terms_of(service), self.tried.get(customer_id, {})
        tried = {Via(channel.value): known for channel, known in messages.items()} | {Via.CALL: calls}
        # What a call may be about is the ledger's own question; here only the wish for exactly this purpose counts.
        wishes = dict(self.wishes(customer_id).preferred).get(consent_purpose(service).value, ())
        return chain(
            [use.channel for use in service.channels],
            terms.calls,
            tried={} if terms.notice else tried,
            mandatory=[use.channel for use in service.channels if use.mandatory],
            wished=[_VIAS[ContactChannel(name)] for name in wishes if name in _VIAS],
            intruding=[Via.CALL],
        )

    def _terms_of(self, service: ServiceDefinition) -> _Terms:
        known = self._terms.get(service.service_id)
        if known is None:
            known = self._terms[service.service_id] = self._ask(service)
        return known

    def _ask(self, service: ServiceDefinition) -> _Terms:
        figures, own = self.config.figures, self.config.services.settings.get(service.service_id)
        percent = response_percent(self.config.workshop, own.response_percent if own else {})
        chances = {via: each / 100 for via, each in percent.items()}
        usual = {channel: chances[Via(channel.value)] for channel in Channel}
        mandatory = _ours(use.channel.value for use in service.channels if use.mandatory)
        notice = is_notice(service)
        # A notice goes where the customer likes to read about the vehicle.
        purpose = Purpose.SERVICE_REMINDERS if notice else consent_purpose(service)
        worth = Worth(figures.visit_cents, {Channel.LETTER: figures.letter_cents}, usual)
        costs = {Via.LETTER: figures.letter_cents, Via.CALL: figures.call_cents}
        calls = Worth(figures.visit_cents, costs, chances)
        return _Terms(worth, frozenset(mandatory), calls, purpose.value, notice)


def tried_channels(
    touchpoints: Iterable[Touchpoint], outcomes: Iterable[Outcome], now: datetime
) -> dict[str, dict[Channel, Tried]]:
    """Say by customer what came of each channel in two years.

    A message that may still be answered counts only if it was.

    Args:
        touchpoints: everything that those who are asked about were or will be sent.
        outcomes: what came back, or all that answers (``ANSWERS``).
        now: the business clock.
    """
    answered = {outcome.touchpoint_id for outcome in outcomes if outcome.kind in ANSWERS}
    since, settled = now - REMEMBERED, {channel: now - within for channel, within in ANSWERED_WITHIN.items()}
    counts: defaultdict[tuple[str, Channel], list[int]] = defaultdict(lambda: [0, 0])
    for one in touchpoints:
        if one.state in _MET and one.planned_at >= since:
            came = one.touchpoint_id in answered
            if came or one.planned_at <= settled[one.channel]:
                known = counts[one.customer_id, one.channel]
                known[0] += 1
                known[1] += came
    found: defaultdict[str, dict[Channel, Tried]] = defaultdict(dict)
    for (customer_id, channel), (messages, answers) in counts.items():
        found[customer_id][channel] = Tried(messages, answers)
    return dict(found)


def tried_calls(uow: UnitOfWork, now: datetime, customer_ids: Collection[str] | None = None) -> dict[str, Tried]:
    """Say by customer what came of the calls of two years, as far as they were not the customer's own wish.

    Args:
        uow: an open transaction.
        now: the business clock.
        customer_ids: of these customers; None for everybody.
    """
    found: dict[str, Tried] = {}
    for task in uow.calls.made_since(now - REMEMBERED, customer_ids):
        answered = answered_call(task)
        if answered is not None:
            known = found.get(task.customer_id, Tried())
            found[task.customer_id] = Tried(known.messages + 1, known.answers + answered)
    return found


def _ours(names: Iterable[str]) -> list[Channel]:
    known = {channel.value for channel in Channel}
    return [Channel(name) for name in names if name in known]
