"""Errors leave the control plane here and nowhere else: status from the table, code and parameters in the trailer.

Details for the log stay in the log. A bug becomes ``coordinator_failed`` with nothing else in it.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import structlog

from guildpost_shared.errors import KINDS, GuildpostError, Unavailable
from guildpost_shared.wire.limits import CODE_KEY, PARAMS_KEY

Context = grpc.aio.ServicerContext[Any, Any]
_log = structlog.get_logger("guildpost.grpc")


@asynccontextmanager
async def translated(context: Context, method: str) -> AsyncIterator[None]:
    """Turn an error in the block into the status that the peer sees.

    Args:
        context: of the call.
        method: full method name, for the log.
    """
    try:
        yield
    except grpc.aio.AbortError:
        raise
    except GuildpostError as error:
        _log.info("call_refused", method=method, code=error.code, detail=error.detail)
        await _abort(context, error)
    except Exception as error:  # noqa: BLE001 — the edge: a bug must not show the peer more than that it happened
        _log.exception("call_failed", method=method, kind=type(error).__name__)
        await _abort(context, Unavailable("coordinator_failed"))


async def _abort(context: Context, error: GuildpostError) -> None:
    params = {name: str(value) for name, value in error.params.items()}
    metadata: tuple[tuple[str, str], ...] = ((CODE_KEY, error.code),)
    if params:
        metadata += ((PARAMS_KEY, json.dumps(params)),)
    await context.abort(grpc.StatusCode[KINDS[error.kind].grpc], error.code, metadata)
