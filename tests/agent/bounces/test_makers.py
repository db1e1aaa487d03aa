"""Notices for people by servers of many makers and languages name the recipient and why, wherever both stand."""

import tomllib
from pathlib import Path

import pytest

from guildpost_agent.domain.bounces.classify import classify
from tests.agent.bounces.notices import SENDER, TO, notice, said

_TABLE = tomllib.loads((Path(__file__).parent / "makers.toml").read_text("utf-8"))
NOTICES: dict[str, dict[str, str]] = {one["maker"]: one for one in _TABLE["notice"]}


@pytest.mark.parametrize("maker", NOTICES)
def test_a_maker_s_notice_names_recipient_and_reason(maker: str) -> None:
    one = {name: text.replace("{to}", TO).replace("{from}", SENDER) for name, text in NOTICES[maker].items()}
    found = classify(notice(one["text"], sender=one["from"], subject=one["subject"]))
    assert [(TO, one["reason"])] == [(one.recipient, one.reason) for one in found]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 Xyz quota thing", "mailboxfull"),
        ("550 no thanks, your ip", "blocked"),
        ("550 tls first", "failedstarttls"),
        ("504 what", "syntaxerror"),
        ("550 no", "onhold"),
    ],
)
def test_what_no_phrase_explains_is_judged_by_its_most_telling_word(answer: str, reason: str) -> None:
    assert [reason] == [one.reason for one in classify(said(answer))]
