"""Names of several brands on one machine (docs/adr/0010-several-brands.md).

The first brand has no name: its services are known by the ids that it signed (``hu_au``). Every further brand has a
short name that the dealer chose, and what comes from it is known by that name and the id (``skoda-hu_au``). No signed
id holds a hyphen, so the two never meet, whatever a brand publishes. Names are local: nobody outside learns of them.

    brand     signed                         known here as
    ───────   ────────────────────────────   ──────────────────────────────────
    (first)   services/hu_au.json            services/hu_au.json
    skoda     services/hu_au.json            services/skoda-hu_au.json
    skoda     templates/hu_au/1/email.de.*   templates/skoda-hu_au/1/email.de.*
"""

import re
from dataclasses import replace
from typing import Final

from guildpost_shared.services.definition import ServiceDefinition

FIRST: Final = ""
"""The first brand's name."""
NAME: Final = r"[a-z][a-z0-9]{1,11}"
_MARK: Final = "-"
_SIGNED: Final = re.compile(r"[a-z][a-z0-9_]*")


def is_brand_name(text: str) -> bool:
    """Say whether a text can be the name of a further brand: 2 to 12 small letters and digits, a letter first."""
    return re.fullmatch(NAME, text) is not None


def local_name(brand: str, signed: str) -> str:
    """Give the name by which something signed is known here."""
    return f"{brand}{_MARK}{signed}" if brand else signed


def of_brand(word: str, brand: str) -> str:
    """Mark a word of the agent's own with a brand: a folder, a destination; ``coordinator``, ``coordinator-skoda``."""
    return f"{word}{_MARK}{brand}" if brand else word


def brand_of_word(word: str, marked: str) -> str | None:
    """Give the brand that a word of the agent's own is marked with; None where it is another word."""
    start, _, brand = marked.partition(_MARK)
    return brand if start == word and (marked == word or is_brand_name(brand)) else None


def brand_of(local: str) -> str:
    """Give the brand of a service or template by the name under which it is known here."""
    brand, mark, _ = local.partition(_MARK)
    return brand if mark else FIRST


def signed_name(local: str) -> str:
    """Give the id that the brand signed; templates' languages and channels hold no hyphen either."""
    return local.partition(_MARK)[2] if _MARK in local else local


def scoped(brand: str, name: str) -> str:
    """Give what another coordinator named a name of its own here; rounds and studies may hold hyphens, no slashes."""
    return f"{brand}/{name}" if brand else name


def local_path(brand: str, path: str) -> str | None:
    """Give the local name of a catalogue path; None for one that has no place here.

    The part behind the kind carries the brand; a brand that signs a path with a hyphen there could speak for another.
    """
    kind, _, rest = path.partition("/")
    head = rest.partition("/")[0].partition(".")[0]
    return f"{kind}/{local_name(brand, rest)}" if _SIGNED.fullmatch(head) else None


def signed_path(local: str) -> tuple[str, str]:
    """Give the brand and the signed path of a local one."""
    kind, _, rest = local.partition("/")
    return brand_of(rest), f"{kind}/{signed_name(rest)}"


def local_service(service: ServiceDefinition, brand: str) -> ServiceDefinition:
    """Give a brand's service as it is known here; messages carry along only what is due for the same brand."""
    if not brand:
        return service
    channels = tuple(
        replace(use, templates={language: local_name(brand, one) for language, one in use.templates.items()})
        for use in service.channels
    )
    return replace(
        service,
        service_id=local_name(brand, service.service_id),
        bundle_group=local_name(brand, service.bundle_group),
        channels=channels,
    )
