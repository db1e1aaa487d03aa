"""``guildpost-agent consents``: what the ledger holds, why a customer may be written to, what is entered by hand."""

import argparse
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

from guildpost_agent.app.consents.close import close_consents
from guildpost_agent.app.consents.record import existing, record_grant, record_preferences
from guildpost_agent.app.consents.view import consents_collected, entry_line, proofs_of, request_line, sentence
from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.opt_ins import wake
from guildpost_agent.cli import opt_in
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.consent.collected import Collected
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.opt_in import OptInState
from guildpost_agent.domain.consent.preferences import liking
from guildpost_agent.domain.consent.terms import ADVERTISING, CHANNELS, EVERY, Basis, Kind
from guildpost_shared.answers.wishes import Liked
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError, Refused
from guildpost_shared.os_reasons import os_reason
from guildpost_shared.typed_day import day_of

HELP = "Einwilligungen zeigen und eintragen · show and record consents"
_MONTHS: Final = 3
_OPT_IN: Final = "opt-in"
_RECORDED: Final = {
    "consent": (Kind.GRANTED, Basis.CONSENT),
    "existing-customer": (Kind.NOTICED, Basis.UWG_7_3),
    "reminder-order": (Kind.GRANTED, Basis.CONTRACT),
    "business-interest": (Kind.GRANTED, Basis.PRESUMED),
    "objection": (Kind.OBJECTED, None),
    "withdrawal": (Kind.WITHDRAWN, None),
}


