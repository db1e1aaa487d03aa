"""Identifiers and draws: what they are made of is fixed, because what is stored is named by them."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.keyed import draw, occasion_id, occasion_ids, touchpoint_id

KEY = bytes(range(32))
PLAIN = ("4711", "10042", "hu_au", "2027-03")
NAMES = st.one_of(st.from_regex(r"[A-Z0-9-]{1,12}", fullmatch=True), st.text(max_size=200))


def packed(*parts: str) -> bytes:
    """Each part behind the length of its UTF-8, four bytes, the highest first."""
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)


def test_an_occasion_has_the_name_that_it_always_had() -> None:
    assert occasion_id(*PLAIN) == "aixflgwx5duh2lmayyag6yez"


def test_a_touchpoint_has_the_name_that_it_always_had() -> None:
    assert touchpoint_id(KEY, occasion_id(*PLAIN), 0) == "s4t6npng7uerrb57sphga2xl"


@given(st.lists(st.tuples(NAMES, NAMES, NAMES, NAMES), max_size=5))
def test_many_occasions_at_once_have_the_names_that_each_would_have(rows: list[tuple[str, str, str, str]]) -> None:
    named = [hashlib.blake2b(packed("occasion", *row), digest_size=15).digest() for row in rows]
    expected = [base64.b32encode(digest).decode().lower() for digest in named]
    assert expected == occasion_ids(rows) == [occasion_id(*row) for row in rows]


@pytest.mark.parametrize("length", [1, 32, 64, 65, 200], ids=lambda length: f"a key of {length} bytes")
def test_a_draw_is_hmac_sha_256_of_its_parts_whatever_the_length_of_the_key(length: int) -> None:
    key, parts = bytes(range(length)), ("arm", "ä" * 40, "x" * 127, "x" * 128)
    digest = hmac.digest(key, packed("guildpost/plan/v1", *parts), "sha256")
    assert (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53) == draw(key, *parts)


def test_parts_that_read_alike_when_joined_draw_differently() -> None:
    assert draw(KEY, "arm", "12", "3") != draw(KEY, "arm", "1", "23")
