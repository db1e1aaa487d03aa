"""Which join codes an agent that is a member already takes, and under which name."""

from pathlib import Path

import pytest

from guildpost_agent.app.enrol import brand_to_join
from guildpost_agent.app.membership import PENDING, membership_keys, store_membership
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.brands import FIRST
from guildpost_shared.errors import Refused
from guildpost_shared.identity.certificate_profile import fingerprint
from guildpost_shared.identity.join_code import JoinCode, format_join_code
from tests.factories.agent_home import an_agent_home
from tests.factories.membership import NOWHERE, a_membership

OURS = a_membership(authority=b"our authority", root_hash=b"r" * 32)
SKODA = a_membership(authority=b"their authority", root_hash=b"t" * 32, brand="skoda")


def a_code(authority: bytes, root: bytes) -> str:
    return format_join_code(JoinCode(NOWHERE, b"s" * 16, fingerprint(authority), root))


@pytest.mark.parametrize(
    ("authority", "root"),
    [(b"our authority", b"r" * 32), (b"a new authority", b"r" * 32), (b"our authority", b"n" * 32)],
    ids=["the same brand", "with a new authority", "with a new catalogue"],
)
def test_a_new_code_of_a_known_brand_keeps_its_name(authority: bytes, root: bytes) -> None:
    assert FIRST == brand_to_join(a_code(authority, root), "", [OURS, SKODA])
    theirs = a_code(authority.replace(b"our", b"their"), root.replace(b"r", b"t"))
    assert ["skoda", "skoda"] == [brand_to_join(theirs, wanted, [OURS, SKODA]) for wanted in ("", "skoda")]


def test_the_first_brand_may_be_any_and_a_further_one_gets_the_dealers_name() -> None:
    code = a_code(b"any", b"n" * 32)
    assert FIRST == brand_to_join(code, "", [])
    assert "skoda" == brand_to_join(code, "skoda", [OURS])


@pytest.mark.parametrize(
    ("wanted", "known", "code"),
    [
        ("", [OURS], "brand_name_needed"),
        ("skoda", [], "brand_name_needless"),
        ("skoda", [OURS, SKODA], "brand_name_taken"),
        ("Skoda", [OURS], "brand_name_invalid"),
    ],
)
def test_a_name_that_would_not_do_is_refused(wanted: str, known: list[object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        brand_to_join(a_code(b"any", b"n" * 32), wanted, known)  # type: ignore[arg-type]  # memberships


def test_a_known_brand_does_not_get_a_second_name_nor_another_brands_code_its_place() -> None:
    with pytest.raises(Refused, match="brand_name_other"):
        brand_to_join(a_code(b"our authority", b"r" * 32), "skoda", [OURS, SKODA])


def test_a_second_brand_without_a_name_is_refused_before_its_code_is_used(
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
        assert (("dealer-01",), None) == (membership_keys(uow.documents), uow.documents.get(PENDING))
        assert [] == uow.egress.all()
    core.engine.dispose()
