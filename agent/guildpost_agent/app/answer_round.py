"""Take part in a federated round: verify study and roster, answer each instruction, remember before replying.

The order of one answer (at most one masked upload per study and period, charged durably before sending):

    1. restore the participant from what is stored
    2. let it answer; at MaskedInputCollection the vector is made: every unit counted, clipped, noised
    3. in the same transaction: charge the study's period, mark the units, store the snapshot; commit
    4. the reply passes the egress gate

A crash before 3 changes nothing, a crash after it finds the stored bytes again for the same request.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.app.close_trainings import close_trainings_before
from guildpost_agent.app.count_for_study import Setting, count_for_study
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import coordinator_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.seated_for_training import seated_for_training
from guildpost_agent.domain import propensity
from guildpost_agent.domain.brands import FIRST, scoped
from guildpost_agent.domain.contributing.units import Counted
from guildpost_agent.domain.contributions import quarter_of, used_up
from guildpost_agent.domain.rights.marks import CountedBefore
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.identity.roster import Roster
from guildpost_shared.learning.document import PublishedModel
from guildpost_shared.privacy.ledger import Entry
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.shards import MOST_AGENTS
from guildpost_shared.studies.layouts import Scored, context_of
from guildpost_shared.studies.noise import budget_of, contribution, expenses_of
from guildpost_shared.studies.propensity.document import PropensityDocument, ask_of
from guildpost_shared.studies.propensity.terms import SURVEY
from guildpost_shared.studies.spec import StudySpec


@dataclass(frozen=True)
class RoundTicket:
    """What this agent verified before it joins: all of it comes from the brand's own signed catalogue.

    ``study`` is the part that the round is about, ``model`` the one under which is scored where the study moves one.
    Another brand may give its rounds and studies the same names; what is charged for them bears the brand's. A
    customer's own mark and budget are one over all brands. ``most_agents`` is the largest shard (``secagg.shards``).
    """

    round_id: str
    study: StudySpec
    roster: Roster
    agent_id: str
    brand: str = FIRST
    model: Scored | None = None
    most_agents: int = MOST_AGENTS

    @property
    def context(self) -> RoundContext:
        """The round as this agent sees it; another view makes every mask different."""
        return context_of(self.round_id, self.study, self.roster.sha256, self.model)

    @property
    def round_key(self) -> str:
        """The round's name in this agent's memory."""
        return scoped(self.brand, self.round_id)

    @property
    def study_key(self) -> str:
        """The study's name in this agent's memory."""
        return scoped(self.brand, self.study.study_id)


class RoundDesk:
    """Answers the instructions of one round."""

    def __init__(
        self,
        ticket: RoundTicket,
        identity_key: Ed25519PrivateKey,
        *,
        open_uow: OpenUnitOfWork,
        gate: EgressGate,
        clock: Clock,
        setting: Setting,
        entropy: Entropy,
    ) -> None:
        """Bring what is needed.

        Args:
            ticket: the verified round.
            identity_key: the agent's key in the roster.
            open_uow: opens a transaction.
            gate: the egress gate.
            clock: the business clock (which outcomes are mature).
            setting: what counting needs beside the database.
            entropy: operating-system randomness.
        """
        self._ticket = ticket
        self._identity_key = identity_key
        self._open_uow = open_uow
        self._gate = gate
        self._clock = clock
        self._setting = setting
        self._entropy = entropy

    def answer(self, request: bytes) -> bytes:
        """Answer one signed instruction; the same request gets the same bytes.

        Raises:
            GuildpostError: the participant's refusals, ``round_already_contributed``, ``egress_refused``.
        """
        with self._open_uow() as uow:
            participant = self._participant(uow)
            reply = participant.handle(request, lambda: self._vector(uow, participant.threshold))
            uow.rounds.save(
                round_id=self._ticket.round_key,
                study_id=self._ticket.study_key,
                period=self._ticket.study.period,
                state=f"answered_{len(participant.answered)}",
                now=self._clock.now(),
                snapshot=participant.snapshot(),
            )
            uow.commit()
        return self._gate.release(destination=coordinator_of(self._ticket.brand), kind="round_reply", payload=reply)

    def _participant(self, uow: UnitOfWork) -> Participant:
        stored = uow.rounds.snapshot(self._ticket.round_key)
        ticket = self._ticket
        if stored is None:
            return Participant(
                ticket.context,
                ticket.roster,
                ticket.agent_id,
                self._identity_key,
                self._entropy,
                most_agents=ticket.most_agents,
            )
        return Participant.restore(
            stored,
            context=ticket.context,
            roster=ticket.roster,
            agent_id=ticket.agent_id,
            identity_key=self._identity_key,
            entropy=self._entropy,
            most_agents=ticket.most_agents,
        )

    def _vector(self, uow: UnitOfWork, threshold: int) -> npt.NDArray[np.int64]:
        study, now = self._ticket.study, self._clock.now()
        charged = uow.rounds.charge(
            study_id=self._ticket.study_key, period=study.period, round_id=self._ticket.round_key, now=now
        )
        if not charged:
            raise Refused("round_already_contributed", study=study.study_id, period=study.period)
        if isinstance(self._ticket.model, PropensityDocument):
            return self._trained(uow, self._ticket.model, threshold)
        counted = self._counted(uow)
        uow.rounds.mark_contributed(
            quarter_of(study.period_start), [self._entry(one.unit) for one in counted], study.epsilon
        )
        return contribution(study, [one.record for one in counted], threshold=threshold, entropy=self._entropy)

    def _trained(self, uow: UnitOfWork, document: PropensityDocument, threshold: int) -> npt.NDArray[np.int64]:
        study, brand = self._ticket.study, self._ticket.brand
        if study.step == SURVEY:
            key, now = self._ticket.study_key, self._clock.now()
            close_trainings_before(uow, study, brand=brand, study_key=key, now=now)
        seated = seated_for_training(
            uow, study, brand, self._setting, entry=self._entry, today=self._today, entropy=self._entropy
        )
        ask = ask_of(study, document)
        return propensity.answer(seated, ask, budget=budget_of(study), threshold=threshold, entropy=self._entropy)

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(self._setting.zone).date()

    def _entry(self, unit: str) -> Entry:
        """Give what the study costs a customer, or the dealer: one release of the coordinator, or all of a training."""
        study = self._ticket.study
        return Entry(self._ticket.brand, study.study_id, study.days, unit, self._today, expenses_of(study))

    def _counted(self, uow: UnitOfWork) -> list[Counted[Any]]:
        study = self._ticket.study
        marked = uow.rounds.contributed(study.study_id, quarter_of(study.period_start))
        return count_for_study(
            uow,
            study,
            self._ticket.brand,
            self._setting,
            model=self._ticket.model.model if isinstance(self._ticket.model, PublishedModel) else None,
            today=self._today,
            already_counted=CountedBefore(
                uow.documents.get(SUPPRESSION_KEY) or b"", marked | used_up(uow.rounds.ledgers(), self._entry)
            ),
        )
