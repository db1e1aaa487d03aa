"""A comparison as files: an index of what changed, and for each template slots, source and messages side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from guildpost_coordinator.adapters.preview_pages.preview import Written
from guildpost_coordinator.adapters.preview_pages.rendering import Pages, folder_of
from guildpost_coordinator.app.ports.page_images import PageImage, PageImages
from guildpost_coordinator.domain.preview.areas import Area, differing_areas
from guildpost_coordinator.domain.preview.changes import PieceChange, TemplateChange
from guildpost_coordinator.domain.preview.marked_html import mark_html
from guildpost_coordinator.domain.preview.pieces import Piece, TemplatePreview
from guildpost_coordinator.domain.preview.samples import SampleSet
from guildpost_shared.errors import Language
from guildpost_shared.templates.letter_text import Letter
from guildpost_shared.templates.mail import RenderedMail

_ORDER = ("failed", "changed", "added", "removed", "same")
"""What a reader wants to see first."""


@dataclass(frozen=True)
class _Sheet:
    """A page of a letter in both versions: file names (empty: there is none), size in pixels, and what differs."""

    old: str
    new: str
    width: int
    height: int
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class _Shown:
    """A message that changed: a mail's marked pages, old and new (empty: it is none), or a letter's sheets."""

    change: PieceChange
    pages: tuple[str, ...] = ()
    sheets: tuple[_Sheet, ...] = ()


def comparison_files(
    changes: Sequence[TemplateChange], samples: SampleSet, images: PageImages, language: Language
) -> Iterator[Written]:
    """Give every file of a comparison, the index first.

    Args:
        changes: what was compared.
        samples: for whom.
        images: draws letters.
        language: of the pages.
    """
    pages = Pages(language)
    changes = sorted(changes, key=lambda change: _ORDER.index(change.state))
    yield (
        "index.html",
        pages.page("changes.html", changes=changes, samples=samples, folder_of=_folder),
    )
    for change in changes:
        if change.comparable:
            yield from _template_files(change, images, pages)


def _folder(change: TemplateChange) -> str:
    return folder_of(change.shown.source.template_id)


def _template_files(change: TemplateChange, images: PageImages, pages: Pages) -> Iterator[Written]:
    folder = _folder(change)
    shown: list[_Shown] = []
    for number, piece in enumerate(change.pieces, 1):
        one, files = _piece(change, piece, str(number), images)
        shown.append(one)
        yield from ((f"{folder}/{name}", contents) for name, contents in files)
    path = f"{folder}/index.html"
    yield path, pages.page("change.html", change=change, shown=shown)


def _piece(change: TemplateChange, piece: PieceChange, name: str, images: PageImages) -> tuple[_Shown, list[Written]]:
    old, new = piece.old.body, piece.new.body
    if isinstance(old, RenderedMail) and isinstance(new, RenderedMail):
        return _Shown(piece, mark_html(old.html, new.html)), []
    if isinstance(old, Letter) or isinstance(new, Letter):
        sheets, files = _sheets(_drawn(change.old, piece.old, images), _drawn(change.new, piece.new, images), name)
        return _Shown(piece, sheets=sheets), files
    return _Shown(piece), []


def _drawn(template: TemplatePreview | None, piece: Piece, images: PageImages) -> tuple[PageImage, ...]:
    if template is None or not isinstance(piece.body, Letter):
        return ()
    return images.pages(template.pdfs[piece.variant.name], *piece.pages)


def _sheets(old: Sequence[PageImage], new: Sequence[PageImage], name: str) -> tuple[tuple[_Sheet, ...], list[Written]]:
    sheets: list[_Sheet] = []
    files: list[Written] = []
    for number, (before, after) in enumerate(zip_longest(old, new), 1):
        names = [f"{name}-{side}-{number}.png" if one else "" for side, one in (("old", before), ("new", after))]
        files += [(file, one.png) for file, one in zip(names, (before, after), strict=True) if one]
        height, width = (after or before).pixels.shape
        areas = differing_areas(before.pixels if before else None, after.pixels if after else None)
        sheets.append(_Sheet(names[0], names[1], width, height, areas))
    return tuple(sheets), files
