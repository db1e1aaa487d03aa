"""Take part in one federated round; call this in a short-lived child process only (see ``link``)."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from guildpost_agent.adapters.flower.keys import load_node_key


@dataclass(frozen=True)
class NodeOutcome:
    """How a node's part in a round ended, and how many instructions it answered or answered with an error."""

    ended: Literal["finished", "deadline"]
    node_id: int
    answered: int
    refused: int


def run_node(
    *,
    address: str,
    ca_pem: bytes,
    node_key_pem: bytes,
    handle: Callable[[bytes], bytes],
    release: Callable[[str, bytes], bytes],
    deadline_seconds: float,
    state_dir: Path,
) -> NodeOutcome:
    """Join the announced round, answer its instructions, leave when it is finished or the time is up.

    Args:
        address: host and port of the coordinator's round entrance.
        ca_pem: the certificate authority of that entrance.
        node_key_pem: private P-384 key whose public half is in the roster.
        handle: takes an instruction's payload and returns the reply's payload (at most 1 MiB); an error it raises
            goes back as a bare code.
        release: the egress gate on the way to the coordinator: takes kind and bytes of everything that leaves.
        deadline_seconds: how long to stay at most; one call under way may overrun it by a minute.
        state_dir: a folder of the agent's own for whatever Flower wants to keep.

    Returns:
        How it ended.

    Raises:
        Refused: ``round_entry_refused`` when no window is open for this node.
        Unavailable: ``round_transport_away``; leave the process at once, and wait a minute before the next try.
        Untrusted: ``round_node_refused`` when the other side no longer accepts the node's key.
        ConfigurationError: ``round_key_unusable``.
    """
    last = time.monotonic() + deadline_seconds
    key = load_node_key(node_key_pem)
    prepare_environment(state_dir)
    from guildpost_agent.adapters.flower import gated, link, loop  # noqa: PLC0415 — Flower reads its environment on import

    with gated.through_gate(release), link.connect(address, ca_pem, key, deadline_seconds) as connection:
        tally = loop.serve(connection, loop.installed_app(handle), last)
        node_id = connection.node_id
    return NodeOutcome("finished" if tally.finished else "deadline", node_id, tally.answered, tally.refused)


def prepare_environment(state_dir: Path) -> None:
    """Keep Flower from calling home and from writing outside the given folder."""
    state_dir.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1", "FLWR_HOME": str(state_dir.resolve())}
    )
