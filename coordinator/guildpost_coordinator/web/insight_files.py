"""What was learned as files for any browser, and for paper: no server, no script, no network.

index.html  index.en.html                          the newest release of every study
slot-lead_2027-01-01_2027-03-31.html  ….en.html    an earlier one by itself
"""

from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Final, get_args
from zoneinfo import ZoneInfo

from markupsafe import Markup

from guildpost_coordinator.app.insights.study_view import study_view
from guildpost_coordinator.domain.insights import Study
from guildpost_shared.errors import Language
from guildpost_shared.studies.release import Release
from guildpost_shared.web.pages import Pages, Site

INDEX: Final = "index"
_LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_DEFAULT: Final = "de"


def insight_files(brand: str, studies: Sequence[Study], zone: ZoneInfo) -> Iterator[tuple[str, bytes]]:
    """Give every file with its contents, the index first.

    Args:
        brand: the network's name.
        studies: what is shown; without any the index says what is missing.
        zone: for days.
    """
    site = Site(
        package="guildpost_coordinator.web",
        messages="guildpost_coordinator",
        name=brand,
        language=_DEFAULT,
        zone=zone,
        command="",
    )
    pages = Pages(site)
    style = Markup(resources.files("guildpost_shared.web").joinpath("static/guildpost.css").read_text("utf-8"))  # noqa: S704 — our own file
    alone = [release for study in studies for release in study.earlier]
    for language in _LANGUAGES:
        views = [study_view(study.newest, language, zone, study) for study in studies]
        yield _file(pages, INDEX, language, views=views, style=style)
        for release in alone:
            views = [study_view(release, language, zone)]
            yield _file(pages, name_of(release), language, views=views, style=style)


def name_of(release: Release) -> str:
    """Name the page of an earlier release, without its ending."""
    return f"{release.study_id}_{release.period_start}_{release.period_end}"


def _file(pages: Pages, name: str, language: Language, **values: object) -> tuple[str, bytes]:
    other: Language = "en" if language == _DEFAULT else _DEFAULT
    body = pages.document(
        language,
        "insights.html",
        other=other,
        other_file=_path(name, other),
        is_index=name == INDEX,
        index_file=_path(INDEX, language),
        file_of=lambda release: _path(name_of(release), language),
        **values,
    )
    return _path(name, language), body.encode("utf-8")


def _path(name: str, language: Language) -> str:
    return f"{name}.html" if language == _DEFAULT else f"{name}.{language}.html"
