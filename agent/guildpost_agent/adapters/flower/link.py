"""Every private name of Flower 1.41.0 that the agent uses, behind six plain calls.

Flower's own node program downloads and runs what the coordinator sends. This module borrows its connection only:
TLS, the signed timestamp of node authentication, heartbeats and retries. ``get_fab`` is never called.

Three habits of that connection shape the code:

- it logs and swallows an exception that leaves its ``with`` block, so exceptions are held back and raised after it;
- a failed activation ends in ``sys.exit`` and a thread that ends the process five seconds later;
- status 401 makes the process send itself SIGINT.

That is why a node lives in a short-lived child process, and why that process must leave soon after an error.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import Message
from flwr.proto.message_pb2 import ObjectTree
from flwr.supercore.inflatable.inflatable_object import (
    get_all_nested_objects,
    get_object_tree,
    iterate_object_tree,
    no_object_id_recompute,
)
from flwr.supercore.inflatable.inflatable_utils import (
    ObjectPullError,
    ObjectPushError,
    ObjectUnavailableError,
    inflate_object_from_contents,
)
from flwr.supercore.run import RunNotRunningException
from flwr.supernode.fleet_http_connection import http_request_response

from guildpost_agent.adapters.flower import rules
from guildpost_shared.errors import ProtocolViolation, Refused, Unavailable, Untrusted

OBJECT_PATIENCE_SECONDS = 10.0
OBJECT_PAUSE_SECONDS = 0.05
CALL_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Instruction:
    """A delivered envelope and the names of the objects that hold its content."""

    envelope: Message
    tree: ObjectTree


@dataclass(frozen=True)
class Link:
    """An activated node's connection."""

    node_id: int
    _receive: Callable[[], tuple[Message, ObjectTree] | None]
    _send: Callable[[Message, ObjectTree, float], tuple[set[str], str]]
    _pull: Callable[[int, str], bytes]
    _push: Callable[[int, str, str, bytes], None]
    _confirm: Callable[[int, str], None]

    def poll(self) -> Instruction | None:
        """Ask for the next instruction.

        Raises:
            LinkLost: when the other side stays away.
            RunOver: when the other side says no.
        """
        with _translated():
            delivered = self._receive()
        return None if delivered is None else Instruction(*delivered)

    def object_ids(self, instruction: Instruction) -> list[str]:
        """List the objects of an instruction, children first."""
        return [node.object_id for node in iterate_object_tree(instruction.tree)]

    def fetch(self, instruction: Instruction) -> Message:
        """Fetch an instruction's objects, check each, and build the message from them.

        Raises:
            ProtocolViolation: the objects do not make the announced message.
            RunOver: an object did not arrive, so the instruction is void.
        """
        meta = instruction.envelope.metadata
        contents: dict[str, bytes] = {}
        with _translated():
            for object_id in self.object_ids(instruction):
                contents[object_id] = self._pull_object(meta.run_id, object_id)
                rules.check_object(object_id, contents[object_id])
            self._confirm(meta.run_id, meta.message_id)
        try:
            message = inflate_object_from_contents(instruction.tree.object_id, contents)
        except Exception as exc:
            # Parsing what a stranger wrote fails in many ways; each is the stranger's fault.
            raise ProtocolViolation("round_message_invalid", detail=type(exc).__name__) from exc
        if not isinstance(message, Message) or not message.has_content():
            raise ProtocolViolation("round_message_invalid", detail="no content")
        # The object's name is the message's id; the content itself does not carry it.
        message.metadata.__dict__["_message_id"] = meta.message_id
        return message

    def reply(self, message: Message, seconds: float) -> None:
        """Send a reply: its envelope first, then the objects the other side asks for.

        Args:
            message: built with ``reply_to`` of a fetched or refused instruction.
            seconds: how long the step took (Flower's statistics).
        """
        run_id = message.metadata.run_id
        with no_object_id_recompute(), _translated():
            message.metadata.__dict__["_message_id"] = message.object_id
            objects = get_all_nested_objects(message)
            wanted, session = self._send(message, get_object_tree(message), seconds)
            for object_id, item in objects.items():
                if object_id in wanted:
                    self._push(run_id, session, object_id, item.deflate())

    def _pull_object(self, run_id: int, object_id: str) -> bytes:
        """Fetch one object; the sender may still be writing it."""
        last = time.monotonic() + OBJECT_PATIENCE_SECONDS
        while True:
            try:
                return self._pull(run_id, object_id)
            except ObjectUnavailableError:
                if time.monotonic() >= last:
                    raise
            time.sleep(OBJECT_PAUSE_SECONDS)


class RunOver(Exception):  # noqa: N818 — a state of the run, not a fault
    """The other side takes or gives nothing more for this instruction."""


class LinkLost(Exception):  # noqa: N818 — a state of the connection, named like the one above
    """The other side stays away, or refuses everything."""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RunNotRunningException, ObjectPullError, ObjectPushError, ObjectUnavailableError) as exc:
        raise RunOver from exc
    except httpx.HTTPError as exc:
        raise LinkLost(type(exc).__name__) from exc


@contextmanager
def connect(address: str, ca_pem: bytes, key: ec.EllipticCurvePrivateKey, patience_seconds: float) -> Iterator[Link]:
    """Activate the node, and deactivate it when the block ends.

    Args:
        address: host and port of the coordinator's round entrance.
        ca_pem: the certificate authority that the entrance's certificate must come from.
        key: the node's private key.
        patience_seconds: how long one call may be retried while the other side is away.

    Raises:
        Refused: ``round_entry_refused`` when there is no window for this node.
        Unavailable: ``round_transport_away`` when the node could not be activated; leave the process at once.
        Untrusted: ``round_node_refused`` when the other side no longer accepts the node's key.
    """
    logging.getLogger("flwr").setLevel(logging.CRITICAL)
    held: Exception | None = None
    with _interruptible():
        try:
            with http_request_response(
                address, False, ca_pem, (key, key.public_key()), None, min(patience_seconds, CALL_PATIENCE_SECONDS)
            ) as (node_id, receive, send, _run, _fab, pull, push, confirm):
                try:
                    yield Link(node_id, receive, send, pull, push, confirm)
                except Exception as exc:  # noqa: BLE001 — held back, raised below: the connection would swallow it
                    held = exc
        except RunNotRunningException as exc:
            raise Refused("round_entry_refused") from exc
        except SystemExit as exc:
            raise Unavailable("round_transport_away", detail="activation failed") from exc
        except KeyboardInterrupt as exc:
            raise Untrusted("round_node_refused") from exc
    if isinstance(held, LinkLost):
        raise Unavailable("round_transport_away", detail=str(held)) from held
    if held is not None:
        raise held


@contextmanager
def _interruptible() -> Iterator[None]:
    """See to it that the connection's own SIGINT arrives, even in a process started with the signal ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
