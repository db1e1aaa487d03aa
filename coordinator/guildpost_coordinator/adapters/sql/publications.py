"""The record of publications in SQL (port ``Publications``)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import get_args

from sqlalchemy import Connection, Engine, RowMapping, case, delete, func, insert, select, update

from guildpost_coordinator.adapters.sql.catalogue_tables import catalogue_contents, publications, role_proposals
from guildpost_coordinator.domain.catalogue import Listing, Publication, RoleProposal, State
from guildpost_shared.catalogue_paths import SIGNER_ROLES, Role
from guildpost_shared.errors import Refused


class SqlPublications:
    """Publications, their proposals and contents, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, publication: Publication, contents: Mapping[str, bytes]) -> None:
        """Keep a new publication and its contents by SHA-256."""
        self._connection.execute(
            insert(publications).values(
                publication_id=publication.publication_id,
                state=publication.state.value,
                created_at=publication.created_at,
                changes={path: item and [item.length, item.sha256] for path, item in publication.changes.items()},
                reason=publication.reason,
                alone=publication.alone or "",
            )
        )
        for sha256, body in contents.items():
            known = select(catalogue_contents.c.sha256).where(catalogue_contents.c.sha256 == sha256)
            if self._connection.scalar(known) is None:
                self._connection.execute(insert(catalogue_contents).values(sha256=sha256, body=body))

    def save(self, publication: Publication) -> None:
        """Keep a publication's new state and proposals."""
        key = publication.publication_id
        self._connection.execute(
            update(publications)
            .where(publications.c.publication_id == key)
            .values(state=publication.state.value, reason=publication.reason)
        )
        self._connection.execute(delete(role_proposals).where(role_proposals.c.publication_id == key))
        for role, proposal in publication.proposals.items():
            self._connection.execute(
                insert(role_proposals).values(
                    publication_id=key,
                    role=role,
                    version=proposal.version,
                    to_sign=proposal.to_sign,
                    signature=proposal.signature,
                )
            )

    def get(self, publication_id: str) -> Publication | None:
        """Find a publication."""
        query = select(publications).where(publications.c.publication_id == publication_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else self._read(row)

    def in_state(self, state: State) -> list[Publication]:
        """List those in a state as they were handed in, recalls before others."""
        recalls_first = case((publications.c.alone == "", 1), else_=0)
        of_state = select(publications).where(publications.c.state == state.value)
        rows = self._connection.execute(of_state.order_by(recalls_first, publications.c.position)).mappings().all()
        return [self._read(row) for row in rows]

    def latest_change(self, path: str) -> Publication | None:
        """Give the one handed in last among those that change a path."""
        newest_first = select(publications).order_by(publications.c.position.desc())
        rows = self._connection.execute(newest_first).mappings()
        row = next((row for row in rows if path in row["changes"]), None)
        return None if row is None else self._read(row)

    def standing(self, prefix: str) -> set[str]:
        """List the paths below a prefix that are handed in or in force, and neither withdrawn nor removed since."""
        valid = select(publications.c.changes).where(publications.c.state != State.WITHDRAWN.value)
        found: dict[str, bool] = {}
        for changes in self._connection.scalars(valid.order_by(publications.c.position)):
            found |= {path: item is not None for path, item in changes.items() if path.startswith(prefix)}
        return {path for path, is_there in found.items() if is_there}

    def content(self, sha256: str) -> bytes:
        """Give contents by their hash.

        Raises:
            Refused: ``catalogue_file_missing``.
        """
        query = select(catalogue_contents.c.body).where(catalogue_contents.c.sha256 == sha256)
        body = self._connection.scalar(query)
        if body is None:
            raise Refused("catalogue_file_missing", detail=f"content {sha256}")
        return bytes(body)

    def highest_signed_version(self, role: Role) -> int:
        """Give the highest version of a role that somebody has signed; 0 if none."""
        signed = (role_proposals.c.role == role) & role_proposals.c.signature.is_not(None)
        return self._connection.scalar(select(func.max(role_proposals.c.version)).where(signed)) or 0

    def _read(self, row: RowMapping) -> Publication:
        query = select(role_proposals).where(role_proposals.c.publication_id == row["publication_id"])
        found = {p["role"]: p for p in self._connection.execute(query).mappings()}
        proposals: dict[Role, RoleProposal] = {
            role: RoleProposal(found[role]["version"], found[role]["to_sign"], found[role]["signature"])
            for role in get_args(Role)
            if role in found
        }
        changes = {path: None if item is None else Listing(*item) for path, item in row["changes"].items()}
        return Publication(
            publication_id=row["publication_id"],
            state=State(row["state"]),
            created_at=row["created_at"],
            changes=changes,
            proposals=proposals,
            reason=row["reason"],
            alone=next((role for role in SIGNER_ROLES if role == row["alone"]), None),
        )


def publications_factory(engine: Engine) -> Callable[[], AbstractContextManager[SqlPublications]]:
    """Give the function that opens one transaction after the other; each commits when its block ends well."""

    @contextmanager
    def open_publications() -> Iterator[SqlPublications]:
        with engine.begin() as connection:
            yield SqlPublications(connection)

    return open_publications
