"""One run of mails: each handed over at most once, whatever crashes. Reminders and confirmations go the same way.

    2. compose      the message is written, outside any transaction                                NAME.composed
    3. claim        everything is checked again in the transaction that marks ``sending``          NAME.claimed
    4. send         MAIL, RCPT, DATA on a connection of its own               smtp.before_data, smtp.accepted
    5. record       the receipt becomes state                                                      NAME.recorded

(Step 1, queueing, is the kind's own.) The receipts that have come and the claims for the connections that fell idle
share one transaction, so the workers share one flush of the disk (group commit, ``synchronous=FULL``). A connection
holds one claimed mail at most: a crash before 3 loses nothing, the row is still ready; a crash after it leaves one
``unsure`` row for each connection at most, and never a second mail.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from guildpost_agent.app.ports.channel import Carried, OutgoingMail
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_shared.clock import Clock
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.failpoints import hit

Job = TypeVar("Job")
_Asked_contra = TypeVar("_Asked_contra", contravariant=True)


@dataclass
class DispatchSummary:
    """What one run did; ``stopped`` is why it ended early (show its public sentence), None if it did not."""

    sent: int = 0
    bounced: int = 0
    deferred: int = 0
    failed: int = 0
    unsure: int = 0
    interrupted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    stopped: GuildpostError | None = None

    def count(self, state: State) -> None:
        """Count a mail by the state its receipt led to."""
        self.sent += state is State.SENT
        self.bounced += state is State.BOUNCED
        self.failed += state is State.FAILED
        self.unsure += state is State.UNSURE
        self.deferred += state is State.READY


@dataclass(frozen=True)
class Draft(Generic[Job]):
    """A job with its mail; without one, ``reason`` says why it is refused, and none means that it waits."""

    job: Job
    mail: OutgoingMail | None = None
    reason: str = ""


class Group(Protocol[_Asked_contra]):
    """Some jobs of a kind in one transaction: what they need is read together and written together."""

    def rests(self, job: _Asked_contra, /) -> bool:
        """Say whether the dealer's emergency stop covers a job."""
        ...

    def objection(self, job: _Asked_contra, /) -> str | None:
        """Say why a job must not go out, as things are in this transaction, the steps before included."""
        ...

    def step(self, job: _Asked_contra, event: Event, response: str, /) -> bool:
        """Move a job on; say whether it was still where it was seen."""
        ...

    def settle(self, job: _Asked_contra, receipt: Receipt, /) -> State:
        """Turn a receipt into a claimed job's state."""
        ...

    def write(self) -> None:
        """Write what is not yet written; the caller commits."""
        ...


class Kind(Protocol[Job]):
    """What is particular to a kind of mails; ``name`` begins its failpoints."""

    @property
    def name(self) -> str:
        """Name the kind."""
        ...

    def group(self, uow: UnitOfWork, jobs: Sequence[Job], now: datetime) -> Group[Job]:
        """Begin with some jobs in a transaction."""
        ...

    def claimed(self, job: Job) -> Job:
        """Give the job as it is after ``Event.CLAIM``."""
        ...

    def committed(self) -> None:
        """Know that what the latest groups wrote is on the disk."""
        ...


class Drafts(Protocol[Job]):
    """Where composed mails come from; those that are ready come first."""

    def take(self, most: int, *, wait: bool) -> list[Draft[Job]]:
        """Give the next drafts; with ``wait`` at least one, unless none is left."""
        ...

    def left(self) -> bool:
        """Say whether more will come."""
        ...


class OnDemand(Generic[Job]):
    """``Drafts`` that are composed when they are asked for."""

    def __init__(self, jobs: Iterable[Job], compose: Callable[[Job], Draft[Job]]) -> None:
        self._jobs = deque(jobs)
        self._compose = compose

    def take(self, most: int, *, wait: bool) -> list[Draft[Job]]:
        """Compose the next ones."""
        del wait
        return [self._compose(self._jobs.popleft()) for _ in range(min(most, len(self._jobs)))]

    def left(self) -> bool:
        """Say whether jobs are left."""
        return bool(self._jobs)


