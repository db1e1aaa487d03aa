"""Readable letters stay in the house: what leaves it goes sealed, to a server whose key is on file."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import ValidationError

from guildpost_agent.domain.age import recipient_text
from guildpost_agent.letter_settings import LetterSettings

KEY = recipient_text(X25519PrivateKey.from_private_bytes(b"\x05" * 32).public_key())
SFTP = {"host": "sftp.lettershop.example", "user": "haus", "known_hosts": "known_hosts", "key_file": "key"}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="a folder, readable"),
        pytest.param({"lettershop_key": KEY}, id="a folder, sealed"),
        pytest.param({"lettershop_key": KEY, "sftp": SFTP}, id="a server, sealed"),
    ],
)
def test_a_dealer_may_keep_letters_at_home_or_send_them_sealed(given: dict[str, Any]) -> None:
    settings = LetterSettings.model_validate({"folder": "letters", **given})
    assert (Path("letters"), given.get("lettershop_key", "")) == (settings.folder, settings.lettershop_key)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param({"sftp": SFTP}, "only sealed batches leave the house", id="a server without a key"),
        pytest.param({"lettershop_key": "age1qqqq"}, "not a public key", id="a mistyped key"),
        pytest.param({"lettershop_key": KEY.upper() + "x"}, "not a public key", id="another mistyped key"),
        pytest.param({"lettershop_key": "AGE-SECRET-KEY-1QQ"}, "not a public key", id="a private key"),
        pytest.param(
            {"lettershop_key": KEY, "sftp": {**SFTP, "key_file": None}}, "key_file or password_file", id="no way in"
        ),
        pytest.param(
            {"lettershop_key": KEY, "sftp": {k: v for k, v in SFTP.items() if k != "known_hosts"}},
            "known_hosts",
            id="a server that nobody vouches for",
        ),
    ],
)
def test_what_would_let_them_out_readable_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        LetterSettings.model_validate({"folder": "letters", **given})
