"""Fill a compiled mail template for one recipient; nothing heavier than Liquid is needed here.

* catalogue targets (json, mjml, txt) ── compile.py, once per template version ──▶ CompiledMail (bytes in a cache)
* CompiledMail ── MailTemplate, once per run ──▶ render(context), once per recipient ──▶ RenderedMail
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.problems import Problem
from guildpost_shared.templates.context import MessageContext, clean
from guildpost_shared.templates.liquid_env import check_names, parse
from guildpost_shared.templates.manifest import Manifest, parse_manifest
from guildpost_shared.templates.skeleton import Skeleton

_FORMAT: Final = "guildpost-mail-4"  # raised when the rules grow, so that what is cached is judged anew
_BLANK_LINES: Final = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")


Pieces = tuple[str, ...]
"""A text in parts; what many messages have in common is the same object in each of them."""


@dataclass(frozen=True)
class RenderedMail:
    """What a recipient reads: one-line subject, HTML part (empty: none), plain text part (line feeds only)."""

    subject: str
    html_pieces: Pieces
    text_pieces: Pieces

    @classmethod
    def whole(cls, subject: str, html: str, text: str) -> "RenderedMail":
        """Take texts that come in one piece."""
        return cls(subject, (html,), (text,))

    @cached_property
    def html(self) -> str:
        """The HTML part."""
        return "".join(self.html_pieces)

    @cached_property
    def text(self) -> str:
        """The plain text part."""
        return "".join(self.text_pieces)


@dataclass(frozen=True)
class CompiledMail:
    """A mail template after MJML and CSS, as it lies in the cache.

    ``digest`` names the inputs it was made from, so a changed template never finds an old artefact.
    """

    template_id: str
    digest: str
    manifest: bytes
    html: str
    text: str

    def to_bytes(self) -> bytes:
        """Write the cache file."""
        row = {
            "format": _FORMAT,
            "template_id": self.template_id,
            "digest": self.digest,
            "manifest": self.manifest.decode("utf-8"),
            "html": self.html,
            "text": self.text,
        }
        return json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8")

    @classmethod
    def from_bytes(cls, data: bytes) -> "CompiledMail":
        """Read a cache file.

        Raises:
            Refused: ``template_invalid`` when the file is damaged or of another format; compile again.
        """
        try:
            row: dict[str, str] = json.loads(data.decode("utf-8"))
            known = row["format"] == _FORMAT
            mail = cls(row["template_id"], row["digest"], row["manifest"].encode("utf-8"), row["html"], row["text"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged() from error
        if not known:
            raise _damaged()
        return mail


def _damaged() -> Refused:
    return Refused("template_invalid", template="?", field="$", problem=Problem("cache_damaged"))


def artefact_digest(manifest: bytes, mjml: bytes, text: bytes) -> str:
    """Name the cache file of a template version before it is compiled.

    Returns:
        SHA-256 in hex over the format and the three parts, each with its length in front.
    """
    digest = sha256(_FORMAT.encode())
    for part in (manifest, mjml, text):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


class MailTemplate:
    """A compiled template with its Liquid parsed, ready for many recipients."""

    def __init__(self, compiled: CompiledMail) -> None:
        self.manifest: Manifest = parse_manifest(compiled.manifest, compiled.template_id)
        self._id = compiled.template_id
        self._html = self._part(compiled.html, "mjml", str)
        self._text = self._part(compiled.text, "txt", _tidy)
        self._subject = self._part(self.manifest.subject, "subject", clean)

    def _part(self, source: str, part: str, finish: Callable[[str], str]) -> Skeleton:
        html = part == "mjml"
        template = parse(source, html=html, template_id=self._id, part=part)
        names = check_names(template, self.manifest.names, self._id)
        return Skeleton(template, source, names, html=html, finish=finish)

    def render(self, context: MessageContext) -> RenderedMail:
        """Fill the template.

        Raises:
            Refused: ``template_slot_missing``, ``template_value_invalid`` or ``template_limit_exceeded``; the
                touchpoint must not be sent.
        """
        variables = self.manifest.variables(context)
        return RenderedMail(
            subject=self._subject.render(variables, self._id),
            html_pieces=self._html.pieces(variables, self._id),
            text_pieces=self._text.pieces(variables, self._id),
        )


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"
