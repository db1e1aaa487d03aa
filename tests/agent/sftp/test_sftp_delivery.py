"""Handing letters over by SFTP: only to the server that the dealer named, whole and once over lines that break."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from guildpost_agent.adapters.sftp.connection import SftpSettings
from guildpost_agent.adapters.sftp.delivery import PIECE_BYTES, SftpDelivery
from guildpost_agent.app.ports.letter_delivery import Standing
from guildpost_shared.errors import ConfigurationError, Unavailable, Untrusted
from tests.factories.openssh import Line, OpenSsh, free_port
from tests.programs import needs_program

FILES = {"b1.tar.age": bytes(range(256)) * (9 * PIECE_BYTES // 512), "SHA256SUMS": b"0" * 80, "empty": b""}
SIZE = sum(map(len, FILES.values()))
pytestmark = needs_program("sshd")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    with OpenSsh(tmp_path_factory.mktemp("ssh")) as running:
        yield running


def there(folder: Path, batch_id: str = "b1") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / f"batch-{batch_id}").iterdir()}


@pytest.mark.parametrize(
    "cuts",
    [
        pytest.param([1_000], id="while logging in"),
        pytest.param([5_000], id="at the beginning"),
        pytest.param([SIZE // 2], id="in the middle"),
        pytest.param([SIZE], id="at the end"),
        pytest.param([SIZE // 3, SIZE // 3, SIZE // 3], id="three times"),
    ],
)
def test_a_line_that_breaks_is_taken_up_again_where_it_broke(server: OpenSsh, tmp_path: Path, cuts: list[int]) -> None:
    line = Line(server.port, list(cuts))
    delivery = server.delivery(tmp_path, line.port)

    delivery.stage("b1", FILES)
    delivery.publish("b1")
    line.close()

    assert FILES == there(tmp_path)
    assert ["batch-b1"] == [path.name for path in tmp_path.iterdir()]
    assert len(cuts) + 2 == line.connections  # not vacuous: every cut fell upon a connection; then one for each step


def test_what_was_acknowledged_is_not_sent_again(server: OpenSsh, tmp_path: Path) -> None:
    line = Line(server.port, [SIZE * 2 // 3, SIZE * 2 // 3])
    server.delivery(tmp_path, line.port).stage("b1", FILES)
    line.close()
    assert 2 == line.connections  # two thirds and two thirds of the batch were enough for the whole


def test_a_line_that_stays_broken_leaves_nothing_that_looks_like_a_batch(server: OpenSsh, tmp_path: Path) -> None:
    line = Line(server.port, [SIZE // 4] * 2)
    with pytest.raises(Unavailable, match="letter_sftp_away"):
        server.delivery(tmp_path, line.port, attempts=2).stage("b1", FILES)
    line.close()
    assert Standing.STAGED == server.delivery(tmp_path).standing("b1")
    assert [".batch-b1.part"] == [path.name for path in tmp_path.iterdir()]

    server.delivery(tmp_path).stage("b1", FILES)
    server.delivery(tmp_path).publish("b1")
    assert FILES == there(tmp_path)


@pytest.mark.parametrize("taken", [False, True], ids=["it stays", "the lettershop fetches it at once"])
def test_a_rename_whose_answer_is_lost_happens_once(server: OpenSsh, tmp_path: Path, *, taken: bool) -> None:
    class LostAnswer(SftpDelivery):
        lost = False

        async def _standing(self, client: asyncssh.SFTPClient, batch_id: str) -> Standing:
            found = await super()._standing(client, batch_id)
            if found is Standing.STAGED and not self.lost:
                self.lost = True
                rename = client.rename

                async def renamed(old: str, new: str) -> None:
                    await rename(old, new)
                    if taken:
                        Path(new).rename(tmp_path / "fetched")  # noqa: ASYNC240 — the lettershop is a person
                    raise asyncssh.SFTPConnectionLost("line broke")

                client.rename = renamed  # type: ignore[method-assign, assignment] # the line breaks behind it
            return found

    delivery = LostAnswer(server.settings(tmp_path))
    delivery.stage("b1", FILES)
    delivery.publish("b1")
    assert (True, ["fetched" if taken else "batch-b1"]) == (delivery.lost, [path.name for path in tmp_path.iterdir()])


def test_a_server_with_another_host_key_gets_nothing(server: OpenSsh, tmp_path: Path) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{server.port} {stranger}")
    (tmp_path / "in").mkdir()
    with pytest.raises(Untrusted, match="letter_sftp_host_unknown"):
        SftpDelivery(replace(server.settings(tmp_path / "in"), known_hosts=known)).stage("b1", FILES)
    assert [] == list((tmp_path / "in").iterdir())


@pytest.mark.parametrize("known", ["", "# nobody\n", "other.example ssh-ed25519 AAAA\n"])
def test_a_server_that_is_not_on_file_gets_nothing(server: OpenSsh, tmp_path: Path, known: str) -> None:
    (tmp_path / "known_hosts").write_text(known)
    settings = replace(server.settings(tmp_path), known_hosts=tmp_path / "known_hosts")
    with pytest.raises(Untrusted, match="letter_sftp_host_unknown"):
        SftpDelivery(settings).standing("b1")


def test_a_key_that_the_server_does_not_know_is_said_to_be_refused(server: OpenSsh, tmp_path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "key")
    with pytest.raises(ConfigurationError, match="letter_sftp_login"):
        SftpDelivery(replace(server.settings(tmp_path), key_file=tmp_path / "key")).standing("b1")


@pytest.mark.parametrize("field", ["known_hosts", "key_file", "password_file"])
def test_a_file_that_is_missing_is_named(server: OpenSsh, tmp_path: Path, field: str) -> None:
    missing = tmp_path / "missing"
    settings: SftpSettings = replace(server.settings(tmp_path), **{field: missing})  # type: ignore[arg-type] # a path
    with pytest.raises(ConfigurationError, match="letter_sftp_file_unreadable") as caught:
        SftpDelivery(settings).standing("b1")
    assert missing == caught.value.params["path"]


def test_a_key_file_that_is_no_key_is_named(server: OpenSsh, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key")
    with pytest.raises(ConfigurationError, match="letter_sftp_file_unreadable"):
        SftpDelivery(replace(server.settings(tmp_path), key_file=tmp_path / "key")).standing("b1")


def test_a_folder_that_is_missing_at_the_server_is_said_to_be(server: OpenSsh, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="letter_sftp_away"):
        server.delivery(tmp_path / "missing").stage("b1", FILES)


def test_a_server_that_is_away_is_said_to_be(server: OpenSsh, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="letter_sftp_away"):
        server.delivery(tmp_path, free_port(), attempts=2).standing("b1")


class Passworded(asyncssh.SSHServer):
    """A server that asks for a password, as some lettershops' do."""

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("haus", "geheim")


@contextlib.contextmanager
def passworded(root: Path) -> Iterator[tuple[int, str]]:
    key, ready, done = asyncssh.generate_private_key("ssh-ed25519"), Future[int](), threading.Event()

    async def serve() -> None:
        async with await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[key],
            server_factory=Passworded,
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=bytes(root)),
        ) as listener:
            ready.set_result(listener.get_port())
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield ready.result(10), key.export_public_key().decode()
    finally:
        done.set()
        thread.join(10)


@pytest.mark.parametrize(("password", "enters"), [("geheim\n", True), ("falsch", False)])
def test_a_password_from_a_file_opens_a_server_that_asks_for_one(
    tmp_path: Path, password: str, *, enters: bool
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "password").write_text(password)
    with passworded(tmp_path) as (port, key):
        (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {key}")
        settings = SftpSettings(
            "127.0.0.1", port, "haus", tmp_path / "known", folder="/in", password_file=tmp_path / "password"
        )
        delivery = SftpDelivery(settings)
        if not enters:
            with pytest.raises(ConfigurationError, match="letter_sftp_login"):
                delivery.standing("b1")
            return
        delivery.stage("b1", FILES)
        delivery.publish("b1")
    assert FILES == there(tmp_path / "in")
