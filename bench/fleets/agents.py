"""The agents' side: a share of the members, each with an open mTLS stream and, after news, a sync of its own.

``python -m bench.fleets.agents FILE ADDRESS SHARE SHARES`` says ``connected`` when all streams have had their first
heartbeat, takes one JSON line (``served``: the files of a sync in order, ``version``), and ends with a JSON line: how
long each agent waited for the news and how long its sync took, seconds; a sync is a new mTLS connection, every file a
real updater asks for, and its end.
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
    served: list[str] = field(default_factory=list)
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
                    await sync(fleet, key, chain)
                    return
        except grpc.aio.AioRpcError as error:
            fleet.errors.append(f"stream: {error.code().name} {error.details()}")
        finally:
            if waiting:
                fleet.gate.release()


async def sync(fleet: Fleet, key: bytes, chain: bytes) -> None:
    """Fetch what a real updater fetches."""
    started, received = time.monotonic(), 0
    async with channel(fleet, key, chain) as line:
        stub = catalogue_pb2_grpc.CatalogueStub(line)
        for name in fleet.served:
            if name.endswith(".json") and "/" not in name:
                received += await size(stub.GetMetadata(catalogue_pb2.GetMetadataRequest(name=name)))
            else:
                received += await size(stub.GetTarget(catalogue_pb2.GetTargetRequest(name=name)))
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
    fleet.served, fleet.version = news["served"], news["version"]
    print(json.dumps({"ready": True}), flush=True)
    _, late = await asyncio.wait(tasks, timeout=PATIENCE)
    fleet.errors += [f"late: {len(late)} agents"] if late else []
    print(json.dumps({"heard": fleet.heard, "syncs": fleet.syncs, "errors": fleet.errors}), flush=True)
    os._exit(0)  # whoever is late is not waited for


if __name__ == "__main__":
    trusted, everybody = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 — written by this bench's server
    asyncio.run(main(sys.argv[2], trusted, everybody[int(sys.argv[3]) :: int(sys.argv[4])]))