_SAID_BY: Final = {
    "given_on": "--on",
    "collected_by": "--by",
    "text_sha256": "--text",
    "in_every_message": "--told",
    **{name: f"--{name.replace('_', '-')}" for name in (
        "source", "text_version", "reference", "reference_on", "own_similar", "purpose", "channel"
    )},
}  # fmt: skip
"""Which argument brings which piece of evidence."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--customer", help="Kundennummer · the customer's number")
    parser.add_argument("--record", choices=sorted([*_RECORDED, _OPT_IN]), help="eintragen · enter")
    channels, purposes = [*map(str, CHANNELS), EVERY], [*map(str, ADVERTISING), EVERY]
    parser.add_argument("--prefer", nargs="+", choices=[*Liked], help="liebster Weg zuerst · the way liked best first")
    parser.add_argument("--channel", choices=channels, default=EVERY, help="Kanal · channel")
    parser.add_argument("--purpose", choices=purposes, default=EVERY, help="Zweck · purpose")
    parser.add_argument("--source", default="", help="wo erklärt · where it was said")
    parser.add_argument("--by", default="", help="wer es aufnahm · who took it")
    parser.add_argument("--on", type=day_of, help="Tag der Erklärung (JJJJ-MM-TT) · day (YYYY-MM-DD)")
    parser.add_argument("--text", type=Path, help="Datei mit dem gezeigten Text · file with the text shown")
    parser.add_argument("--text-version", default="", help="Fassung des Textes · version of the text")
    parser.add_argument("--reference", default="", help="Auftrag, Rechnung, Anfrage · order, invoice, inquiry")
    parser.add_argument("--reference-on", type=day_of, help="dessen Datum · its day")
    parser.add_argument("--valid-to", type=day_of, help="letzter Tag · last day")
    parser.add_argument("--own-similar", action="store_true", help="nur eigene ähnliche Leistungen · own similar only")
    parser.add_argument("--told", action="store_true", help="Hinweis in jeder Nachricht · right told in every message")


def run(arguments: argparse.Namespace) -> int:
    """Record, or print one customer's proof, or print what is collected.

    Raises:
        ConfigurationError: ``--record`` or ``--prefer`` without ``--customer``, or a text that cannot be read.
        Refused: an unknown customer, missing evidence, an objection that stands.
    """
    try:
        return _run(arguments)
    except Refused as error:
        if error.code != "consent_unproved":
            raise
        missing = str(error.params["missing"])
        raise Refused(error.code, missing=_SAID_BY.get(missing, missing)) from None


def _run(arguments: argparse.Namespace) -> int:
    texts, core = texts_of(arguments), open_core(arguments.home)
    now = core.business_clock.now()
    with core.open_uow() as uow:
        if (arguments.record or arguments.prefer) and not arguments.customer:
            raise ConfigurationError("argument_missing", argument="--customer")
        if arguments.record == _OPT_IN:
            expires_at = opt_in.request(uow, arguments, core, now, _digest(arguments.text))
            uow.commit()
            wake(arguments.home)
            print(opt_in.asked_line(expires_at, core, texts))
        elif arguments.record:
            _record(uow, arguments, core, now)
            uow.commit()
        if arguments.prefer:
            _prefer(uow, arguments, now)
            uow.commit()
        if arguments.customer:
            _print_customer(uow, arguments.customer, core, now, texts)
        else:
            _print_collected(uow, core, now, texts)
    return 0


def _record(uow: UnitOfWork, arguments: argparse.Namespace, core: Core, now: datetime) -> None:
    kind, basis = _RECORDED[arguments.record]
    existing(uow, arguments.customer)
    if basis is None:
        channels = CHANNELS if arguments.channel == EVERY else (arguments.channel,)
        close_consents(
            uow,
            arguments.customer,
            kind,
            channels,
            key=core.keys.suppression,
            source=arguments.source,
            at=now,
            purpose=arguments.purpose,
            collected_by=arguments.by,
        )
        return
    evidence = Evidence(
        source=arguments.source,
        collected_by=arguments.by,
        given_on=arguments.on,
        text_version=arguments.text_version,
        text_sha256=_digest(arguments.text),
        reference=arguments.reference,
        reference_on=arguments.reference_on,
        own_similar=arguments.own_similar,
        in_every_message=arguments.told,
    )
    event = ConsentEvent(
        arguments.customer,
        kind,
        arguments.channel,
        arguments.purpose,
        now,
        basis,
        evidence=evidence,
        valid_to=arguments.valid_to,
    )
    record_grant(uow, event, core.keys.suppression)


def _prefer(uow: UnitOfWork, arguments: argparse.Namespace, now: datetime) -> None:
    """Enter by which way a customer likes to hear of advertising best; it permits nothing."""
    existing(uow, arguments.customer)
    before = uow.consents.state_of(arguments.customer).preferences
    channels = () if Liked.ANY in arguments.prefer else tuple(dict.fromkeys(arguments.prefer))
    evidence = Evidence(source=arguments.source, collected_by=arguments.by, given_on=arguments.on)
    record_preferences(uow, arguments.customer, liking(before, channels), now, evidence)


def _digest(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigurationError("file_unreadable", path=path, reason=os_reason(error)) from error


def _print_customer(uow: UnitOfWork, customer_id: str, core: Core, now: datetime, texts: Catalog) -> None:
    existing(uow, customer_id)
    print(texts.text("cli.consents.customer", customer=customer_id))
    for proof in proofs_of(uow, customer_id, now.astimezone(core.zone), consent_rules(core.config)):
        print(f"  {sentence(proof, texts)}")
        for event in proof.entries:
            print(f"      ↳ {entry_line(event, texts, core.zone, uow)}")
    print(texts.text("cli.consents.ledger"))
    for event in uow.consents.events_of(customer_id):
        print(f"  {entry_line(event, texts, core.zone, uow)}")
    requests = uow.consents.requests(*OptInState, customer_id=customer_id)
    if requests:
        print(texts.text("cli.consents.requests"))
    for request in requests:
        print(f"  {request_line(request, texts, core.zone, uow)}")


def _print_collected(uow: UnitOfWork, core: Core, now: datetime, texts: Catalog) -> None:
    total, view = consents_collected(uow, now, core.zone, consent_rules(core.config))
    print(texts.text("cli.consents.collected", total=total))
    for (purpose, channel), row in view.items():
        if row != Collected():
            names = (texts.text(f"consent.purpose.{purpose}"), texts.text(f"consent.channel.{channel}"))
            print(_collected_line(names, total, row, texts))


def _collected_line(names: tuple[str, str], total: int, row: Collected, texts: Catalog) -> str:
    share = 100 * row.reachable / total if total else 0.0
    lines = [
        texts.text("cli.consents.row", purpose=names[0], channel=names[1], count=row.reachable, share=f"{share:.1f}")
    ]
    for basis, count in row.by_basis.most_common():
        lines.append(f"      {texts.text(f'consent.basis.{basis}')}: {count}")
    for source, count in row.by_source.most_common():
        name = texts.text("consent.source.double_opt_in") if source == "double_opt_in" else source
        lines.append(f"        ↳ {name}: {count}")
    for key, by_month in (("new", row.new), ("closed", row.closed)):
        if by_month:
            months = ", ".join(f"{month}: {by_month[month]}" for month in sorted(by_month)[-_MONTHS:])
            lines.append(f"      {texts.text(f'cli.consents.{key}', months=months)}")
    for key, count in (("without_evidence", row.without_evidence), ("dormant", row.dormant)):
        if count:
            lines.append(f"      {texts.text(f'cli.consents.{key}', count=count)}")
    return "\n".join(lines)
