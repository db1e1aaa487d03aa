"""Materials in SQL (port ``Materials``): a row each, and an append-only row per step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from guildpost_coordinator.adapters.sql.catalogue_tables import catalogue_contents
from guildpost_coordinator.adapters.sql.material_tables import material_steps, materials
from guildpost_coordinator.domain.material import Approval, Event, Material, State, Step
from guildpost_coordinator.domain.people import Right
from guildpost_shared.errors import Conflict, Refused


class SqlMaterials:
    """Materials, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, material: Material) -> Material:
        """Keep a material; the condition on its revision is part of the statement, so that one of two steps wins."""
        try:
            position = self._insert(material) if material.revision == 0 else self._update(material)
            for number, step in enumerate(material.steps[material.revision :], start=material.revision + 1):
                self._connection.execute(insert(material_steps).values(position=position, number=number, **_row(step)))
        except IntegrityError as error:
            raise Conflict("material_changed", material=material.name) from error
        return replace(material, revision=len(material.steps))

    def latest(self, key: str) -> Material | None:
        """Give the newest edition under a key."""
        found = self.editions(key)
        return found[-1] if found else None

    def editions(self, key: str) -> list[Material]:
        """List every edition under a key, oldest first."""
        return self._read(select(materials).where(materials.c.key == key).order_by(materials.c.edition))

    def latest_of_all(self) -> list[Material]:
        """List the newest edition of every key, by key."""
        newest = select(materials.c.key, func.max(materials.c.edition)).group_by(materials.c.key)
        among = tuple_(materials.c.key, materials.c.edition).in_(newest)
        return self._read(select(materials).where(among).order_by(materials.c.key))

    def in_state(self, *states: State) -> list[Material]:
        """List materials in certain states, oldest first."""
        among = materials.c.state.in_([state.value for state in states])
        return self._read(select(materials).where(among).order_by(materials.c.position))

    def keep(self, contents: Mapping[str, bytes]) -> None:
        """Keep contents by SHA-256."""
        wanted = select(catalogue_contents.c.sha256).where(catalogue_contents.c.sha256.in_(list(contents)))
        known = set(self._connection.scalars(wanted))
        new = [{"sha256": sha256, "body": body} for sha256, body in contents.items() if sha256 not in known]
        if new:
            self._connection.execute(insert(catalogue_contents), new)

    def content(self, sha256: str) -> bytes:
        """Give contents by their hash."""
        query = select(catalogue_contents.c.body).where(catalogue_contents.c.sha256 == sha256)
        body = self._connection.scalar(query)
        if body is None:
            raise Refused("catalogue_file_missing", detail=f"content {sha256}")
        return bytes(body)

    def _insert(self, material: Material) -> int:
        values = {"key": material.key, "edition": material.edition, **_values(material)}
        done = self._connection.execute(insert(materials).values(values).returning(materials.c.position))
        return int(done.scalar_one())

    def _update(self, material: Material) -> int:
        same = (
            (materials.c.key == material.key)
            & (materials.c.edition == material.edition)
            & (materials.c.revision == material.revision)
        )
        changed = update(materials).where(same).values(_values(material)).returning(materials.c.position)
        position = self._connection.execute(changed).scalar_one_or_none()
        if position is None:
            raise Conflict("material_changed", material=material.name)
        return int(position)

    def _read(self, query: Select[tuple[object, ...]]) -> list[Material]:
        rows = self._connection.execute(query).mappings().all()
        steps: dict[int, list[Step]] = {row["position"]: [] for row in rows}
        wanted = material_steps.c.position.in_(list(steps))
        in_order = select(material_steps).where(wanted).order_by(material_steps.c.position, material_steps.c.number)
        for row in self._connection.execute(in_order).mappings():
            steps[row["position"]].append(_step(row))
        return [_material(row, steps[row["position"]]) for row in rows]


def _values(material: Material) -> dict[str, object]:
    return {
        "state": material.state.value,
        "publish_at": material.publish_at,
        "publication_id": material.publication_id,
        "revision": len(material.steps),
        "body": {
            "contents": dict(material.contents),
            "before": dict(material.before),
            "authors": sorted(material.authors),
            "approvals": [[a.role.value, a.person_id, a.at.isoformat(), a.digest] for a in material.approvals],
        },
    }


def _material(row: RowMapping, steps: Sequence[Step]) -> Material:
    body = row["body"]
    return Material(
        key=row["key"],
        edition=row["edition"],
        state=State(row["state"]),
        contents=body["contents"],
        before=body["before"],
        authors=frozenset(body["authors"]),
        approvals=tuple(
            Approval(Right(role), person, datetime.fromisoformat(at), sha256)
            for role, person, at, sha256 in body["approvals"]
        ),
        publish_at=row["publish_at"],
        publication_id=row["publication_id"],
        steps=tuple(steps),
        revision=row["revision"],
    )


def _row(step: Step) -> dict[str, object]:
    return {
        "event": step.event.value,
        "state": step.state.value,
        "role": step.role.value if step.role else "",
        "person_id": step.person_id,
        "person": step.person,
        "at": step.at,
        "comment": step.comment,
        "contents": dict(step.contents),
        "before": dict(step.before),
    }


def _step(row: RowMapping) -> Step:
    return Step(
        event=Event(row["event"]),
        state=State(row["state"]),
        person_id=row["person_id"],
        person=row["person"],
        at=row["at"],
        comment=row["comment"],
        role=Right(row["role"]) if row["role"] else None,
        contents=row["contents"],
        before=row["before"],
    )
