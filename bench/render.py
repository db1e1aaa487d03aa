"""What it costs to write to people: CPU per mail, time per letter in a batch, memory of a process that renders."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from bench.figures import Figure
from guildpost_agent.domain.dkim import DkimKey, PrivateKey, sign
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
    per_envelope, message = _envelopes(mail)
    memory = subprocess.run([sys.executable, "-c", IMPORTS], check=True, capture_output=True, text=True).stdout
    return [
        Figure("mail rendered from cache, CPU", per_mail, "ms", 0.3, peer="compiling per mail", peer_value=compiling),
        Figure("mail written as MIME, CPU", per_envelope, "ms", 1.5),
        Figure("mail signed, RSA 2048, CPU", _signed(message, generate_private_key(65537, 2048)), "ms", 1.0),
        Figure("mail signed, Ed25519, CPU", _signed(message, Ed25519PrivateKey.generate()), "ms", 1.0),
        Figure(f"letter typeset, batch of {LETTERS}", _letters(catalogue), "ms", 20.0),
        Figure("memory of the rendering imports", float(memory), "MB", 30.0),
    ]


def _mails(template: MailTemplate) -> tuple[float, RenderedMail]:
    """Render mails of which none is like another: name, vehicle, plate, month, and every flag."""
    sample = template.manifest.sample
    contexts = [
        replace(
            sample,
            salutation=f"Guten Tag Änne Weiß {number},",
            vehicle=replace(sample.vehicle, model=f"Vela {number}", plate=f"LA-X {number}", electric=number % 2 == 0),
            due_month=f"März {2027 + number % 3}",
            estimated=number % 3 == 0,
            overdue=number % 5 == 0,
            reminder=number % 7 == 0,
            also_due=tuple(f"Inspektion: Vela {number}" for _ in range(number % 4)),
        )
        for number in range(MAILS)
    ]
    started = time.process_time()
    for context in contexts:
        mail = template.render(context)
    return (time.process_time() - started) * 1000 / MAILS, mail


def _envelopes(mail: RenderedMail) -> tuple[float, bytes]:
    dealer, customer = Mailbox("Autohaus Größl", "a@b.example"), Mailbox("Änne Weiß", "c@d.example")
    started = time.process_time()
    for number in range(MAILS):
        link = f"https://antwort.example/u/{number}"
        message = to_bytes(mail, Envelope(dealer, customer, None, f"<{number}@b.example>", NOON, link))
    return (time.process_time() - started) * 1000 / MAILS, message


def _signed(message: bytes, key: PrivateKey) -> float:
    keys = [DkimKey("b.example", "gp1", key)]
    started = time.process_time()
    for _ in range(MAILS):
        sign(message, keys)
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
