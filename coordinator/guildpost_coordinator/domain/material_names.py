"""Which catalogue paths make up a material, and in which languages and tones it exists.

    services/hu_au.json                      →  services/hu_au
    templates/hu_au/2/email.de.{json,mjml,txt}
    templates/hu_au/2/letter.de.{json,txt}   →  templates/hu_au/2, with the variants "email de" and "letter de"

Studies, the roster, models and releases are no material: other roles decide about them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from guildpost_shared.catalogue_paths import check_path, kind_of
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import template_targets

MATERIAL_KINDS: Final = frozenset({"services", "templates"})
_KEYS: Final = (
    re.compile(r"(?P<key>services/[a-z0-9][a-z0-9_-]*)\.json"),
    re.compile(r"(?P<key>templates/[a-z0-9][a-z0-9_-]*/[1-9][0-9]{0,4})/[a-z]+\.[a-z]{2}\.(json|mjml|txt)"),
)
_TEMPLATE_KEY: Final = re.compile(r"(?P<stem>templates/[^/]+)/(?P<version>\d+)")
_MANIFEST: Final = re.compile(r"(?P<channel>[a-z]+)\.(?P<language>[a-z]{2})\.json")
_PART: Final = re.compile(r"(?P<channel>[a-z]+)\.(?P<language>[a-z]{2})\.[a-z]+")


@dataclass(frozen=True, order=True)
class Variant:
    """A channel and language in which a template exists; ``tone`` is recommended, ``informal`` allows "Du"."""

    channel: str
    language: str
    tone: str = ""
    informal: bool = False


def is_material(path: str) -> bool:
    """Say whether a path needs approval by people before it is published."""
    return kind_of(path) in MATERIAL_KINDS


def key_of(path: str) -> str:
    """Name the material that a path belongs to.

    Raises:
        Refused: ``catalogue_bad_path`` or ``material_foreign_path``.
    """
    found = next((match for pattern in _KEYS if (match := pattern.fullmatch(check_path(path)))), None)
    if found is None:
        raise Refused("material_foreign_path", path=path[:160])
    return found["key"]


def grouped(paths: Iterable[str]) -> dict[str, list[str]]:
    """Sort paths into materials: key → paths.

    Raises:
        Refused: as for ``key_of``, or ``material_empty``.
    """
    groups: dict[str, list[str]] = {}
    for path in sorted(paths):
        groups.setdefault(key_of(path), []).append(path)
    if not groups:
        raise Refused("material_empty")
    return groups


def is_key(text: str) -> bool:
    """Say whether something names a material."""
    return bool(_TEMPLATE_KEY.fullmatch(text) or _KEYS[0].fullmatch(f"{text}.json"))


def keys_before(key: str, known: Iterable[str]) -> list[str]:
    """List the lower versions of a template among those known, highest first; a service has none."""
    mine = _TEMPLATE_KEY.fullmatch(key)
    if mine is None:
        return []
    others = (_TEMPLATE_KEY.fullmatch(other) for other in known)
    versions = {int(o["version"]) for o in others if o and o["stem"] == mine["stem"]}
    return [f"{mine['stem']}/{version}" for version in sorted(versions, reverse=True) if version < int(mine["version"])]


def require_complete(key: str, parts: Iterable[str]) -> None:
    """Check that every variant of a template has all parts that make it up.

    Raises:
        Refused: ``material_part_missing``.
    """
    here, stem = set(parts), key.removeprefix("templates/")
    if stem == key:
        return
    for variant in _named(here):
        for path in template_targets(f"{stem}/{variant.channel}.{variant.language}"):
            if path.removeprefix(f"{key}/") not in here:
                raise Refused("material_part_missing", path=path)


def variants(manifests: Mapping[str, bytes]) -> tuple[Variant, ...]:
    """List a template's variants.

    Args:
        manifests: part → contents; only ``<channel>.<language>.json`` counts, unreadable ones show no tone.
    """
    found = []
    for part, body in manifests.items():
        name = _MANIFEST.fullmatch(part)
        if name is not None:
            said = _fields(body)
            tone = said.get("tone")
            shown = tone if isinstance(tone, str) else "factual"
            found.append(Variant(name["channel"], name["language"], shown, said.get("informal") is True))
    return tuple(sorted(found))


def missing(parts: Iterable[str], before: Iterable[str]) -> tuple[Variant, ...]:
    """List the channels and languages that the version before had and this one has not: the approver is warned."""
    return tuple(sorted(_named(before) - _named(parts)))


def _named(parts: Iterable[str]) -> set[Variant]:
    names = (_PART.fullmatch(part) for part in parts)
    return {Variant(name["channel"], name["language"]) for name in names if name}


def _fields(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
