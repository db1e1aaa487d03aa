"""A batch of more letters than one file holds: several files, one batch, one postal order, one posting."""

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import LETTERSHOP, STANDARD_RULES, EgressPolicy
from guildpost_agent.app.letter_package import LetterPackage, PrintedLetter
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.release_letters import LetterSender, LetterSummary, RenderLetters, release_letters
from guildpost_agent.domain.letter_batch import checksums, opened, part_name
from guildpost_agent.domain.postal import Stationery
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_shared.errors import ProtocolViolation
from tests.factories.sending_world import NOW, RELAY_URL, SendingWorld, a_due_message, always_welcome
from tests.fakes.letter_delivery import FakeLetterDelivery
from tests.fakes.seeded_entropy import SeededEntropy

PLACES = {"anna": "94032", "berta": "84030", "clara": "84028", "dora": "01067", "emil": "99084"}
"""In postal order: Dora, Clara | Berta, Anna | Emil."""
KEY = X25519PrivateKey.from_private_bytes(b"\x05" * 32)


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


@pytest.fixture
def letters(world: SendingWorld) -> dict[str, Touchpoint]:
    found = {}
    for name, postcode in PLACES.items():
        found[name] = world.plan(name, Channel.LETTER)
        world.change_customer(found[name], postcode=postcode)
    return found


def typewriter(requests: Sequence[LetterRequest]) -> RenderedBatch:
    """Two pages for Berta, one for everybody else; the file names its letters."""
    pages = {request.document_id: 2 if request.customer.given_name == "Berta" else 1 for request in requests}
    return RenderedBatch(f"%PDF-1.7 {' '.join(pages)}".encode(), pages)


def release(
    world: SendingWorld,
    delivery: FakeLetterDelivery,
    *,
    render: RenderLetters = typewriter,
    policy: EgressPolicy | None = None,
    key: X25519PublicKey | None = None,
) -> LetterSummary:
    return release_letters(
        world.open_uow,
        render,
        delivery,
        always_welcome,
        world.clock,
        gate=EgressGate(world.open_uow, policy or EgressPolicy(), world.clock),
        sender=LetterSender(RELAY_URL, world.keys, "Autohaus Muster GmbH", lettershop_key=key),
        entropy=world.entropy,
        part_letters=2,
    )


def rows_of(files: Mapping[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["index.csv"].decode()), delimiter=";"))


def test_the_index_names_file_and_pages_of_every_letter_in_one_postal_order(
    world: SendingWorld, letters: dict[str, Touchpoint]
) -> None:
    delivery = FakeLetterDelivery()

    (batch,) = release(world, delivery).batches

    files = delivery.batches[batch]
    rows = rows_of(files)
    assert [
        ("1", "01067", f"{batch}-01.pdf", "1", "1"),
        ("2", "84028", f"{batch}-01.pdf", "2", "2"),
        ("3", "84030", f"{batch}-02.pdf", "1", "2"),
        ("4", "94032", f"{batch}-02.pdf", "3", "3"),
        ("5", "99084", f"{batch}-03.pdf", "1", "1"),
    ] == [(row["seq"], row["plz"], row["file"], row["page_from"], row["page_to"]) for row in rows]
    assert all(row["doc_id"].encode() in files[row["file"]].split() for row in rows)
    assert {world.job(one).message_id for one in letters.values()} == {row["doc_id"] for row in rows}


def test_manifest_checksums_and_ledger_know_every_file(world: SendingWorld, letters: dict[str, Touchpoint]) -> None:
    delivery = FakeLetterDelivery()

    (batch,) = release(world, delivery).batches

    files = dict(delivery.batches[batch])
    manifest = json.loads(files["manifest.json"])
    counts = {name: (entry["letters"], entry["pages"]) for name, entry in manifest["files"].items() if "pages" in entry}
    assert {f"{batch}-01.pdf": (2, 2), f"{batch}-02.pdf": (2, 3), f"{batch}-03.pdf": (1, 1)} == counts
    assert (len(letters), 6) == (manifest["letters"], manifest["pages"])
    sums = checksums({name: data for name, data in files.items() if name != "SHA256SUMS"})
    assert sums == files["SHA256SUMS"]
    with world.open_uow() as uow:
        entered = {entry.sha256 for entry in uow.egress.all()}
    assert entered == {line.split()[0] for line in checksums(files).decode().splitlines()}


def test_sealed_parts_open_together_and_only_together(world: SendingWorld, letters: dict[str, Touchpoint]) -> None:
    delivery = FakeLetterDelivery()

    (batch,) = release(world, delivery, key=KEY.public_key()).batches

    files = dict(delivery.batches[batch])
    packages = {name: data for name, data in files.items() if name != "SHA256SUMS"}
    assert [f"{batch}-01.tar.age", f"{batch}-02.tar.age", f"{batch}-03.tar.age", f"{batch}.tar.age"] == list(packages)
    assert checksums(packages) == files["SHA256SUMS"]
    assert not any(b"%PDF" in data or b"94032" in data for data in files.values())
    inside = opened([KEY], list(reversed(packages.values())))
    assert {row["file"] for row in rows_of(inside)} == {name for name in inside if name.endswith(".pdf")}
    assert len(letters) == len(rows_of(inside))
    for name in packages:
        with pytest.raises(ProtocolViolation, match="sealed_parts_missing"):
            opened([KEY], [data for other, data in packages.items() if other != name])


