"""What it costs to write to people: CPU per mail, time per letter in a batch, memory of a process that renders."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime

from bench.figures import Figure
from guildpost_demo.catalogue import targets
from guildpost_shared.services.definition import template_targets
from guildpost_shared.templates.compile import compile_mail
from guildpost_shared.templates.letter import typeset
from guildpost_shared.templates.letter_text import LetterTemplate
from guildpost_shared.templates.mail import MailTemplate, RenderedMail
from guildpost_shared.templates.mime import Envelope, Mailbox, to_bytes

MAILS, LETTERS = 1_000, 100
NOON = datetime(2027, 1, 18, 12, tzinfo=UTC)
MAIL, LETTER = "hu_au/1/email.de", "hu_au/1/letter.de"
IMPORTS = (
    "import psutil; p = psutil.Process(); a = p.memory_full_info().uss;"
    "import guildpost_shared.templates.mail, guildpost_shared.templates.mime, guildpost_shared.templates.letter_text;"
    "print((p.memory_full_info().uss - a) / 1e6)"
)


def run(_arguments: list[str]) -> list[Figure]:
    """Measure rendering."""
    catalogue = targets()
    mjml_parts = [catalogue[path] for path in template_targets(MAIL)]
    started = time.process_time()
    compiled = compile_mail(MAIL, *mjml_parts)
    compiling = (time.process_time() - started) * 1000
    template = MailTemplate(compiled)
    per_mail, mail = _mails(template)
    per_envelope = _envelopes(mail)
    memory = subprocess.run([sys.executable, "-c", IMPORTS], check=True, capture_output=True, text=True).stdout
    return [
        Figure("mail rendered, CPU", per_mail, "ms", 5.0, peer="compiling per mail", peer_value=compiling),
        Figure("mail written as MIME, CPU", per_envelope, "ms", 10.0),
        Figure(f"letter typeset, batch of {LETTERS}", _letters(catalogue), "ms", 20.0),
        Figure("memory of the rendering imports", float(memory), "MB", 30.0),
    ]


def _mails(template: MailTemplate) -> tuple[float, RenderedMail]:
    sample = template.manifest.sample
    mail = template.render(sample)
    started = time.process_time()
    for number in range(MAILS):
        mail = template.render(replace(sample, salutation=f"Guten Tag Änne Weiß {number},"))
    return (time.process_time() - started) * 1000 / MAILS, mail


def _envelopes(mail: RenderedMail) -> float:
    dealer, customer = Mailbox("Autohaus Größl", "a@b.example"), Mailbox("Änne Weiß", "c@d.example")
    started = time.process_time()
    for number in range(MAILS):
        link = f"https://antwort.example/u/{number}"
        to_bytes(mail, Envelope(dealer, customer, None, f"<{number}@b.example>", NOON, link))
    return (time.process_time() - started) * 1000 / MAILS


def _letters(catalogue: dict[str, bytes]) -> float:
    template = LetterTemplate(LETTER, *(catalogue[path] for path in template_targets(LETTER)))
    sample = template.manifest.sample
    started = time.perf_counter()
    letters = [
        template.compose(
            replace(sample, addressee=(f"Frau Änne Weiß {number}", f"Weg {number}", "84028 Landshut")),
            doc_id=f"{number}",
            day=date(2027, 1, 18),
        )
        for number in range(LETTERS)
    ]
    typeset(letters, created=NOON)
    return (time.perf_counter() - started) * 1000 / LETTERS
