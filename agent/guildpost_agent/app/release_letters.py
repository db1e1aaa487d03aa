"""Release the letters that are due as one batch for the lettershop, exactly once in the file system.

    1. resume       a batch that a crash interrupted goes first, under the id it had
    2. queue        every due letter gets its row: token, random document id          letters.queued
    3. claim        emergency stop, consent, suppression, booking, recall are checked again in
                    the transaction that marks ``sending`` with the batch id; commit      letters.claimed
    4. render       a PDF of at most 500 letters, in postal order over all of them,
                    in the printing child process                                     letters.rendered
    5. release      of several such parts each passes the egress gate                 letters.part_released
    6. stage        at the lettershop under a hidden name; again from 4               letters.part_staged
    5. release      the cheapest postage is chosen for all letters; index, manifest
                    and checksums (and the only PDF) pass the egress gate             letters.released
    6. stage        behind the parts, under the same hidden name                      letters.staged
    7. promise      "now it is published" is committed                                letters.promised
    8. publish      the batch gets its name in one step                               letters.delivered
    9. record       state and outcome                                                 letters.recorded

Nothing goes twice, even where the lettershop fetches a batch the moment it is there: a batch that is neither staged
nor there after 7 has arrived, and is only recorded. A crash before 7 begins the batch anew, all parts of it. A letter
whose customer objected while a batch was interrupted is taken out of it, as long as it is not published. A batch that
the dealer stops before the last 5 is put off, and what is staged of it is taken away.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from guildpost_agent.app.choose_postage import PostageRules
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.letter_package import LetterPackage, PrintedLetter
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.outbox_steps import Recheck, advertises, objection, queue, rests, step
from guildpost_agent.app.ports.letter_delivery import LetterDelivery, Standing
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob, UnitOfWork
from guildpost_agent.app.relay_state import relay_speaks
from guildpost_agent.app.sending_keys import SendingKeys
from guildpost_agent.domain.letter_batch import LETTERS_IN_A_PART
from guildpost_agent.domain.links import links_for
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.postal import Stationery, postal_order
from guildpost_agent.domain.records import Channel, Outcome, Touchpoint
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ConfigurationError, GuildpostError, Refused, Unavailable
from guildpost_shared.failpoints import hit
from guildpost_shared.ids import new_id

_PROMISED: Final = "letters/promised"
"""The batches that began to be published and are not recorded yet."""

RenderLetters = Callable[[Sequence[LetterRequest]], RenderedBatch]


@dataclass(frozen=True)
class LetterSender:
    """Who writes: the relay's public address, the keys, the dealer's legal name for the manifest, paper and weights.

    Without rules of postage every letter goes as what it weighs. With the lettershop's key batches are sealed to it.
    """

    relay_url: str
    keys: SendingKeys
    legal_name: str
    stationery: Stationery = field(default_factory=Stationery)
    postage: PostageRules | None = None
    lettershop_key: X25519PublicKey | None = None


@dataclass
class LetterSummary:
    """What one run did; ``stopped`` is why it ended early, None if it did not."""

    batches: list[str] = field(default_factory=list)
    released: int = 0
    resumed: int = 0
    deferred: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    stopped: GuildpostError | None = None


def release_letters(
    open_uow: OpenUnitOfWork,
    render: RenderLetters,
    delivery: LetterDelivery,
    recheck: Recheck,
    clock: Clock,
    *,
    gate: EgressGate,
    sender: LetterSender,
    entropy: Entropy,
    notices: Collection[str] = (),
    recalled: Callable[[Touchpoint], bool] = lambda _touchpoint: False,
    part_letters: int = LETTERS_IN_A_PART,
) -> LetterSummary:
    """Release what is due. The caller holds the letters lease and has polled the relay before.

    Args:
        open_uow: opens a transaction.
        render: makes the PDF of a part (in the printing child: it loads Typst).
        delivery: where the lettershop takes batches from.
        recheck: the last check, inside the claiming transaction.
        clock: the business clock.
        gate: the egress gate.
        sender: addresses, keys, paper.
        entropy: for tokens and ids.
        notices: services that carry no advertising; theirs alone go out while the relay is silent.
        recalled: says whether the brand has taken out what a letter was made from; asked once more before it leaves.
        part_letters: so many letters at most are in one PDF.

    Returns:
        The summary; when the run stops early, the next one goes on with the same batch.
    """
    run = _Run(open_uow, render, delivery, recheck, clock, gate, sender, entropy, notices, recalled, part_letters)
    try:
        run.resume()
        run.start()
        run.check_relay()
    except GuildpostError as error:
        run.summary.stopped = error
    return run.summary


@dataclass
class _Run:
    """One run's dependencies and its summary."""

    open_uow: OpenUnitOfWork
    render: RenderLetters
    delivery: LetterDelivery
    recheck: Recheck
    clock: Clock
    gate: EgressGate
    sender: LetterSender
    entropy: Entropy
    notices: Collection[str]
    recalled: Callable[[Touchpoint], bool]
    part_letters: int
    summary: LetterSummary = field(default_factory=LetterSummary)

    def check_relay(self) -> None:
        """Tell that advertising rests because objections could be waiting at a silent relay."""
        with self.open_uow() as uow:
            if not relay_speaks(uow, self.clock.now()):
                raise Refused("relay_silent")

    def resume(self) -> None:
        """Step 1."""
        with self.open_uow() as uow:
            interrupted = uow.outbox.in_state(Channel.LETTER, State.SENDING)
        for batch_id in sorted({job.batch_id or "" for job in interrupted}):
            jobs = [job for job in interrupted if (job.batch_id or "") == batch_id]
            self.summary.resumed += len(jobs)
            standing = self.delivery.standing(batch_id)
            taken = standing is Standing.ABSENT and batch_id in self._promised()
            if standing is Standing.THERE or taken:
                self._record(batch_id, jobs)
                continue
            self.check_relay()
            self._note_promise(batch_id, promised=False)
            if standing is Standing.STAGED:
                self.delivery.discard(batch_id)
            self._produce(batch_id, self._still_welcome(jobs))

    def _promised(self) -> list[str]:
        with self.open_uow() as uow:
            return _read_promised(uow)

    def _note_promise(self, batch_id: str, *, promised: bool) -> None:
        """Remember that a batch is published now, or that it is not."""
        with self.open_uow() as uow:
            others = [one for one in _read_promised(uow) if one != batch_id]
            _write_promised(uow, [*others, batch_id] if promised else others)
            uow.commit()

    def start(self) -> None:
        """Steps 2 and 3 for a new batch, then the rest."""
        entropy = self.entropy
        now, batch_id = self.clock.now(), new_id(entropy)
        with self.open_uow() as uow:
            for touchpoint in uow.plans.to_queue(Channel.LETTER, now):
                document_id, key = new_id(entropy), self.sender.keys.relay
                queue(uow, touchpoint, message_id=document_id, relay_key=key, entropy=entropy, now=now)
            uow.commit()
        hit("letters.queued")
        jobs = self._claimed(batch_id, now)
        hit("letters.claimed")
        if jobs:
            self._produce(batch_id, jobs)

    def _claimed(self, batch_id: str, now: datetime) -> list[OutboxJob]:
        with self.open_uow() as uow:
            claimed = [
                replace(job, state=State.SENDING, batch_id=batch_id)
                for job in uow.outbox.in_state(Channel.LETTER, State.READY)
                if self._welcome(uow, job, now) and step(uow, job, Event.CLAIM, now, batch_id=batch_id)
            ]
            uow.commit()
        return claimed

    def _welcome(self, uow: UnitOfWork, job: OutboxJob, now: datetime) -> bool:
        silent = not relay_speaks(uow, now) and advertises(uow, job, self.notices)
        if silent or rests(uow, job):
            self._put_off(uow, job, now)
            return False
        key = self.sender.keys.suppression
        reason = objection(uow, job, suppression_key=key, recheck=self.recheck, now=now)
        if reason is not None:
            self._take_out(uow, job, reason, now)
        return reason is None

    def _take_out(self, uow: UnitOfWork, job: OutboxJob, reason: str, now: datetime) -> None:
        if job.state == State.SENDING:
            step(uow, job, Event.DEFER, now)
        step(uow, replace(job, state=State.READY), Event.REFUSE, now, response=reason)
        self.summary.refused[reason] += 1

    def _put_off(self, uow: UnitOfWork, job: OutboxJob, now: datetime) -> None:
        if job.state == State.SENDING:
            step(uow, job, Event.DEFER, now)
        self.summary.deferred += 1

    def _rests(self, jobs: Iterable[OutboxJob]) -> bool:
        """Say whether the dealer stopped or the brand recalled any of these letters by now."""
        with self.open_uow() as uow:
            return any(rests(uow, job) or self._is_recalled(uow, job) for job in jobs)

    def _is_recalled(self, uow: UnitOfWork, job: OutboxJob) -> bool:
        touchpoint = uow.plans.touchpoint(job.touchpoint_id)
        return touchpoint is not None and self.recalled(touchpoint)

    def _put_off_all(self, jobs: Iterable[OutboxJob]) -> None:
        """Put a batch off; what was staged of it is gone by now, so that a crash leaves nothing behind."""
        with self.open_uow() as uow:
            for job in jobs:
                self._put_off(uow, job, self.clock.now())
            uow.commit()

    def _still_welcome(self, jobs: list[OutboxJob]) -> list[OutboxJob]:
        with self.open_uow() as uow:
            kept = [job for job in jobs if self._welcome(uow, job, self.clock.now())]
            uow.commit()
        return kept

    def _produce(self, batch_id: str, jobs: list[OutboxJob]) -> None:
        """Steps 4 to 9, as far as there is anything to hand over."""
        requests = self._requests(jobs)
        by_document = {job.message_id: job for job in jobs}
        kept = {request.document_id: by_document[request.document_id] for request in requests}
        staging = _Staging(self.delivery, batch_id)
        try:
            whole = self._staged(staging, requests, kept)
        except (Refused, ConfigurationError):
            staging.take_away()
            raise
        if not whole:
            staging.take_away()
            self._put_off_all(kept.values())
            return
        self._publish(batch_id)
        hit("letters.delivered")
        self._record(batch_id, list(kept.values()))

    def _staged(self, staging: "_Staging", requests: list[LetterRequest], kept: dict[str, OutboxJob]) -> bool:
        """Steps 4 to 6; say whether the batch is whole. What cannot be filled is taken out of ``kept``."""
        size, sender = self.part_letters, self.sender
        parts = [requests[at : at + size] for at in range(0, len(requests), size)]
        key, entropy = sender.lettershop_key, self.entropy
        package = LetterPackage(staging.batch_id, len(parts), gate=self.gate, key=key, entropy=entropy)
        for part in parts:
            batch = self.render(part)
            hit("letters.rendered")
            self._leave_out(batch.refused, kept)
            printed = [_printed(one, batch) for one in part if one.document_id in batch.pages]
            if len(parts) > 1 and self._rests(kept[one.document_id] for one in printed):
                return False
            files = package.part(batch.pdf, printed) if printed else {}
            if files:
                hit("letters.part_released")
                staging.stage(files, last=False)
                hit("letters.part_staged")
        if package.empty or self._rests(kept.values()):
            return False
        now = self.clock.now()
        head = {"sender": sender.legal_name, "created_at": now.isoformat(), "format": "A4, DIN 5008 form B, one-sided"}
        files = package.rest(head, sender.stationery, sender.postage, now)
        hit("letters.released")
        staging.stage(files, last=True)
        hit("letters.staged")
        return True

    def _leave_out(self, refused: Mapping[str, str], kept: dict[str, OutboxJob]) -> None:
        with self.open_uow() as uow:
            for document_id, reason in refused.items():
                self._take_out(uow, kept.pop(document_id), reason, self.clock.now())
            uow.commit()

    def _publish(self, batch_id: str) -> None:
        """Steps 7 and 8."""
        self._note_promise(batch_id, promised=True)
        hit("letters.promised")
        try:
            self.delivery.publish(batch_id)
        except Unavailable as error:
            if error.code == "letter_batch_gone":
                self._note_promise(batch_id, promised=False)
            raise

    def _requests(self, jobs: list[OutboxJob]) -> list[LetterRequest]:
        requests = []
        with self.open_uow() as uow:
            for job in jobs:
                touchpoint = uow.plans.touchpoint(job.touchpoint_id)
                customer = uow.records.customer(touchpoint.customer_id) if touchpoint else None
                vehicle = uow.records.vehicle(touchpoint.vehicle_id) if touchpoint else None
                if touchpoint is None or customer is None or vehicle is None:
                    self._take_out(uow, job, "cancelled", self.clock.now())
                    continue
                links = links_for(self.sender.relay_url, job.token)
                requests.append(LetterRequest(touchpoint, customer, vehicle, job.message_id, links, self.clock.now()))
            uow.commit()
        return sorted(requests, key=lambda request: (postal_order(request.customer), request.document_id))

    def _record(self, batch_id: str, jobs: list[OutboxJob]) -> None:
        """Step 9."""
        now = self.clock.now()
        with self.open_uow() as uow:
            for job in jobs:
                if step(uow, job, Event.ACCEPT, now, response="released"):
                    detail = f"batch {batch_id}"
                    uow.outcomes.add(
                        [Outcome(f"delivered:{job.touchpoint_id}", job.touchpoint_id, "delivered", now, detail)]
                    )
                    self.summary.released += 1
            _write_promised(uow, [one for one in _read_promised(uow) if one != batch_id])
            uow.commit()
        self.summary.batches.append(batch_id)
        hit("letters.recorded")


@dataclass
class _Staging:
    """A batch on its way under its hidden name; ``begun`` once anything of this try is there."""

    delivery: LetterDelivery
    batch_id: str
    begun: bool = False

    def stage(self, files: Mapping[str, bytes], *, last: bool) -> None:
        self.delivery.stage(self.batch_id, files, first=not self.begun, last=last)
        self.begun = True

    def take_away(self) -> None:
        if self.begun:
            self.delivery.discard(self.batch_id)


def _printed(request: LetterRequest, batch: RenderedBatch) -> PrintedLetter:
    pages = batch.pages[request.document_id]
    return PrintedLetter(request.document_id, request.touchpoint, request.customer, pages)


def _read_promised(uow: UnitOfWork) -> list[str]:
    return [str(one) for one in json.loads(uow.documents.get(_PROMISED) or b"[]")]


def _write_promised(uow: UnitOfWork, batch_ids: list[str]) -> None:
    uow.documents.put(_PROMISED, json.dumps(batch_ids).encode())
