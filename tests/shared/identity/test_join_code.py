"""Join codes: the bytes, and what happens to damaged ones."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import Refused
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.join_code import JoinCode, format_join_code, parse_join_code, secret_hash

CODE = JoinCode(Endpoint("coordinator.example", 4433), b"s" * 16, b"c" * 32, b"r" * 32)


def _raw(text: str) -> bytes:
    encoded = text.removeprefix("gp1.")
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def test_a_join_code_is_these_bytes() -> None:
    body = b"".join(
        [
            b"s" * 16,  # secret
            b"c" * 32,  # fingerprint of the authority
            b"r" * 32,  # hash of the trust root
            (4433).to_bytes(2, "big"),  # port
            b"coordinator.example",  # host
        ]
    )
    checksum = hashlib.sha256(body).digest()[:4]
    assert body + checksum == _raw(format_join_code(CODE))


def test_a_known_join_code_stays_readable() -> None:
    text = (  # made with sha256sum and base64
        "gp1.c3Nzc3Nzc3Nzc3Nzc3Nzc2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjcnJycnJycnJycnJycnJycnJycnJycnJycnJy"
        "cnJycnIRUWNvb3JkaW5hdG9yLmV4YW1wbGUZt_Q2"
    )
    assert parse_join_code(text) == CODE


hosts = st.from_regex(r"[0-9A-Za-z.:-]{1,253}", fullmatch=True)
codes = st.builds(
    JoinCode,
    st.builds(Endpoint, hosts, st.integers(1, 65535)),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
)


@given(codes)
def test_reading_gives_back_what_was_written(code: JoinCode) -> None:
    assert code == parse_join_code(format_join_code(code))


@given(codes, st.data())
def test_one_wrong_character_is_noticed(code: JoinCode, data: st.DataObject) -> None:
    text = format_join_code(code)
    at = data.draw(st.integers(4, len(text) - 2))  # the last character holds unused bits
    other = data.draw(st.sampled_from("ABCabc019-_").filter(lambda c: c != text[at]))
    with pytest.raises(Refused, match="join_code_malformed"):
        parse_join_code(text[:at] + other + text[at + 1 :])


def test_spaces_and_line_breaks_from_copying_are_ignored() -> None:
    text = format_join_code(CODE)
    assert parse_join_code(f"  {text[:40]}\r\n {text[40:]}\n") == CODE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gp1.",
        "gp2." + format_join_code(CODE)[4:],
        format_join_code(CODE)[:-6],
        "gp1.ä",
        "gp1." + "A" * 4000,
        "x" * 20,
    ],
    ids=["empty", "prefix only", "other version", "cut off", "not base64", "zeros", "no join code"],
)
def test_what_is_no_join_code_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="join_code_malformed"):
        parse_join_code(text)


def test_the_stored_hash_does_not_show_the_secret() -> None:
    assert secret_hash(CODE.secret) == hashlib.sha256(b"guildpost/join-code/1\0" + b"s" * 16).digest()
