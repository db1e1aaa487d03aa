"""The agent's own node loop: ask, check, hand to the installed app, answer; until the round is over."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from flwr.app import ConfigRecord, Context, Error, Message, RecordDict
from flwr.clientapp import ClientApp

from guildpost_agent.adapters.flower import rules
from guildpost_agent.adapters.flower.link import Instruction, Link, LinkLost, RunOver
from guildpost_shared.errors import GuildpostError, ProtocolViolation

FIRST_PAUSE_SECONDS: Final = 0.25
PAUSE_GROWTH: Final = 1.15
LAST_PAUSE_SECONDS: Final = 2.0
MAX_REFUSALS_IN_A_ROW: Final = 10
STEP_ERROR: Final = 2  # Flower's number for "the client app raised"

_log = structlog.get_logger(__name__)


@dataclass
class Tally:
    """What happened so far."""

    answered: int = 0
    refused: int = 0
    finished: bool = False


def installed_app(handle: Callable[[bytes], bytes]) -> ClientApp:
    """Build the app that answers: installed with the agent, never fetched.

    Args:
        handle: takes an instruction's payload, returns the reply's payload.
    """
    app = ClientApp()

    @app.query(rules.STEP_ACTION)
    def step(message: Message, _context: Context) -> Message:
        return Message(pack(handle(unpack(message.content))), reply_to=message)

    return app


def pack(payload: bytes) -> RecordDict:
    """Put bytes into the one record that travels.

    Raises:
        ProtocolViolation: ``round_payload_too_large``.
    """
    if len(payload) > rules.MAX_PAYLOAD_BYTES:
        raise ProtocolViolation("round_payload_too_large", detail="reply")
    return RecordDict({rules.RECORD: ConfigRecord({rules.FIELD: payload})})


def unpack(content: RecordDict) -> bytes:
    """Take the bytes out again.

    Raises:
        ProtocolViolation: ``round_message_invalid`` or ``round_payload_too_large``.
    """
    record = content.config_records.get(rules.RECORD) if len(content) == 1 else None
    payload = record.get(rules.FIELD) if record is not None and len(record) == 1 else None
    if not isinstance(payload, bytes):
        raise ProtocolViolation("round_message_invalid", detail="record")
    if len(payload) > rules.MAX_PAYLOAD_BYTES:
        raise ProtocolViolation("round_payload_too_large", detail="payload")
    return payload


def serve(link: Link, app: ClientApp, last: float) -> Tally:
    """Answer instructions until the round's end is announced or the time is up.

    Args:
        link: the activated connection.
        app: see ``installed_app``.
        last: the instant (monotonic seconds) at which to leave.

    Raises:
        LinkLost: when the other side stays away or keeps refusing.
    """
    tally, pause, refusals = Tally(), FIRST_PAUSE_SECONDS, 0
    while not tally.finished and time.monotonic() < last:
        try:
            instruction = link.poll()
            refusals = 0
            if instruction is not None:
                _answer(link, app, instruction, tally)
                pause = FIRST_PAUSE_SECONDS
                continue
        except RunOver as exc:
            refusals += 1
            if refusals >= MAX_REFUSALS_IN_A_ROW:
                raise LinkLost("refused in a row") from exc
        time.sleep(min(pause, max(0.0, last - time.monotonic())))
        pause = min(pause * PAUSE_GROWTH, LAST_PAUSE_SECONDS)
    return tally


def _answer(link: Link, app: ClientApp, instruction: Instruction, tally: Tally) -> None:
    """Check one instruction, run it, send the reply; only the error's code travels back."""
    started = time.monotonic()
    message = instruction.envelope
    try:
        rules.check_envelope(message.metadata, link.node_id, link.object_ids(instruction))
        if message.metadata.message_type == rules.FINISHED:
            tally.finished = True  # it has no content worth fetching, and leaving is the answer
            return
        content = link.fetch(instruction)
        rules.check_content(message.metadata, content.metadata)
        message = content
        reply = app(message, _context(link.node_id, message))
        tally.answered += 1
    except (LinkLost, RunOver):
        raise
    except Exception as exc:  # noqa: BLE001 — whatever a step raises, the other side learns a code and nothing else
        tally.refused += 1
        reply = Message(Error(STEP_ERROR, _code(exc)), reply_to=message)
    link.reply(reply, time.monotonic() - started)


def _context(node_id: int, message: Message) -> Context:
    return Context(
        run_id=message.metadata.run_id, node_id=node_id, node_config={}, state=RecordDict(), run_config={}, series_id=0
    )


def _code(exc: Exception) -> str:
    """Name an error for the other side; a bug's text stays here, and even here without its message."""
    if isinstance(exc, GuildpostError):
        _log.warning("round_step_refused", code=exc.code)
        return exc.code
    frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(exc.__traceback__)[-4:]]
    _log.error("round_step_failed", error=type(exc).__name__, at=frames)
    return "round_step_failed"
