"""How letters leave: as one batch, exactly once."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from guildpost_agent.adapters.channels.letter_folder import LetterFolder
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.outbox_steps import Recheck
from guildpost_agent.app.ports.letter_delivery import LetterDelivery
from guildpost_agent.app.release_letters import LetterSender, LetterSummary, RenderLetters, release_letters
from guildpost_agent.domain.letter_batch import checksums, opened
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.domain.suppression import suppression_entry
from tests.factories.sending_world import NOW, RELAY_URL, SendingWorld, always_welcome
from tests.fakes.letter_delivery import FakeLetterDelivery


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def typewriter(requests: Sequence[LetterRequest]) -> RenderedBatch:
    """Two pages for Berta, one for everybody else."""
    pages = {request.document_id: 2 if request.customer.given_name == "Berta" else 1 for request in requests}
    return RenderedBatch(b"%PDF-1.7 " + repr([r.links.answer for r in requests]).encode(), pages)


def release(
    world: SendingWorld,
    delivery: LetterDelivery,
    *,
    render: RenderLetters = typewriter,
    recheck: Recheck = always_welcome,
    lettershop_key: X25519PublicKey | None = None,
    notices: Collection[str] = (),
) -> LetterSummary:
    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
    sender = LetterSender(RELAY_URL, world.keys, "Autohaus Muster GmbH", lettershop_key=lettershop_key)
    return release_letters(
        world.open_uow, render, delivery, recheck, world.clock,
        gate=gate, sender=sender, entropy=world.entropy, notices=notices,
    )  # fmt: skip


def planned(world: SendingWorld, *names_and_places: tuple[str, str]) -> list[Touchpoint]:
    touchpoints = []
    for name, postcode in names_and_places:
        touchpoints.append(world.plan(name, Channel.LETTER))
        world.change_customer(touchpoints[-1], postcode=postcode)
    return touchpoints


def test_due_letters_become_one_batch_in_postal_order(world: SendingWorld, tmp_path: Path) -> None:
    planned(world, ("anna", "94032"), ("berta", "84030"), ("clara", "84028"))

    summary = release(world, LetterFolder(tmp_path / "briefe"))

    batch = tmp_path / "briefe" / f"batch-{summary.batches[0]}"
    rows = list(csv.DictReader(io.StringIO((batch / "index.csv").read_text("utf-8")), delimiter=";"))
    assert [("84028", "1", "1"), ("84030", "2", "3"), ("94032", "4", "4")] == [
        (row["plz"], row["page_from"], row["page_to"]) for row in rows
    ]
    assert [("84", "10", "standardbrief"), ("84", "15", "standardbrief"), ("94", "10", "standardbrief")] == [
        (row["leitregion"], row["weight_g"], row["product"]) for row in rows
    ]
    assert 3 == summary.released


def test_the_manifest_holds_the_hash_of_every_file(world: SendingWorld, tmp_path: Path) -> None:
    planned(world, ("anna", "94032"))

    (batch_id,) = release(world, LetterFolder(tmp_path / "briefe")).batches

    batch = tmp_path / "briefe" / f"batch-{batch_id}"
    manifest = json.loads((batch / "manifest.json").read_text("utf-8"))
    hashes = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    assert hashes == {
        name: hashlib.sha256((batch / name).read_bytes()).hexdigest() for name in (f"{batch_id}.pdf", "index.csv")
    }
    assert (batch_id, 1, 1) == (manifest["batch_id"], manifest["letters"], manifest["pages"])


def test_no_file_but_the_letters_themselves_names_a_customer(world: SendingWorld, tmp_path: Path) -> None:
    (touchpoint,) = planned(world, ("anna", "94032"))

    (batch_id,) = release(world, LetterFolder(tmp_path / "briefe")).batches

    batch = tmp_path / "briefe" / f"batch-{batch_id}"
    beside = (batch / "index.csv").read_text("utf-8") + (batch / "manifest.json").read_text("utf-8")
    assert [] == [word for word in ("K-anna", "Hauptstr", touchpoint.touchpoint_id) if word in beside]


def test_everything_in_the_folder_stands_in_the_egress_ledger(world: SendingWorld) -> None:
    planned(world, ("anna", "94032"))
    delivery = FakeLetterDelivery()

    (batch_id,) = release(world, delivery).batches

    with world.open_uow() as uow:
        entered = {(entry.destination, entry.sha256) for entry in uow.egress.all()}
    assert entered == {
        ("lettershop", hashlib.sha256(content).hexdigest()) for content in delivery.batches[batch_id].values()
    }


def test_a_second_run_has_nothing_left_to_release(world: SendingWorld) -> None:
    planned(world, ("anna", "94032"))
    delivery = FakeLetterDelivery()

    first, second = release(world, delivery), release(world, delivery)

    assert (1, 0, 1) == (len(first.batches), len(second.batches), len(delivery.batches))


def test_a_full_disk_keeps_the_batch_which_goes_on_under_its_id(world: SendingWorld) -> None:
    (touchpoint,) = planned(world, ("anna", "94032"))
    delivery = FakeLetterDelivery()
    delivery.full = True
    stopped = release(world, delivery).stopped
    batch_id = world.job(touchpoint).batch_id
    delivery.full = False

    summary = release(world, delivery)

    assert "letter_folder_away" == (stopped.code if stopped else "")
    assert ([batch_id], 1) == (summary.batches, summary.resumed)
    assert ("sent", "sent") == world.states(touchpoint)


class Killed(FakeLetterDelivery):
    """Dies in a step: before it is done, or right after."""

    def __init__(self, step: str, *, done: bool, taken: bool) -> None:
        super().__init__(taken=taken)
        self.step, self.done, self.alive = step, done, False

    def stage(self, batch_id: str, files: Mapping[str, bytes], *, first: bool = True, last: bool = True) -> None:
        self._die("stage", lambda: super(Killed, self).stage(batch_id, files, first=first, last=last))

    def publish(self, batch_id: str) -> None:
        self._die("publish", lambda: super(Killed, self).publish(batch_id))

    def _die(self, step: str, act: Callable[[], None]) -> None:
        dies = step == self.step and not self.alive
        if self.done or not dies:
            act()
        if dies:
            self.alive = True
            raise KeyboardInterrupt


@pytest.mark.parametrize("taken", [False, True], ids=["it waits to be fetched", "the lettershop fetches at once"])
@pytest.mark.parametrize(
    ("step", "done", "rendered"),
    [
        pytest.param("stage", False, 2, id="killed before it is staged"),
        pytest.param("stage", True, 2, id="killed when it is staged"),
        pytest.param("publish", False, 2, id="killed before it is published"),
        pytest.param("publish", True, 1, id="killed when it is published"),
    ],
)
def test_a_killed_run_goes_on_so_that_the_batch_arrives_once(
    world: SendingWorld, step: str, *, done: bool, taken: bool, rendered: int
) -> None:
    (touchpoint,) = planned(world, ("anna", "94032"))
    delivery, calls = Killed(step, done=done, taken=taken), []

    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        calls.append(requests)
        return typewriter(requests)

    with pytest.raises(KeyboardInterrupt):
        release(world, delivery, render=render)
    summary = release(world, delivery, render=render)
    again = release(world, delivery, render=render)

    assert ([world.job(touchpoint).batch_id], 1, []) == (summary.batches, summary.released, again.batches)
    assert (list(delivery.batches), rendered) == (summary.batches, len(calls))
    assert (("sent", "sent"), {}) == (world.states(touchpoint), delivery.staged)


def test_a_staged_batch_whose_last_letter_is_objected_to_is_taken_away(world: SendingWorld) -> None:
    (touchpoint,) = planned(world, ("anna", "94032"))
    delivery = Killed("publish", done=False, taken=False)
    with pytest.raises(KeyboardInterrupt):
        release(world, delivery)

    summary = release(world, delivery, recheck=lambda _uow, _touchpoint: "no_legal_basis")

    assert ({"no_legal_basis": 1}, {}, {}) == (summary.refused, delivery.staged, delivery.batches)
    assert ("refused", "refused") == world.states(touchpoint)


def test_a_batch_whose_staged_files_vanish_is_made_anew(world: SendingWorld) -> None:
    (touchpoint,) = planned(world, ("anna", "94032"))

    class Swept(FakeLetterDelivery):
        sweeps = 1

        def publish(self, batch_id: str) -> None:
            if self.sweeps:
                self.sweeps = 0
                self.discard(batch_id)
            super().publish(batch_id)

    delivery = Swept()
    stopped = release(world, delivery).stopped
    summary = release(world, delivery)
    assert ("letter_batch_gone", 1, 1) == (stopped.code if stopped else "", summary.released, len(delivery.batches))
    assert ("sent", "sent") == world.states(touchpoint)


def test_with_the_lettershops_key_the_whole_batch_is_sealed_and_opens_with_checksums_that_hold(
    world: SendingWorld,
) -> None:
    planned(world, ("anna", "94032"), ("berta", "84030"))
    key, delivery = X25519PrivateKey.from_private_bytes(b"\x05" * 32), FakeLetterDelivery()

    (batch_id,) = release(world, delivery, lettershop_key=key.public_key()).batches

    files = delivery.batches[batch_id]
    inside = opened([key], [files[f"{batch_id}.tar.age"]])
    assert {f"{batch_id}.tar.age", "SHA256SUMS"} == set(files)
    assert {f"{batch_id}.pdf", "index.csv", "manifest.json", "SHA256SUMS"} == set(inside)
    assert checksums({f"{batch_id}.tar.age": files[f"{batch_id}.tar.age"]}) == files["SHA256SUMS"]
    assert b"94032" in inside["index.csv"]
    assert not any(b"94032" in data or b"%PDF" in data for data in files.values())
    with world.open_uow() as uow:
        entered = {(entry.kind, entry.sha256) for entry in uow.egress.all()}
    kinds = {f"{batch_id}.tar.age": "letter_package", "SHA256SUMS": "letter_checksums"}
    assert entered == {(kinds[name], hashlib.sha256(data).hexdigest()) for name, data in files.items()}


def test_what_may_not_leave_may_not_leave_sealed_either(world: SendingWorld) -> None:
    (touchpoint,) = planned(world, ("anna", "94032"))
    key, delivery = X25519PrivateKey.from_private_bytes(b"\x05" * 32).public_key(), FakeLetterDelivery()

    def no_pdf(requests: Sequence[LetterRequest]) -> RenderedBatch:
        return RenderedBatch(b"PK", {request.document_id: 1 for request in requests})

    stopped = release(world, delivery, render=no_pdf, lettershop_key=key).stopped
    with world.open_uow() as uow:
        entered = uow.egress.all()
    assert ("egress_refused", [], {}) == (stopped.code if stopped else "", entered, delivery.staged)
    assert "sending" == world.job(touchpoint).state


def test_an_objection_takes_a_letter_out_of_an_interrupted_batch(world: SendingWorld) -> None:
    anna, berta = planned(world, ("anna", "94032"), ("berta", "84030"))
    delivery = FakeLetterDelivery()
    delivery.full = True
    release(world, delivery)
    delivery.full = False
    with world.open_uow() as uow:
        customer = uow.records.customer(anna.customer_id)
        assert customer is not None
        entry = suppression_entry(world.keys.suppression, customer, Channel.LETTER)
        assert entry is not None
        uow.suppressions.add(entry, "letter", "objection", NOW)
        uow.commit()

    summary = release(world, delivery)

    assert {"suppressed": 1} == summary.refused
    assert [("refused", "refused"), ("sent", "sent")] == [world.states(anna), world.states(berta)]


def test_a_letter_that_cannot_be_filled_is_left_out_with_its_reason(world: SendingWorld) -> None:
    anna, berta = planned(world, ("anna", "94032"), ("berta", "84030"))

    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        kept = [request for request in requests if request.customer.given_name != "Anna"]
        refused = {r.document_id: "template_slot_missing" for r in requests if r not in kept}
        return RenderedBatch(b"%PDF-1.7", {request.document_id: 1 for request in kept}, refused)

    summary = release(world, FakeLetterDelivery(), render=render)

    assert {"template_slot_missing": 1} == summary.refused
    assert [("refused", "refused"), ("sent", "sent")] == [world.states(anna), world.states(berta)]


def test_letters_rest_while_the_relay_is_silent(world: SendingWorld) -> None:
    planned(world, ("anna", "94032"))
    world.clock.set(NOW + timedelta(hours=25))
    delivery = FakeLetterDelivery()

    summary = release(world, delivery)

    assert ("relay_silent", {}) == (summary.stopped.code if summary.stopped else "", delivery.batches)


def test_letters_without_advertising_go_out_while_the_relay_is_silent(world: SendingWorld) -> None:
    (touchpoint,) = planned(world, ("anna", "94032"))
    world.clock.set(NOW + timedelta(hours=25))
    delivery = FakeLetterDelivery()

    summary = release(world, delivery, notices={touchpoint.service_id})

    assert ("relay_silent", 1) == (summary.stopped.code if summary.stopped else "", len(delivery.batches))
