"""What the brands' catalogues teach about when to write: their models, and what their studies in force learn."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from guildpost_agent.app.list_studies import Reading, studies_in_force
from guildpost_agent.app.network_model import network_model
from guildpost_agent.domain.brands import local_name, scoped
from guildpost_shared.errors import Refused
from guildpost_shared.learning.document import PublishedModel
from guildpost_shared.studies.kinds import WHEN_TO_WRITE


@dataclass(frozen=True)
class Taught:
    """What is known beside the dealer's own records.

    Attributes:
        models: by brand; a brand that has learned nothing yet has none.
        studied: services, as they are known here, about which a study learns in which the dealer takes part.
        unreadable: brands whose model cannot be read; a newer program may write such, and nothing is learned by it.
    """

    models: Mapping[str, PublishedModel] = field(default_factory=dict)
    studied: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()


NOTHING_TAUGHT: Final = Taught()


def taught_by(
    sources: Mapping[str, Reading], declined: Collection[str], today: date, *, silent: Collection[str] = ()
) -> Taught:
    """Read what is taught.

    Args:
        sources: the catalogues by brand.
        declined: studies that the dealer takes no part in, by ``scoped`` name.
        today: the dealer's local day.
        silent: brands to whose studies nothing is contributed, whichever they are: trying out times for them teaches
            nobody.
    """
    models: dict[str, PublishedModel] = {}
    unreadable: set[str] = set()
    studied: set[str] = set()
    for brand, source in sources.items():
        unreadable.add(brand)
        with suppress(Refused):
            model = network_model(source)
            unreadable.remove(brand)
            if model.version:
                models[brand] = model
        for study in studies_in_force(source, today)[0]:
            taking_part = brand not in silent and scoped(brand, study.study_id) not in declined
            if study.kind == WHEN_TO_WRITE and taking_part:
                studied.update(local_name(brand, service) for service in study.services)
    return Taught(models, frozenset(studied), frozenset(unreadable))
