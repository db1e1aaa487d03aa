"""Templates of the catalogue: compiled once, read from the cache, a damaged cache is no template."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from guildpost_agent.adapters.templates.store import MOST_FILES, CatalogueTemplates
from guildpost_shared.errors import Refused, Unavailable
from tests.agent.web.dealership import sample_catalogue
from tests.fakes.catalogue_source import FakeCatalogue

MAIL, OTHER, LETTER = "hu_au/1/email.de", "inspection/1/email.de", "hu_au/1/letter.de"


@pytest.fixture
def catalogue() -> FakeCatalogue:
    return FakeCatalogue(sample_catalogue())


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Compile two mails once; every test puts what it needs into a cache of its own."""
    folder = tmp_path_factory.mktemp("compiled")
    CatalogueTemplates(FakeCatalogue(sample_catalogue()), folder).compile([MAIL, OTHER])
    bodies = [file.read_bytes() for file in folder.iterdir()]
    return {json.loads(body)["template_id"]: body for body in bodies}


def _store(catalogue: FakeCatalogue, cache: Path, *bodies: bytes) -> CatalogueTemplates:
    for body in bodies:
        (cache / f"{json.loads(body)['digest']}.json").write_bytes(body)
    return CatalogueTemplates(catalogue, cache)


def test_a_mail_that_nobody_compiled_yet_is_not_ready(catalogue: FakeCatalogue, tmp_path: Path) -> None:
    store = _store(catalogue, tmp_path / "never made")
    assert [MAIL] == store.missing([MAIL])
    with pytest.raises(Unavailable, match="template_not_ready"):
        store.mail(MAIL)


def test_a_mail_becomes_ready_without_a_restart(
    catalogue: FakeCatalogue, tmp_path: Path, artefacts: dict[str, bytes]
) -> None:
    store = _store(catalogue, tmp_path)
    with pytest.raises(Unavailable):
        store.mail(MAIL)
    _store(catalogue, tmp_path, artefacts[MAIL])
    assert "Arvana" == store.mail(MAIL).manifest.brand.name
    assert [OTHER] == store.missing([MAIL, OTHER])


def test_a_template_is_parsed_once(catalogue: FakeCatalogue, tmp_path: Path, artefacts: dict[str, bytes]) -> None:
    store = _store(catalogue, tmp_path, artefacts[MAIL])
    assert store.mail(MAIL) is store.mail(MAIL)
    assert store.letter(LETTER) is store.letter(LETTER)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _mine, _other: b"",
        lambda mine, _other: mine[: len(mine) // 2],
        lambda _mine, _other: b"\xff\xfe\x00",
        lambda _mine, _other: b"[]",
        lambda mine, _other: json.dumps({**json.loads(mine), "format": "guildpost-mail-0"}).encode(),
        lambda _mine, other: other,
    ],
    ids=["empty", "cut short", "no text", "no object", "another format", "another template's"],
)
def test_a_damaged_cache_is_compiled_again(
    catalogue: FakeCatalogue,
    tmp_path: Path,
    artefacts: dict[str, bytes],
    damage: Callable[[bytes, bytes], bytes],
) -> None:
    store = _store(catalogue, tmp_path, artefacts[MAIL])
    file = next(tmp_path.iterdir())
    file.write_bytes(damage(artefacts[MAIL], artefacts[OTHER]))
    assert [MAIL] == store.missing([MAIL])
    with pytest.raises(Unavailable, match="template_not_ready"):
        store.mail(MAIL)


def test_compiling_mends_a_damaged_cache_and_leaves_nothing_else_behind(
    catalogue: FakeCatalogue, tmp_path: Path, artefacts: dict[str, bytes]
) -> None:
    store = _store(catalogue, tmp_path, artefacts[MAIL])
    file = next(tmp_path.iterdir())
    file.write_bytes(b"garbage")
    store.compile([MAIL])
    assert [file] == list(tmp_path.iterdir())
    assert artefacts[MAIL] == file.read_bytes()


def test_a_changed_template_never_finds_the_old_artefact(
    catalogue: FakeCatalogue, tmp_path: Path, artefacts: dict[str, bytes]
) -> None:
    store = _store(catalogue, tmp_path, artefacts[MAIL])
    store.mail(MAIL)
    text = "templates/hu_au/1/email.de.txt"
    catalogue.publish(text, catalogue.read(text) + b"\n")
    catalogue.sync()
    assert [MAIL] == store.missing([MAIL])
    with pytest.raises(Unavailable, match="template_not_ready"):
        store.mail(MAIL)


def test_the_folder_of_compiled_mails_is_bounded_and_the_oldest_go_first(
    catalogue: FakeCatalogue, tmp_path: Path
) -> None:
    store = _store(catalogue, tmp_path)
    for number in range(MOST_FILES + 5):
        old = tmp_path / f"{number:064x}.json"
        old.write_bytes(b"{}")
        os.utime(old, ns=(number, number))
    store.compile([MAIL])
    left = sorted(file.name for file in tmp_path.iterdir())
    assert MOST_FILES == len(left)
    assert [] == store.missing([MAIL])
    assert f"{5:064x}.json" not in left
    assert f"{6:064x}.json" in left


@pytest.mark.parametrize("read", ["mail", "letter"])
def test_a_recalled_template_is_refused_though_it_is_cached(
    catalogue: FakeCatalogue, tmp_path: Path, artefacts: dict[str, bytes], read: str
) -> None:
    store = _store(catalogue, tmp_path, artefacts[MAIL])
    uses: dict[str, Callable[[], object]] = {"mail": lambda: store.mail(MAIL), "letter": lambda: store.letter(LETTER)}
    use = uses[read]
    use()
    for path in catalogue.list("templates/hu_au/"):
        catalogue.recall(path)
    catalogue.sync()
    with pytest.raises(Refused, match="catalogue_unknown_path"):
        use()
