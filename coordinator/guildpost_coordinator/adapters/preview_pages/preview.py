"""A preview as files: an index of all templates, a page for each, and what each sample customer would get.

index.html                                      templates by service, channel and language; what failed, and where
hu_au-1-email-de/index.html                     slots and their samples; customers by tonality
hu_au-1-email-de/warm/herr.html .txt .eml       a mail
hu_au-1-letter-de/warm.pdf                      letters, each from its own page on
lease_end-1-call-de/warm/herr.html .txt         a call script
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guildpost_coordinator.adapters.preview_pages.rendering import Pages, folder_of
from guildpost_coordinator.app.ports.page_images import PageImages
from guildpost_coordinator.domain.preview.pieces import Piece, TemplatePreview, Variant
from guildpost_coordinator.domain.preview.samples import SampleCustomer, SampleSet
from guildpost_shared.errors import Language
from guildpost_shared.templates.call_text import CallScript
from guildpost_shared.templates.letter_text import Letter
from guildpost_shared.templates.mail import RenderedMail

Written = tuple[str, bytes]
"""A file below the preview's folder, and its contents."""


@dataclass(frozen=True)
class _Row:
    """A sample customer's messages, by tonality."""

    customer: SampleCustomer
    pieces: tuple[Piece, ...]


def preview_files(
    templates: Sequence[TemplatePreview], samples: SampleSet, images: PageImages, language: Language
) -> Iterator[Written]:
    """Give every file of a preview, the index first.

    Args:
        templates: what was rendered.
        samples: for whom.
        images: draws the first page of letters.
        language: of the pages; messages keep their own.
    """
    pages = Pages(language)
    failed = [one for one in templates if one.fault is not None]
    shown = [one for one in templates if one.fault is None]
    values = {"templates": shown, "failed": failed, "samples": samples, "folder_of": folder_of}
    yield "index.html", pages.page("index.html", **values)
    for template in shown:
        yield from _template_files(template, images, pages)


def _template_files(template: TemplatePreview, images: PageImages, pages: Pages) -> Iterator[Written]:
    folder = folder_of(template.source.template_id)
    variants = list(dict.fromkeys(piece.variant for piece in template.pieces))
    rows = _rows(template.pieces)
    first = next((piece for piece in template.pieces if piece.body is not None), None)
    picture = _picture(template, first, images)
    if picture:
        yield f"{folder}/first.png", picture
    path = f"{folder}/index.html"
    values = {"template": template, "variants": variants, "rows": rows, "first": first, "picture": bool(picture)}
    yield path, pages.page("template.html", **values)
    for name, pdf in template.pdfs.items():
        yield f"{folder}/{name}.pdf", pdf
    for piece in template.pieces:
        yield from _piece_files(f"{folder}/{file_of(piece.variant, piece.customer)}", template, piece, pages)


def file_of(variant: Variant, customer: SampleCustomer) -> str:
    """Name a piece's files, without their ending."""
    return f"{variant.name}/{customer.customer_id}"


def _rows(pieces: Sequence[Piece]) -> list[_Row]:
    found: dict[str, list[Piece]] = {}
    for piece in pieces:
        found.setdefault(piece.customer.customer_id, []).append(piece)
    return [_Row(own[0].customer, tuple(own)) for own in found.values()]


def _picture(template: TemplatePreview, first: Piece | None, images: PageImages) -> bytes:
    if first is None or not isinstance(first.body, Letter):
        return b""
    (page,) = images.pages(template.pdfs[first.variant.name], first.pages[0], first.pages[0])
    return page.png


def _piece_files(name: str, template: TemplatePreview, piece: Piece, pages: Pages) -> Iterator[Written]:
    body = piece.body
    if isinstance(body, RenderedMail):
        yield f"{name}.html", body.html.encode("utf-8")
        yield f"{name}.txt", f"{body.subject}\n\n{body.text}".encode("utf-8-sig")
        yield f"{name}.eml", piece.eml
    elif isinstance(body, CallScript):
        path = f"{name}.html"
        yield path, pages.page("call.html", template=template, piece=piece)
        yield f"{name}.txt", ("\n".join(body.lines) + "\n").encode("utf-8-sig")
