"""``guildpost-agent rights`` on a real home."""

import json
from pathlib import Path

import pytest

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.cli.work import do_step
from tests.factories.agent import NOW, a_customer, a_job
from tests.factories.agent_home import an_agent_home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = an_agent_home(tmp_path, monkeypatch)
    with open_core(home).open_uow() as uow:
        uow.records.upsert_customers([a_customer("17")])
        uow.records.upsert_jobs([a_job(customer_id="17")])
        uow.commit()
    return home


def _run(home: Path, *arguments: str) -> int:
    return main(["rights", *arguments, "--home", str(home)])


@pytest.mark.parametrize(
    "search", [("--email", "ERIKA@post.example"), ("--name", "muster"), ("--name", "Erika Mustermann")]
)
def test_a_person_is_found_by_address_or_name(
    home: Path, capsys: pytest.CaptureFixture[str], search: tuple[str, str]
) -> None:
    assert 0 == _run(home, "find", *search)
    assert capsys.readouterr().out.startswith("17: Erika Mustermann")


def test_a_report_is_written_for_machine_and_reader(home: Path, tmp_path: Path) -> None:
    assert 0 == _run(home, "export", "--customer", "17", "--out", str(tmp_path / "out"))
    assert ["auskunft.json", "auskunft.pdf"] == sorted(path.name for path in (tmp_path / "out").iterdir())
    report = json.loads((tmp_path / "out" / "auskunft.json").read_text("utf-8"))
    assert "Mustermann" == report["sections"][0]["rows"][0]["family_name"]


def test_an_erasure_is_rehearsed_done_and_logged(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == _run(home, "erase", "--customer", "17", "--dry-run")
    assert "nichts wurde geändert" in capsys.readouterr().out
    assert 0 == _run(home, "erase", "--customer", "17")
    assert 77 == _run(home, "erase", "--customer", "17")
    assert "17" in capsys.readouterr().err
    assert 0 == _run(home, "log")
    written = capsys.readouterr().out
    assert ("Löschung" in written, "17: " in written, "Mustermann" in written) == (True, False, False)
    assert 0 == _run(home, "readmit", "--customer", "17")


def test_a_restriction_is_set_and_lifted(home: Path) -> None:
    assert 0 == _run(home, "restrict", "--customer", "17")
    assert 0 == _run(home, "restrict", "--customer", "17", "--lift")
    assert 77 == _run(home, "restrict", "--customer", "17", "--lift")


def test_the_retention_table_names_rule_and_law(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (("--dry-run",), ()):
        assert 0 == _run(home, "retention", *arguments)
        assert "§ 7a UWG" in capsys.readouterr().out


def test_the_worker_walks_the_retention_once_a_day(home: Path) -> None:
    assert [0, 0] == [do_step(open_core(home), "retention", NOW, {}) for _ in range(2)]
    with open_core(home).open_uow() as uow:
        assert b"2027-03-01" == uow.documents.get("rights/retention_day")
