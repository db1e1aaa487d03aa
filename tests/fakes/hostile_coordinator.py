"""A coordinator that lies: real TLS, real gRPC, the right certificates, and any bytes at all in its answers.

with HostileCoordinator(files) as coordinator:
    coordinator.spoil = lambda method, reply: …      # takes the honest reply, gives the bytes that are sent instead
    coordinator.refusal = ("membership_locked", {})  # or ends every call with a status and trailers
    code = coordinator.join_code()

``drips`` set to a number of seconds lets catalogue files come byte by byte, without an end, and everything else not at
all. ``foresees`` set to False makes the agent ask for each file by name. ``arrived`` holds method and bytes of every
request, as they came out of TLS; ``callers`` counts who else connected to the address where rounds are said to be.
"""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import grpc
from google.protobuf.message import DecodeError, Message

from guildpost_coordinator.adapters.certificate_authority.local import LocalAuthority, create_authority
from guildpost_coordinator.app.catalogue_changes import changes_since
from guildpost_coordinator.app.ports.catalogue import CatalogueFiles
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError
from guildpost_shared.identity.certificate_profile import fingerprint, requested_key
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.join_code import SECRET_BYTES, JoinCode, format_join_code
from guildpost_shared.pb.v1 import catalogue_pb2, common_pb2, enrolment_pb2, presence_pb2
from guildpost_shared.wire.catalogue import parse_changes_request, to_parcels
from guildpost_shared.wire.limits import CODE_KEY, PARAMS_KEY
from guildpost_shared.wire.times import to_timestamp

Spoil = Callable[[str, Message], bytes]
AGENT_ID = "dealer-01"


def honest(_method: str, reply: Message) -> bytes:
    """Spoil nothing."""
    return reply.SerializeToString()


