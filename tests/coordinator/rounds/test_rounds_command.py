"""``guildpost-coordinator rounds`` and the console's table say what every round is doing, in both languages."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.cli import main
from guildpost_coordinator.config import Home
from guildpost_coordinator.domain.rounds import Round, RoundState, move
from guildpost_coordinator.web.rounds_in_words import round_in_words
from guildpost_shared.secagg.stages import ASKING, Stage

NOW = datetime(2027, 6, 2, 8, tzinfo=UTC)
PERIOD = "2027-03-01_2027-03-28"
ANNOUNCED = Round("timing-1", "studies/timing/1.json", "timing", PERIOD, RoundState.ANNOUNCED, NOW, NOW)
COLLECTING = replace(ANNOUNCED, state=RoundState.COLLECTING)

CASES: dict[str, tuple[Round, str]] = {
    "announced, and another one is under way": (ANNOUNCED, "Wartet, bis es an der Reihe ist."),
    "announced, and some have come": (replace(ANNOUNCED, joined=9, waiting=3), "9 Betriebe sind da, 3 fehlen noch."),
    "collecting": (
        replace(COLLECTING, stage=Stage.MASKED_INPUT_COLLECTION, joined=12, waiting=2),
        "Schritt 3 von 5, verdeckte Zahlen sammeln: 10 von 12 Antworten sind da.",
    ),
    "of a training": (replace(ANNOUNCED, period=f"{PERIOD}_3", joined=1), "Runde 3 von 6 der Schulung."),
    "in a second attempt": (replace(ANNOUNCED, attempt=2, joined=1), "2. Anlauf."),
    "resumed": (replace(COLLECTING, stage=Stage.UNMASKING, resumed=1), "Nach einer Unterbrechung fortgesetzt"),
    "released without a part of the network": (
        replace(COLLECTING, state=RoundState.RELEASED, contributors=900, lost_shards=1, lost_agents=612),
        "Ein Teil des Netzes mit 612 Betrieben ging unterwegs verloren",
    ),
    "released without two parts": (
        replace(COLLECTING, state=RoundState.RELEASED, contributors=900, lost_shards=2, lost_agents=1_300),
        "2 Teile des Netzes mit zusammen",
    ),
    "ended for nothing": (move(ANNOUNCED, "abort", reason="round_window_missed"), "darf erneut angekündigt werden"),
    "ended for good": (
        move(replace(COLLECTING, stage=Stage.UNMASKING), "abort", reason="secagg_undecodable"),
        "sind verbraucht",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_round_says_what_it_is_doing_when_it_is(case: str) -> None:
    round_, expected = CASES[case]
    assert any(expected in sentence for sentence in round_in_words(round_, "de").progress)
    assert len(round_in_words(round_, "de").progress) == len(round_in_words(round_, "en").progress)


def test_the_days_of_a_trainings_round_are_shown() -> None:
    days = (date(2027, 3, 1), date(2027, 3, 28))
    for period in (f"{PERIOD}_3", PERIOD, PERIOD.replace("_", "/")):
        assert days == round_in_words(replace(ANNOUNCED, period=period), "de").days
    assert round_in_words(replace(ANNOUNCED, period="sometime_3"), "de").days is None


@pytest.mark.parametrize("stage", ASKING, ids=lambda stage: stage.name)
@pytest.mark.parametrize(
    "reason",
    [
        "round_interrupted",
        "round_program_ended",
        "round_overdue",
        "secagg_undecodable",
        "training_out_of_step",
        "training_too_few_answers",
    ],
)
def test_every_way_to_end_has_a_sentence_of_its_own(stage: Stage, reason: str) -> None:
    said = {language: round_in_words(_ended(stage, reason), language).reason for language in ("de", "en")}
    assert 2 == len(set(said.values()))
    assert all(reason not in sentence and "{" not in sentence for sentence in said.values())


def _ended(stage: Stage, reason: str) -> Round:
    return move(replace(COLLECTING, stage=stage), "abort", reason=reason)


def test_the_command_lists_rounds_for_people_and_for_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_bytes(b"a passphrase made for tests only")
    monkeypatch.setenv("GUILDPOST_CA_PASSPHRASE_FILE", str(passphrase))
    home = Home(tmp_path / "home")
    assert 0 == main(["init", "--home", str(home.folder), "--brand", "Arvana"])
    capsys.readouterr()
    assert 0 == main(["rounds", "--home", str(home.folder)])
    assert "Noch keine Runde.\n" == capsys.readouterr().out

    engine = open_engine(home.database)
    rounds = SqlRounds(engine)
    rounds.add(ANNOUNCED)
    rounds.save(move(ANNOUNCED, "open"))
    rounds.enter(COLLECTING, Stage.SHARE_KEYS, 12, None)
    rounds.note("timing-1", joined=12, waiting=5)
    rounds.add(
        replace(ANNOUNCED, round_id="timing-2", period="2027-04-01_2027-04-28", opens_at=NOW + timedelta(days=1))
    )
    engine.dispose()

    assert 0 == main(["--lang", "en", "rounds", "--home", str(home.folder)])
    shown = capsys.readouterr().out.splitlines()
    assert "timing, 1 Apr 2027 to 28 Apr 2027: announced (timing-2)" == shown[0]
    assert "timing, 1 Mar 2027 to 28 Mar 2027: under way (timing-1)" == shown[2]
    assert "  Step 2 of 5, sharing keys: 7 of 12 answers are there." == shown[3]

    assert 0 == main(["rounds", "--home", str(home.folder), "--json"])
    _, first = json.loads(capsys.readouterr().out)
    assert ("collecting", "share_keys", 12, 5) == tuple(first[key] for key in ("state", "stage", "joined", "waiting"))
    assert "dealer" not in json.dumps(first)
