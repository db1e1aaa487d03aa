"""The consent ledger of a large dealership: bulk read, a first delivery, the same delivery again, everybody decided.

``python bench/consents.py`` prints one JSON line.
"""

import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.consents.apply_import import apply_import
from guildpost_agent.domain.consent.decide import Approach, Facts, decide
from guildpost_agent.domain.consent.importing import Said
from guildpost_agent.domain.consent.terms import ContactChannel, Purpose

CUSTOMERS = 53_000
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
_Result = TypeVar("_Result")


def timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    """Return seconds and result."""
    start = time.perf_counter()
    result = work()
    return round(time.perf_counter() - start, 3), result


def statements(share: int) -> list[Said]:
    """Ask one customer in ``share`` about mail and calls: half of them say yes to mail, the others no to everything."""
    return [
        Said(str(one), channel, "service_reminders" if yes else "*", yes, date(2026, 1, 2 + one % 20), "Annahme")
        for one in range(0, CUSTOMERS, share)
        for channel in ("email", "phone")
        for yes in (one // share % 2 == 0 and channel == "email",)
    ]


def main() -> None:
    """Measure a ledger as dealers have it (a quarter was ever asked), and one in which everybody was asked."""
    for share in (4, 1):
        print(json.dumps(measure(statements(share))))


def measure(rows: list[Said]) -> dict[str, object]:
    """Measure one ledger."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "agent.db", bytes(32))
        metadata.create_all(engine)
        with unit_of_work_factory(engine)() as uow:
            first, found = timed(lambda: apply_import(uow, rows, [], NOW))
            uow.commit()
            again, repeated = timed(lambda: apply_import(uow, rows, [], NOW))
            read, book = timed(uow.consents.book)
            ask = Approach(Purpose.SERVICE_REMINDERS, ContactChannel.EMAIL)
            asked, allowed = timed(
                lambda: sum(decide(book.of(str(one)), Facts(), ask, NOW).allowed for one in range(CUSTOMERS))
            )
        engine.dispose()
    return {
        "bench": "consents",
        "customers": CUSTOMERS,
        "entries": found["added"],
        "first_import_s": first,
        "same_again_s": again,
        "added_again": repeated["added"],
        "bulk_read_s": read,
        "fold_and_decide_all_s": asked,
        "allowed": allowed,
    }


if __name__ == "__main__":
    main()
