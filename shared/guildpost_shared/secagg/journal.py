"""What happened to an aggregator, in order: enough to live through it again after a crash."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.identity.roster import AGENT_ID
from guildpost_shared.secagg.context import RoundContext

_B64: Final = r"[A-Za-z0-9+/]*={0,2}"
_MAX_BYTES: Final = 4 * 1024 * 1024 * 1024


@dataclass(frozen=True)
class Event:
    """A reply was taken; or, without a reply, an agent was left out; or, without an agent, a stage was closed."""

    agent_id: str | None
    reply: bytes | None


def dump(events: Iterable[Event], context: RoundContext) -> bytes:
    """Write the events of a round."""
    return strict_json.canonical(
        {
            "type": "secagg-aggregator",
            "context": context.digest.hex(),
            "events": [
                {
                    "agent_id": event.agent_id or "",
                    "reply": "" if event.reply is None else base64.b64encode(event.reply).decode("ascii"),
                }
                for event in events
            ],
        }
    )


def load(data: bytes, context: RoundContext) -> tuple[Event, ...]:
    """Read them back.

    Raises:
        Refused: ``document_*`` when the bytes are not the journal of this round.
    """
    fields = strict_json.read(data, "secagg-aggregator", max_bytes=_MAX_BYTES)
    fields.text("type", "secagg-aggregator")
    fields.require("context", fields.text("context", r"[0-9a-f]{64}") == context.digest.hex())
    events = []
    for item in fields.children("events", most=1_000_000):
        agent = item.text("agent_id", f"({AGENT_ID})?") or None
        reply = base64.b64decode(item.text("reply", _B64)) or None
        item.end()
        events.append(Event(agent, reply))
    fields.end()
    return tuple(events)
