"""What a signer checks before its key touches anything: it trusts its own record and its own eyes, not the coordinator.

1. The proposal is for this role, and its version is the one its bytes state.
2. The version is exactly one more than the last this key has signed; the last version again is answered only when the
   bytes are the same (a lost reply), never with other bytes.
3. Every target lies in the role's own namespace and is of a kind that this role signs.
4. Counts, sizes and the term of validity stay within the limits.
5. The contents of every added or changed target are there and have the stated length and SHA-256.
6. The contents pass the check of their kind; a kind without a check is refused.

A removal needs no contents: recalling is always possible. The numbers return in the code.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guildpost_coordinator.domain.catalogue import Listing, RoleListing
from guildpost_shared.catalogue_paths import (
    MAX_TARGET_BYTES,
    MAX_TARGETS_PER_ROLE,
    Role,
    kind_of,
    path_in_namespace,
)
from guildpost_shared.errors import Refused

MAX_ROLE_LIFETIME: Final = timedelta(days=400)

ContentCheck = Callable[[str, bytes], None]
ContentChecks = Mapping[str, ContentCheck]
"""Kind → check(path, contents), which raises ``Refused`` when the contents may not be published."""


@dataclass(frozen=True)
class Review:
    """What a proposal changes, as a signer reads it; paths without the role in front."""

    role: Role
    version: int
    added: Mapping[str, Listing]
    changed: Mapping[str, Listing]
    removed: tuple[str, ...]

    @property
    def contents_to_read(self) -> dict[str, Listing]:
        """Everything whose contents the signer has to see."""
        return {**self.added, **self.changed}


def review(role: Role, base: RoleListing, proposed: RoleListing, *, now: datetime) -> Review:
    """Compare a proposal with what this key signed last.

    Args:
        role: the signer's own role.
        base: the last version this key signed.
        proposed: what it shall sign.
        now: wall clock, UTC.

    Returns:
        The changes, still without a look at the contents.

    Raises:
        Refused: ``proposal_wrong_version``, ``catalogue_foreign_namespace``, ``catalogue_bad_path`` or
            ``proposal_out_of_bounds``.
    """
    if proposed.version != base.version + 1:  # 2
        raise Refused("proposal_wrong_version", detail=f"{proposed.version} after {base.version}", role=role)
    new = {path_in_namespace(role, name): listing for name, listing in proposed.targets.items()}  # 3
    old = {path_in_namespace(role, name): listing for name, listing in base.targets.items()}
    too_large = any(listing.length > MAX_TARGET_BYTES for listing in new.values())
    if too_large or len(new) > MAX_TARGETS_PER_ROLE or not now < proposed.expires <= now + MAX_ROLE_LIFETIME:  # 4
        raise Refused("proposal_out_of_bounds", role=role)
    return Review(
        role=role,
        version=proposed.version,
        added={path: listing for path, listing in new.items() if path not in old},
        changed={path: listing for path, listing in new.items() if path in old and old[path] != listing},
        removed=tuple(path for path in old if path not in new),
    )


def check_contents(path: str, listing: Listing, contents: bytes, checks: ContentChecks) -> None:
    """Look at one added or changed target.

    Raises:
        Refused: ``proposal_hash_mismatch``, ``proposal_unchecked_kind``, or what the kind's check raises.
    """
    if listing != describe(contents):  # 5
        raise Refused("proposal_hash_mismatch", path=path)
    check = checks.get(kind_of(path))
    if check is None:  # 6
        raise Refused("proposal_unchecked_kind", path=path)
    check(path, contents)


def describe(contents: bytes) -> Listing:
    """Give the listing of contents."""
    return Listing(len(contents), hashlib.sha256(contents).hexdigest())
