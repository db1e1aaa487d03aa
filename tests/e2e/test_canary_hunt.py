"""The instrument itself: it finds what it is made for, and nothing in noise."""

import base64
import random
import struct
from collections.abc import Callable
from urllib.parse import quote

import pytest

from guildpost_demo.network.canaries import canaries
from guildpost_demo.network.dealers import dealers
from tests.e2e.canary_hunt import CHUNK, CanaryHunt

PLANTED = [canary for planting in canaries(120, dealers(10)).values() for canary in planting.all()]
HUNT = CanaryHunt(PLANTED)
ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-16": lambda text: text.encode("utf-16-le"),
    "capitals": lambda text: text.upper().encode(),
    "small": lambda text: text.lower().encode(),
    "hex": lambda text: text.encode().hex().upper().encode(),
    "percent": lambda text: quote(text, safe="").encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, shifted by one": lambda text: base64.b64encode(b"x" + text.encode() + b"yz"),
    "base64, shifted by two": lambda text: base64.b64encode(b"xy" + text.upper().encode() + b"z"),
    "base64 of utf-16": lambda text: base64.urlsafe_b64encode(b"x" + text.encode("utf-16-le")),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", ["name", "email", "vin", "plate", "figure"])
def test_a_canary_is_found_in_every_encoding(kind: str, encoding: str) -> None:
    canary = next(found for found in reversed(PLANTED) if found.kind == kind)
    for spelling in canary.spellings():
        data = random.Random(1).randbytes(997) + ENCODINGS[encoding](spelling) + b"\0rest"
        assert canary in HUNT.in_bytes(data)


def test_a_figure_is_found_as_money_and_as_a_number() -> None:
    figure = next(found for found in PLANTED if found.kind == "figure" and found.value.startswith("7301"))
    cents = int(figure.value)
    german = f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d} €"
    for data in (german.encode(), struct.pack("<q", cents), struct.pack(">d", cents)):
        assert {figure} == HUNT.in_bytes(b"..." + data)


def test_a_canary_across_the_border_of_two_chunks_is_found() -> None:
    canary = PLANTED[0]
    data = b"." * (CHUNK - 3) + canary.value.encode()
    assert canary in HUNT.in_bytes(data)


def test_noise_and_ordinary_data_hold_no_canary() -> None:
    noise = random.Random(2).randbytes(2_000_000)
    ordinary = b"Kundennummer;Name;Kennzeichen\nK-1;Zwirner;RT-ZA 1001\nWVWZZZ1KZAW000001;730100;84610\n" * 200
    assert set() == HUNT.in_bytes(noise + base64.b64encode(noise) + ordinary)
