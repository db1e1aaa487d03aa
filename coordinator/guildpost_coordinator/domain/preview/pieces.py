"""What a preview consists of: for each template its manifest and a piece per tone and sample customer, or its fault."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from guildpost_coordinator.domain.preview.samples import SampleCustomer
from guildpost_coordinator.domain.preview.sources import TemplateSource
from guildpost_shared.errors import GuildpostError
from guildpost_shared.templates.call_text import CallScript
from guildpost_shared.templates.letter_text import Letter
from guildpost_shared.templates.mail import RenderedMail
from guildpost_shared.templates.manifest import Manifest
from guildpost_shared.templates.salutation import Style, Tone

Body = RenderedMail | Letter | CallScript


@dataclass(frozen=True)
class Variant:
    """A tonality: one of the tones in the form of "Sie", or "Du" where the template allows it."""

    name: str
    style: Style


@dataclass(frozen=True)
class Piece:
    """One message to one sample customer in one tonality.

    Attributes:
        body: what was rendered; None where an agent would not send it.
        refused: why not.
        eml: of a mail, the message as it goes to the mail server.
        pages: of a letter, its first and last page in the variant's PDF.
    """

    variant: Variant
    customer: SampleCustomer
    body: Body | None
    refused: GuildpostError | None = None
    eml: bytes = b""
    pages: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Fault:
    """Why a template cannot be rendered at all, and where; ``line`` from 1."""

    error: GuildpostError
    file: str
    line: int


@dataclass(frozen=True)
class TemplatePreview:
    """One template's preview.

    Attributes:
        source: its parts.
        manifest: None where it cannot be read.
        pieces: by tone and customer.
        pdfs: of letters, variant's name → the PDF of all its customers' letters.
        fault: why there is nothing to see.
    """

    source: TemplateSource
    manifest: Manifest | None = None
    pieces: tuple[Piece, ...] = ()
    pdfs: dict[str, bytes] = field(default_factory=dict, repr=False)
    fault: Fault | None = None

    @property
    def refused(self) -> tuple[Piece, ...]:
        """The pieces that an agent would not send."""
        return tuple(piece for piece in self.pieces if piece.refused is not None)


def variants_of(manifest: Manifest, *, south: bool) -> Iterator[Variant]:
    """List the tonalities of a template, the brand's recommendation first."""
    for tone in sorted(Tone, key=lambda tone: tone is not manifest.tone):
        yield Variant(tone.value, Style(tone, south=south))
    if manifest.informal:
        yield Variant("informal", Style(manifest.tone, informal=True, south=south))
