"""The agent's catalogue (port ``CatalogueSource``): verify with python-tuf, judge by our rules, keep a copy."""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.catalogue.foreseen import ForeseenTransport, held_versions
from guildpost_agent.adapters.catalogue.patience import PatientTransport
from guildpost_agent.adapters.catalogue.store import CatalogueStore, StoredState
from guildpost_agent.adapters.catalogue.updater import LIMITS
from guildpost_agent.adapters.catalogue.verified import CatalogueUpdater, VerifiedCatalogue
from guildpost_agent.app.ports.catalogue_source import CatalogueTransport, CatalogueVersion
from guildpost_agent.domain.catalogue import AssociationTrust, Listing, check_clock, judge
from guildpost_agent.domain.catalogue_approvals import InForce, take_over
from guildpost_agent.domain.catalogue_progress import check_progress, latest
from guildpost_shared.catalogue_keys import root_hash
from guildpost_shared.catalogue_paths import ASSOCIATION, MAX_CATALOGUE_BYTES, check_path, required_roles
from guildpost_shared.clock import Clock
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import Refused, Unavailable, Untrusted, from_code

FIRST_ROOT: Final = "1.root.json"


@dataclass(frozen=True)
class TrustAnchors:
    """What the dealer trusts before anything is fetched.

    Attributes:
        root_hash: SHA-256 of the first root metadata, 32 bytes, from the join code (the brand's side).
        association: fingerprint of the association's key in printed form, given by the association; None until then.
    """

    root_hash: bytes
    association: str | None


