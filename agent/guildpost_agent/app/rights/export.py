"""Tell a person everything (Art. 15 GDPR): what is kept about them, why, from where, how long, and what they may do.

The report is a plain value, the same for the machine (JSON) and for the page (PDF). Its keys:

    format, created_at, language      ``guildpost-person-report/1``, UTC, ``de`` or ``en``
    controller                        who answers for the data
    customer_numbers                  all the person's numbers
    sections[]                        table, title, purpose, storage, source, columns {column: label},
                                      rows [{column: value}], withheld [{column, why}]
    provenance[]                      deliveries of the management system: at, files
    explanations[]                    title, text: legal bases, recipients, automated choice, rights, restriction
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from guildpost_agent.app.ports.rights import Row
from guildpost_agent.app.rights.erase import RightsDesk
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.rights.rules import TableRule
from guildpost_agent.domain.rights.schema_rules import RULES
from guildpost_shared.errors import Refused

FORMAT: Final = "guildpost-person-report/1"
EXPLANATIONS: Final = ("bases", "recipients", "choice", "your_rights", "books")
_MOST_DELIVERIES: Final = 50
Text = Callable[[str], str]


@dataclass(frozen=True)
class Words:
    """The catalogue of the report's language."""

    language: str
    text: Text


def report_person(
    desk: RightsDesk, ids: Collection[str], config: AgentConfig, words: Words, now: datetime
) -> dict[str, object]:
    """Put the report together and note that it was asked for.

    Args:
        desk: what it needs.
        ids: all numbers of one person.
        config: who is responsible.
        words: labels and explanations.
        now: the business clock.

    Raises:
        Refused: ``person_unknown``.
    """
    with desk.open_uow() as uow:
        rows = uow.rights.collect(ids)
        if not rows:
            raise Refused("person_unknown", customer=", ".join(sorted(ids)))
        deliveries = uow.imports.all()[:_MOST_DELIVERIES]
        restricted = any(uow.rights.is_restricted(one) for one in ids)
        desk.note(uow, "access", ids, now, {table: len(found) for table, found in rows.items()})
        uow.commit()
    dealer = config.dealer
    return {
        "format": FORMAT,
        "created_at": now.isoformat(),
        "language": words.language,
        "title": words.text("rights.report.title"),
        "intro": words.text("rights.report.intro"),
        "controller": {
            "name": dealer.legal_name,
            "street": dealer.street,
            "town": f"{dealer.postcode} {dealer.town}",
            "email": dealer.email,
            "phone": dealer.phone,
        },
        "customer_numbers": sorted(ids),
        "sections": [_section(rule, rows[rule.table], words) for rule in RULES if rule.told and rule.table in rows],
        "provenance": [
            {"at": delivery.at.isoformat(), "files": delivery.report.get("files", [])} for delivery in deliveries
        ],
        "explanations": [
            {"title": words.text(f"rights.explain.{name}.title"), "text": words.text(f"rights.explain.{name}.text")}
            for name in (*EXPLANATIONS, *(("restricted",) if restricted else ()))
        ],
        "words": {name: words.text(f"rights.report.{name}") for name in _WORDS},
    }


_WORDS: Final = (
    "purpose",
    "storage",
    "source",
    "withheld",
    "numbers",
    "controller",
    "provenance",
    "created",
    "page",
    "yes",
    "no",
)


def _section(rule: TableRule, rows: Sequence[Row], words: Words) -> dict[str, object]:
    columns = list(rows[0])
    return {
        "table": rule.table,
        "title": words.text(f"rights.table.{rule.table}"),
        "purpose": words.text(f"rights.purpose.{rule.purpose}"),
        "storage": words.text(f"rights.storage.{rule.storage}"),
        "source": words.text(f"rights.source.{rule.source}"),
        "columns": {column: words.text(f"rights.column.{column}") for column in columns},
        "rows": [{column: _plain(value) for column, value in row.items()} for row in rows],
        "withheld": [
            {"column": column, "why": words.text(f"rights.withheld.{why}")} for column, why in rule.withheld.items()
        ],
    }


def _plain(value: object) -> object:
    """Bring a value to what JSON knows."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case bytes():
            return value.hex()
        case _:
            return str(value)
