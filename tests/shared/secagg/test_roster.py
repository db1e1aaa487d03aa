"""The roster document."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from guildpost_shared.errors import Refused
from guildpost_shared.identity.roster import Roster, parse_roster
from tests.factories.secagg_network import flower_key, network

ROSTER = network(12, groups=["Autohaus Süd GmbH", *["Nord"] * 2, *(f"GmbH {n}" for n in range(9))]).roster


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(ROSTER.canonical_bytes)
    return loaded


def test_a_roster_survives_writing_and_reading() -> None:
    again = parse_roster(ROSTER.canonical_bytes)
    assert ROSTER == again
    assert ROSTER.sha256 == again.sha256


def test_the_hash_does_not_depend_on_order_or_spacing() -> None:
    shuffled = document()
    shuffled["entries"].reverse()
    assert ROSTER.sha256 == parse_roster(json.dumps(shuffled, indent=3).encode()).sha256


def test_groups_count_legal_entities_not_agents() -> None:
    assert 11 == len(ROSTER.groups())
    assert {"Nord"} == ROSTER.groups(["dealer-01", "dealer-02", "unknown"])
    assert ROSTER.entry("unknown") is None


def test_an_empty_roster_is_readable() -> None:
    empty = Roster(1, ROSTER.coordinator_key, ())
    assert empty == parse_roster(empty.canonical_bytes)


def entry(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda roster: roster["entries"][1].update({name: value})


CASES: dict[str, tuple[Callable[[dict[str, Any]], object], str, str]] = {
    "missing field": (lambda r: r.pop("version"), "document_field_missing", "version"),
    "unknown field": (lambda r: r.update(price=3), "document_field_unknown", "price"),
    "unknown field of an entry": (entry("price", 1), "document_field_unknown", "entries[1].price"),
    "another type of document": (lambda r: r.update(type="study"), "document_field_invalid", "type"),
    "version zero": (lambda r: r.update(version=0), "document_field_invalid", "version"),
    "version true": (lambda r: r.update(version=True), "document_field_invalid", "version"),
    "entries no list": (lambda r: r.update(entries={}), "document_field_invalid", "entries"),
    "agent id": (entry("agent_id", "Dealer 1"), "document_field_invalid", "entries[1].agent_id"),
    "agent twice": (entry("agent_id", "dealer-00"), "document_field_invalid", "entries.agent_id"),
    "short key": (entry("identity_key", "AAAA"), "document_field_invalid", "entries[1].identity_key"),
    "key with loose end": (
        entry("identity_key", base64.b64encode(bytes(32)).decode()[:-2] + "B="),
        "document_field_invalid",
        "identity_key",
    ),
    "key twice": (
        entry("identity_key", base64.b64encode(ROSTER.entries[0].identity_key).decode()),
        "document_field_invalid",
        "entries.identity_key",
    ),
    "coordinator's key": (
        entry("identity_key", base64.b64encode(ROSTER.coordinator_key).decode()),
        "document_field_invalid",
        "entries.identity_key",
    ),
    "Flower key twice": (
        entry("flower_key", flower_key("dealer-00") + " comment"),
        "document_field_invalid",
        "entries.flower_key",
    ),
    "another kind of Flower key": (entry("flower_key", "ssh-rsa AAAA"), "document_field_invalid", "flower_key"),
    "blank legal entity": (entry("legal_entity", " "), "document_field_invalid", "entries[1].legal_entity"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_roster_is_refused_over(case: str) -> None:
    damage, code, field = CASES[case]
    damaged = document()
    damage(damaged)
    with pytest.raises(Refused) as refusal:
        parse_roster(json.dumps(damaged).encode())
    assert code == refusal.value.code
    assert str(refusal.value.params["field"]).endswith(field)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{", b"\xff", b'{"version": NaN}', b'{"version": 1, "version": 1}', b"[" * 100_000],
    ids=["nothing", "a list", "truncated", "no UTF-8", "NaN", "a name twice", "too deep"],
)
def test_bytes_that_are_no_json_object_are_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="document_unreadable"):
        parse_roster(data)