def test_a_part_of_another_batch_is_noticed(world: SendingWorld, letters: dict[str, Touchpoint]) -> None:
    assert letters
    delivery = FakeLetterDelivery()
    (batch,) = release(world, delivery, key=KEY.public_key()).batches
    packages = {name: data for name, data in delivery.batches[batch].items() if name != "SHA256SUMS"}
    inside = opened([KEY], list(packages.values()))
    stranger = LetterPackage(batch, 3, gate=_gate(world), key=KEY.public_key(), entropy=SeededEntropy(b"b"))
    due = a_due_message("anna", Channel.LETTER)
    first = stranger.part(b"%PDF-1.7 others", [PrintedLetter("x", due.touchpoint, due.customer, 1)])
    assert first.keys() < packages.keys()
    assert inside[f"{batch}-01.pdf"] != b"%PDF-1.7 others"
    with pytest.raises(ProtocolViolation, match="sealed_file_broken"):
        opened([KEY], list({**packages, **first}.values()))


def _gate(world: SendingWorld) -> EgressGate:
    return EgressGate(world.open_uow, EgressPolicy(), world.clock)


def test_a_part_of_which_nothing_can_be_filled_leaves_no_gap(
    world: SendingWorld, letters: dict[str, Touchpoint]
) -> None:
    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        kept = [request for request in requests if request.customer.given_name not in {"Berta", "Anna"}]
        refused = {one.document_id: "template_slot_missing" for one in requests if one not in kept}
        return typewriter(kept) if not refused else RenderedBatch(b"", {}, refused)

    delivery = FakeLetterDelivery()
    summary = release(world, delivery, render=render)

    (batch,) = summary.batches
    assert [f"{batch}-01.pdf", f"{batch}-02.pdf"] == [n for n in delivery.batches[batch] if n.endswith(".pdf")]
    assert (3, {"template_slot_missing": 2}) == (summary.released, summary.refused)
    assert {"anna", "berta"} == {name for name, one in letters.items() if world.states(one)[0] == "refused"}


def test_a_batch_of_nothing_but_refusals_stages_nothing(world: SendingWorld, letters: dict[str, Touchpoint]) -> None:
    delivery = FakeLetterDelivery()

    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        return RenderedBatch(b"", {}, {request.document_id: "template_slot_missing" for request in requests})

    summary = release(world, delivery, render=render)
    assert ([], {"template_slot_missing": len(letters)}) == (summary.batches, summary.refused)
    assert ({}, {}) == (delivery.staged, delivery.batches)


