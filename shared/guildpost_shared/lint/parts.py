"""Check the words of a part or a service by itself, as signers and agents do: the first error refuses it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from guildpost_shared.lint.findings import Finding, refuse, tidy
from guildpost_shared.lint.services import lint_strings
from guildpost_shared.lint.source import Source, lint_words

_SERVICES_KEPT: Final = 128
"""An agent reads the services in force with every step it does; the words of the same bytes are judged once."""


def check_words(template_id: str, text: str, constants: Mapping[str, str]) -> None:
    """Check the words of one part of a template (R10, R11, HU).

    Args:
        template_id: for the refusal.
        text: source of the part, with its Liquid and markup.
        constants: names whose text the brand has set.

    Raises:
        Refused: ``template_rule_violated`` with rule, words and line.
    """
    refuse(tidy(lint_words(Source(template_id, text, constants=constants))), template_id)


def check_service_words(file: str, contents: bytes) -> None:
    """Check the words of a service definition.

    Raises:
        Refused: ``template_rule_violated``, as for templates.
    """
    refuse(_of_service(file, contents), file)


@lru_cache(maxsize=_SERVICES_KEPT)
def _of_service(file: str, contents: bytes) -> tuple[Finding, ...]:
    return tuple(tidy(lint_strings(file, contents.decode("utf-8", "replace"))))
