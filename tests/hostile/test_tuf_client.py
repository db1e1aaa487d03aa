"""The agent's updater through the conformance suite's command line: against our own repository, and the public suite.

The suite is on no package registry. Name a copy of its repository (theupdateframework/tuf-conformance) in
``TUF_CONFORMANCE_SUITE`` and run ``make soak ARGS=tests/hostile/test_tuf_client.py``; its clock tests need
``faketime``.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest

from guildpost_coordinator.domain.proposals import describe
from tests.factories.catalogue import SERVICE, CatalogueWorld
from tests.programs import needs_program

CLIENT: Final = Path(__file__).with_name("tuf_client")
NAME: Final = f"legal/{SERVICE}"
SUITE: Final = os.environ.get("TUF_CONFORMANCE_SUITE", "")


@dataclass
class WebSite:
    """A web server in front of a repository; ``spoil`` replaces what a path delivers, ``asked`` counts.

    ``drips`` names a path whose answer never ends, from its contents or already from its headers on.
    """

    world: CatalogueWorld
    drips: tuple[str, str] = ("", "")
    spoil: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str) -> bytes | None:
        folder, _, name = path.lstrip("/").partition("/")
        self.asked.append(path)
        if path in self.spoil:
            return self.spoil[path]
        return self.world.files.metadata(name) if folder == "metadata" else self.world.files.target(name)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    world = CatalogueWorld(tmp_path)
    world.publish_signed({SERVICE: b"service"})
    site = WebSite(world)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = site.answer(self.path)
            if site.drips[0] == self.path:
                self.drip(site.drips[1] == "contents")
                return
            self.send_response(404 if data is None else 200)
            self.end_headers()
            self.wfile.write(data or b"")

        def drip(self, headers_end: bool) -> None:  # noqa: FBT001 — one caller
            """Send a byte now and then until the other side has gone."""
            self.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"\r\n" if headers_end else b"X-Long: "))
            with suppress(OSError):
                while True:
                    self.wfile.write(b" ")
                    time.sleep(0.02)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    (tmp_path / "root.json").write_bytes(world.root)
    for name in ("kept", "targets"):
        (tmp_path / name).mkdir()
    assert 0 == client(site, "init", str(tmp_path / "root.json")).returncode
    yield site
    server.shutdown()
    thread.join()
    server.server_close()
    world.close()


def client(site: WebSite, *command: str, name: str = NAME) -> "subprocess.CompletedProcess[str]":
    folder = site.world.folder
    options = {
        "--metadata-dir": folder / "kept",
        "--metadata-url": f"{site.address}/metadata",
        "--target-base-url": f"{site.address}/targets",
        "--target-dir": folder / "targets",
        "--target-name": name,
    }
    words = [str(word) for option in options.items() for word in option]
    return subprocess.run([str(CLIENT), *words, *command], capture_output=True, text=True, check=False)


def test_init_asks_the_repository_for_nothing(site: WebSite) -> None:
    assert [] == site.asked


def test_refresh_keeps_the_verified_metadata_under_plain_names(site: WebSite) -> None:
    assert 0 == client(site, "refresh").returncode
    kept = {path.name for path in (site.world.folder / "kept").glob("*.json")}
    assert {"root.json", "timestamp.json", "snapshot.json", "targets.json"} == kept


def test_a_target_is_fetched_once_and_kept(site: WebSite) -> None:
    assert [0, 0] == [client(site, "download").returncode for _ in range(2)]
    assert [b"service"] == [path.read_bytes() for path in (site.world.folder / "targets").iterdir()]
    assert 1 == len([path for path in site.asked if path.startswith("/targets/")])


def test_a_target_that_nobody_lists_is_an_error(site: WebSite) -> None:
    assert 1 == client(site, "download", name="legal/services/unknown.json").returncode


def test_a_forged_timestamp_is_an_error_that_a_person_understands(site: WebSite) -> None:
    genuine = site.world.files.metadata("timestamp.json")
    assert genuine is not None
    site.spoil["/metadata/timestamp.json"] = genuine.replace(b'"version":2', b'"version":9')
    done = client(site, "refresh")
    assert 1 == done.returncode
    assert "The brand's catalogue is not validly signed" in done.stderr


@pytest.mark.parametrize("part", ["contents", "headers"])
@pytest.mark.parametrize("kind", ["metadata", "target"])
def test_a_server_that_drips_is_left(site: WebSite, kind: str, part: str) -> None:
    target = f"legal/services/{describe(b'service').sha256}.hu_au.json"
    site.drips = ("/metadata/timestamp.json" if kind == "metadata" else f"/targets/{target}", part)
    done = client(site, "--patience", "3", "download")
    assert (1, site.drips[0]) == (done.returncode, site.asked[-1])
    assert "The coordinator did not answer in time" in done.stderr
    site.drips = ("", "")
    assert 0 == client(site, "download").returncode


def test_a_repository_that_is_away_is_an_error(site: WebSite) -> None:
    site.address = "http://127.0.0.1:9"
    done = client(site, "refresh")
    assert 1 == done.returncode
    assert "The coordinator cannot be reached." in done.stderr


@pytest.mark.soak
@pytest.mark.skipif(not SUITE, reason="TUF_CONFORMANCE_SUITE names no copy of theupdateframework/tuf-conformance")
@needs_program("faketime")
def test_the_public_conformance_suite_passes_whole() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={SUITE}"]
    done = subprocess.run(
        [*command, f"{SUITE}/tuf_conformance", "--entrypoint", str(CLIENT)],
        cwd=SUITE,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout[-2000:])  # noqa: T201 — the figure is asked for
    passed = re.search(r"(\d+) passed", done.stdout)
    assert (0, None) == (done.returncode, re.search(r"failed|error|xfailed|skipped", done.stdout))
    assert passed is not None
    assert 113 <= int(passed[1])
