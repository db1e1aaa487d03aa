"""``guildpost-coordinator study`` offers every kind and puts its document up for signature."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.publications import publications_factory
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.cli import main
from guildpost_coordinator.config import Home
from guildpost_coordinator.domain.catalogue import Listing, Publication, State
from guildpost_coordinator.domain.membership import Membership
from guildpost_shared.studies.counted import counted_study
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
    engine = open_engine(home.database)
    migrate(engine)
    services = {f"services/{name}.json": Listing(1, "11" * 32) for name in ("hu_au", "inspection")}
    with publications_factory(engine)() as rows:
        rows.add(Publication("a" * 24, State.PUBLISHED, datetime(2026, 12, 1, tzinfo=UTC), services), {})
    engine.dispose()
    return home


def handed_in(home: Home, *, every: bool = False) -> list[StudySpec]:
    """Read what waits for signature: of each path the last, or all."""
    engine = open_engine(home.database)
    with publications_factory(engine)() as rows:
        changes = [change for one in rows.in_state(State.DRAFT) for change in one.changes.items()]
        chosen = [listing for _, listing in changes] if every else dict(changes).values()
        found = [parse_study(rows.content(listing.sha256)) for listing in chosen if listing]
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


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("lift", "Zahlen frühestens ab 2027-06-04"),
        ("learned-times", "Zahlen frühestens ab 2027-08-28"),
        ("when-to-write", "erste Runde frühestens am 2027-02-19"),
    ],
    ids=["figures are a month old", "of a longer window", "a model moves with its first fortnight"],
)
def test_it_says_when_something_comes_of_it(
    home: Home, capsys: pytest.CaptureFixture[str], kind: str, said: str
) -> None:
    assert 0 == main(["study", "--home", str(home.folder), "--kind", kind, *TERMS])
    assert said in capsys.readouterr().out


def test_a_version_that_was_handed_in_keeps_its_contents(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """A release is believed only beside the very study that was signed for it."""
    command = ["study", "--home", str(home.folder), "--kind", "lift", *TERMS]
    assert 0 == main(command)
    assert 0 == main(command), "the same again says nothing new"
    capsys.readouterr()
    assert 77 == main([*command, "--epsilon", "0.5"])
    assert "Nehmen Sie die nächste Fassung" in capsys.readouterr().err
    assert 0 == main([*command, "--epsilon", "0.5", "--version", "2"])
    assert [1.0, 1.0, 0.5] == [study.epsilon for study in handed_in(home, every=True)]


@pytest.mark.parametrize(
    ("first", "code"),
    [("1.1.2027", 0), ("2027-02-30", 77), ("31.04.2027", 77), ("soon", 77), ("2027-04-01", 77)],
    ids=["as Germans write it", "no such day", "no such day in German", "no day", "after the last one"],
)
def test_a_day_is_read_as_people_write_it_or_refused_in_a_sentence(home: Home, first: str, code: int) -> None:
    terms = ["--services", "hu_au", "--from", first, "--to", "31.03.2027"]
    assert code == main(["study", "--home", str(home.folder), "--kind", "lift", *terms])
    assert (code == 0) == bool(handed_in(home))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (["--services", "HU AU"], "--services"),
        (["--services", "hu_au", "hu_au"], "--services"),
        (["--to", "31.03.2029"], "--from, --to"),
        (["--to", "31.12.2026"], "--from, --to"),
        (["--version", "0"], "--version"),
        (["--maturity-days", "0"], "--maturity-days"),
        (["--epsilon", "nan"], "--epsilon"),
    ],
    ids=["no service's name", "a service twice", "two years", "backwards", "version 0", "no days", "no number"],
)
def test_what_cannot_be_is_named_as_it_was_typed(
    home: Home, capsys: pytest.CaptureFixture[str], terms: list[str], said: str
) -> None:
    capsys.readouterr()
    assert 77 == main(["study", "--home", str(home.folder), "--kind", "lift", *TERMS, *terms])
    assert f"darf es keine Studie geben: {said}.\n" in capsys.readouterr().err
    assert [] == handed_in(home)


def test_a_service_that_the_brand_does_not_have_is_refused_with_those_it_has(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = ["--kind", "lift", "--services", "hu_au", "hu_uu", "--from", "2027-01-01", "--to", "2027-03-31"]
    assert 77 == main(["study", "--home", str(home.folder), *terms])
    assert "keine Definition: hu_uu. Es gibt: hu_au, inspection." in capsys.readouterr().err
    assert [] == handed_in(home)


@pytest.mark.parametrize(
    ("brand", "services", "said"),
    [
        ("Borealis", ["hu_au"], "nennt die Marke „Borealis“; dieser Koordinator ist der von „Arvana“"),
        ("Arvana", ["tyre_change"], "keine Definition: tyre_change"),
    ],
    ids=["of another brand", "of a service that is not there"],
)
def test_a_study_that_is_published_as_a_file_is_looked_at_as_well(
    *, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], brand: str, services: list[str], said: str
) -> None:
    days: dict[str, Any] = {"period_start": date(2027, 1, 1), "period_end": date(2027, 3, 31)}
    study = counted_study("lift", brand=brand, services=services, **days)
    file = tmp_path / "files" / study.target_path
    file.parent.mkdir(parents=True)
    file.write_bytes(study.canonical_bytes)
    assert 77 == main(["publish", "--home", str(home.folder), str(tmp_path / "files")])
    assert said in capsys.readouterr().err
    assert [] == handed_in(home)


@pytest.mark.parametrize("window", ["-5", "0", "nan", "86400"])
def test_a_round_that_nobody_could_join_is_not_announced(home: Home, window: str) -> None:
    assert 78 == main(["round", "--home", str(home.folder), "--study", "lift", "--window", window])
