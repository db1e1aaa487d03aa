"""Names in the signed catalogue, and who must sign what: the one table both sides use.

A path (``services/hu_au.json``) says what it holds by its first part, its *kind*. Each kind needs certain roles. The
signed catalogue (a TUF repository) knows no "both must agree", so a path is listed once per role, in that role's own
namespace, and is in force only if all required roles list it with the same length and SHA-256
(docs/adr/0003-two-roles-by-namespace.md)::

    services/hu_au.json  →  marketing/services/hu_au.json   listed by marketing
                            legal/services/hu_au.json       listed by legal

Rules:

1. a path matches ``^[a-z0-9][a-z0-9._/-]{0,120}$`` , has 2 to 6 parts, and no part is empty, ``.`` or ``..``, or
   ends with a dot (Windows drops it);
2. its kind stands in ``REQUIRED_ROLES``;
3. a role's namespace is delegated with ``delegation_patterns(role)``: a TUF pattern never matches across ``/``, so
   there is one pattern per depth (TUF specification 1.0.34, section 4.5, PATHPATTERN).
"""

import re
from datetime import timedelta
from typing import Final, Literal, NamedTuple, get_args

from guildpost_shared.errors import Refused

Role = Literal["marketing", "legal", "association", "models"]
SignerRole = Literal["marketing", "legal", "association"]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
SIGNER_ROLES: Final[tuple[SignerRole, ...]] = get_args(SignerRole)
ASSOCIATION: Final[SignerRole] = "association"

REQUIRED_ROLES: Final[dict[str, tuple[Role, ...]]] = {
    "services": ("marketing", "legal"),
    "templates": ("marketing", "legal"),
    "studies": ("legal", "association"),
    "roster": ("legal", "association"),
    "models": ("models",),
    "releases": ("models",),
}

MIN_PARTS: Final = 2
MAX_PARTS: Final = 6
MAX_TARGET_BYTES: Final = 1024 * 1024
MAX_TARGETS_PER_ROLE: Final = 2_000
MAX_CATALOGUE_BYTES: Final = 64 * 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024
# The coordinator signs the timestamp for this long; an agent takes no timestamp that is valid for longer.
TIMESTAMP_LIFETIME: Final = timedelta(days=3)
# What offline keys and roles sign is good for this long from its issue, so the term tells the date of issue.
OFFLINE_LIFETIME: Final = timedelta(days=365)

_PATH: Final = re.compile(r"[a-z0-9][a-z0-9._/-]{0,120}")
_METADATA: Final = re.compile(
    r"timestamp\.json|[1-9][0-9]{0,8}\.(?:root|snapshot|targets|marketing|legal|association|models)\.json"
)
_HASHED: Final = re.compile(r"(?P<sha256>[0-9a-f]{64})\.(?P<name>[^/]+)")


class TargetFileName(NamedTuple):
    """A target as it is fetched: in which namespace, under which path, with which contents."""

    role: Role
    path: str
    sha256: str


def check_path(path: str) -> str:
    """Check a catalogue path.

    Args:
        path: without a role in front, for example ``services/hu_au.json``.

    Returns:
        The path itself.

    Raises:
        Refused: ``catalogue_bad_path``: not a path, or of no known kind.
    """
    parts = path.split("/")
    well_formed = _PATH.fullmatch(path) is not None and MIN_PARTS <= len(parts) <= MAX_PARTS
    if not well_formed or any(part in {"", ".", ".."} or part.endswith(".") for part in parts):
        raise Refused("catalogue_bad_path", detail=repr(path[:160]), path=path[:160])
    if parts[0] not in REQUIRED_ROLES:
        raise Refused("catalogue_bad_path", detail=f"unknown kind {parts[0]!r}", path=path[:160])
    return path


def kind_of(path: str) -> str:
    """Give the kind of a checked path: its first part."""
    return path.split("/", 1)[0]


def required_roles(path: str) -> tuple[Role, ...]:
    """Name the roles that must all list a path before it is in force.

    Raises:
        Refused: ``catalogue_bad_path``.
    """
    return REQUIRED_ROLES[kind_of(check_path(path))]


def target_name(role: Role, path: str) -> str:
    """Give the TUF target name of a path in a role's namespace."""
    return f"{role}/{path}"


def path_in_namespace(role: Role, name: str) -> str:
    """Give the path of a TUF target name that must lie in a role's namespace.

    Raises:
        Refused: ``catalogue_foreign_namespace`` (outside the namespace, or the kind is not the role's business) or
            ``catalogue_bad_path``.
    """
    prefix, _, path = name.partition("/")
    if prefix != role or role not in required_roles(path):
        raise Refused("catalogue_foreign_namespace", detail=f"{role} lists {name[:160]!r}", role=role, path=name[:160])
    return path


def delegation_patterns(role: Role) -> list[str]:
    """List the TUF path patterns that cover a role's namespace, one per depth."""
    return [role + "/*" * depth for depth in range(MIN_PARTS, MAX_PARTS + 1)]


def is_metadata_name(name: str) -> bool:
    """Say whether a name is one of a metadata file that agents may fetch."""
    return _METADATA.fullmatch(name) is not None


def parse_target_file_name(name: str) -> TargetFileName | None:
    """Take apart the name under which a target is fetched (``legal/services/<sha256>.hu_au.json``).

    Returns:
        Its parts, or None when it is no such name.
    """
    folder, _, file = name.rpartition("/")
    hashed = _HASHED.fullmatch(file)
    role = next((r for r in ROLES if folder.startswith(f"{r}/")), None)
    if hashed is None or role is None:
        return None
    try:
        path = path_in_namespace(role, f"{folder}/{hashed['name']}")
    except Refused:
        return None
    return TargetFileName(role, path, hashed["sha256"])