class TufCatalogue:
    """The signed catalogue of one membership."""

    def __init__(
        self,
        folder: Path,
        transport: CatalogueTransport,
        anchors: TrustAnchors,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the catalogue; nothing is fetched yet.

        Args:
            folder: where metadata and contents are kept (one process writes, others may read).
            transport: where files come from.
            anchors: what is trusted from the start.
            clock: the wall clock.
            monotonic: seconds that never go back, for the patience with a slow server.
        """
        self._folder = folder
        self._metadata = folder / "metadata"
        self._store = CatalogueStore(folder)
        self._transport = transport
        self._anchors = anchors
        self._clock = clock
        self._monotonic = monotonic

    def sync(self) -> CatalogueVersion:
        """Fetch and verify the newest state; see the port.

        1 the clock is not behind what was seen before · 2 the root is the join code's · 3 python-tuf verifies all
        metadata · 4 the clock is not behind the new timestamp, and no version behind the last good state · 5 each path
        is judged · 6 missing contents are fetched · 7 the new state replaces the old one.
        """
        now = self._clock.now()
        try:
            known = self._store.state()
            self._store.replace_clock(latest(now, self._store.latest_clock()))
            if known is not None:
                check_clock(now, known.signed_at)  # 1
            patient = PatientTransport(self._transport, self._monotonic)
            source = ForeseenTransport(patient, held_versions(self._metadata))
            updater = CatalogueUpdater(self._metadata, source, self._bootstrap(source))  # 2
            verified = updater.look()  # 3
            check_clock(now, verified.signed_at)  # 4
            if known is not None:
                check_progress(known.progress, verified.progress)
            state = self._judged(verified, known.in_force if known is not None else {}, now)  # 5
            self._fetch(updater, state)  # 6
            self._store.replace_state(state)  # 7
            if known is None or verified.signed_at > known.signed_at:
                self._store.replace_clock(now)  # a newer timestamp vouches for the clock
        except OSError as error:
            raise Unavailable("catalogue_not_stored", detail=str(error)) from error
        finally:
            self._transport.close()
        return _version(state)

    def current(self) -> CatalogueVersion | None:
        """Give the last good state; see the port."""
        state = self._state()
        return None if state is None else _version(state)

    def age(self) -> timedelta | None:
        """Say how old the last good state's timestamp is; see the port."""
        state = self._state()
        return None if state is None else latest(self._clock.now(), self._store.latest_clock()) - state.signed_at

    def read(self, path: str) -> bytes:
        """Give the contents in force under a path; see the port."""
        state = self._state()
        if state is None:
            raise Unavailable("catalogue_never_synced")
        found = state.in_force.get(check_path(path))
        if found is None:
            raise from_code(state.refused.get(path, "catalogue_unknown_path"), path=path)
        return self._store.content(path, found.listing)

    def list(self, prefix: str) -> tuple[str, ...]:
        """List the paths in force below a prefix; see the port."""
        state = self._state()
        return () if state is None else tuple(sorted(path for path in state.in_force if path.startswith(prefix)))

    def in_force(self) -> dict[str, InForce]:
        """Say of every path in force who approved it, and since when it is in force here."""
        state = self._state()
        return {} if state is None else dict(state.in_force)

    def set_damaged_aside(self) -> tuple[str, ...]:
        """Take out of force whose copy on disk is damaged, so that the rest goes on; the next sync fetches it anew.

        Returns:
            The paths; reading them says ``catalogue_cache_damaged``.
        """
        state = self._store.state()
        if state is None:
            return ()
        damaged = tuple(path for path, item in state.in_force.items() if not self._store.has(item.listing))
        if damaged:
            kept = {path: item for path, item in state.in_force.items() if path not in damaged}
            refused = {**state.refused, **dict.fromkeys(damaged, "catalogue_cache_damaged")}
            self._store.replace_state(replace(state, in_force=kept, refused=refused))
        return damaged

    def _bootstrap(self, source: CatalogueTransport) -> bytes:
        """Give the first root: the kept copy, or fetched; either way it must have the join code's hash.

        Raises:
            Untrusted: ``catalogue_wrong_root``.
        """
        kept = self._folder / FIRST_ROOT
        if kept.exists() and self._is_anchor(root := kept.read_bytes()):
            return root
        root = _fetch_root(source)
        if not self._is_anchor(root):
            raise Untrusted("catalogue_wrong_root")
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_file(kept, root)
        return root

    def _is_anchor(self, root: bytes) -> bool:
        return hmac.compare_digest(root_hash(root), self._anchors.root_hash)

    def _judged(self, verified: VerifiedCatalogue, former: Mapping[str, InForce], now: datetime) -> StoredState:
        association = self._association(verified)
        in_force: dict[str, InForce] = {}
        refused: dict[str, str] = {}
        for path, listings in verified.listings.items():
            verdict = judge(path, listings, association)
            if isinstance(verdict, Listing):
                in_force[path] = take_over(path, verdict, verified.signed, former.get(path), now=now)
            else:
                refused[path] = verdict
        if sum(item.listing.length for item in in_force.values()) > MAX_CATALOGUE_BYTES:
            raise Refused("catalogue_too_large")
        return StoredState(verified.progress, verified.signed_at, self._anchors.association, in_force, refused)

    def _association(self, verified: VerifiedCatalogue) -> AssociationTrust:
        anchor = self._anchors.association
        if anchor is None:
            return "association_key_missing"
        return "trusted" if verified.has_association(anchor) else "association_key_mismatch"

    def _state(self) -> StoredState | None:
        """Give the last good state; what hangs on another association anchor than today's waits for the next sync."""
        state = self._store.state()
        if state is None or state.association == self._anchors.association:
            return state
        refusal = "association_key_mismatch" if self._anchors.association else "association_key_missing"
        moved = {path: refusal for path in state.in_force if ASSOCIATION in required_roles(path)}
        kept = {path: item for path, item in state.in_force.items() if path not in moved}
        return replace(state, in_force=kept, refused={**state.refused, **moved})

    def _fetch(self, updater: CatalogueUpdater, state: StoredState) -> None:
        """Fetch contents that are not here yet; what is complete stays, so an interrupted sync goes on later."""
        for path, item in state.in_force.items():
            if not self._store.has(item.listing):
                updater.download(required_roles(path)[0], path, self._store.file_for(item.listing))


def _fetch_root(source: CatalogueTransport) -> bytes:
    data = bytearray()
    for piece in source.metadata(FIRST_ROOT):
        data += piece
        if len(data) > LIMITS.root_max_length:
            raise Untrusted("catalogue_wrong_root", detail="too long")
    return bytes(data)


def _version(state: StoredState) -> CatalogueVersion:
    return CatalogueVersion(state.progress.versions["snapshot"], state.signed_at, state.refused)
