"""What an import brought, or would bring, printed for people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from guildpost_agent.app.explain_entry import service_name
from guildpost_agent.app.ports.dms_source import SourceTable
from guildpost_agent.app.ports.unit_of_work import QuarantinedRow
from guildpost_agent.app.preview_import import Preview
from guildpost_agent.app.take_in import TakenIn
from guildpost_agent.cli.import_words import field_words, note_words, reason_words, warning_words
from guildpost_shared.catalog import Catalog
from guildpost_shared.services.definition import ServiceDefinition

SHOWN: Final = 10
_TRIAGE: Final = ("trusted", "estimated", "stale", "none")


def print_taken_in(
    taken: TakenIn, quarantined: Sequence[QuarantinedRow], services: Iterable[ServiceDefinition], texts: Catalog
) -> None:
    """Print the report of an import."""
    names = {service.service_id: service for service in services}
    report = taken.report
    counts = {"read": report.rows_read, "imported": report.rows_imported, "quarantined": report.rows_quarantined}
    print(texts.text("cli.import.done", **counts))
    changes = report.report.get("changes")
    for table, change in changes.items() if isinstance(changes, dict) else ():
        print(texts.text("cli.import.table", table=texts.text(f"dms.table.{table}"), **change))
    if report.report.get("erased"):
        print(texts.plural("cli.import.erased", int(str(report.report["erased"]))))
    _print_rows(quarantined[:SHOWN], len(quarantined), texts)
    warnings = report.report.get("warnings")
    _print_counts("cli.import.warnings", warnings if isinstance(warnings, dict) else {}, warning_words, texts)
    if taken.people is not None:
        print(texts.text("cli.import.people", **vars(taken.people)))
    for service in sorted({service for service, _ in taken.triage}):
        found = {name: taken.triage.get((service, name), 0) for name in _TRIAGE}
        print(texts.text("cli.import.triage", service=service_name(service, names, texts), **found))


def print_preview(source: SourceTable, preview: Preview, texts: Catalog) -> None:
    """Print what a table would bring."""
    print(
        texts.text(
            "cli.import.preview",
            table=texts.text(f"dms.table.{source.table}"),
            read=preview.read,
            unchanged=preview.unchanged,
            fresh=preview.read - preview.unchanged - preview.bad,
            bad=preview.bad,
            consents=preview.consents,
        )
    )
    if preview.unusable:
        print(texts.text("cli.import.unusable"))
    _print_rows(preview.shown, preview.bad, texts)
    _print_counts("cli.import.warnings", preview.warnings, warning_words, texts)
    _print_counts("cli.import.notes", preview.notes, note_words, texts)
    if preview.triage:
        found = {name: preview.triage[name] for name in _TRIAGE}
        print(texts.text("cli.import.triage", service="HU", **found))


def _print_rows(rows: Iterable[QuarantinedRow], total: int, texts: Catalog) -> None:
    """Print where bad rows stand and why; what stands in them is personal and stays in the database."""
    shown = list(rows)
    for row in shown:
        field, reason = field_words(row.field, texts), reason_words(row.reason, texts)
        print(texts.text("cli.import.row", file=row.file, row=row.row_number, field=field, reason=reason))
    if total > len(shown):
        print(texts.plural("cli.import.more_rows", total - len(shown)))


def _print_counts(key: str, counts: Mapping[str, int], words: Callable[[str, Catalog], str], texts: Catalog) -> None:
    """Print what was counted by code, the most frequent first."""
    if counts:
        print(texts.text(key))
    for code, count in sorted(counts.items(), key=lambda counted: (-counted[1], counted[0])):
        print(f"    {count:6}  {words(code, texts)}")
