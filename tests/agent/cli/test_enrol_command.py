"""Which join codes an agent that is a member already takes."""

from pathlib import Path

import pytest

from guildpost_agent.app.enrol import require_own_brand
from guildpost_agent.app.membership import PENDING, membership_ids, store_membership
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_shared.errors import Refused
from guildpost_shared.identity.certificate_profile import fingerprint
from guildpost_shared.identity.join_code import JoinCode, format_join_code
from tests.factories.agent_home import an_agent_home
from tests.factories.membership import NOWHERE, a_membership

OURS = a_membership(authority=b"our authority", root_hash=b"r" * 32)


def a_code(authority: bytes, root: bytes) -> str:
    return format_join_code(JoinCode(NOWHERE, b"s" * 16, fingerprint(authority), root))


@pytest.mark.parametrize(
    ("authority", "root"),
    [(b"our authority", b"r" * 32), (b"a new authority", b"r" * 32), (b"our authority", b"n" * 32)],
    ids=["the same brand", "with a new authority", "with a new catalogue"],
)
def test_a_new_code_of_the_own_brand_is_taken(authority: bytes, root: bytes) -> None:
    require_own_brand(a_code(authority, root), [OURS])


def test_the_first_brand_may_be_any() -> None:
    require_own_brand(a_code(b"any", b"n" * 32), [])


def test_a_second_brand_is_refused_before_its_code_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, code = an_agent_home(tmp_path, monkeypatch), a_code(b"another", b"n" * 32)
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, OURS)
        uow.commit()
    assert 77 == main(["enrol", "--home", str(home), "--join-code", code, "--lang", "en"])
    assert "The code is unused." in capsys.readouterr().err
    with core.open_uow() as uow:
        assert (("dealer-01",), None) == (membership_ids(uow.documents), uow.documents.get(PENDING))
        assert [] == uow.egress.all()
    core.engine.dispose()
    with pytest.raises(Refused, match="enrol_second_brand"):
        require_own_brand(code, [OURS])
