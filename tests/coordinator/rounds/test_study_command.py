"""``guildpost-coordinator study`` offers every kind and puts its document up for signature."""

from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.publications import publications_factory
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.cli import main
from guildpost_coordinator.config import Home
from guildpost_coordinator.domain.catalogue import State
from guildpost_coordinator.domain.membership import Membership
from guildpost_shared.studies.kinds import KINDS
from guildpost_shared.studies.propensity.terms import USUAL
from guildpost_shared.studies.slot_lead import NOISE_ROOM
from guildpost_shared.studies.spec import StudySpec, parse_study

TERMS = ["--services", "hu_au", "inspection", "--from", "2027-01-01", "--to", "2027-03-31"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    passphrase = tmp_path / "passphrase"
    passphrase.write_bytes(b"a passphrase made for tests only")
    monkeypatch.setenv("GUILDPOST_CA_PASSPHRASE_FILE", str(passphrase))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    home = Home(tmp_path / "home")
    assert 0 == main(["init", "--home", str(home.folder), "--brand", "Arvana"])
    return home


def handed_in(home: Home) -> list[StudySpec]:
    """Read what waits for signature."""
    engine = open_engine(home.database)
    with publications_factory(engine)() as rows:
        changes = {path: listing for one in rows.in_state(State.DRAFT) for path, listing in one.changes.items()}
        found = [parse_study(rows.content(listing.sha256)) for listing in changes.values() if listing]
    engine.dispose()
    return found


def test_a_study_of_every_kind_is_handed_in(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for kind in KINDS.values():
        assert 0 == main(["study", "--home", str(home.folder), "--kind", kind.name, *TERMS])
        shown = capsys.readouterr().out
        assert kind.purpose["de"] in shown
        assert f"studies/{kind.name}/1.json" in shown
    found = handed_in(home)
    assert set(KINDS) == {study.kind for study in found}
    assert {("hu_au", "inspection")} == {study.services for study in found}


def test_a_stricter_study_is_handed_in_and_one_beyond_a_years_budget_is_not(home: Home) -> None:
    assert 0 == main(["study", "--home", str(home.folder), "--kind", "lift", "--epsilon", "0.8", *TERMS])
    assert 77 == main(["study", "--home", str(home.folder), "--kind", "lift", "--epsilon", "4.5", *TERMS])
    (found,) = handed_in(home)
    assert 0.8 == found.epsilon


def test_the_sum_of_a_large_network_is_foreseen_twice_as_large_as_it_can_be_today(home: Home) -> None:
    engine = open_engine(home.database)
    migrate(engine)
    with unit_of_work_factory(engine)() as uow:
        for number in range(1_200):
            uow.memberships.add(Membership(f"dealer-{number:04}", "Autohaus", f"GmbH {number}"))
        uow.commit()
    engine.dispose()
    assert 0 == main(["study", "--home", str(home.folder), "--kind", "adoption", *TERMS])
    (study,) = handed_in(home)
    assert 2 * 1_200 + NOISE_ROOM == study.sanity_max


def test_a_kind_that_nobody_knows_is_refused(home: Home) -> None:
    with pytest.raises(SystemExit):
        main(["study", "--home", str(home.folder), "--kind", "ranking", *TERMS])


def test_a_training_asks_for_the_usual_columns_or_for_those_that_are_named(home: Home) -> None:
    command = ["study", "--home", str(home.folder), "--kind", "propensity", *TERMS]
    assert 0 == main(command)
    assert 0 == main([*command, "--version", "2", "--columns", "service_class", "month", "business"])
    assert {USUAL, ("service_class", "month", "business")} == {study.columns for study in handed_in(home)}
    assert 77 == main([*command, "--version", "3", "--columns", "month"])
    with pytest.raises(SystemExit):
        main([*command, "--columns", "service_class", "price"])


def test_only_a_training_asks_for_columns(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert 77 == main(["study", "--home", str(home.folder), "--kind", "lift", "--columns", "service_class", *TERMS])
    assert "--kind propensity" in capsys.readouterr().err
    assert [] == handed_in(home)
