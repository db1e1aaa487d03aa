"""What a dealer reads about what may leave."""

import json
from pathlib import Path

import pytest

from guildpost_agent.app.egress.dealer_policy import FILE
from guildpost_agent.app.egress.policy import STANDARD_RULES
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_shared.catalog import load
from guildpost_shared.errors import ConfigurationError
from tests.factories.agent_home import an_agent_home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_kind_is_shown_with_what_it_holds_its_size_and_its_number(
    home: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert 0 == main(["policy", "--home", str(home), "--lang", language])
    said, texts = capsys.readouterr().out, load("guildpost_agent", "de" if language == "de" else "en")
    for _, kind in STANDARD_RULES:
        assert f"  {kind}: " in said
        assert texts.text(f"egress.contents.{kind}") in said
    assert ("16.384 Bytes, 500 am Tag; heute 0" if language == "de" else "16,384 bytes, 500 a day; today 0") in said
    assert str(home / FILE) in said


def test_the_first_opening_writes_the_file_for_its_owner_only(home: Path) -> None:
    open_core(home).engine.dispose()
    assert 0o600 == (home / FILE).stat().st_mode & 0o777
    assert "Beitritt" in (home / FILE).read_text("utf-8")


def test_what_the_dealer_struck_out_and_what_the_level_holds_back_is_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.joinpath(FILE).write_text('sharing = "membership"\n[coordinator.renew]\n[coordinator.round_reply]\n', "utf-8")
    assert 0 == main(["policy", "--home", str(home), "--json"])
    said = json.loads(capsys.readouterr().out)
    kinds = {(row["destination"], row["kind"]): row.get("reason", "leaves") for row in said["kinds"]}
    assert ("membership", "studies") == (said["sharing"], said["network"])
    assert {"leaves": [("coordinator", "renew")], "sharing": [("coordinator", "round_reply")]} == {
        reason: [key for key, found in kinds.items() if found == reason] for reason in ("leaves", "sharing")
    }
    assert {"not_listed"} == set(kinds.values()) - {"leaves", "sharing"}


def test_a_lost_file_comes_back_only_when_a_person_writes_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_core(home).engine.dispose()
    (home / FILE).unlink()
    core = open_core(home)
    with pytest.raises(ConfigurationError, match="egress_policy_missing"):
        core.gate.release(destination="coordinator", kind="presence", payload=b"0.1.0")
    core.engine.dispose()
    assert not (home / FILE).exists()
    assert 78 == main(["policy", "--home", str(home)])
    assert 0 == main(["policy", "--home", str(home), "--write"])
    assert 73 == main(["policy", "--home", str(home), "--write"])
    assert 0 == main(["policy", "--home", str(home)])
    assert "guildpost-agent policy --write" in capsys.readouterr().err


def test_the_standard_is_printed_without_a_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["policy", "--home", str(tmp_path), "--standard"])
    assert "[lettershop.letter_package]" in capsys.readouterr().out
    assert [] == list(tmp_path.iterdir())