class MailRun(Generic[Job]):
    """Answers a channel (``Exchange``) with the mails of one kind; counts in ``summary``."""

    def __init__(
        self,
        open_uow: OpenUnitOfWork,
        kind: Kind[Job],
        drafts: Drafts[Job],
        clock: Clock,
        summary: DispatchSummary,
        *,
        rest_now: Callable[[datetime], bool] = lambda _now: False,
    ) -> None:
        """Bring what a run needs; ``rest_now`` says that no further mail may leave (quiet hours have begun)."""
        self._open_uow = open_uow
        self._kind = kind
        self._drafts = drafts
        self._clock = clock
        self._rest_now = rest_now
        self._on_the_way: dict[str, Job] = {}
        self.summary = summary

    def exchange(self, carried: Sequence[Carried], idle: int, on_the_way: int) -> list[OutgoingMail]:
        """Record what became of mails, and give what the idle connections carry next (see ``ports.channel``)."""
        while True:
            given = self._turn(carried, idle)
            carried = ()
            if given or on_the_way or self._is_over():
                return given

    def _is_over(self) -> bool:
        return self.summary.stopped is not None or self._rest_now(self._clock.now()) or not self._drafts.left()

    def _turn(self, carried: Sequence[Carried], idle: int) -> list[OutgoingMail]:
        """Steps 5, 2 and 3: one transaction for what came back and what goes next."""
        for one in carried:
            self._note_stop(one.result)
        try:
            drafts = [] if self._is_over() else self._drafts.take(idle, wait=not carried)
        except GuildpostError as error:
            self.summary.stopped, drafts = error, []
        except BaseException:
            self._commit(carried, [])  # what is known stays known, whatever composing met
            raise
        if drafts:
            hit(f"{self._kind.name}.composed")
        elif not carried:
            return []
        given = self._commit(carried, drafts)
        if carried:
            hit(f"{self._kind.name}.recorded")
        if given:
            hit(f"{self._kind.name}.claimed")
        return given

    def _commit(self, carried: Sequence[Carried], drafts: Sequence[Draft[Job]]) -> list[OutgoingMail]:
        now = self._clock.now()
        with self._open_uow() as uow:
            if carried:
                self._settle(uow, carried, now)
            group = self._kind.group(uow, [draft.job for draft in drafts], now)
            given = [draft.mail for draft in drafts if self._claim(group, draft) and draft.mail is not None]
            group.write()
            uow.commit()
        self._kind.committed()
        return given

    def _claim(self, group: Group[Job], draft: Draft[Job]) -> bool:
        """Check a job a last time and mark it, or say why it does not go out."""
        job = draft.job
        if (draft.mail is None and not draft.reason) or group.rests(job):
            self.summary.deferred += 1
            return False
        reason = draft.reason or group.objection(job)
        moved = group.step(job, Event.REFUSE if reason else Event.CLAIM, reason or "")
        if reason and moved:
            self.summary.refused[reason] += 1
        if reason or not moved or draft.mail is None:
            return False
        self._on_the_way[draft.mail.key] = self._kind.claimed(job)
        return True

    def _settle(self, uow: UnitOfWork, carried: Sequence[Carried], now: datetime) -> None:
        """Record receipts; a mail that was certainly not accepted is ready again."""
        jobs = [self._on_the_way.pop(one.key) for one in carried]
        group = self._kind.group(uow, jobs, now)
        for job, result in zip(jobs, (one.result for one in carried), strict=True):
            if isinstance(result, GuildpostError):
                group.step(job, Event.DEFER, result.code)
            else:
                self.summary.count(group.settle(job, result))
        group.write()

    def _note_stop(self, result: Receipt | GuildpostError) -> None:
        """Let the run end when the server is gone or refuses the sender; what is on the way is still recorded."""
        if isinstance(result, Receipt):
            if result.verdict is not Verdict.STOPPED:
                return
            result = Refused("mail_sender_refused", detail=str(result), reply=result.code, status=result.status)
        self.summary.stopped = self.summary.stopped or result
