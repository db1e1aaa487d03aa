"""Order rounds from Flower: keep its list of nodes equal to the roster, submit, list and stop runs."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final, Self

import httpx
from flwr.cli.build import build_fab_from_files
from flwr.proto.control_pb2 import (
    ListNodesRequest,
    ListRunsRequest,
    RegisterNodeRequest,
    StartRunRequest,
    StopRunRequest,
    UnregisterNodeRequest,
)
from flwr.proto.fab_pb2 import Fab
from flwr.proto.transport_pb2 import Scalar
from flwr.supercore.control import ControlHttpClient

from guildpost_coordinator.adapters.flower.node_keys import from_openssh, openssh_from_pem, to_pem
from guildpost_shared.errors import Conflict, Unavailable

FINISHED: Final = "finished"
LOST: Final = "lost"
_GONE: Final = "unregistered"


@dataclass(frozen=True)
class RunState:
    """Where a run stands: Flower's status and sub-status, and its own words for the log."""

    run_id: int
    status: str
    sub_status: str
    details: str

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status == FINISHED


class Control:
    """A client of the SuperLink's Control API, which has no authentication and is reachable on loopback only."""

    def __init__(self, address: str, ca_pem: bytes) -> None:
        self._client = ControlHttpClient.from_server_address(address, False, ca_pem, [])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._client.close()

    def sync_nodes(self, openssh_keys: Iterable[str]) -> dict[str, int]:
        """Register the roster's keys and unregister all others; safe to repeat.

        Args:
            openssh_keys: the roster's ``flower_key`` values.

        Returns:
            Roster key to node id.
        """
        wanted = {_bare(key) for key in openssh_keys}
        known = self.nodes()
        with _translated():
            for key in known.keys() - wanted:
                self._client.UnregisterNode(UnregisterNodeRequest(node_id=known.pop(key)))
            for key in wanted - known.keys():
                answer = self._client.RegisterNode(RegisterNodeRequest(public_key=to_pem(from_openssh(key))))
                known[key] = answer.node_id
        return known

    def nodes(self) -> dict[str, int]:
        """List registered nodes: roster key to node id."""
        with _translated():
            infos = self._client.ListNodes(ListNodesRequest()).nodes_info
        return {openssh_from_pem(info.public_key): info.node_id for info in infos if info.status != _GONE}

    def submit(self, round_id: str, home: Path, hook: str) -> int:
        """Start a round's run.

        Args:
            round_id: handed to the hook.
            home: the coordinator's folder, handed to the hook.
            hook: ``package.module:function`` that conducts the round; see ``server_app``.

        Returns:
            The run's id.

        Raises:
            Conflict: ``round_engine_refused``.
            Unavailable: ``round_engine_not_ready``.
        """
        bundle = stub_bundle()
        config = {"round-id": round_id, "home": str(home), "hook": hook}
        request = StartRunRequest(
            fab=Fab(hash_str=hashlib.sha256(bundle).hexdigest(), content=bundle),
            override_config={key: Scalar(string=value) for key, value in config.items()},
        )
        with _translated():
            run_id = self._client.StartRun(request).run_id
        if not run_id:
            raise Conflict("round_engine_refused")
        return run_id

    def run(self, run_id: int) -> RunState:
        """Look at one run; one that the engine forgot in a restart is finished, with the sub-status ``lost``."""
        return self.runs().get(run_id) or RunState(run_id, FINISHED, LOST, "")

    def runs(self) -> dict[int, RunState]:
        """List the runs that the engine knows."""
        with _translated():
            found = self._client.ListRuns(ListRunsRequest()).run_dict
        return {
            key: RunState(key, run.status.status, run.status.sub_status, run.status.details)
            for key, run in found.items()
        }

    def stop(self, run_id: int) -> bool:
        """Stop a run; its program ends within seconds.

        Returns:
            Whether there was something to stop.
        """
        if self.run(run_id).over:
            return False
        with _translated():
            return self._client.StopRun(StopRunRequest(run_id=run_id)).success


def stub_bundle() -> bytes:
    """Build what Flower calls a bundle: here only the pointer to installed code."""
    pointer = resources.files(__package__).joinpath("bundle/pyproject.toml").read_bytes()
    return build_fab_from_files({"pyproject.toml": pointer})[0]


def _bare(openssh_key: str) -> str:
    """Drop a comment behind the key."""
    return openssh_from_pem(to_pem(from_openssh(openssh_key)))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except httpx.HTTPStatusError as exc:
        raise Conflict("round_engine_refused", detail=f"{exc.response.status_code} {exc.request.url.path}") from exc
    except httpx.HTTPError as exc:
        raise Unavailable("round_engine_not_ready", detail=type(exc).__name__) from exc
