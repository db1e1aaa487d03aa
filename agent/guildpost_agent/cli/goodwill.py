"""``guildpost-agent goodwill``: credits out of goodwill, with whoever granted and approved them.

goodwill grant --customer N --amount 25,00 --reason TEXT --by NAME          goodwill approve CREDIT --by NAME
goodwill redeem --customer N --amount 10,00 --reason TEXT --by NAME         goodwill list [--customer N]
"""

import argparse
import re
from typing import Final

from guildpost_agent.app.keep_goodwill import GoodwillDesk, approve, expire, grant, listed, redeem
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.goodwill.ledger import Credit, State, balance
from guildpost_shared.catalog import Catalog

HELP = "Kulanzguthaben gewähren, genehmigen, einlösen · grant, approve and redeem goodwill credits"
_AMOUNT: Final = re.compile(r"(\d{1,6})(?:[.,](\d{2}))?")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    granted = actions.add_parser("grant", help="Guthaben gewähren · grant a credit")
    approved = actions.add_parser("approve", help="Guthaben genehmigen · approve a credit")
    redeemed = actions.add_parser("redeem", help="Guthaben einlösen · redeem credits")
    shown = actions.add_parser("list", help="Guthaben zeigen · show credits")
    approved.add_argument("credit", help="Kennung des Guthabens · the credit's identifier")
    for action in (granted, redeemed):
        action.add_argument("--customer", required=True, help="Kundennummer · customer number")
        action.add_argument("--amount", type=cents_of, required=True, help="Euro, etwa 25,00 · euros, such as 25.00")
        action.add_argument("--reason", required=True, help="warum, etwa der Auftrag · why, such as the order")
    for action in (granted, approved, redeemed):
        action.add_argument("--by", required=True, help="wer es tut · who does it")
    shown.add_argument("--customer", help="nur dieser Kunde · this customer only")
    for action in (granted, approved, redeemed, shown):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; what has expired meanwhile is entered first.

    Raises:
        Refused: see ``keep_goodwill``.
        Conflict: ``goodwill_not_pending``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    desk, now = _desk(core), core.business_clock.now()
    expire(desk, now=now)
    match arguments.action:
        case "grant":
            credit = grant(desk, arguments.customer, arguments.amount, arguments.reason, arguments.by, now=now)
            key = "pending" if credit.state is State.PENDING else "granted"
            print(texts.text(f"cli.goodwill.{key}", credit=credit.credit_id, until=credit.expires_on))
        case "approve":
            credit = approve(desk, arguments.credit, arguments.by, now=now)
            print(texts.text("cli.goodwill.approved", credit=credit.credit_id, amount=amount(credit.cents, texts)))
        case "redeem":
            left = redeem(desk, arguments.customer, arguments.amount, arguments.reason, arguments.by, now=now)
            print(texts.text("cli.goodwill.redeemed", left=amount(left, texts)))
        case _:
            found = listed(desk, arguments.customer)
            left = balance(found, desk.moment(now).today)
            print(texts.text("cli.goodwill.list", count=len(found), left=amount(left, texts)))
            for credit in found:
                print(_line(credit, texts))
    return 0


def cents_of(text: str) -> int:
    """Read an amount in euros as cents.

    Raises:
        ArgumentTypeError: it is none.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r}: 25 / 25,00")
    return int(found[1]) * 100 + int(found[2] or 0)


def amount(cents: int, texts: Catalog) -> str:
    """Write cents as euros in a language."""
    written = f"{cents // 100}.{cents % 100:02} €"
    return written.replace(".", ",") if texts.language == "de" else written


def _desk(core: Core) -> GoodwillDesk:
    settings = core.config.goodwill
    return GoodwillDesk(
        open_uow=core.open_uow,
        limit_cents=settings.limit_cents,
        valid_days=settings.valid_days,
        approvers=settings.approvers,
        zone=core.zone,
        entropy=core.entropy,
    )


def _line(credit: Credit, texts: Catalog) -> str:
    return texts.text(
        "cli.goodwill.line",
        credit=credit.credit_id,
        customer=credit.customer_id,
        amount=amount(credit.cents, texts),
        left=amount(credit.left, texts),
        state=texts.text(f"cli.goodwill.state.{credit.state}"),
        until=credit.expires_on,
        by=credit.granted_by,
        approved=texts.text("cli.goodwill.approver", name=credit.approved_by) if credit.approved_by else "",
        reason=credit.reason,
    )
