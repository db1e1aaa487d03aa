"""Errors typed by who can act.

    GuildpostError
    ├── ConfigurationError   the operator mends it
    ├── Unavailable          something is away: try again later
    ├── Refused              a policy said no, with a reason code
    ├── Untrusted            signature, certificate or freshness failed: stop and tell
    ├── ProtocolViolation    the peer's fault: abort the exchange
    └── Conflict             somebody else was first, or the state does not allow it

Every error carries a code. ``errors.toml`` maps the code to its kind and to the public sentence and the next step,
both in German and English; ``KINDS`` maps the kind to the gRPC status, the HTTP status and the exit code.
A bug stays a plain exception.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

from guildpost_shared.problems import said

Language = Literal["de", "en"]


class GuildpostError(Exception):
    """An error that a person or a peer can act on."""

    kind = "error"

    def __init__(self, code: str, detail: str = "", **params: object) -> None:
        """Name the error.

        Args:
            code: a key of ``errors.toml``.
            detail: text for the log; never personal data, never shown to the public.
            params: values for the placeholders of the public sentence; a ``Problem`` is said in its language.
        """
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.params = params


class ConfigurationError(GuildpostError):
    """The operator can mend it."""

    kind = "configuration"


class Unavailable(GuildpostError):  # noqa: N818 — the field's word, used as such in the house rules
    """Something is away; a retry may help."""

    kind = "unavailable"


class Refused(GuildpostError):  # noqa: N818 — see above
    """A policy refused it; the code is the reason."""

    kind = "refused"


class Untrusted(GuildpostError):  # noqa: N818 — see above
    """A signature, certificate or freshness check failed."""

    kind = "untrusted"


class ProtocolViolation(GuildpostError):  # noqa: N818 — see above
    """The peer broke the protocol."""

    kind = "protocol"


class Conflict(GuildpostError):  # noqa: N818 — see above
    """The state does not allow it, or somebody else was first."""

    kind = "conflict"


@dataclass(frozen=True)
class Kind:
    """How one kind of error leaves a process: gRPC status name, HTTP status, exit code (sysexits where one fits)."""

    grpc: str
    http: int
    exit_code: int
    error: type[GuildpostError]


KINDS: Final[dict[str, Kind]] = {
    "configuration": Kind("FAILED_PRECONDITION", 500, 78, ConfigurationError),
    "unavailable": Kind("UNAVAILABLE", 503, 75, Unavailable),
    "refused": Kind("PERMISSION_DENIED", 403, 77, Refused),
    "untrusted": Kind("UNAUTHENTICATED", 401, 76, Untrusted),
    "protocol": Kind("INVALID_ARGUMENT", 400, 65, ProtocolViolation),
    "conflict": Kind("ABORTED", 409, 73, Conflict),
}


@dataclass(frozen=True)
class PublicText:
    """What a person reads: what happened, and what to do next."""

    what: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}"


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("errors.toml").read_text("utf-8"))


def codes() -> dict[str, str]:
    """List every known code with its kind."""
    return {code: row["kind"] for code, row in _table().items()}


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "–"


def public_text(error: GuildpostError, language: Language = "de") -> PublicText:
    """Say an error in a person's language.

    Returns:
        The sentence and the next step; an unknown code falls back to the bare code, never to the log detail.
    """
    row = _table().get(error.code)
    if row is None:
        return PublicText(error.code, "")
    params = _Blank({name: said(value, language) for name, value in error.params.items()})
    suffix = "" if language == "de" else "_en"
    return PublicText(row[f"what{suffix}"].format_map(params), row[f"next{suffix}"].format_map(params))


def from_code(code: str, **params: object) -> GuildpostError:
    """Rebuild an error from a code that came over the wire (unknown codes become a protocol violation)."""
    row = _table().get(code)
    if row is None:
        return ProtocolViolation("unknown_error_code", detail=code[:80])
    return KINDS[row["kind"]].error(code, "", **params)


def exit_code(error: GuildpostError) -> int:
    """Give the process exit code of an error."""
    return KINDS[error.kind].exit_code
