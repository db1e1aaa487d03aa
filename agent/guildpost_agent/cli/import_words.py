"""Fields, reasons and rules of an import in plain words; codes are for files and programs."""

from guildpost_agent.domain.normalise_rules import Rule
from guildpost_shared.catalog import Catalog


def field_words(name: str, texts: Catalog) -> str:
    """Name one of our fields as people do."""
    known = texts.ids()
    return next(
        (texts.text(key) for key in (f"dms.field.{name}", f"rights.column.{name}") if key in known), name or "–"
    )


def reason_words(reason: str, texts: Catalog) -> str:
    """Say why a row or a cell could not be read."""
    key = f"dms.reason.{reason}"
    return texts.text(key) if key in texts.ids() else reason


def warning_words(code: str, texts: Catalog) -> str:
    """Say what was odd: ``table.field.reason``."""
    _, name, reason = code.split(".")
    return f"{field_words(name, texts)}: {reason_words(reason, texts)}"


def note_words(code: str, texts: Catalog) -> str:
    """Say what normalisation did: ``field.rule``."""
    name, rule = code.split(".")
    return f"{field_words(name, texts)}: {texts.text(f'provenance.{Rule(rule)}')}"
