"""``agent.toml``: every mistake names its field."""

import tomllib
from pathlib import Path

import pytest

from guildpost_agent.config import load_config
from guildpost_shared.errors import ConfigurationError, public_text

SAMPLE = Path(__file__).resolve().parents[3] / "docs" / "agent.toml"


def _load(folder: Path, *, old: str = "", new: str = "") -> str:
    """Change one line of the sample and give the field that the error names."""
    text = SAMPLE.read_text("utf-8")
    assert old in text
    (folder / "agent.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError, match="agent_config_invalid") as caught:
        load_config(folder)
    assert str(caught.value.params["field"]) in str(public_text(caught.value, "en"))
    return str(caught.value.params["field"])


def test_the_sample_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_bytes(SAMPLE.read_bytes())
    assert tomllib.loads(SAMPLE.read_text("utf-8"))["dealer"]["name"] == load_config(tmp_path).dealer.name


def _line(key: str) -> str:
    return next(line for line in SAMPLE.read_text("utf-8").splitlines() if line.startswith(f"{key} ="))


@pytest.mark.parametrize(
    ("key", "new", "field"),
    [
        ("weekly_budget_cents", "weekly_budget_cents = -1", "figures.weekly_budget_cents"),
        ("workshop_places_per_day", 'workshop_places_per_day = "many"', "figures.workshop_places_per_day"),
        ("state", 'state = "XX"', "dealer.state"),
        ("name", "", "dealer.name"),
        ("legal_name", 'legal_name = "A"\ncolour = "red"', "dealer.colour"),
        ("timezone", 'timezone = "Europe/Berln"', "dealer.timezone"),
        ("port", "port = 65536", "smtp.port"),
        ("release_weekdays", "release_weekdays = [8]", "letters.release_weekdays.0"),
        ("release_weekdays", "release_weekdays = []", "letters.release_weekdays"),
        ("dormant_after_months", "dormant_after_months = -1", "consents.dormant_after_months"),
        ("holdout_percent", "holdout_percent = 4", "services.holdout_percent"),
        ("holdout_percent", "holdout_percent = 11", "services.holdout_percent"),
        ("holdout_percent", 'settings.hu_au.approval = "maybe"', "services.settings.hu_au.approval"),
        ("holdout_percent", "settings.hu_au.channels = []", "services.settings.hu_au.channels"),
        ("holdout_percent", 'settings.hu_au.channels = ["fax"]', "services.settings.hu_au.channels.0"),
        ("holdout_percent", "settings.hu_au.weekly_budget_cents = 0", "services.settings.hu_au.weekly_budget_cents"),
        (
            "holdout_percent",
            "settings.hu_au.touches.invitation.last_day = -181",
            "services.settings.hu_au.touches.invitation.last_day",
        ),
        ("url", 'url = "ftp://relay.example"', "relay.url"),
        ("listen", 'listen = "127.0.0.1"', "web.listen"),
        ("listen", 'listen = "127.0.0.1:http"', "web.listen"),
    ],
    ids=[
        "negative money",
        "a word for a number",
        "no federal state",
        "missing",
        "unknown",
        "no time zone",
        "no port",
        "no weekday",
        "no weekday at all",
        "no time to fall asleep",
        "too small a control group",
        "too large a control group",
        "neither automatic nor review",
        "no channel at all",
        "no channel that there is",
        "no budget at all",
        "later than half a year after the due date",
        "no web address",
        "no port to listen on",
        "a word for a port",
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, key: str, new: str, field: str) -> None:
    assert field == _load(tmp_path, old=_line(key), new=new)


def test_an_unknown_section_is_named(tmp_path: Path) -> None:
    assert "colours" == _load(tmp_path, old="[dealer]", new="[colours]\nred = 1\n\n[dealer]")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="agent_config_missing") as caught:
        load_config(tmp_path)
    assert str(tmp_path / "agent.toml") in str(public_text(caught.value))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"= =", "kein gültiges TOML: "), (b"\xff\xfe", "kein gültiges TOML: nicht in UTF-8."), (None, "ein Ordner")],
    ids=["no TOML", "no text", "a folder"],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "agent.toml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load_config(tmp_path)
    assert said in str(public_text(caught.value))
