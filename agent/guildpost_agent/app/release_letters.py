"""Release the letters that are due as one batch for the lettershop, exactly once in the file system.

    1. resume       a batch that a crash interrupted goes first, under the id it had
    2. queue        every due letter gets its row: token, random document id          letters.queued
    3. claim        emergency stop, consent, suppression, booking, recall are checked again in
                    the transaction that marks ``sending`` with the batch id; commit      letters.claimed
    4. render       one PDF in postal order, in the printing child process            letters.rendered
    5. release      the cheapest postage is chosen; PDF, index and manifest pass
                    the egress gate                                                   letters.released
    6. stage        at the lettershop under a hidden name                             letters.staged
    7. promise      "now it is published" is committed                                letters.promised
    8. publish      the batch gets its name in one step                               letters.delivered
    9. record       state and outcome                                                 letters.recorded

Nothing goes twice, even where the lettershop fetches a batch the moment it is there: a batch that is neither staged
nor there after 7 has arrived, and is only recorded. A crash before 7 begins the batch anew. A letter whose customer
objected while a batch was interrupted is taken out of it, as long as it is not published. A batch that the dealer
stops before 5 is put off.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from guildpost_agent.app.choose_postage import Addressed, Postage, PostageRules, choose_postage
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.letter_package import batch_files
from guildpost_agent.app.outbox_steps import Recheck, advertises, objection, queue, rests, step
from guildpost_agent.app.ports.letter_delivery import LetterDelivery, Standing
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob, UnitOfWork
from guildpost_agent.app.relay_state import relay_speaks
from guildpost_agent.app.sending_keys import SendingKeys
from guildpost_agent.domain.links import Links, links_for
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.postal import IndexLine, Stationery, index_csv, postal_order
from guildpost_agent.domain.records import Channel, Customer, Outcome, Touchpoint, Vehicle
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import GuildpostError, Refused, Unavailable
from guildpost_shared.failpoints import hit
from guildpost_shared.ids import new_id


@dataclass(frozen=True)
class LetterRequest:
    """What one letter is made from; ``document_id`` is random and may be printed as a control mark."""

    touchpoint: Touchpoint
    customer: Customer
    vehicle: Vehicle
    document_id: str
    links: Links
    now: datetime


@dataclass(frozen=True)
class RenderedBatch:
    """One PDF with all letters in the order asked for, the pages of each, and what could not be filled and why."""

    pdf: bytes
    pages: Mapping[str, int]
    refused: Mapping[str, str] = field(default_factory=dict)


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
) -> LetterSummary:
    """Release what is due. The caller holds the letters lease and has polled the relay before.

    Args:
        open_uow: opens a transaction.
        render: makes the PDF (in the printing child: it loads Typst).
        delivery: where the lettershop takes batches from.
        recheck: the last check, inside the claiming transaction.
        clock: the business clock.
        gate: the egress gate.
        sender: addresses, keys, paper.
        entropy: for tokens and ids.
        notices: services that carry no advertising; theirs alone go out while the relay is silent.
        recalled: says whether the brand has taken out what a letter was made from; asked once more before it leaves.

    Returns:
        The summary; when the run stops early, the next one goes on with the same batch.
    """
    run = _Run(open_uow, render, delivery, recheck, clock, gate, sender, entropy, notices, recalled)
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
            if not self._produce(batch_id, self._still_welcome(jobs)):
                self.delivery.discard(batch_id)

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
            for touchpoint in uow.plans.due(Channel.LETTER, now):
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

    def _stopped(self, jobs: list[OutboxJob]) -> bool:
        """Say whether the dealer stopped or the brand recalled any of a batch's letters; then the batch is put off."""
        with self.open_uow() as uow:
            touchpoints = (uow.plans.touchpoint(job.touchpoint_id) for job in jobs)
            stopped = any(rests(uow, job) for job in jobs) or any(one and self.recalled(one) for one in touchpoints)
            for job in jobs if stopped else ():
                self._put_off(uow, job, self.clock.now())
            uow.commit()
        return stopped

    def _still_welcome(self, jobs: list[OutboxJob]) -> list[OutboxJob]:
        with self.open_uow() as uow:
            kept = [job for job in jobs if self._welcome(uow, job, self.clock.now())]
            uow.commit()
        return kept

    def _produce(self, batch_id: str, jobs: list[OutboxJob]) -> bool:
        """Steps 4 to 9; say whether there was anything to hand over."""
        requests = self._requests(jobs)
        batch = self.render(requests) if requests else RenderedBatch(b"", {})
        hit("letters.rendered")
        by_document = {job.message_id: job for job in jobs}
        with self.open_uow() as uow:
            for document_id, reason in batch.refused.items():
                self._take_out(uow, by_document.pop(document_id), reason, self.clock.now())
            uow.commit()
        if not batch.pages or self._stopped(list(by_document.values())):
            return False
        files = self._files(batch_id, batch, [request for request in requests if request.document_id in batch.pages])
        hit("letters.released")
        self.delivery.stage(batch_id, files)
        hit("letters.staged")
        self._publish(batch_id)
        hit("letters.delivered")
        self._record(batch_id, list(by_document.values()))
        return True

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

    def _files(self, batch_id: str, batch: RenderedBatch, requests: list[LetterRequest]) -> dict[str, bytes]:
        """Step 5: make the parts and let them pass the gate."""
        postage = self._postage(batch, requests)
        index = index_csv(_index_lines(batch, requests, postage), self.sender.stationery)
        manifest: dict[str, object] = {
            "batch_id": batch_id,
            "sender": self.sender.legal_name,
            "created_at": self.clock.now().isoformat(),
            "format": "A4, DIN 5008 form B, one-sided",
            "letters": len(requests),
            "pages": sum(batch.pages.values()),
        }
        if postage is not None:
            manifest["postage"] = postage.hand_over()
        key, entropy = self.sender.lettershop_key, self.entropy
        return batch_files(batch_id, batch.pdf, index, manifest, gate=self.gate, key=key, entropy=entropy)

    def _postage(self, batch: RenderedBatch, requests: list[LetterRequest]) -> Postage | None:
        if self.sender.postage is None:
            return None
        weigh = self.sender.stationery.weight_g
        letters = [
            Addressed(
                request.document_id, request.touchpoint, request.customer, weigh(batch.pages[request.document_id])
            )
            for request in requests
        ]
        return choose_postage(self.sender.postage, letters, self.clock.now())

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


def _index_lines(batch: RenderedBatch, requests: list[LetterRequest], postage: Postage | None) -> list[IndexLine]:
    products = postage.products if postage else {}
    lines, page = [], 1
    for request in requests:
        pages = batch.pages[request.document_id]
        product = products.get(request.document_id, "")
        lines.append(IndexLine(request.document_id, page, page + pages - 1, request.customer.postcode, product))
        page += pages
    return lines


def _read_promised(uow: UnitOfWork) -> list[str]:
    return [str(one) for one in json.loads(uow.documents.get(_PROMISED) or b"[]")]


def _write_promised(uow: UnitOfWork, batch_ids: list[str]) -> None:
    uow.documents.put(_PROMISED, json.dumps(batch_ids).encode())
