"""What speaks for and against a pair, in words: ``surname_exact`` becomes "surname the same".

A code names a field and how alike its values are. Some pairs of both have a text of their own
(``cli.people.evidence.email_part``), the others are put together from ``cli.people.field`` and ``cli.people.level``.
"""

from collections.abc import Sequence

from guildpost_shared.catalog import Catalog

_OWN = "cli.people.evidence"


def in_words(evidence: Sequence[str], texts: Catalog) -> str:
    """Say the evidence as one sentence.

    Args:
        evidence: codes of ``domain.matching.explain``, the strongest first; the order stays.
        texts: the language.
    """
    words = dict.fromkeys(_said(code, texts) for code in evidence)
    sentence = ", ".join(words) or texts.text(f"{_OWN}.none")
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _said(code: str, texts: Catalog) -> str:
    if f"{_OWN}.{code}" in texts.ids():
        return texts.text(f"{_OWN}.{code}")
    field, _, level = code.rpartition("_")
    return f"{texts.text(f'cli.people.field.{field}')} {texts.text(f'cli.people.level.{level}')}"
