"""The sample catalogue's templates, compiled once per test run."""

import json
from dataclasses import replace
from functools import cache
from typing import cast

from guildpost_demo.catalogue import targets
from guildpost_shared.services.definition import template_targets
from guildpost_shared.templates.compile import compile_mail
from guildpost_shared.templates.context import MessageContext
from guildpost_shared.templates.letter_text import LetterTemplate
from guildpost_shared.templates.mail import CompiledMail, MailTemplate

MAIL_DE = "hu_au/1/email.de"
LETTER_DE = "hu_au/1/letter.de"
MAILS = ("hu_au/1/email.de", "hu_au/1/email.en", "inspection/1/email.de", "inspection/1/email.en")
LETTERS = ("hu_au/1/letter.de", "inspection/1/letter.de")


def parts(template_id: str) -> list[bytes]:
    """Read a template's targets, the manifest first."""
    catalogue = targets()
    return [catalogue[path] for path in template_targets(template_id)]


@cache
def compiled(template_id: str) -> CompiledMail:
    """Compile a mail template of the sample catalogue."""
    manifest, mjml, text = parts(template_id)
    return compile_mail(template_id, manifest, mjml, text)


@cache
def mail_template(template_id: str) -> MailTemplate:
    """Load a mail template of the sample catalogue."""
    return MailTemplate(compiled(template_id))


@cache
def letter_template(template_id: str) -> LetterTemplate:
    """Load a letter template of the sample catalogue."""
    manifest, text = parts(template_id)
    return LetterTemplate(template_id, manifest, text)


def named(context: MessageContext, name: str) -> MessageContext:
    """Put one text wherever a customer's or a vehicle's data reach a message."""
    vehicle = replace(context.vehicle, make=name, model=name, plate=name)
    return replace(context, salutation=f"Guten Tag {name},", addressee=(name[:60] or "x", "Weg 1"), vehicle=vehicle)


def changed(manifest: bytes, **values: object) -> bytes:
    """Change top-level fields of a manifest."""
    row = cast("dict[str, object]", json.loads(manifest))
    return json.dumps({**row, **values}, ensure_ascii=False).encode()
