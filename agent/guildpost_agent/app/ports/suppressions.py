"""The list of addresses nobody may write to."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol


class Suppressions(Protocol):
    """The list that survives erasure: keyed hashes of addresses nobody may write to."""

    def add(self, address_hmac: str, channel: str, reason: str, since: datetime) -> None: ...  # noqa: D102 — the name says it
    def lift(self, address_hmac: str, channel: str, reasons: Iterable[str]) -> bool:
        """Take an address off the list if it stands there for one of these reasons; say whether it did."""
        ...

    def since(self, address_hmac: str, channel: str) -> datetime | None: ...  # noqa: D102 — see above
    def contains(self, address_hmac: str, channel: str) -> bool: ...  # noqa: D102 — see above
    def some(self, entries: Collection[str]) -> set[tuple[str, str]]:
        """List those of some entries that stand on the list, each with its channels."""
        ...

    def all(self) -> set[tuple[str, str]]: ...  # noqa: D102 — see above
