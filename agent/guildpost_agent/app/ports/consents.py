"""The consent ledger as a repository: append, read one person, read everybody at once."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from guildpost_agent.domain.consent.book import ConsentBook
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.opt_in import OptInRequest, OptInState
from guildpost_agent.domain.consent.phone_proof import PhoneUse
from guildpost_agent.domain.consent.state import ConsentState


class Consents(Protocol):
    """Entries are only ever appended; nothing here changes or removes one."""

    def append(self, events: Sequence[ConsentEvent]) -> None: ...  # noqa: D102 — the name says it
    def events_of(self, *customer_ids: str) -> list[ConsentEvent]: ...  # noqa: D102 — see above
    def state_of(self, *customer_ids: str) -> ConsentState:
        """Give the present state of a person, who may have several records."""
        ...

    def book(self, customer_ids: Collection[str] | None = None) -> ConsentBook[Any]:
        """Read the whole ledger at once, for planning and imports, or that of some customers."""
        ...

    def add_request(self, request: OptInRequest) -> None: ...  # noqa: D102 — see above
    def request(self, request_id: str) -> OptInRequest | None: ...  # noqa: D102 — see above
    def request_by_hash(self, token_hash: str) -> OptInRequest | None: ...  # noqa: D102 — see above
    def requests(self, *states: OptInState, customer_id: str | None = None) -> list[OptInRequest]:
        """List the opt-in requests in certain states, oldest first."""
        ...

    def move_requests(self, requests: Sequence[OptInRequest], *, expected: Iterable[OptInState]) -> int:
        """Store new states where the stored one is still an expected one; say how many were."""
        ...

    def record_use(self, use: PhoneUse) -> None:
        """Record an advertising call that rested on a consent (§ 7a UWG)."""
        ...

    def uses_of(self, customer_id: str) -> list[PhoneUse]: ...  # noqa: D102 — see above
