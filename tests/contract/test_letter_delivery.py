"""One suite for every ``LetterDelivery``: the fake, the folder, and SFTP against a real OpenSSH server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.letter_folder import LetterFolder
from guildpost_agent.app.ports.letter_delivery import LetterDelivery, Standing
from guildpost_shared.errors import Unavailable
from tests.factories.openssh import OpenSsh
from tests.fakes.letter_delivery import FakeLetterDelivery
from tests.programs import needs_program

FILES = {"b1.pdf": b"%PDF-1.7", "index.csv": b"seq;doc_id\r\n", "manifest.json": b"{}", "big": bytes(700_000)}
PLACES = ["fake", "folder", pytest.param("sftp", marks=needs_program("sshd"))]


@pytest.fixture(params=PLACES)
def delivery(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LetterDelivery]:
    match request.param:
        case "fake":
            yield FakeLetterDelivery()
        case "folder":
            yield LetterFolder(tmp_path / "briefe")
        case _:
            (tmp_path / "briefe").mkdir()
            with OpenSsh(tmp_path / "ssh") as server:
                yield server.delivery(tmp_path / "briefe")


def contents(delivery: LetterDelivery, tmp_path: Path, batch_id: str) -> dict[str, bytes]:
    if isinstance(delivery, FakeLetterDelivery):
        return delivery.batches[batch_id]
    return {path.name: path.read_bytes() for path in (tmp_path / "briefe" / f"batch-{batch_id}").iterdir()}


def test_a_batch_is_absent_then_staged_then_there(delivery: LetterDelivery, tmp_path: Path) -> None:
    standings = [delivery.standing("b1")]
    delivery.stage("b1", FILES)
    standings.append(delivery.standing("b1"))
    delivery.publish("b1")
    assert [*Standing] == [*standings, delivery.standing("b1")]
    assert contents(delivery, tmp_path, "b1") == FILES


def test_what_is_published_twice_is_there_once(delivery: LetterDelivery, tmp_path: Path) -> None:
    delivery.stage("b1", FILES)
    delivery.publish("b1")
    delivery.publish("b1")
    assert contents(delivery, tmp_path, "b1") == FILES


def test_staging_again_replaces_what_was_staged(delivery: LetterDelivery, tmp_path: Path) -> None:
    delivery.stage("b1", FILES)
    delivery.stage("b1", {"b1.pdf": b"%PDF-1.7 another"})
    delivery.publish("b1")
    assert {"b1.pdf": b"%PDF-1.7 another"} == contents(delivery, tmp_path, "b1")


def test_a_batch_staged_in_several_calls_is_there_as_one(delivery: LetterDelivery, tmp_path: Path) -> None:
    delivery.stage("b1", {"old": b"of a try that broke off"}, last=False)
    delivery.stage("b1", {"b1-01.pdf": b"1"}, last=False)
    delivery.stage("b1", {"b1-02.pdf": bytes(700_000)}, first=False, last=False)
    assert Standing.STAGED == delivery.standing("b1")
    delivery.stage("b1", {"index.csv": b"seq"}, first=False)
    delivery.publish("b1")
    assert {"b1-01.pdf": b"1", "b1-02.pdf": bytes(700_000), "index.csv": b"seq"} == contents(delivery, tmp_path, "b1")


def test_nothing_comes_to_a_batch_whose_beginning_is_gone(delivery: LetterDelivery) -> None:
    delivery.stage("b1", {"b1-01.pdf": b"1"}, last=False)
    delivery.discard("b1")
    with pytest.raises(Unavailable, match="letter_batch_gone"):
        delivery.stage("b1", {"b1-02.pdf": b"2"}, first=False)
    assert Standing.ABSENT == delivery.standing("b1")


def test_what_is_discarded_is_absent_and_may_be_discarded_again(delivery: LetterDelivery) -> None:
    delivery.stage("b1", FILES)
    delivery.discard("b1")
    delivery.discard("b1")
    assert Standing.ABSENT == delivery.standing("b1")


def test_what_is_not_staged_cannot_be_published(delivery: LetterDelivery) -> None:
    with pytest.raises(Unavailable, match="letter_batch_gone"):
        delivery.publish("b1")


def test_batches_do_not_touch_one_another(delivery: LetterDelivery, tmp_path: Path) -> None:
    delivery.stage("b1", FILES)
    delivery.stage("b2", {"b2.pdf": b"2"})
    delivery.publish("b2")
    assert (Standing.STAGED, {"b2.pdf": b"2"}) == (delivery.standing("b1"), contents(delivery, tmp_path, "b2"))


def test_an_interrupted_delivery_leaves_only_a_hidden_part_that_the_next_one_replaces(tmp_path: Path) -> None:
    folder = LetterFolder(tmp_path)
    (tmp_path / ".batch-b1.part").mkdir()
    (tmp_path / ".batch-b1.part" / "b1.pdf").write_bytes(b"%PD")

    folder.stage("b1", FILES)
    folder.publish("b1")

    assert ["batch-b1"] == [path.name for path in tmp_path.iterdir()]


def test_a_place_that_cannot_be_written_to_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "briefe").write_bytes(b"a file where a folder should be")
    with pytest.raises(Unavailable) as caught:
        LetterFolder(tmp_path / "briefe").stage("b1", FILES)
    assert ("letter_folder_away", tmp_path / "briefe") == (caught.value.code, caught.value.params["path"])
    assert ["briefe"] == [path.name for path in tmp_path.iterdir()]
