from pathlib import Path

import pytest

from guildpost_agent.app.membership import load_membership, store_membership
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from tests.factories.agent_home import an_agent_home
from tests.factories.membership import a_membership

FINGERPRINT = "ab" * 32


def joined(home: Path, *agent_ids: str) -> None:
    core = open_core(home)
    with core.open_uow() as uow:
        for agent_id in agent_ids:
            brand, _, own = agent_id.rpartition("/")
            store_membership(uow.documents, a_membership(own, brand=brand))
        uow.commit()
    core.engine.dispose()


def fingerprint_of(home: Path, agent_id: str) -> str:
    core = open_core(home)
    with core.open_uow() as uow:
        found = load_membership(uow.documents, agent_id).association_fingerprint
    core.engine.dispose()
    return found


def test_the_fingerprint_is_taken_as_people_write_it_and_taken_away_by_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    joined(home, "dealer-01")
    assert 0 == main(["association", "AB:" * 31 + "AB", "--home", str(home)])
    assert FINGERPRINT == fingerprint_of(home, "dealer-01")
    assert 0 == main(["association", "", "--home", str(home)])
    assert "" == fingerprint_of(home, "dealer-01")


def test_of_several_memberships_one_has_to_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    joined(home, "dealer-01", "other/dealer-01")
    assert 78 == main(["association", FINGERPRINT, "--home", str(home)])
    assert 0 == main(["association", FINGERPRINT, "--home", str(home), "--brand", "other"])
    assert ("", FINGERPRINT) == (fingerprint_of(home, "dealer-01"), fingerprint_of(home, "other/dealer-01"))


@pytest.mark.parametrize("fingerprint", ["ab" * 31, "no fingerprint"])
def test_what_is_no_fingerprint_or_no_membership_changes_nothing(
    fingerprint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    assert 78 == main(["association", FINGERPRINT, "--home", str(home)])
    joined(home, "dealer-01")
    assert 78 == main(["association", fingerprint, "--home", str(home)])
    assert "" == fingerprint_of(home, "dealer-01")
