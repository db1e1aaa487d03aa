"""A catalogue in memory with the real rules: use it wherever a use case needs signed contents.

``FakeCatalogue({"services/hu_au.json": b"…"})`` has these in force at once. To play the brand's side, change what the
roles list and ``sync``: ``listed["legal"]["services/x.json"] = b"…"`` · ``away = True`` · ``association = "…"`` (what
the rules make of the association's key). ``clock`` drives ``age``.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from guildpost_agent.app.ports.catalogue_source import CatalogueVersion
from guildpost_agent.domain.catalogue import AssociationTrust, Listing, check_clock, judge
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.catalogue_paths import ROLES, Role, check_path, required_roles
from guildpost_shared.clock import Clock, ManualClock
from guildpost_shared.errors import Unavailable, from_code


class FakeCatalogue:
    """The port ``CatalogueSource`` without files, network or signatures."""

    def __init__(self, in_force: Mapping[str, bytes] | None = None, *, clock: Clock | None = None) -> None:
        self.clock = clock or ManualClock(datetime(2027, 3, 1, 7, tzinfo=UTC))
        self.listed: dict[Role, dict[str, bytes]] = {role: {} for role in ROLES}
        self.away = False
        self.association: AssociationTrust = "trusted"
        self.signed_at = self.clock.now()
        self.version = 1
        self._contents: dict[str, bytes] = {}
        self._state: CatalogueVersion | None = None
        if in_force is not None:
            for path, contents in in_force.items():
                self.publish(path, contents)
            self.sync()

    def publish(self, path: str, contents: bytes, *roles: Role) -> None:
        """List contents in the given roles (in every required one by default)."""
        for role in roles or required_roles(path):
            self.listed[role][path] = contents
        self.version += 1
        self.signed_at = self.clock.now()

    def recall(self, path: str, *roles: Role) -> None:
        """Take a path out of the given roles (out of every one by default)."""
        for role in roles or ROLES:
            self.listed[role].pop(path, None)
        self.version += 1

    def sync(self) -> CatalogueVersion:
        """Take over what the roles list now."""
        if self.away:
            raise Unavailable("coordinator_away")
        check_clock(self.clock.now(), self.signed_at)
        refused: dict[str, str] = {}
        contents: dict[str, bytes] = {}
        for path in sorted({path for listed in self.listed.values() for path in listed}):
            verdict = self._verdict(path)
            if isinstance(verdict, Listing):
                contents[path] = self.listed[required_roles(path)[0]][path]
            else:
                refused[path] = verdict
        self._contents = contents
        self._state = CatalogueVersion(self.version, self.signed_at, refused)
        return self._state

    def current(self) -> CatalogueVersion | None:
        """Give the last good state."""
        return self._state

    def age(self) -> timedelta | None:
        """Say how old it is."""
        return None if self._state is None else self.clock.now() - self._state.signed_at

    def read(self, path: str) -> bytes:
        """Give contents in force."""
        if self._state is None:
            raise Unavailable("catalogue_never_synced")
        if check_path(path) not in self._contents:
            raise from_code(self._state.refused.get(path, "catalogue_unknown_path"), path=path)
        return self._contents[path]

    def list(self, prefix: str) -> tuple[str, ...]:
        """List paths in force."""
        return tuple(sorted(path for path in self._contents if path.startswith(prefix)))

    def _verdict(self, path: str) -> Listing | str:
        said = {role: describe(listed[path]) for role, listed in self.listed.items() if path in listed}
        listings = {role: Listing(item.length, item.sha256) for role, item in said.items()}
        return judge(path, listings, self.association)
