"""Everything that Flower's connection sends passes the egress gate first, each attempt of a retry too.

push-object       a piece of a reply that passed the gate as ``round_reply`` before   round_object
everything else   joining a round, asking, confirming, announcing a reply, leaving    round_node
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import httpx
from flwr.supercore.protobuf.client import ProtobufRequestContext
from flwr.supernode import fleet_http_connection
from flwr.supernode.fleet_http_client import FleetHttpClient

Release = Callable[[str, bytes], bytes]
"""Takes the kind and the exact bytes of a message; raises ``Refused`` when it may not leave."""

NODE: Final = "round_node"
OBJECT: Final = "round_object"
_PUSH_OBJECT: Final = "/flwr.proto.Fleet/PushObject"
_CLIENT: Final = "FleetHttpClient"


@contextmanager
def through_gate(release: Release) -> Iterator[None]:
    """Put the gate in front of every connection that is opened in the block (the process does nothing else)."""

    class GatedClient(FleetHttpClient):
        """Flower's client, asking first."""

        def _send(self, context: ProtobufRequestContext, *, stream: bool = False) -> httpx.Response:
            release(OBJECT if context.rpc_method == _PUSH_OBJECT else NODE, context.request.content)
            return super()._send(context, stream=stream)

    setattr(fleet_http_connection, _CLIENT, GatedClient)
    try:
        yield
    finally:
        setattr(fleet_http_connection, _CLIENT, FleetHttpClient)
