"""Join codes for a whole list: all of it is usable, or nothing is issued."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.cli import main
from guildpost_coordinator.config import Home
from guildpost_shared.identity.join_code import parse_join_code

GOOD = "dealer-01;Autohaus Nord;entity-1\ndealer-02; Autohaus Süd ;entity-2\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("coordinator")
    (folder / "guildpost-ca").write_text("a passphrase made for tests only")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDENTIALS_DIRECTORY", str(folder))
        home = Home(folder / "home")
        main(["init", "--home", str(home.folder), "--enrolment-port", "4433"])
        home.trust_root.parent.mkdir(parents=True, exist_ok=True)
        home.trust_root.write_bytes(b"{}")
        yield home


def _members(home: Home) -> list[str]:
    engine = open_engine(home.database)
    with unit_of_work_factory(engine, read_only=True)() as uow:
        found = [member.agent_id for member in uow.memberships.all()]
    engine.dispose()
    return found


def _issue(home: Home, folder: Path, content: bytes) -> int:
    (folder / "members.csv").write_bytes(content)
    return main(["join-code", "--home", str(home.folder), "--list", str(folder / "members.csv")])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (GOOD + "dealer-03;Autohaus West\n", 3),
        (GOOD + "\n", 3),
        (GOOD + "Händler 3;Autohaus West;entity-3\n", 3),
        (GOOD + "dealer-03;;entity-3\n", 3),
        (GOOD + "dealer-01;Autohaus Nord;entity-1\n", 3),
        (b"\xff\xfe" + GOOD.encode(), 0),
    ],
    ids=["a column missing", "an empty line", "no id", "no company", "an id twice", "no text"],
)
def test_a_bad_line_is_named_and_nothing_is_issued(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, line: int
) -> None:
    before = _members(home)
    assert 78 == _issue(home, tmp_path, content.encode() if isinstance(content, str) else content)
    written = capsys.readouterr()
    assert ("", True) == (written.out, f"Zeile {line}" in written.err)
    assert before == _members(home)


def test_a_list_that_is_not_there_is_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert 78 == main(["join-code", "--home", str(home.folder), "--list", "/nowhere/members.csv"])
    assert "/nowhere/members.csv" in capsys.readouterr().err


def test_a_good_list_gives_one_code_per_line(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == _issue(home, tmp_path, GOOD.encode())
    lines = [line.partition(";") for line in capsys.readouterr().out.splitlines()]
    assert ["dealer-01", "dealer-02"] == [agent_id for agent_id, _, _ in lines] == _members(home)
    assert 2 == len({parse_join_code(code).secret for _, _, code in lines})
