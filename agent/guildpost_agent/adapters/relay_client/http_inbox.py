"""The relay over HTTPS: signed requests out through the egress gate, sealed answers back.

A relay that answers without an end, or a byte now and then, holds neither the agent's memory nor its ticks: a reply has
a size and a time, and HTTP's own patience starts anew with every byte.
"""

import base64
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import RELAY
from guildpost_agent.app.ports.relay_inbox import AnswerPage, SealedAnswer
from guildpost_shared import strict_json
from guildpost_shared.answers.requests import sign_request
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ConfigurationError, ProtocolViolation, Refused, Unavailable

_SECONDS: Final = 20.0  # without a byte
_PATIENCE: Final = 60.0  # seconds for a whole reply
_MAX_REPLY: Final = 4 * 1024 * 1024
_BASE64: Final = "[A-Za-z0-9+/]+={0,2}"
_LARGEST_SEQ: Final = 2**62


class HttpRelayInbox:
    """``RelayInbox`` with one pooled connection; close it, or use it in a ``with``."""

    def __init__(
        self,
        url: str,
        *,
        key: Ed25519PrivateKey,
        gate: EgressGate,
        wall_clock: Clock,
        entropy: Entropy,
        ca_file: Path | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """Name the relay.

        Args:
            url: its base address.
            key: the dealer's relay key; signs every request.
            gate: what is sent passes here.
            wall_clock: for the requests' timestamps.
            entropy: for their nonces.
            ca_file: trust only these certificate authorities (PEM); None: those of the system.
            patience: seconds after which a reply is given up.

        Raises:
            ConfigurationError: ``relay_ca_unreadable``.
        """
        self._url = url.rstrip("/")
        self._key = key
        self._gate = gate
        self._clock = wall_clock
        self._entropy = entropy
        try:
            self._tls = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError("relay_ca_unreadable", path=ca_file, reason=str(error)) from None
        self._patience = patience
        self._client = self._connect()

    def fetch(self, after: int) -> AnswerPage:
        """Read the answers whose number is greater."""
        target = f"/v1/answers?after={after}"
        self._gate.release(destination=RELAY, kind="relay_poll", payload=f"GET {target}".encode())
        reply = self._request("GET", target, b"")
        try:
            fields = strict_json.read(reply, "relay reply", max_bytes=_MAX_REPLY)
            answers = tuple(_answer(row) for row in fields.children("answers"))
            page = AnswerPage(answers, more=fields.boolean("more"))
            fields.end()
        except (Refused, ValueError) as error:
            raise ProtocolViolation("relay_reply_unreadable", detail=str(error)) from error
        return page

    def acknowledge(self, seqs: Sequence[int]) -> None:
        """Tell the relay to delete answers."""
        body = strict_json.canonical({"seqs": list(seqs)})
        self._request("POST", "/v1/ack", self._gate.release(destination=RELAY, kind="relay_ack", payload=body))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _request(self, method: str, target: str, body: bytes) -> bytes:
        headers = sign_request(
            self._key, method=method, target=target, body=body, now=self._clock.now(), entropy=self._entropy
        )
        asking = ThreadPoolExecutor(1, "relay")
        try:
            status, content = asking.submit(self._ask, self._client, method, target, body, headers).result(
                self._patience
            )
        except TimeoutError as error:
            self._client.close()  # the next byte ends the thread
            self._client = self._connect()
            raise Unavailable("relay_away", detail="too slow", url=self._url) from error
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            raise Unavailable("relay_away", detail=type(error).__name__, url=self._url) from error
        finally:
            asking.shutdown(wait=False)
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise Refused("relay_unknown_dealer", url=self._url)
        if status != httpx.codes.OK:
            raise Unavailable("relay_away", detail=str(status), url=self._url)
        return content

    def _connect(self) -> httpx.Client:
        return httpx.Client(verify=self._tls, timeout=_SECONDS, follow_redirects=False)

    def _ask(
        self, client: httpx.Client, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Give status and contents of a reply.

        Raises:
            ProtocolViolation: ``relay_reply_unreadable``: it is larger than any reply.
        """
        contents = bytearray()
        with client.stream(method, f"{self._url}{target}", content=body, headers=headers) as reply:
            for piece in reply.iter_bytes():
                contents += piece
                if len(contents) > _MAX_REPLY:
                    raise ProtocolViolation("relay_reply_unreadable", detail=f"more than {_MAX_REPLY} bytes")
        return reply.status_code, bytes(contents)


def _answer(row: strict_json.Fields) -> SealedAnswer:
    answer = SealedAnswer(
        seq=row.integer("seq", 1, _LARGEST_SEQ),
        token_id=base64.b64decode(row.text("token_id", _BASE64), validate=True),
        sealed=base64.b64decode(row.text("sealed", _BASE64), validate=True),
    )
    row.end()
    return answer
