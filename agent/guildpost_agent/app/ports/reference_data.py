"""Tables from outside: shipped with the agent, replaced by a file of the dealer's own, never fetched."""

from datetime import date
from typing import Protocol

from guildpost_agent.domain.reference.climate import Climate
from guildpost_agent.domain.reference.dataset import Dataset, Name
from guildpost_agent.domain.reference.makers import Makers
from guildpost_agent.domain.reference.places import Places
from guildpost_agent.domain.reference.school_holidays import SchoolHolidays
from guildpost_agent.domain.reference.tariffs import Tariffs
from guildpost_agent.domain.segments.definitions import Definitions


class ReferenceData(Protocol):
    """One table per method; reading one that the dealer spoilt by hand raises ``ConfigurationError``."""

    def places(self) -> Places: ...  # noqa: D102 — the name says it
    def climate(self) -> Climate: ...  # noqa: D102 — see above
    def tariffs(self) -> Tariffs: ...  # noqa: D102 — see above
    def school_holidays(self) -> SchoolHolidays: ...  # noqa: D102 — see above
    def makers(self) -> Makers: ...  # noqa: D102 — see above
    def definitions(self) -> Definitions: ...  # noqa: D102 — see above
    def datasets(self) -> list[Dataset]:
        """Describe every table in use, by name."""
        ...

    def add(self, name: Name, content: bytes, today: date) -> Dataset:
        """Replace a table; from the next read on it counts.

        Args:
            name: which one.
            content: a file in the table's format; postcodes also as GeoNames publishes them.
            today: stands in as the date of a file that carries none.

        Raises:
            ConfigurationError: the file is not in the format; nothing has changed.
        """
        ...

    def remove(self, name: Name) -> bool:
        """Go back to the table that was shipped; say whether there was another."""
        ...
