"""Some of the outbox's mails in one transaction: checked and settled together, their moves written together.

What is decided about one mail is seen by the check of the next one, written or not: two mails to one household never
pass the contact cap side by side.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from guildpost_agent.app.kept_reading import KeptReading
from guildpost_agent.app.outbox_steps import Recheck, mirrored, objection, put_off, rests
from guildpost_agent.app.ports.plans import Move
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.domain.outbox import Event, State, after, next_attempt
from guildpost_agent.domain.records import Channel, Outcome
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_agent.domain.suppression import address_hmac

_EVENTS = {
    Verdict.ACCEPTED: Event.ACCEPT,
    Verdict.DEAD: Event.BOUNCE,
    Verdict.BOUNCED: Event.BOUNCE,
    Verdict.REJECTED: Event.REJECT,
    Verdict.UNKNOWN: Event.LOSE,
}
"""What is not here is tried again."""
_OUTCOMES = {Event.ACCEPT: "delivered", Event.BOUNCE: "bounced"}


class MailGroup:
    """Jobs of mails that a touchpoint of the plan became."""

    def __init__(
        self,
        uow: UnitOfWork,
        jobs: Sequence[OutboxJob],
        now: datetime,
        *,
        suppression_key: bytes,
        recheck: Recheck,
        kept: KeptReading | None = None,
    ) -> None:
        """Begin with the group; the caller commits.

        Args:
            uow: the transaction that claims and records.
            jobs: all that the group will be asked about.
            now: the business clock.
            suppression_key: of the suppression list.
            recheck: the last check.
            kept: what the transactions before have read; without it everything is read anew.
        """
        self._uow = uow
        self._now = now
        self._key = suppression_key
        self._recheck = recheck
        self._kept = kept or KeptReading(())
        self._reading = self._kept.begin(uow, [job.touchpoint_id for job in jobs])
        self._moves: list[Move] = []
        self._outcomes: list[Outcome] = []

    def rests(self, job: OutboxJob) -> bool:
        """Say whether the dealer's emergency stop covers a job."""
        return rests(self._reading, job)

    def objection(self, job: OutboxJob) -> str | None:
        """Say why a job must not go out, as things are in this transaction."""
        return objection(self._reading, job, suppression_key=self._key, recheck=self._recheck, now=self._now)

    def step(self, job: OutboxJob, event: Event, response: str) -> bool:
        """Move a job and its touchpoint on; say whether the job was still where it was seen.

        Raises:
            Conflict: ``illegal_transition``.
        """
        to = after(State(job.state), event)
        if self._reading.outbox.state(job.touchpoint_id) != job.state:
            return False
        self._moves.append(Move(job.touchpoint_id, str(job.state), str(to), response))
        self._know(job, to, response)
        return True

    def settle(self, job: OutboxJob, receipt: Receipt) -> State:
        """Turn a receipt into a claimed job's state, its outcome and perhaps an entry of the suppression list."""
        response, event = str(receipt), _EVENTS.get(receipt.verdict)
        if event is None:
            return self._put_off(job, response)
        self.step(job, event, response)
        if event in _OUTCOMES:
            kind = _OUTCOMES[event]
            self._outcomes.append(Outcome(f"{kind}:{job.touchpoint_id}", job.touchpoint_id, kind, self._now, response))
        if receipt.verdict is Verdict.DEAD:
            self._uow.suppressions.add(address_hmac(self._key, job.recipient), Channel.EMAIL, "bounced", self._now)
            self._kept.spoil()
        return after(State(job.state), event)

    def write(self) -> None:
        """Write what was decided."""
        if self._moves and self._uow.outbox.move_all(self._moves, self._now) != len(self._moves):
            raise RuntimeError("a job moved while the transaction that read it held the database")
        self._uow.plans.move_all(
            [Move(move.touchpoint_id, mirrored(move.expected), mirrored(move.to)) for move in self._moves]
        )
        self._uow.outcomes.add(self._outcomes)
        self._moves, self._outcomes = [], []
        self._kept.wrote()

    def _put_off(self, job: OutboxJob, response: str) -> State:
        """Let a job wait for a later attempt, as long as there is one."""
        touchpoint = self._reading.plans.touchpoint(job.touchpoint_id)
        again = next_attempt(job.attempts, self._now, touchpoint.not_after) if touchpoint else None
        put_off(self._uow, job, again or self._now, self._now, response)
        self._kept.spoil()
        if self._reading.outbox.state(job.touchpoint_id) == State.SENDING:
            self._know(job, State.READY, response)
        if again is not None:
            return State.READY
        self.step(replace(job, state=State.READY), Event.GIVE_UP, response)
        return State.FAILED

    def _know(self, job: OutboxJob, state: State, response: str) -> None:
        self._reading.moved(job.touchpoint_id, state, mirrored(state), self._now, response)
