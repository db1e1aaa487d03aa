"""Templates from the verified catalogue: compiled once per version by a child, read by everybody from the cache.

A cache file is named by the hash of what it was made from, so a changed template never finds an old artefact, and a
damaged one is compiled again. Memory and folder are bounded: what was made longest ago goes first.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from guildpost_agent.app.brand_catalogues import CatalogueReading
from guildpost_agent.domain.brands import signed_name
from guildpost_shared.errors import Refused, Unavailable
from guildpost_shared.services.definition import template_targets
from guildpost_shared.templates.call_text import CallTemplate
from guildpost_shared.templates.letter_text import LetterTemplate
from guildpost_shared.templates.mail import CompiledMail, MailTemplate, artefact_digest

MOST_IN_MEMORY: Final = 64
MOST_FILES: Final = 256
"""More than all versions in force of several brands; one file has about 30 kB."""
_Template = TypeVar("_Template", MailTemplate, LetterTemplate)


@dataclass(frozen=True)
class _Held:
    """The templates that were looked up meanwhile."""

    mails: dict[str, MailTemplate] = field(default_factory=dict)
    letters: dict[str, LetterTemplate] = field(default_factory=dict)


class CatalogueTemplates:
    """Implements ``TemplateStore`` on the catalogue and a folder of compiled mails."""

    def __init__(self, source: CatalogueReading, cache: Path) -> None:
        self._source = source
        self._cache = cache
        self._mails: dict[str, MailTemplate] = {}
        self._letters: dict[str, LetterTemplate] = {}
        self._held: _Held | None = None

    def mail(self, template_id: str) -> MailTemplate:
        """Give a compiled mail template; parsed once per content."""
        if self._held is None:
            return self._mail(template_id)
        found = self._held.mails.get(template_id)
        if found is None:
            found = self._held.mails[template_id] = self._mail(template_id)
        return found

    @contextmanager
    def held(self) -> Iterator[None]:
        """Look each template up once for all messages written inside; a recall is seen when they are claimed."""
        self._held = _Held()
        try:
            yield
        finally:
            self._held = None

    def _mail(self, template_id: str) -> MailTemplate:
        manifest, mjml, text = self._parts(template_id)
        digest = artefact_digest(manifest, mjml, text)
        if digest not in self._mails:
            compiled = self._read(digest)
            if compiled is None:
                raise Unavailable("template_not_ready", template=template_id)
            _keep(self._mails, digest, MailTemplate(compiled))
        return self._mails[digest]

    def letter(self, template_id: str) -> LetterTemplate:
        """Give a letter template; checked and parsed once per content."""
        if self._held is None:
            return self._letter(template_id)
        found = self._held.letters.get(template_id)
        if found is None:
            found = self._held.letters[template_id] = self._letter(template_id)
        return found

    def _letter(self, template_id: str) -> LetterTemplate:
        manifest, text = self._parts(template_id)
        key = artefact_digest(manifest, b"", text)
        if key not in self._letters:
            _keep(self._letters, key, LetterTemplate(signed_name(template_id), manifest, text))
        return self._letters[key]

    def call(self, template_id: str) -> CallTemplate:
        """Give a call script's template, read anew each time: one is shown at a time."""
        return CallTemplate(signed_name(template_id), *self._parts(template_id))

    def missing(self, template_ids: Iterable[str]) -> list[str]:
        """List mail templates in force that have no cache file yet; a recalled one is none of them."""
        return [name for name in template_ids if self._lacks(name)]

    def compile(self, template_ids: Iterable[str]) -> None:
        """Compile mail templates into the cache (in a child: MJML and CSS are heavy)."""
        from guildpost_shared.templates.compile import compile_mail  # noqa: PLC0415 — only the compiling child loads it

        self._cache.mkdir(parents=True, exist_ok=True)
        for template_id in template_ids:
            compiled = compile_mail(signed_name(template_id), *self._parts(template_id))
            temporary = self._cache / f".{compiled.digest}.{os.getpid()}"
            temporary.write_bytes(compiled.to_bytes())
            temporary.replace(self._cache / f"{compiled.digest}.json")
        files = sorted(self._cache.glob("*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        for old in files[:-MOST_FILES]:
            old.unlink(missing_ok=True)

    def _lacks(self, template_id: str) -> bool:
        try:
            parts = self._parts(template_id)
        except Refused:
            return False
        return self._read(artefact_digest(*parts)) is None

    def _parts(self, template_id: str) -> tuple[bytes, ...]:
        return tuple(self._source.read(target) for target in template_targets(template_id))

    def _read(self, digest: str) -> CompiledMail | None:
        try:
            compiled = CompiledMail.from_bytes((self._cache / f"{digest}.json").read_bytes())
        except (FileNotFoundError, Refused):
            return None
        return compiled if compiled.digest == digest else None


def _keep(kept: dict[str, _Template], key: str, template: _Template) -> None:
    """Keep a parsed template; the one kept longest makes room."""
    if len(kept) >= MOST_IN_MEMORY:
        kept.pop(next(iter(kept)))
    kept[key] = template
