"""Flower's public ``Grid`` without a SuperLink: an instruction is answered by the installed app in a worker process.

Messages wait for a free worker as they would wait for a node's next poll; whatever is asked of a node that has left
stays unanswered.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from time import monotonic, sleep
from typing import Final

from flwr.app import Message, RecordDict
from flwr.proto.node_pb2 import NodeInfo
from flwr.serverapp import Grid
from flwr.supercore.run import Run
from flwr.supercore.task_identity import TaskIdentity

from guildpost_coordinator.adapters.flower import wire
from guildpost_coordinator.adapters.flower.node_keys import from_openssh, to_pem

COORDINATOR_NODE: Final = 1
POLL_SECONDS: Final = 0.05
Answer = Callable[[int, Message], Message]


class SimulatedGrid(Grid):
    """The nodes of one round, answered by workers."""

    def __init__(self, nodes: Mapping[int, str], workers: Executor, answer: Answer) -> None:
        """Put the nodes online.

        Args:
            nodes: node id to key in the roster's spelling.
            workers: where answers are made.
            answer: makes one: node id and message in, reply out; must be known to the workers.
        """
        TaskIdentity.task_id, TaskIdentity.run_id, TaskIdentity.node_id = 1, 1, COORDINATOR_NODE
        self._nodes = {node: to_pem(from_openssh(key)) for node, key in nodes.items()}
        self._workers, self._answer = workers, answer
        self._waiting: dict[str, Future[Message]] = {}

    def set_run(self, run: Run) -> None:
        """Nothing to set: there is one run."""

    @property
    def run(self) -> Run:
        """There is none: nothing that conducts a round asks for it, and who does shall hear of it."""
        raise NotImplementedError

    def create_message(
        self, content: RecordDict, message_type: str, dst_node_id: int, group_id: str, ttl: float | None = None
    ) -> Message:
        """Make a message."""
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def get_node_ids(self) -> Iterable[int]:
        """List the nodes that are there."""
        return list(self._nodes)

    def get_nodes(self) -> Iterable[NodeInfo]:
        """List them with their keys."""
        return [NodeInfo(node_id=node, public_key=pem) for node, pem in self._nodes.items()]

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Hand messages to the workers; the end of the round sends a node home."""
        names = []
        for message in messages:
            name, node = uuid.uuid4().hex, message.metadata.dst_node_id
            message.metadata.__dict__["_message_id"] = name  # as the SuperLink does
            if message.metadata.message_type == wire.FINISHED:
                self._nodes.pop(node, None)
            elif node in self._nodes:
                self._waiting[name] = self._workers.submit(self._answer, node, message)
            names.append(name)
        return names

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """Give the replies that are there."""
        ready = [name for name in message_ids if name in self._waiting and self._waiting[name].done()]
        return [self._waiting.pop(name).result() for name in ready]

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> Iterable[Message]:
        """Push, and pull until everybody answered or the time is up."""
        names = set(self.push_messages(messages))
        replies: list[Message] = []
        last = monotonic() + (timeout or float("inf"))
        while names and monotonic() < last:
            for reply in self.pull_messages(names):
                names.discard(reply.metadata.reply_to_message_id)
                replies.append(reply)
            sleep(POLL_SECONDS)
        return replies
