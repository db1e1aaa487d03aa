"""A peer's error, read from the trailing metadata of a failed call."""

import json
from collections.abc import Iterable
from typing import Final

from guildpost_shared.errors import GuildpostError, from_code
from guildpost_shared.wire.limits import CODE_KEY, PARAMS_KEY

_RESERVED: Final = frozenset({"code", "detail", "self"})  # parameters of the error itself


def error_from_trailers(trailers: Iterable[tuple[str, str | bytes]]) -> GuildpostError | None:
    """Rebuild the error that the peer raised.

    Args:
        trailers: key and value pairs as gRPC gives them.

    Returns:
        The error, or None when the peer named none (the connection failed, or somebody else answered).
    """
    texts = {key: value for key, value in trailers if isinstance(value, str)}
    code = texts.get(CODE_KEY)
    return None if code is None else from_code(code, **_params(texts.get(PARAMS_KEY, "")))


def _params(text: str) -> dict[str, str]:
    try:
        values = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: str(value)[:200] for name, value in values.items() if name.isidentifier() and name not in _RESERVED}