class Watched(FakeLetterDelivery):
    """Notes of each call the files, and whether they begin and complete the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[list[str], bool, bool]] = []

    def stage(self, batch_id: str, files: Mapping[str, bytes], *, first: bool = True, last: bool = True) -> None:
        super().stage(batch_id, files, first=first, last=last)
        self.calls.append((sorted(name.removeprefix(batch_id) for name in files), first, last))


def test_each_part_is_handed_over_before_the_next_is_set(world: SendingWorld, letters: dict[str, Touchpoint]) -> None:
    assert letters
    delivery, staged_before = Watched(), []

    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        staged_before.append(len(delivery.calls))
        return typewriter(requests)

    release(world, delivery, render=render)
    assert [0, 1, 2] == staged_before
    assert [
        (["-01.pdf"], True, False),
        (["-02.pdf"], False, False),
        (["-03.pdf"], False, False),
        (["SHA256SUMS", "index.csv", "manifest.json"], False, True),
    ] == delivery.calls


@pytest.mark.parametrize("at", [2, 3, 4], ids=["behind the first part", "behind the second", "behind the third"])
def test_staged_parts_that_vanish_are_never_published_without_their_fellows(
    world: SendingWorld, letters: dict[str, Touchpoint], at: int
) -> None:
    class Swept(Watched):
        def stage(self, batch_id: str, files: Mapping[str, bytes], *, first: bool = True, last: bool = True) -> None:
            if len(self.calls) == at - 1:
                self.discard(batch_id)
            super().stage(batch_id, files, first=first, last=last)

    delivery = Swept()
    stopped = release(world, delivery).stopped
    assert ("letter_batch_gone", {}) == (stopped.code if stopped else "", delivery.batches)

    delivery.calls += [([], False, False)] * 9  # the sweeper has gone
    summary = release(world, delivery)
    assert (len(letters), 1) == (summary.released, len(delivery.batches))
    assert len(letters) == len(rows_of(delivery.batches[summary.batches[0]]))


def test_what_the_gate_refuses_halfway_takes_the_staged_parts_away(
    world: SendingWorld, letters: dict[str, Touchpoint]
) -> None:
    rules = {key: rule for key, rule in STANDARD_RULES.items() if key != (LETTERSHOP, "letter_index")}
    delivery = Watched()

    stopped = release(world, delivery, policy=EgressPolicy(rules)).stopped

    assert ("egress_refused", 3) == (stopped.code if stopped else "", len(delivery.calls))
    assert ({}, {}) == (delivery.staged, delivery.batches)
    assert len(letters) == release(world, delivery).released


@pytest.mark.parametrize("at", [1, 2, 3, 4], ids=["first", "second", "third", "index"])
@pytest.mark.parametrize("taken", [False, True], ids=["it waits to be fetched", "the lettershop fetches at once"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "right after"])
def test_a_run_killed_while_it_stages_a_part_goes_on_so_that_every_letter_arrives_once(
    world: SendingWorld, letters: dict[str, Touchpoint], at: int, *, taken: bool, done: bool
) -> None:
    class Killed(FakeLetterDelivery):
        calls = 0

        def stage(self, batch_id: str, files: Mapping[str, bytes], *, first: bool = True, last: bool = True) -> None:
            self.calls += 1
            if self.calls != at or done:
                super().stage(batch_id, files, first=first, last=last)
            if self.calls == at:
                raise KeyboardInterrupt

    delivery = Killed(taken=taken)
    with pytest.raises(KeyboardInterrupt):
        release(world, delivery)
    summary, again = release(world, delivery), release(world, delivery)

    (files,) = delivery.batches.values()
    arrived = [row["doc_id"] for row in rows_of(files)]
    assert sorted(world.job(one).message_id for one in letters.values()) == sorted(arrived)
    assert (len(letters), [], {}) == (summary.released, again.batches, delivery.staged)
    assert {("sent", "sent")} == {world.states(one) for one in letters.values()}


def test_a_letter_taken_out_between_moves_the_others_up(world: SendingWorld, letters: dict[str, Touchpoint]) -> None:
    delivery = FakeLetterDelivery()
    sweeps = [True]

    def dies(requests: Sequence[LetterRequest]) -> RenderedBatch:
        if len(requests) == 1 and sweeps:  # Emil's, the third part
            raise KeyboardInterrupt
        return typewriter(requests)

    with pytest.raises(KeyboardInterrupt):
        release(world, delivery, render=dies)
    sweeps.clear()
    (half,) = delivery.staged.values()
    assert 2 == len(half)
    refused = letters["dora"].touchpoint_id

    def without_dora(_uow: object, touchpoint: Touchpoint) -> str | None:
        return "booked" if touchpoint.touchpoint_id == refused else None

    summary = release_letters(
        world.open_uow,
        dies,
        delivery,
        without_dora,
        world.clock,
        gate=_gate(world),
        sender=LetterSender(RELAY_URL, world.keys, "Autohaus Muster GmbH"),
        entropy=world.entropy,
        part_letters=2,
    )
    (files,) = delivery.batches.values()
    assert ({"booked": 1}, 4) == (summary.refused, summary.released)
    assert ["84028", "84030", "94032", "99084"] == [row["plz"] for row in rows_of(files)]
    assert 2 == sum(name.endswith(".pdf") for name in files)  # nothing of the first try is left


@given(pages=st.lists(st.integers(1, 9), min_size=1, max_size=40), size=st.integers(1, 12))
def test_every_page_of_every_file_belongs_to_one_letter_and_every_letter_is_whole(pages: list[int], size: int) -> None:
    due = a_due_message("anna", Channel.LETTER)
    printed = [PrintedLetter(f"d{n}", due.touchpoint, due.customer, count) for n, count in enumerate(pages)]
    parts = [printed[at : at + size] for at in range(0, len(printed), size)]
    package = LetterPackage("b", len(parts), gate=_Open(), key=None, entropy=SeededEntropy(b"a"))  # type: ignore[arg-type] # a gate
    files: dict[str, bytes] = {}
    for part in parts:
        files |= package.part(b"%PDF-1.7", part)
    files |= package.rest({}, Stationery(), None, NOW)

    found: dict[str, list[int]] = {}
    for row, letter in zip(rows_of(files), printed, strict=True):
        whole = range(int(row["page_from"]), int(row["page_to"]) + 1)
        assert (letter.document_id, letter.pages) == (row["doc_id"], len(whole))
        found.setdefault(row["file"], []).extend(whole)
    listed = json.loads(files["manifest.json"])["files"]
    assert {name: list(range(1, listed[name]["pages"] + 1)) for name in found} == found
    assert list(found) == [f"{part_name('b', number, len(parts))}.pdf" for number in range(1, len(parts) + 1)]


class _Open:
    """A gate that lets everything out."""

    def release(self, *, destination: str, kind: str, payload: bytes) -> bytes:
        del destination, kind
        return payload


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        pytest.param(1, ["b"], id="the only part is named as ever"),
        pytest.param(2, ["b-01", "b-02"], id="two"),
        pytest.param(100, ["b-001", "b-100"], id="so many that names would sort wrongly with two digits"),
    ],
)
def test_parts_are_named_so_that_their_names_sort(parts: int, names: Collection[str]) -> None:
    made = [part_name("b", number, parts) for number in range(1, parts + 1)]
    assert (sorted(made), True) == (made, set(names) <= set(made))
