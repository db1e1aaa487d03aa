"""Why the operating system refused something is said in the reader's language."""

import errno
import os
from pathlib import Path

import pytest

from guildpost_shared.errors import ConfigurationError, Language, public_text
from guildpost_shared.os_reasons import os_reason
from guildpost_shared.problems import said


def _refusal(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "de", "en"),
    [
        (errno.ENOENT, "nicht vorhanden", "it does not exist"),
        (errno.EACCES, "keine Berechtigung", "no permission"),
        (errno.EEXIST, "schon vorhanden", "it exists already"),
        (errno.ENOSPC, "kein Platz mehr auf dem Datenträger", "no space left on the disk"),
        (errno.EADDRINUSE, "die Adresse ist belegt", "the address is in use"),
        (errno.ECONNREFUSED, "die Verbindung wurde abgelehnt", "the connection was refused"),
    ],
)
def test_what_happens_often_has_words_in_both_languages(number: int, de: str, en: str) -> None:
    reason = os_reason(_refusal(number))
    assert (de, en) == (said(reason, "de"), said(reason, "en"))
    assert de == said(str(reason), "de"), "also after it was stored"


def test_what_is_rare_is_said_as_the_system_says_it_and_never_nothing() -> None:
    assert os.strerror(errno.EXDEV) == os_reason(_refusal(errno.EXDEV))
    assert "bad handshake" == os_reason(OSError("bad handshake"))
    assert "OSError" == os_reason(OSError())
    assert "keine Antwort in der gesetzten Zeit" == said(os_reason(TimeoutError()), "de")


@pytest.mark.parametrize(("language", "words"), [("de", "(nicht vorhanden)"), ("en", "(it does not exist)")])
def test_a_real_refusal_stands_in_the_sentence_around_it(tmp_path: Path, language: Language, words: str) -> None:
    try:
        (tmp_path / "missing").read_bytes()
    except OSError as error:
        told = ConfigurationError("file_unreadable", path=tmp_path, reason=os_reason(error))
    assert words in public_text(told, language).what
