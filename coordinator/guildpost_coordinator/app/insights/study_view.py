"""All studies' releases in words of one language: what both the console and the written pages show."""

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_coordinator.app.insights.figures_in_words import Narrator, StudyView
from guildpost_coordinator.app.insights.tables_in_words import TableNarrator
from guildpost_coordinator.domain.insights import Study, studies_of
from guildpost_shared.errors import Language
from guildpost_shared.studies.kinds import KINDS, SLOT_LEAD
from guildpost_shared.studies.release import Release
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.texts import Texts

MESSAGES: Final = "guildpost_coordinator"


def study_views(releases: Iterable[Release], language: Language, zone: ZoneInfo) -> list[StudyView]:
    """Show every study that is drawn, its newest period in full."""
    return [study_view(study.newest, language, zone, study) for study in studies_of(releases)]


def study_view(release: Release, language: Language, zone: ZoneInfo, study: Study | None = None) -> StudyView:
    """Show one release.

    Args:
        release: of a kind that is drawn.
        language: of the words.
        zone: for days and times.
        study: whose newest release it is, so that earlier ones can be named; None shows it by itself.
    """
    texts, formats, kind = Texts(MESSAGES, language), Formats(language, zone), KINDS[release.kind]
    narrator = Narrator(texts, language, formats)
    tables = TableNarrator(narrator, texts, formats)
    sections = narrator.sections(release) if release.kind == SLOT_LEAD else tables.sections(release)
    return StudyView(
        heading=texts.text(f"learning.kind.{release.kind}"),
        question=kind.purpose[language],
        unit=kind.unit,
        release=release,
        sections=sections,
        advice=tables.advice(release.tables),
        earlier=study.earlier if study else (),
    )
