"""What every call passes before its servicer sees it, and in which order.

1  the request's bytes are shown to the recorder, if there is one (for audits of what arrives)
2  errors from here on are translated once
3  the method must be open to this kind of peer (a method missing in the table is open to nobody)
4  the peer has not asked too often
5  the peer's certificate and membership are in force

Calls that end at once run in worker threads, as their use cases wait for the database; what they stream is small. A
servicer that streams for long is an async generator and lives in the event loop.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from concurrent.futures import Executor
from contextlib import aclosing
from typing import Any, Final

import grpc

from guildpost_coordinator.adapters.grpc_server.errors import Context, translated
from guildpost_coordinator.adapters.grpc_server.limits import RateLimit
from guildpost_coordinator.adapters.grpc_server.peer_standing import PeerStanding
from guildpost_coordinator.adapters.grpc_server.peers import ANONYMOUS, Peer, peer_of
from guildpost_shared.errors import Refused

AGENT: Final = "agent"
ANONYMOUS_PEER: Final = "anonymous"

Recorder = Callable[[str, bytes], None]
"""``record(method, request_bytes)`` sees every request as it arrived, after TLS."""
Admit = Callable[[Peer], None]
AllowedPeers = Mapping[str, frozenset[str]]
"""Full method name → kinds of peers: ``agent``, ``signer:<role>``, ``anonymous``."""


class Guard(grpc.aio.ServerInterceptor):
    """Apply the steps above to every method of a server."""

    def __init__(
        self,
        *,
        allowed: AllowedPeers,
        admit: Admit,
        standing: PeerStanding,
        often: Collection[str] = (),
        rate: RateLimit,
        workers: Executor,
        recorder: Recorder | None = None,
    ) -> None:
        """Set the guard up.

        Args:
            allowed: who may call what.
            admit: raises if a peer's certificate or membership is not in force, by the register.
            standing: the same for methods that are called often, by a look at the register a second ago.
            often: those methods.
            rate: how often one peer may ask.
            workers: threads for checks and for calls that end at once.
            recorder: sees every request's bytes.
        """
        self._allowed = allowed
        self._admit = admit
        self._standing = standing
        self._often = often
        self._rate = rate
        self._workers = workers
        self._recorder = recorder

    async def intercept_service(
        self,
        continuation: "Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]]",
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Put the guard in front of a method's handler."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or handler.request_streaming:
            return None  # no method of Guildpost streams requests; gRPC answers UNIMPLEMENTED
        if not handler.response_streaming:
            return self._guard_unary(method, handler)
        if inspect.isasyncgenfunction(handler.unary_stream):
            return self._guard_live(method, handler)
        return self._guard_stream(method, handler)

    def check(self, method: str, context: Context) -> None:
        """Perform steps 3 to 5.

        Raises:
            Refused: ``method_not_allowed``, or the membership is not active.
            Untrusted: the certificate is not in force.
            Unavailable: ``coordinator_busy``.
        """
        peer = peer_of(context)
        if str(peer.identity) not in self._allowed.get(method, frozenset()):
            raise Refused("method_not_allowed")
        self._rate.take(peer.serial or _address(context.peer()))
        if peer is not ANONYMOUS:
            (self._standing.admit if method in self._often else self._admit)(peer)

    def _guard_unary(
        self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]"
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        inner = _present(handler.unary_unary)

        async def guarded(request: object, context: Context) -> object:
            async with translated(context, method):
                return await self._in_worker(lambda: self._checked(inner, method, request, context))

        return grpc.unary_unary_rpc_method_handler(
            guarded, self._recorded(method, handler), handler.response_serializer
        )

    def _guard_stream(
        self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]"
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        inner = _present(handler.unary_stream)

        async def guarded(request: object, context: Context) -> AsyncIterator[object]:
            async with translated(context, method):
                for message in await self._in_worker(lambda: list(self._checked(inner, method, request, context))):
                    yield message

        return grpc.unary_stream_rpc_method_handler(
            guarded, self._recorded(method, handler), handler.response_serializer
        )

    def _guard_live(self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]") -> "grpc.RpcMethodHandler[Any, Any]":
        inner = _present(handler.unary_stream)

        async def guarded(request: object, context: Context) -> AsyncIterator[object]:
            async with translated(context, method):
                if method in self._often and self._standing.is_at_hand(peer_of(context)):
                    self.check(method, context)
                else:
                    await self._in_worker(lambda: self.check(method, context))
                async with aclosing(inner(request, context)) as messages:
                    async for message in messages:
                        yield message

        return grpc.unary_stream_rpc_method_handler(
            guarded, self._recorded(method, handler), handler.response_serializer
        )

    def _checked(self, inner: Callable[..., Any], method: str, request: object, context: Context) -> Any:
        self.check(method, context)
        return inner(request, context)

    async def _in_worker(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    def _recorded(self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]") -> Callable[[bytes], Any]:
        parse = _present(handler.request_deserializer)
        record = self._recorder
        if record is None:
            return parse

        def recording(data: bytes) -> object:
            record(method, data)
            return parse(data)

        return recording


def _present(behaviour: Callable[..., Any] | None) -> Callable[..., Any]:
    if behaviour is None:
        raise TypeError("a handler without behaviour cannot be registered")
    return behaviour


def _address(peer: str) -> str:
    """Drop the port of gRPC's peer name (``ipv4:127.0.0.1:50412``)."""
    return peer.rpartition(":")[0]