class HostileCoordinator(grpc.GenericRpcHandler):
    """Everything the agent asks a coordinator, answered as the test wants."""

    def __init__(self, files: CatalogueFiles, root_hash: bytes) -> None:
        self.spoil: Spoil = honest
        self.foresees = True
        self.refusal: tuple[str, dict[str, str]] | None = None
        self.drips: float | None = None
        self.arrived: list[tuple[str, bytes]] = []
        self.callers = 0
        self._files, self._root_hash, self._entropy = files, root_hash, OsEntropy()
        self._authority = LocalAuthority(*create_authority(self._entropy, SystemClock().now()), self._entropy)
        self._generation = 0
        self._server = grpc.server(ThreadPoolExecutor(8), handlers=[self])
        served = self._authority.issue_server(("localhost", "127.0.0.1"), SystemClock().now())
        pair = [(served.key_pem, served.chain_pem)]
        roots = ssl.DER_cert_to_PEM_cert(self._authority.certificate()).encode("ascii")
        newcomers = grpc.ssl_server_credentials(pair)
        members = grpc.ssl_server_credentials(pair, roots, require_client_auth=True)
        self.enrolment = Endpoint("127.0.0.1", self._server.add_secure_port("127.0.0.1:0", newcomers))
        self.control = Endpoint("127.0.0.1", self._server.add_secure_port("127.0.0.1:0", members))
        self._trap = socket.create_server(("127.0.0.1", 0))
        self.trap = Endpoint("127.0.0.1", self._trap.getsockname()[1])

    def __enter__(self) -> Self:
        self._server.start()
        threading.Thread(target=self._spring, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._trap.close()
        self._server.stop(None).wait()

    def join_code(self) -> str:
        """Write a join code that leads here."""
        secret = self._entropy.token_bytes(SECRET_BYTES)
        ca = fingerprint(self._authority.certificate())
        return format_join_code(JoinCode(self.enrolment, secret, ca, self._root_hash))

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Answer any method."""
        method = str(handler_call_details.method)

        def answer(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            self.arrived.append((method, request))
            if self.drips is not None:
                yield from _drops(method, context, self.drips)
            replies = list(self._honest(method, request))
            refusal = self.refusal or (None if replies else ("catalogue_file_missing", {}))
            if refusal is not None:
                code, params = refusal
                context.set_trailing_metadata(((CODE_KEY, code), (PARAMS_KEY, json.dumps(params))))
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no")
            for reply in replies:
                yield self.spoil(method, reply)

        if method.endswith(("/Enrol", "/Renew")):
            return grpc.unary_unary_rpc_method_handler(lambda request, context: next(answer(request, context)))
        return grpc.unary_stream_rpc_method_handler(answer)

    def _honest(self, method: str, request: bytes) -> Iterator[Message]:
        try:
            match method.rpartition("/")[2]:
                case "Enrol":
                    csr = enrolment_pb2.EnrolRequest.FromString(request).certificate_request
                    yield enrolment_pb2.EnrolReply(
                        agent_id=AGENT_ID,
                        certificate=self._certificate(csr),
                        control=common_pb2.Endpoint(host=self.control.host, port=self.control.port),
                        flower=common_pb2.Endpoint(host=self.trap.host, port=self.trap.port),
                        server_time=to_timestamp(SystemClock().now()),
                    )
                case "Renew":
                    csr = enrolment_pb2.RenewRequest.FromString(request).certificate_request
                    now = to_timestamp(SystemClock().now())
                    yield enrolment_pb2.RenewReply(certificate=self._certificate(csr), server_time=now)
                case "Connect":
                    yield from self._events()
                case "GetChanges":
                    held = parse_changes_request(catalogue_pb2.GetChangesRequest.FromString(request))
                    foreseen = list(to_parcels(changes_since(self._files, held))) if self.foresees else []
                    yield from foreseen or [catalogue_pb2.CatalogueParcel()]
                case "GetMetadata":
                    yield from _chunks(self._files.metadata(catalogue_pb2.GetMetadataRequest.FromString(request).name))
                case "GetTarget":
                    yield from _chunks(self._files.target(catalogue_pb2.GetTargetRequest.FromString(request).name))
        except (DecodeError, GuildpostError):
            return

    def _certificate(self, csr: bytes) -> enrolment_pb2.Certificate:
        self._generation += 1
        chain = self._authority.issue_agent(requested_key(csr), AGENT_ID, SystemClock().now())
        return enrolment_pb2.Certificate(chain=chain, generation=self._generation)

    def _events(self) -> Iterator[Message]:
        now = to_timestamp(SystemClock().now())
        where = common_pb2.Endpoint(host=self.trap.host, port=self.trap.port)
        window = presence_pb2.RoundWindow(
            round_id="round-1",
            study_path="studies/slot-lead/1.json",
            period="2027-01-01_2027-03-31",
            opens_at=now,
            closes_at=now,
            flower=where,
        )
        yield presence_pb2.PresenceEvent(heartbeat=presence_pb2.Heartbeat(server_time=now))
        yield presence_pb2.PresenceEvent(catalogue_changed=presence_pb2.CatalogueChanged(version=1))
        yield presence_pb2.PresenceEvent(round_window=window)

    def _spring(self) -> None:
        while True:
            try:
                connection, _ = self._trap.accept()
            except OSError:
                return
            self.callers += 1
            connection.close()


def _drops(method: str, context: grpc.ServicerContext, pause: float) -> Iterator[bytes]:
    """Send a byte at a time for as long as somebody waits."""
    piece = catalogue_pb2.FilePiece(name="timestamp.json", data=b" ")
    drops = {
        "GetChanges": catalogue_pb2.CatalogueParcel(pieces=[piece]),
        "GetMetadata": catalogue_pb2.CatalogueChunk(data=b" "),
        "GetTarget": catalogue_pb2.CatalogueChunk(data=b" "),
    }
    drop = drops.get(method.rpartition("/")[2])
    while context.is_active():
        if drop is not None:
            yield drop.SerializeToString()
        time.sleep(pause)
    context.abort(grpc.StatusCode.CANCELLED, "nobody waits")


def _chunks(data: bytes | None) -> Iterator[catalogue_pb2.CatalogueChunk]:
    for start in range(0, len(data or b""), 60_000):
        yield catalogue_pb2.CatalogueChunk(data=(data or b"")[start : start + 60_000])
