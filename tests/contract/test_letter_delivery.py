"""One suite for every ``LetterDelivery``: the fake and the folder."""

import json
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.letter_folder import LetterFolder
from guildpost_agent.app.ports.letter_delivery import LetterDelivery
from guildpost_shared.errors import Unavailable
from tests.fakes.letter_delivery import FakeLetterDelivery

FILES = {"b1.pdf": b"%PDF-1.7", "index.csv": b"seq;doc_id\r\n", "manifest.json": json.dumps({}).encode()}


@pytest.fixture(params=["fake", "folder"])
def delivery(request: pytest.FixtureRequest, tmp_path: Path) -> LetterDelivery:
    return FakeLetterDelivery() if request.param == "fake" else LetterFolder(tmp_path / "briefe")


def contents(delivery: LetterDelivery, tmp_path: Path, batch_id: str) -> dict[str, bytes]:
    if isinstance(delivery, FakeLetterDelivery):
        return delivery.batches[batch_id]
    return {path.name: path.read_bytes() for path in (tmp_path / "briefe" / f"batch-{batch_id}").iterdir()}


def test_a_batch_is_there_after_its_delivery(delivery: LetterDelivery, tmp_path: Path) -> None:
    assert not delivery.delivered("b1")
    delivery.deliver("b1", FILES)
    assert delivery.delivered("b1")
    assert contents(delivery, tmp_path, "b1") == FILES


def test_the_first_delivery_of_a_batch_stands(delivery: LetterDelivery, tmp_path: Path) -> None:
    delivery.deliver("b1", FILES)
    delivery.deliver("b1", {"b1.pdf": b"%PDF-1.7 another"})
    assert contents(delivery, tmp_path, "b1") == FILES


def test_an_interrupted_delivery_leaves_only_a_hidden_part_that_the_next_one_replaces(tmp_path: Path) -> None:
    folder = LetterFolder(tmp_path)
    (tmp_path / ".batch-b1.part").mkdir()
    (tmp_path / ".batch-b1.part" / "b1.pdf").write_bytes(b"%PD")

    assert not folder.delivered("b1")
    folder.deliver("b1", FILES)

    assert ["batch-b1"] == [path.name for path in tmp_path.iterdir()]


def test_a_place_that_cannot_be_written_to_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "briefe").write_bytes(b"a file where a folder should be")
    with pytest.raises(Unavailable) as caught:
        LetterFolder(tmp_path / "briefe").deliver("b1", FILES)
    assert ("letter_folder_away", tmp_path / "briefe") == (caught.value.code, caught.value.params["path"])
    assert ["briefe"] == [path.name for path in tmp_path.iterdir()]
