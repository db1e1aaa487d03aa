"""RFC 8058: what a mail program posts, in the forms it may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_relay.requests import form_fields, is_one_click

PARTS = "multipart/form-data; boundary=frontier"
RIGHT = b'--frontier\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--frontier--\r\n'


@pytest.mark.parametrize(
    ("kind", "body", "asks"),
    [
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click", True),
        ("application/x-www-form-urlencoded; charset=utf-8", b"List-Unsubscribe=One-Click", True),
        ("", b"List-Unsubscribe=One-Click", True),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click&x=y", True),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One%2DClick", True),
        (PARTS, RIGHT, True),
        ("Multipart/Form-Data; boundary=frontier", RIGHT, True),
        (PARTS, RIGHT.replace(b'name="List-Unsubscribe"', b"name=List-Unsubscribe"), True),
        (PARTS, RIGHT.replace(b"\r\n", b"\n"), True),
        (PARTS, RIGHT.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"), True),
        ("application/x-www-form-urlencoded", b"", False),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=", False),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click&List-Unsubscribe=One-Click", False),
        ("application/x-www-form-urlencoded", b"list-unsubscribe=one-click", False),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(60)), False),
        (PARTS, RIGHT.replace(b"One-Click", b"Never"), False),
        (PARTS, RIGHT.replace(b"List-Unsubscribe", b"Subscribe") + b"One-Click", False),
        (PARTS, b'name="List-Unsubscribe" One-Click', False),
        ("multipart/form-data", RIGHT, False),
        (PARTS, b"", False),
    ],
    ids=[
        "url-encoded", "with a charset", "no type named", "with another field", "percent-encoded", "in parts",
        "capitals in the type", "name without quotes", "line feeds only", "a part with a type", "empty", "no value",
        "twice", "small letters", "sixty fields", "another value", "another field", "the words in no part",
        "no boundary", "empty parts",
    ],
)  # fmt: skip
def test_only_the_field_of_the_standard_unsubscribes(kind: str, body: bytes, asks: bool) -> None:  # noqa: FBT001 — the expected answer
    assert asks is is_one_click({"content-type": kind}, body)


@given(kind=st.sampled_from(["", PARTS, "multipart/form-data; boundary=", "text/plain"]) | st.text(), body=st.binary())
def test_no_body_and_no_type_breaks_the_reading(kind: str, body: bytes) -> None:
    is_one_click({"content-type": kind}, body)
    form_fields(body)
