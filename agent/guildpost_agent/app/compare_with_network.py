"""Set the dealer's own figures beside the network's: of each study its newest release that can be believed.

What was released is read from the catalogue and cheap; comparing counts the dealer's records, one study at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from guildpost_agent.app.count_for_study import Setting, count_for_study
from guildpost_agent.app.list_studies import Reading, studies_in_force
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.brands import scoped
from guildpost_agent.domain.insights.backing import COMPARED, require_backed
from guildpost_agent.domain.insights.comparison import Question, compared
from guildpost_agent.domain.insights.own import own_figures
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.studies.release import Release, parse_release
from guildpost_shared.studies.spec import StudySpec, parse_study


@dataclass(frozen=True)
class Believed:
    """One study's newest release, backed by the signed terms."""

    brand: str
    release: Release
    study: StudySpec

    @property
    def name(self) -> str:
        """By which the study is known here."""
        return scoped(self.brand, self.study.study_id)


@dataclass(frozen=True)
class Awaited:
    """A study in force without a release.

    Attributes:
        brand: whose.
        study: the signed terms.
        due: whether figures could be released by now, so that they come with the next round that succeeds.
    """

    brand: str
    study: StudySpec
    due: bool


@dataclass(frozen=True)
class Released:
    """What the networks released, what is still to come, and which releases were refused and why."""

    believed: tuple[Believed, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    refused: tuple[GuildpostError, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A release, and one's own figures beside it."""

    of: Believed
    questions: tuple[Question, ...]


def released_by(sources: Mapping[str, Reading], today: date) -> Released:
    """Read what was released.

    Args:
        sources: the signed catalogue of each brand.
        today: the dealer's local day.
    """
    believed: list[Believed] = []
    awaited: list[Awaited] = []
    refused: list[GuildpostError] = []
    for brand, source in sources.items():
        newest, unsound = _newest(source, brand)
        studies, unread = studies_in_force(source)
        believed += newest.values()
        refused += [*unsound, *(one.error for one in unread if one.is_damaged)]
        awaited += [
            Awaited(brand, study, today >= study.release_from)
            for study in studies
            if study.kind in COMPARED
            and (study.study_id not in newest or newest[study.study_id].study.version < study.version)
        ]
    believed.sort(key=lambda one: (COMPARED.index(one.study.kind), one.name))
    return Released(tuple(believed), tuple(awaited), tuple(refused))


def compare_with_network(open_uow: OpenUnitOfWork, of: Believed, setting: Setting, today: date) -> Comparison:
    """Count the dealer's own as the study counts, with nobody left out, and set it beside the release.

    Args:
        open_uow: opens a transaction; nothing is written.
        of: what was released.
        setting: the dealer's.
        today: the dealer's local day.
    """
    with open_uow() as uow:
        parts = count_for_study(uow, of.study, of.brand, setting, today=today, already_counted=())
    return Comparison(of, compared(of.release, own_figures(of.study, parts)))


def _newest(source: Reading, brand: str) -> tuple[dict[str, Believed], list[GuildpostError]]:
    """Read the newest release of each study; what cannot be believed takes nothing from the others."""
    newest: dict[str, Believed] = {}
    unsound: list[GuildpostError] = []
    for path in source.list("releases/"):
        try:
            found = _believed(source, brand, path)
        except GuildpostError as error:
            if error.params.get("field") != "kind":  # of another kind: only a newer program draws it
                unsound.append(error)
            continue
        known = newest.get(found.study.study_id)
        if known is None or known.release.period_end < found.release.period_end:
            newest[found.study.study_id] = found
    return newest, unsound


def _believed(source: Reading, brand: str, path: str) -> Believed:
    """Read a release with the study that allows it.

    Raises:
        Refused: ``document_*`` or ``release_not_backed``.
        GuildpostError: the verified copy is damaged or not there.
    """
    release = parse_release(source.read(path))
    try:
        study = parse_study(source.read(f"studies/{release.study_id}/{release.study_version}.json"))
    except Refused as error:
        raise Refused("release_not_backed", detail=str(error), path=path, field="study") from error
    require_backed(release, study, path)
    return Believed(brand, release, study)
