"""A study counts services that the brand has: one that nobody knows would be counted in vain for a whole period."""

from collections.abc import Collection

from guildpost_coordinator.app.ports.catalogue import OpenPublications
from guildpost_shared.errors import Refused
from guildpost_shared.studies.spec import StudySpec

_FOLDER, _ENDING = "services/", ".json"


def require_services(study: StudySpec, publications: OpenPublications, beside: Collection[str] = ()) -> None:
    """Refuse a study of services that are neither in the catalogue nor on their way into it.

    Args:
        study: what shall be counted.
        publications: opens a transaction.
        beside: paths that are handed in together with the study.

    Raises:
        Refused: ``study_service_unknown``, with the services that there are.
    """
    with publications() as record:
        paths = {*record.standing(_FOLDER), *(path for path in beside if path.startswith(_FOLDER))}
    known = {path.removeprefix(_FOLDER).removesuffix(_ENDING) for path in paths}
    unknown = [service for service in study.services if service not in known]
    if unknown:
        raise Refused("study_service_unknown", services=", ".join(unknown), known=", ".join(sorted(known)) or "–")
