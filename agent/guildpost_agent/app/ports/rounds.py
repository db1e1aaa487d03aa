"""The agent's memory of federated rounds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from guildpost_shared.privacy.accountant import Expense
from guildpost_shared.privacy.ledger import Entry, Ledger


class Rounds(Protocol):
    """The agent's memory of federated rounds: what was answered is answered the same way again."""

    def snapshot(self, round_id: str) -> bytes | None: ...  # noqa: D102 — see above
    def save(
        self,
        *,
        round_id: str,
        study_id: str,
        period: str,
        state: str,
        now: datetime,
        snapshot: bytes,
    ) -> None:
        """Store the participant's state, answers included, before a reply leaves."""
        ...

    def charge(self, *, study_id: str, period: str, round_id: str, now: datetime) -> bool:
        """Charge the one masked upload of a study and period; False if another round already did."""
        ...

    def contributed(self, study_id: str, quarter: str) -> set[str]:
        """List the customers already counted in that quarter."""
        ...

    def ledgers(self) -> dict[str, Ledger]:
        """Give by customer everything that they were counted in, in any study of any brand."""
        ...

    def seated(self, like: Entry) -> set[str]:
        """List the customers who were charged for the same study, brand and period exactly this; whose, is no matter.

        Who was erased since is among them by a pseudonym alone.
        """
        ...

    def mark_contributed(self, quarter: str, entries: Iterable[Entry], epsilon: float) -> None:
        """Note who was counted, and what it cost; the mark is never taken back.

        Args:
            quarter: of the study's period.
            entries: one for each customer.
            epsilon: as the study states it.
        """
        ...

    def settle(self, like: Entry, made: tuple[Expense, ...]) -> None:
        """Note what was made in the end of what was charged; for everybody who was charged the same for the same.

        Args:
            like: brand, study, period and expenses as charged; whose, is no matter.
            made: the expenses of what left, or may have left.
        """
        ...

    def all(self) -> list[tuple[str, str, str, str]]:
        """List (round_id, study_id, period, state)."""
        ...
