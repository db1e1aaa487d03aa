"""The agents' side: a share of the members, each with an open mTLS stream and, after news, a sync of its own.

``python -m bench.fleets.agents FILE ADDRESS SHARE SHARES`` says ``connected`` when all streams have had their first
heartbeat, takes one JSON line (``held`` and ``asked``: what a real updater's sync says and asks for, ``version``), and
ends with a JSON line: when each agent heard the news and how long its sync took, seconds. As in the agent, a sync goes
over the connection of the stream, which stays open.
"""

import asyncio
import json
import os
import pickle
import sys
import time
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from guildpost_shared.pb.v1 import catalogue_pb2, catalogue_pb2_grpc, presence_pb2, presence_pb2_grpc
from guildpost_shared.wire.catalogue import changes_request, metadata_request, target_request

CONNECTING_AT_ONCE = 64
TARGET_BYTES = 20_000
PATIENCE = 140  # seconds
OPTIONS = (("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))


@dataclass
class Fleet:
    """What all agents of this process share."""

    address: str
    authority: bytes
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTING_AT_ONCE))
    connected: int = 0
    held: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    version: int = 1 << 60
    heard: list[float] = field(default_factory=list)
    syncs: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def channel(fleet: Fleet, key: bytes, chain: bytes) -> grpc.aio.Channel:
    """Open a connection."""
    credentials = grpc.ssl_channel_credentials(fleet.authority, key, chain)
    return grpc.aio.secure_channel(fleet.address, credentials, options=OPTIONS)


async def live(fleet: Fleet, key: bytes, chain: bytes) -> None:
    """Listen; sync once after the news."""
    async with channel(fleet, key, chain) as line:
        stub = presence_pb2_grpc.PresenceStub(line)
        await fleet.gate.acquire()
        waiting = True
        try:
            async for event in stub.Connect(presence_pb2.ConnectRequest(agent_version="0.1.0")):
                if waiting:
                    waiting = False
                    fleet.connected += 1
                    fleet.gate.release()
                if event.catalogue_changed.version >= fleet.version:
                    fleet.heard.append(time.time())
                    await sync(fleet, line)
        except grpc.aio.AioRpcError as error:
            fleet.errors.append(f"stream: {error.code().name} {error.details()}")
        finally:
            if waiting:
                fleet.gate.release()


async def sync(fleet: Fleet, line: grpc.aio.Channel) -> None:
    """Fetch what a real updater fetches."""
    started, received = time.monotonic(), 0
    stub = catalogue_pb2_grpc.CatalogueStub(line)
    async for parcel in stub.GetChanges(changes_request(fleet.held)):
        received += sum(len(piece.data) for piece in parcel.pieces)
    for name in fleet.asked:
        if "/" in name:
            received += await size(stub.GetTarget(target_request(name)))
        else:
            received += await size(stub.GetMetadata(metadata_request(name)))
    if received < TARGET_BYTES:
        fleet.errors.append(f"sync: {received} bytes")
        return
    fleet.syncs.append(time.monotonic() - started)


async def size(call: AsyncIterable[catalogue_pb2.CatalogueChunk]) -> int:
    """Receive a file; give its bytes."""
    return sum([len(chunk.data) async for chunk in call])


async def main(address: str, authority: bytes, members: list[tuple[str, bytes, bytes]]) -> None:
    """Bring these agents to life and report on them."""
    fleet = Fleet(address, authority)
    tasks = [asyncio.create_task(live(fleet, key, chain)) for _, key, chain in members]
    while fleet.connected + len(fleet.errors) < len(tasks):  # noqa: ASYNC110 — plainer than an event here
        await asyncio.sleep(0.1)
    print(json.dumps({"connected": fleet.connected, "errors": fleet.errors[:3]}), flush=True)
    news = json.loads(await asyncio.to_thread(sys.stdin.readline))
    fleet.held, fleet.asked, fleet.version = news["held"], news["asked"], news["version"]
    print(json.dumps({"ready": True}), flush=True)
    until = time.monotonic() + PATIENCE
    while len(fleet.syncs) < len(tasks) and time.monotonic() < until:  # noqa: ASYNC110 — plainer than an event here
        await asyncio.sleep(0.1)
    late = len(tasks) - len(fleet.syncs)
    fleet.errors += [f"late: {late} agents"] if late else []
    print(json.dumps({"heard": fleet.heard, "syncs": fleet.syncs, "errors": fleet.errors}), flush=True)
    os._exit(0)  # whoever is late is not waited for


if __name__ == "__main__":
    trusted, everybody = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 — written by this bench's server
    asyncio.run(main(sys.argv[2], trusted, everybody[int(sys.argv[3]) :: int(sys.argv[4])]))
