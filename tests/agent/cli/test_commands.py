"""The agent's commands on a real home that is not enrolled yet."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guildpost_agent.app.egress.policy import COORDINATOR
from guildpost_agent.app.membership import store_membership
from guildpost_agent.bootstrap.core import RECORD_VARIABLE, Core, open_core
from guildpost_agent.cli import main
from guildpost_agent.cli.options import WEB_ADDRESS
from guildpost_agent.cli.run import only_one
from guildpost_agent.cli.work import do_step
from guildpost_shared.errors import Conflict, Refused
from guildpost_shared.services.definition import ServiceDefinition
from tests.factories.agent import a_service
from tests.factories.agent_home import an_agent_home
from tests.factories.membership import a_membership

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
CUSTOMERS = "Kundennummer;Anrede;Vorname;Nachname;Strasse;PLZ;Ort\n1;Frau;Erika;Mustermann;Weg 1;84028;Landshut\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


def _open(home: Path) -> Core:
    return open_core(home)


def test_status_of_a_new_home_is_all_zero(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["status", "--home", str(home), "--json"])
    status = json.loads(capsys.readouterr().out)
    assert (None, None, [], []) == (status["agent_id"], status["catalogue"], status["services"], status["rounds"])
    assert {0} == {status[name] for name in ("planned", "sent", "letters", "rows_imported", "booked")}
    assert 0 == main(["status", "--home", str(home), "--lang", "en"])
    said = capsys.readouterr().out
    assert "catalogue: none yet" in said
    assert [] == [part for part in ("{", "None") if part in said]


def test_status_names_a_service_that_no_catalogue_has_and_a_mandatory_one_that_does_not_run(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with _open(home).open_uow() as uow:
        store_membership(uow.documents, a_membership())
        uow.commit()
    found: dict[str, ServiceDefinition] = {"hu_au": a_service("hu_au")}
    monkeypatch.setattr("guildpost_agent.cli.status.read_services", lambda _catalogues: (found, []))
    assert 0 == main(["status", "--home", str(home), "--lang", "en"])
    assert "[services] enabled names inspection, which no catalogue in force has" in capsys.readouterr().out
    found["inspection"] = a_service("inspection")
    assert 0 == main(["status", "--home", str(home), "--lang", "en"])
    assert "[services]" not in capsys.readouterr().out
    found["recall"] = a_service("recall", network="mandatory")
    assert 0 == main(["status", "--home", str(home), "--lang", "en"])
    assert "mandatory for the network and switched off here: recall (" in capsys.readouterr().out


def _customers(home: Path, name: str) -> Path:
    file = home / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CUSTOMERS, "utf-8")
    return file


def test_a_file_is_imported_by_hand_and_put_away(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _customers(home, "exports/kunden.csv")
    assert 0 == main(["import", "--home", str(home), str(file)])
    assert "1" in capsys.readouterr().out
    drop = home.parent / "dms"
    assert ["done", "kunden.csv"] == sorted(path.name for path in drop.rglob("*"))
    with _open(home).open_uow() as uow:
        assert ["Mustermann"] == [customer.family_name for customer in uow.records.customers()]


def test_a_file_that_lies_in_the_drop_folder_already_is_imported_from_there(home: Path) -> None:
    file = _customers(home, "../dms/kunden.csv")
    assert 0 == main(["import", "--home", str(home), str(file)])
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["login-link"], 75, ("läuft", "running")),
        (["catalogue"], 78, ("Beitrittscode", "join code")),
        (["import", "/nowhere/kunden.csv"], 78, ("kunden.csv", "kunden.csv")),
    ],
    ids=["the pages are not up", "not enrolled", "no such file"],
)
def test_a_command_that_cannot_says_why_in_both_languages(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    words: tuple[str, str],
) -> None:
    for language, word in zip(("de", "en"), words, strict=True):
        given = [arguments[0], "--home", str(home), "--lang", language, *arguments[1:]]
        assert code == main(given)
        written = capsys.readouterr()
        assert ("", True) == (written.out, word in written.err)


@pytest.mark.parametrize("command", ["import", "ledger", "login-link", "relay-card", "status"])
def test_without_a_master_secret_no_command_opens_the_database(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    (home / WEB_ADDRESS).write_text("127.0.0.1:1\n", "ascii")
    assert 78 == main([command, "--home", str(home)])
    assert "systemd" in capsys.readouterr().err
    assert not (home / "agent.db").exists()


def test_a_login_link_leads_to_the_running_agents_pages(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / WEB_ADDRESS).write_text("127.0.0.1:8470\n", "ascii")
    assert 0 == main(["login-link", "--home", str(home)])
    assert capsys.readouterr().out.startswith("http://127.0.0.1:8470/login/")


def test_the_ledger_is_shown_and_verified(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _open(home).gate.release(destination=COORDINATOR, kind="round_reply", payload=b"masked")
    assert 0 == main(["ledger", "--home", str(home), "--lang", "en"])
    assert "(6 B, " in capsys.readouterr().out
    with _open(home).engine.begin() as connection:
        connection.exec_driver_sql("UPDATE egress_ledger SET size = 7")
    assert 76 == main(["ledger", "--home", str(home)])


def test_an_audit_sees_what_leaves_and_only_that(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RECORD_VARIABLE, str(tmp_path / "audit"))
    core = _open(home)
    core.gate.release(destination=COORDINATOR, kind="round_reply", payload=b"masked")
    with pytest.raises(Refused):
        core.gate.release(destination=COORDINATOR, kind="unknown", payload=b"secret")
    assert b"round_reply 6\nmasked\n" == (tmp_path / "audit" / "coordinator.bin").read_bytes()


@pytest.mark.parametrize(("step", "code"), [("intake", 0), ("plan", 78), ("print", 78), ("compile", 78)])
def test_a_heavy_step_ends_with_the_exit_code_of_its_error(home: Path, step: str, code: int) -> None:
    assert code == do_step(_open(home), step, NOW, {})


def test_a_home_has_one_running_agent(home: Path) -> None:
    lock = only_one(home)
    with pytest.raises(Conflict, match="agent_already_running"):
        only_one(home)
    lock.close()
    only_one(home).close()
