"""The relay under load: one-click unsubscribes (RFC 8058), each durable before it is answered.

``guildpost-relay serve`` runs as its own program on loopback, without TLS as behind a reverse proxy. Every request has
a token of its own, so every one is verified, sealed and committed (SQLite, ``synchronous=FULL``). The peer is a bare
Starlette endpoint on the same server in the same run: it reads the body, answers 200, and keeps nothing. The disk's own
rate of ``fsync`` stands beside the figures. ``--requests N`` and ``--connections N`` change the load.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.figures import Figure
from guildpost_relay.store import RelayStore
from guildpost_shared.answers import tokens
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import raw_public

BODY: Final = b"List-Unsubscribe=One-Click"
PEER: Final = """
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

async def take(request):
    await request.body()
    return Response(status_code=200)

app = Starlette(routes=[Route("/u/{token}", take, methods=["POST"])])
server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
import socket
listener = socket.create_server(("127.0.0.1", 0), backlog=512)
print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
server.run(sockets=[listener])
"""
RELAY: Final = "import sys; from guildpost_relay.cli import main; sys.exit(main())"
_SYNCS: Final = 300


@dataclass(frozen=True)
class Load:
    """What one run came to: requests per second, the 99th percentile in ms, and the answers' statuses."""

    per_second: float
    p99_ms: float
    statuses: frozenset[int]


def run(arguments: list[str]) -> list[Figure]:
    """Measure relay and peer by turns."""
    parser = argparse.ArgumentParser(prog="bench relay")
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-relay-") as folder:
        return _measure(Path(folder), options.requests, options.connections)


def _measure(home: Path, requests: int, connections: int) -> list[Figure]:
    key = Ed25519PrivateKey.generate()
    store = RelayStore.create(home)
    sealing = raw_public(X25519PrivateKey.generate())
    store.admit(
        DealerCard("Autohaus", "#0b4f6c", "Autohaus GmbH", "https://autohaus.example", raw_public(key), sealing)
    )
    store.close()
    expires, entropy = datetime.now(UTC) + timedelta(days=400), OsEntropy()
    links = [f"/u/{tokens.issue(key, expires_at=expires, entropy=entropy)}" for _ in range(requests)]
    syncs = _sync_rate(home)
    serve = [sys.executable, "-c", RELAY, "serve", "--home", str(home), "--listen", "127.0.0.1:0", "--plain-http"]
    with _program([sys.executable, "-c", PEER]) as (peer_port, _):
        asyncio.run(_load(peer_port, links[:500], connections))
        peer = asyncio.run(_load(peer_port, links, connections))
    with _program(serve) as (port, pid):
        mine = asyncio.run(_load(port, links, connections))
        again = asyncio.run(_load(port, links[: requests // 4], connections))
        memory = _resident_mb(pid)
    kept = RelayStore.open(home)
    (dealer,) = kept.dealers()
    kept.close()
    assert mine.statuses | again.statuses | peer.statuses == {200}, "every request must have been taken"
    assert requests == dealer[1], "each objection must be stored exactly once"
    name, bare = f"one-click POST, {connections} connections", "bare Starlette endpoint that keeps nothing"
    return [
        Figure(f"{name}: durable, per second", round(mine.per_second), "1/s", 200, False, bare, round(peer.per_second)),
        Figure(f"{name}: 99th percentile", round(mine.p99_ms, 1), "ms", 500, True, bare, round(peer.p99_ms, 1)),
        Figure("the same POST again, per second", round(again.per_second), "1/s", 200, at_most=False),
        Figure("memory of the relay afterwards", memory, "MB", 150),
        Figure("fsync of the disk, 4 KiB each", round(syncs), "1/s", 1, at_most=False),
    ]


@contextmanager
def _program(command: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Run a server; give its port and process id."""
    environment = {**os.environ, "GUILDPOST_LANG": "en"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        assert found is not None, "the server did not start"
        try:
            yield int(found.group(1)), process.pid
        finally:
            process.terminate()
            process.wait(20)


async def _load(port: int, links: Sequence[str], connections: int) -> Load:
    """Post to each link once over so many kept connections."""
    waiting, times, statuses = iter(links), list[float](), set[int]()

    async def customer() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for link in waiting:
            head = f"POST {link} HTTP/1.1\r\nHost: relay\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            began = time.perf_counter()
            writer.write(f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", answer.lower())
            await reader.readexactly(int(length.group(1)) if length else 0)
            times.append(time.perf_counter() - began)
            statuses.add(int(answer.split(b" ", 2)[1]))
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(customer() for _ in range(connections)))
    seconds = time.perf_counter() - began
    return Load(len(times) / seconds, sorted(times)[int(len(times) * 0.99) - 1] * 1000, frozenset(statuses))


def _sync_rate(folder: Path) -> float:
    """Count how often a second the disk makes 4 KiB durable."""
    with (folder / "sync").open("wb", buffering=0) as file:
        began = time.perf_counter()
        for _ in range(_SYNCS):
            file.write(bytes(4096))
            os.fsync(file.fileno())
        return _SYNCS / (time.perf_counter() - began)


def _resident_mb(pid: int) -> float:
    """Read a process's resident memory."""
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return round(int(re.findall(r"VmRSS:\s+(\d+)", text)[0]) / 1024, 1)
