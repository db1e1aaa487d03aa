"""Ways to spoil a file: as bytes, and as the JSON value that it is."""

import copy
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from guildpost_shared.catalogue_paths import REQUIRED_ROLES

EVIL: Final = b"evil"
ByteSpoil = Callable[[bytes, random.Random, list[bytes]], bytes]
JsonSpoil = Callable[[dict[str, Any], random.Random, list[dict[str, Any]]], None]
Place = tuple[Any, Any]  # a container, and the key or index in it

EDGES: Final[tuple[Any, ...]] = (
    *(0, -1, 1, 2, 2**31, 2**63, 2**64, 10**400, -(2**63), 1.5, 1e308, float("nan"), float("inf"), True, False),
    *(None, "", "\0", "\ud800", "0" * 64, "ä", "../x", [], {}, [[]], {"": ""}, "9" * 200, " "),
)
DATES: Final = (
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2030-02-30T00:00:00Z",
    "2030-01-01",
    "now",
    "+010000-01-01T00:00:00Z",
)
THRESHOLDS: Final = (0, -1, 1, 2, 10**9, 0.5, "1", None, True)


def flip_a_bit(data: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def cut(data: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    return data[: chance.randrange(len(data))]


def lengthen(data: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    return data + chance.randbytes(chance.choice((1, 7, 2_000_000)))


def drop_a_range(data: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + 1 + chance.randrange(40) :]


def repeat_a_range(data: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    start = chance.randrange(len(data))
    stop = start + 1 + chance.randrange(40)
    return data[:stop] + data[start:]


def insert_noise(data: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(1 + chance.randrange(8)) + data[at:]


def another_file(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    return chance.choice(others) if others else data + b"!"


def change_a_digit(data: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    digits = [at for at, byte in enumerate(data) if byte in b"0123456789abcdef"]
    if not digits:
        return data + b"0"
    at = chance.choice(digits)
    return (
        data[:at] + bytes([chance.choice([byte for byte in b"0123456789abcdef" if byte != data[at]])]) + data[at + 1 :]
    )


def name_a_field_twice(data: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    field = chance.choice(
        (b'"version":1,', b'"signatures":[],', b'"threshold":0,', b'"expires":"9999-12-31T23:59:59Z",')
    )
    places = [at for at, byte in enumerate(data) if byte == ord("{")]
    at = chance.choice(places) + 1 if places else 0
    return data[:at] + field + data[at:]


BYTE_SPOILS: Final[dict[str, ByteSpoil]] = {
    "a bit flipped": flip_a_bit,
    "cut": cut,
    "lengthened": lengthen,
    "a range dropped": drop_a_range,
    "a range repeated": repeat_a_range,
    "noise inserted": insert_noise,
    "another file": another_file,
    "a digit changed": change_a_digit,
    "a field named twice": name_a_field_twice,
}


def _places(value: Any) -> Iterator[Place]:
    """Walk through everything in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        yield value, key
        yield from _places(item)


def _any(value: Any, chance: random.Random, wanted: Callable[[Any, Any], bool] = lambda *_: True) -> Place | None:
    found = [(at, key) for at, key in _places(value) if wanted(key, at[key])]
    return chance.choice(found) if found else None


def remove(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance):
        place[0].pop(place[1])


def edge(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance):
        place[0][place[1]] = copy.deepcopy(chance.choice(EDGES))


def count(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance, lambda _, item: isinstance(item, int)):
        place[0][place[1]] += chance.choice((-2, -1, 1, 2, 1000))


def number(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance, lambda _, item: isinstance(item, int | float)):
        place[0][place[1]] = chance.choice(EDGES)


def date(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance, lambda key, _: key == "expires"):
        place[0][place[1]] = chance.choice(DATES)


def threshold(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance, lambda key, _: key == "threshold"):
        place[0][place[1]] = chance.choice(THRESHOLDS)


def text(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance, lambda _, item: isinstance(item, str) and item != ""):
        word = place[0][place[1]]
        at = chance.randrange(len(word))
        place[0][place[1]] = chance.choice(
            (word[:at] + chance.choice("0aAzZ/. é") + word[at + 1 :], word.upper(), word + word[-1], word[:at])
        )


def rename(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance, lambda key, _: isinstance(key, str)):
        container, key = place
        container[chance.choice((key.upper(), key + "x", key[::-1], "../" + key, "legal/services/new.json"))] = (
            container.pop(key)
        )


def repeat(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if (place := _any(value, chance, lambda _, item: isinstance(item, list) and bool(item))) and place[0][place[1]]:
        items = place[0][place[1]]
        items.extend(copy.deepcopy(items) if chance.random() < 0.5 else [copy.deepcopy(items[0])] * 50)


def shuffle(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    first, second = _any(value, chance), _any(value, chance)
    if first and second:
        one, other = copy.deepcopy(first[0][first[1]]), copy.deepcopy(second[0][second[1]])
        first[0][first[1]] = other
        if second[1] in second[0] or (isinstance(second[0], list) and second[1] < len(second[0])):
            second[0][second[1]] = one


def foreign_signatures(value: dict[str, Any], chance: random.Random, others: list[dict[str, Any]]) -> None:
    value["signatures"] = copy.deepcopy(chance.choice(others).get("signatures"))


def foreign_part(value: dict[str, Any], chance: random.Random, others: list[dict[str, Any]]) -> None:
    """Take a part of the same name from another file."""
    other = chance.choice(others)
    place = _any(value, chance)
    source = place and _any(other, chance, lambda key, _: key == place[1])
    if place and source:
        place[0][place[1]] = copy.deepcopy(source[0][source[1]])


def no_signatures(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    value["signatures"] = chance.choice(([], None, {}, [{}], "all", [None]))


def unknown_field(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    containers = [value, *(item for at, key in _places(value) if isinstance(item := at[key], dict))]
    chance.choice(containers)[chance.choice(("x", "custom", "delegations", "roles", "keys", "signed"))] = copy.deepcopy(
        chance.choice(EDGES)
    )


def list_evil(value: dict[str, Any], role: str, chance: random.Random) -> None:
    """List evil contents of a kind that is the role's business, as well or instead of good ones."""
    listed = value["signed"]["targets"]
    kinds = [kind for kind, roles in REQUIRED_ROLES.items() if role in roles]
    name = chance.choice([*listed, *(f"{role}/{kind}/evil.json" for kind in kinds)])
    listed[name] = {"length": len(EVIL), "hashes": {"sha256": hashlib.sha256(EVIL).hexdigest()}}


def delegate(value: dict[str, Any], chance: random.Random, others: list[dict[str, Any]]) -> None:
    """Delegate onwards, to keys that stand in another file."""
    signed = value.get("signed")
    keys: dict[str, Any] = next(
        (o["signed"]["keys"] for o in others if isinstance(o.get("signed"), dict) and "keys" in o["signed"]), {}
    )
    if isinstance(signed, dict):
        role = {"name": chance.choice(("legal", "evil")), "keyids": list(keys)[:1], "threshold": 1, "terminating": True}
        signed["delegations"] = {"keys": keys, "roles": [{**role, "paths": ["*", "*/*", "*/*/*"]}]}


def nest(value: dict[str, Any], chance: random.Random, _: list[dict[str, Any]]) -> None:
    if place := _any(value, chance):
        place[0][place[1]] = json.loads("[" * 200 + "]" * 200)


JSON_SPOILS: Final[dict[str, JsonSpoil]] = {
    "a field removed": remove,
    "an edge value": edge,
    "a count changed": count,
    "an edge number": number,
    "a date changed": date,
    "a threshold changed": threshold,
    "a text changed": text,
    "a field renamed": rename,
    "a list repeated": repeat,
    "two parts swapped": shuffle,
    "foreign signatures": foreign_signatures,
    "a foreign part": foreign_part,
    "no signatures": no_signatures,
    "an unknown field": unknown_field,
    "a further delegation": delegate,
    "deeply nested": nest,
}
