"""Set the dealer's own figures beside the network's: of each study its newest release that can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from guildpost_agent.app.count_for_study import Setting, count_for_study
from guildpost_agent.app.list_studies import Reading, studies_in_force
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.insights.backing import COMPARED, require_backed
from guildpost_agent.domain.insights.comparison import Question, compared
from guildpost_agent.domain.insights.own import own_figures
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.studies.release import Release, parse_release
from guildpost_shared.studies.spec import StudySpec, parse_study


@dataclass(frozen=True)
class Comparison:
    """One study's newest release, and one's own figures beside it."""

    brand: str
    release: Release
    study: StudySpec
    questions: tuple[Question, ...]


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
class Insights:
    """All that can be compared, what is still to come, and which releases were refused and why."""

    comparisons: tuple[Comparison, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    refused: tuple[GuildpostError, ...] = ()


def compare_with_network(
    open_uow: OpenUnitOfWork, sources: Mapping[str, Reading], setting: Setting, today: date
) -> Insights:
    """Compare.

    Args:
        open_uow: opens a transaction; nothing is written.
        sources: the signed catalogue of each brand.
        setting: the dealer's.
        today: the dealer's local day.
    """
    comparisons: list[Comparison] = []
    awaited: list[Awaited] = []
    refused: list[GuildpostError] = []
    with open_uow() as uow:
        for brand, source in sources.items():
            newest, unsound = _newest(source)
            refused += unsound
            comparisons += [_compared(uow, brand, pair, setting, today) for pair in newest.values()]
            awaited += _awaited(brand, source, newest, today)
    comparisons.sort(key=lambda one: (COMPARED.index(one.study.kind), one.brand, one.study.study_id))
    return Insights(tuple(comparisons), tuple(awaited), tuple(refused))


def _newest(source: Reading) -> tuple[dict[str, tuple[Release, StudySpec]], list[GuildpostError]]:
    """Read the newest release of each study; what cannot be believed takes nothing from the others."""
    newest: dict[str, tuple[Release, StudySpec]] = {}
    unsound: list[GuildpostError] = []
    for path in source.list("releases/"):
        try:
            release, study = _believed(source, path)
        except GuildpostError as error:
            unsound.append(error)
            continue
        known = newest.get(study.study_id)
        if known is None or (known[0].period_end, known[0].study_version) < (release.period_end, study.version):
            newest[study.study_id] = release, study
    return {name: pair for name, pair in newest.items() if pair[1].kind in COMPARED}, unsound


def _believed(source: Reading, path: str) -> tuple[Release, StudySpec]:
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
    return release, study


def _compared(
    uow: UnitOfWork, brand: str, pair: tuple[Release, StudySpec], setting: Setting, today: date
) -> Comparison:
    release, study = pair
    parts = count_for_study(uow, study, brand, setting, today=today, already_counted=())
    return Comparison(brand, release, study, compared(release, own_figures(study, parts)))


def _awaited(
    brand: str, source: Reading, newest: Mapping[str, tuple[Release, StudySpec]], today: date
) -> list[Awaited]:
    waiting = (
        study
        for study in studies_in_force(source)[0]
        if study.kind in COMPARED
        and (study.study_id not in newest or newest[study.study_id][1].version < study.version)
    )
    return [Awaited(brand, study, today >= study.release_from) for study in waiting]
