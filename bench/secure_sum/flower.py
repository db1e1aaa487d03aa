"""One round of Flower's own SecAgg+ (``SecAggPlusWorkflow`` and ``secaggplus_mod``) in one process, without a network.

The workflow talks to a grid that hands each message to the mod of the addressed client at once. Whoever is to drop out
computes its masked vector, whose reply is lost, and is silent from then on, as in our own round. CPU seconds inside the
mods are the clients'; the workflow's are the server's; the grid's own count for neither.
"""

import logging
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

SEED: Final = 7
UPLOAD: Final = 2  # the third of the protocol's four messages
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PeerCost:
    """CPU seconds of a round, and how far the mean is from the true one."""

    clients: float
    server: float
    error: float | None


@dataclass
class Clients:
    """The virtual clients behind the grid."""

    vectors: dict[int, Floats]
    dropped: frozenset[int]
    contexts: dict[int, Any]
    cpu: float = 0.0
    around: float = 0.0
    stage: int = 0

    def send_and_receive(self, messages: Iterable[Any], *, timeout: float | None = None) -> list[Any]:
        """Take the part of Flower's grid: one call per stage."""
        del timeout
        began, inside, replies = time.process_time(), 0.0, []
        for message in messages:
            node = message.metadata.dst_node_id
            if node in self.dropped and self.stage > UPLOAD:
                continue
            own = self._delivered(message)
            entered = time.process_time()
            reply = self._answer(own, node)
            inside += time.process_time() - entered
            if reply is not None and not (node in self.dropped and self.stage == UPLOAD):
                replies.append(reply)
        self.cpu += inside
        self.around += time.process_time() - began - inside
        self.stage += 1
        return replies

    def _delivered(self, message: Any) -> Any:
        """Copy a message, as a wire does; the mod wants it to have an id."""
        from flwr.app import ConfigRecord, Message, RecordDict  # noqa: PLC0415 — only where the peer runs

        records = {
            name: ConfigRecord(dict(record)) if isinstance(record, ConfigRecord) else record
            for name, record in message.content.items()
        }
        meta = message.metadata
        copy = Message(
            RecordDict(records), dst_node_id=meta.dst_node_id, message_type=meta.message_type, group_id=meta.group_id
        )
        copy.metadata.__dict__["_message_id"] = f"{self.stage}-{meta.dst_node_id}"
        return copy

    def _answer(self, message: Any, node: int) -> Any:
        from flwr.client.mod import secaggplus_mod  # noqa: PLC0415 — only where the peer runs

        return secaggplus_mod(message, self.contexts[node], self._train)

    def _train(self, message: Any, context: Any) -> Any:
        from flwr.app import Message  # noqa: PLC0415 — only where the peer runs
        from flwr.common import Code, FitRes, Status, ndarrays_to_parameters  # noqa: PLC0415 — as above
        from flwr.compat.common import recorddict_compat  # noqa: PLC0415 — as above

        parameters = ndarrays_to_parameters([self.vectors[context.node_id]])
        result = FitRes(Status(Code.OK, ""), parameters, 1, {})
        return Message(recorddict_compat.fitres_to_recorddict(result, keep_input=True), reply_to=message)


@dataclass(frozen=True)
class Proxy:
    """All that the workflow wants of a client proxy."""

    node_id: int

    @property
    def cid(self) -> str:
        """The id as text."""
        return str(self.node_id)


def one_round(clients: int, dimension: int, dropped: int) -> PeerCost:
    """Run the workflow once: complete graph, a share for everybody, reconstruction from 51 of 100."""
    os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
    from flwr.app import ConfigRecord, Context, RecordDict  # noqa: PLC0415 — only where the peer runs
    from flwr.common import FitIns, ndarrays_to_parameters, parameters_to_ndarrays  # noqa: PLC0415 — as above
    from flwr.compat.common import recorddict_compat  # noqa: PLC0415 — as above
    from flwr.server.client_manager import SimpleClientManager  # noqa: PLC0415 — as above
    from flwr.server.compat.legacy_context import LegacyContext  # noqa: PLC0415 — as above
    from flwr.server.strategy import FedAvg  # noqa: PLC0415 — as above
    from flwr.server.workflow import SecAggPlusWorkflow  # noqa: PLC0415 — as above
    from flwr.server.workflow.constant import MAIN_CONFIGS_RECORD, MAIN_PARAMS_RECORD, Key  # noqa: PLC0415 — as above
    from flwr.supercore.task_identity import TaskIdentity  # noqa: PLC0415 — as above

    logging.getLogger("flwr").setLevel(logging.ERROR)
    rng = np.random.default_rng(SEED)
    nodes = [int(node) for node in rng.choice(2**62, clients, replace=False)]
    vectors = {node: rng.uniform(-1, 1, dimension) for node in nodes}
    summed: list[Floats] = []

    class Everybody(FedAvg):
        def configure_fit(self, server_round: int, parameters: Any, client_manager: Any) -> Any:
            del server_round, client_manager
            return [(Proxy(node), FitIns(parameters, {})) for node in nodes]

        def aggregate_fit(self, server_round: int, results: Any, failures: Any) -> Any:
            del server_round, failures
            summed.extend(parameters_to_ndarrays(results[0][1].parameters))
            return results[0][1].parameters, {}

    def a_context(node: int) -> Any:
        return Context(run_id=1, node_id=node, node_config={}, state=RecordDict(), run_config={})

    TaskIdentity.run_id = TaskIdentity.node_id = TaskIdentity.task_id = 1
    server = LegacyContext(
        context=a_context(1), config=None, strategy=Everybody(), client_manager=SimpleClientManager()
    )
    server.state.config_records[MAIN_CONFIGS_RECORD] = ConfigRecord({Key.CURRENT_ROUND: 1})
    nothing = ndarrays_to_parameters([np.zeros(1)])
    server.state.array_records[MAIN_PARAMS_RECORD] = recorddict_compat.parameters_to_arrayrecord(
        nothing, keep_input=True
    )
    workflow = SecAggPlusWorkflow(
        num_shares=1.0, reconstruction_threshold=0.51, max_weight=1.0, clipping_range=8.0, timeout=5.0
    )
    grid = Clients(vectors, frozenset(nodes[:dropped]), {node: a_context(node) for node in nodes})
    began = time.process_time()
    workflow(cast("Any", grid), server)
    total = time.process_time() - began
    mean = np.mean([vectors[node] for node in nodes[dropped:]], axis=0)
    error = float(np.abs(summed[0] - mean).max()) if summed else None
    return PeerCost(clients=grid.cpu, server=total - grid.cpu - grid.around, error=error)
