"""What the commands say where a dealership belongs to two brands, and that one brand's dealer sees nothing of it."""

import json
from pathlib import Path

import pytest

from guildpost_agent.app.membership import store_membership
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.egress_policy import add_coordinator
from guildpost_agent.cli import main
from tests.factories.agent import a_vehicle
from tests.factories.agent_home import an_agent_home
from tests.factories.membership import a_membership

MAKES = "[brands.skoda]\nmakes = ['Skoda', 'Cupra']\n[services]"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home of one brand."""
    home = an_agent_home(tmp_path, monkeypatch)
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, a_membership())
        cars = {"V1": "VW", "V2": "ŠKODA", "V3": "VW", "V4": ""}
        uow.records.upsert_vehicles([a_vehicle(one, make=make) for one, make in cars.items()])
        uow.commit()
    core.engine.dispose()
    return home


def join_another(home: Path) -> None:
    """Join a second brand, and list its makes."""
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, a_membership(brand="skoda"))
        uow.commit()
    add_coordinator(home, "skoda", "de")
    core.engine.dispose()
    file = home / "agent.toml"
    file.write_text(file.read_text("utf-8").replace("[services]", MAKES, 1), "utf-8")


def said(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> str:
    capsys.readouterr()
    assert 0 == main([*words, "--home", str(home), "--lang", "en"])
    return capsys.readouterr().out


def test_brands_and_their_vehicles_are_shown_and_makes_that_no_vehicle_has(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ["first brand: dealer-01, 127.0.0.1:1", "  4 vehicles: VW 2, ŠKODA 1, – 1"] == said(
        capsys, home, "brands"
    ).splitlines()
    join_another(home)
    assert [
        "first brand: dealer-01, 127.0.0.1:1",
        "  3 vehicles: VW 2, – 1",
        "brand skoda: dealer-01, 127.0.0.1:1",
        "  1 vehicle: ŠKODA 1",
        "  Named in agent.toml, but of no vehicle: Cupra",
    ] == said(capsys, home, "brands").splitlines()
    first, second = json.loads(said(capsys, home, "brands", "--json"))
    assert ({"VW": 2, "": 1}, []) == (first["makes"], first["unseen"])
    assert ("skoda", {"ŠKODA": 1}, ["Cupra"]) == (second["brand"], second["makes"], second["unseen"])


def test_a_brand_in_the_settings_that_is_no_membership_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "agent.toml"
    file.write_text(file.read_text("utf-8").replace("[services]", MAKES, 1), "utf-8")
    for command in ("brands", "status", "slots"):
        assert 78 == main([command, "--home", str(home), "--lang", "en"])
        assert "the brand skoda" in capsys.readouterr().err


def test_what_may_leave_and_what_is_in_force_is_said_by_brand(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone = said(capsys, home, "policy") + said(capsys, home, "status")
    assert "skoda" not in alone
    assert [] == json.loads(said(capsys, home, "policy", "--json"))["brands"]
    join_another(home)
    both = said(capsys, home, "policy")
    assert "Sharing with the network of brand skoda: " in both
    assert "Coordinator (brand skoda)" in both
    assert "coordinator-skoda" in {
        row["destination"] for row in json.loads(said(capsys, home, "policy", "--json"))["kinds"]
    }
    status = json.loads(said(capsys, home, "status", "--json"))
    assert ("dealer-01", ["skoda"]) == (status["agent_id"], [one["brand"] for one in status["brands"]])
    assert "brand skoda: dealer-01 · catalogue: none yet" in said(capsys, home, "status")
