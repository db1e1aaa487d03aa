"""What leaves, and what the ledger says about it."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.app.egress.contents import forbidden
from guildpost_agent.app.egress.gate import EgressGate, open_days
from guildpost_agent.app.egress.ledger import START, next_entry, verify_ledger
from guildpost_agent.app.egress.policy import STANDARD_RULES, EgressPolicy
from guildpost_agent.app.ports.unit_of_work import LedgerEntry
from guildpost_shared.catalog import load
from guildpost_shared.errors import Refused, Untrusted
from guildpost_shared.pb.v1 import enrolment_pb2
from tests.factories.sending_world import NOW, SendingWorld


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def ledger(world: SendingWorld) -> list[LedgerEntry]:
    with world.open_uow() as uow:
        return uow.egress.all()


def test_what_leaves_is_entered_before_it_is_returned(world: SendingWorld) -> None:
    seen: list[int] = []
    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock, tap=lambda *_: seen.append(len(ledger(world))))

    released = gate.release(destination="coordinator", kind="renew", payload=b"a request")

    (entry,) = ledger(world)
    assert (b"a request", [1]) == (released, seen)
    assert (1, NOW, "coordinator", "renew", 9, hashlib.sha256(b"a request").hexdigest(), START, 1) == (
        entry.seq,
        entry.at,
        entry.destination,
        entry.kind,
        entry.size,
        entry.sha256,
        entry.previous,
        entry.count,
    )


@pytest.mark.parametrize(
    ("destination", "kind", "payload", "reason"),
    [
        ("coordinator", "letter_pdf", b"%PDF-1.7", "not_listed"),
        ("somewhere", "renew", b"", "not_listed"),
        ("coordinator", "presence", b"x" * 1025, "too_large"),
        ("lettershop", "letter_pdf", b"PK\x03\x04", "form"),
        ("relay", "relay_ack", b'{"seqs":[1],"name":"x"}', "form"),
        ("relay", "relay_ack", b'{"seqs":["erika"]}', "form"),
        ("relay", "relay_card", b'{"type":"dealer_card"}', "form"),
        ("coordinator", "enrol", b"\x0a\x10erika@beispiel.example", "email"),
        ("coordinator", "renew", b"\x00\x01WVWZZZ1JZXW000001\x02", "vin"),
        ("coordinator", "presence", b"LA-AB 123", "plate"),
        ("coordinator", "presence", b"Tel. 0871 / 12 34 56", "phone"),
        ("coordinator", "presence", "Stundensatz 129 €".encode(), "money"),
    ],
)
def test_what_the_policy_does_not_allow_stays_inside(
    world: SendingWorld, destination: str, kind: str, payload: bytes, reason: str
) -> None:
    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock, tap=lambda *_: pytest.fail("it left"))

    with pytest.raises(Refused) as caught:
        gate.release(destination=destination, kind=kind, payload=payload)

    assert ("egress_refused", reason) == (caught.value.code, caught.value.params["reason"])
    assert [] == ledger(world)


def test_a_dealer_can_close_a_destination(world: SendingWorld) -> None:
    gate = EgressGate(world.open_uow, EgressPolicy(closed=frozenset({"coordinator"})), world.clock)
    with pytest.raises(Refused) as caught:
        gate.release(destination="coordinator", kind="renew", payload=b"x")
    assert "closed" == caught.value.params["reason"]


def test_frequent_messages_are_one_entry_per_day(world: SendingWorld) -> None:
    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
    digest = b""
    for _ in range(50):
        gate.release(destination="coordinator", kind="presence", payload=b"0.1.0")
        digest = hashlib.sha256(digest + hashlib.sha256(b"0.1.0").digest()).digest()
    gate.release(destination="relay", kind="relay_poll", payload=b"GET /v1/answers?after=0")
    with world.open_uow() as uow:
        counters = {(day.kind, day.count, day.size) for day in open_days(uow)}
    assert {("presence", 50, 250), ("relay_poll", 1, 23)} == counters
    assert [] == ledger(world)

    world.clock.set(NOW + timedelta(days=1))
    gate.release(destination="coordinator", kind="presence", payload=b"0.1.0")

    entries = {entry.kind: entry for entry in ledger(world)}
    presence = entries["presence"]
    assert (50, 250, digest.hex()) == (presence.count, presence.size, presence.sha256)
    assert datetime(2027, 3, 2, tzinfo=UTC) == presence.at
    assert 1 == entries["relay_poll"].count
    verify_ledger(ledger(world))


def test_the_hash_of_an_entry_is_the_documented_one() -> None:
    entry = next_entry(None, at=NOW, destination="coordinator", kind="renew", size=3, sha256="ab" * 32)
    lines = ["guildpost/egress/v1", "1", "2027-03-01T09:00:00.000000+00:00", "coordinator", "renew", "3", "ab" * 32]
    assert hashlib.sha256("\n".join([*lines, "1", "0" * 64]).encode()).hexdigest() == entry.hash


def chain(length: int) -> list[LedgerEntry]:
    entries: list[LedgerEntry] = []
    for n in range(length):
        last = entries[-1] if entries else None
        at = NOW + timedelta(minutes=n)
        entries.append(next_entry(last, at=at, destination="relay", kind="relay_card", size=n, sha256=f"{n:064x}"))
    return entries


@given(length=st.integers(1, 6), position=st.integers(0, 5), data=st.data())
def test_any_change_in_the_ledger_is_found(length: int, position: int, data: st.DataObject) -> None:
    entries = chain(length)
    verify_ledger(entries)
    victim = entries[position % length]
    changes: dict[str, object] = {
        "at": victim.at + timedelta(seconds=1),
        "destination": "lettershop",
        "kind": "other",
        "size": victim.size + 1,
        "sha256": "f" * 64,
        "count": victim.count + 1,
        "previous": "e" * 64,
        "hash": "d" * 64,
        "seq": victim.seq + 1,
    }
    field = data.draw(st.sampled_from(sorted(changes)))
    entries[position % length] = replace(victim, **{field: changes[field]})  # type: ignore[arg-type] # a real field
    with pytest.raises(Untrusted):
        verify_ledger(entries)


@pytest.mark.parametrize("taken", [0, 2])
def test_a_missing_entry_is_found(taken: int) -> None:
    entries = chain(4)
    del entries[taken]
    with pytest.raises(Untrusted) as caught:
        verify_ledger(entries)
    assert taken + 1 == caught.value.params["seq"]


@pytest.mark.parametrize(
    "harmless",
    [
        b"0.1.0",
        b"2027-03-01T07:00:00+00:00",
        b"roster/roster.json",
        b"marketing/services/4f1c2a9e0b7d4f1c2a9e0b7d4f1c2a9e0b7d4f1c2a9e0b7d4f1c2a9e0b7d4f1c.hu_au.json",
        b"ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBL",
        b"dealer-7kq2mz",
        b"TLS 1.3, SHA-256, 10485760 bytes",
        b"GET /v1/answers?after=4711",
    ],
)
def test_ordinary_control_messages_hold_nothing_forbidden(harmless: bytes) -> None:
    assert forbidden(harmless) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("max.muster@beispiel.de", "email"),
        ("WBA3A5C50CF256985", "vin"),
        ("M-XY 1234", "plate"),
        ("LA AB 12E", "plate"),
        ("+49 871 123456", "phone"),
        ("0171-2345678", "phone"),
        ("Marge", "money"),
        ("12,50 EUR", "money"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "\x01{}\x02", '{{"a":"{}"}}', "Kunde {} ruft an"])
def test_forbidden_content_is_found_wherever_it_stands(text: str, rule: str, around: str) -> None:
    assert rule == forbidden(around.format(text).encode())


@pytest.mark.parametrize("piece", ["p@NA.Mp", "Yc@D.Gs", "NR-H9", "E FJ77", "€6", "8eur"])
@pytest.mark.parametrize("place", [0, 9, 57])
def test_what_looks_like_a_person_by_chance_within_a_key_holds_no_dealership_back(piece: str, place: int) -> None:
    chance = piece.encode()
    proof = hashlib.shake_256(b"proof").digest(64)
    request = enrolment(identity_proof=(proof[:place] + chance + proof[place + len(chance) :])[:64])
    assert forbidden(request) is None


def test_what_looks_like_a_price_by_chance_within_a_key_in_base64_is_none() -> None:
    assert forbidden(enrolment(flower_key=f"ecdsa-sha2-nistp384 {'A' * 60}/8EUR/{'b' * 70}=")) is None


@pytest.mark.parametrize(
    "text", ["e@mu.de", "M-XY 1", "7 €", "WBA3A5C50CF256985", "089 1234567", "a line\ne@mu.de\n", "\tM-XY 1"]
)
def test_the_shortest_text_is_found_where_a_message_holds_text(text: str) -> None:
    assert forbidden(enrolment(agent_version=text)) is not None


def test_text_that_got_among_the_bytes_of_a_key_is_found() -> None:
    assert "email" == forbidden(enrolment(identity_key=b"\x00\xff" + b"max.muster@beispiel.de" + b"\xfe" * 8))


def test_an_address_stays_one_however_long_its_name_is() -> None:
    assert "email" == forbidden(enrolment(agent_version=f"{'erika_' * 8}muster@beispiel.de"))


def test_random_keys_are_not_mistaken_for_forbidden_content() -> None:
    samples = [hashlib.shake_256(str(n).encode()).digest(309) for n in range(20_000)]
    requests = [
        enrolment(
            certificate_request=one[:213],
            identity_proof=one[213:277],
            sealing_key=one[277:],
            flower_key=f"ecdsa-sha2-nistp384 {base64.b64encode(one[:136]).decode()}",
        )
        for one in samples
    ]
    assert [] == [rule for request in requests if (rule := forbidden(request))]


def enrolment(**fields: bytes | str) -> bytes:
    return enrolment_pb2.EnrolRequest(**fields).SerializeToString()  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_destination_and_kind_has_its_plain_words(language: str) -> None:
    known = load("guildpost_agent", "de" if language == "de" else "en").ids()
    wanted = {
        f"egress.{part}.{name}"
        for pair in STANDARD_RULES
        for part, name in zip(("destination", "kind"), pair, strict=True)
    }
    assert set() == wanted - known


def test_the_ledger_holds_nothing_of_what_left(world: SendingWorld) -> None:
    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
    gate.release(destination="lettershop", kind="letter_pdf", payload=b"%PDF-1.7 Erika Muster")
    assert "Erika" not in json.dumps([vars(entry) for entry in ledger(world)], default=str)
