"""What every table is made of.

Every column that can hold personal data says so in ``info`` (``personal``): export, erasure and the canary hunt are
driven by the schema. Instants are UTC ISO-8601 text, days are ISO dates.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import MetaData, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect

metadata = MetaData()

PERSONAL: Final = {"personal": True}


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as sortable text."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 — SQLAlchemy's signature
        """Store in UTC with fixed width."""
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 — as above
        """Read back as an aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


def read_notes(text: str) -> dict[str, tuple[str, str]]:
    """Read the stored form of ``records.Provenance``."""
    return {} if text == "{}" else {field: (note[0], note[1]) for field, note in json.loads(text).items()}


class Notes(TypeDecorator[dict[str, tuple[str, str]]]):
    """What normalisation did to which field (``records.Provenance``), as JSON; most records have none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002 — as above
        """Store as JSON."""
        return json.dumps(value, ensure_ascii=False) if value else "{}"

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dict[str, tuple[str, str]]:  # noqa: ARG002 — as above
        """Read back with tuples."""
        return {} if value is None else read_notes(value)
