"""Where the offers come from: ``offers.toml`` in the agent's home, else the set that comes with the program."""

import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from guildpost_agent.domain.offers.fields import BadOffers
from guildpost_agent.domain.offers.offer import Offer
from guildpost_agent.domain.offers.reading import read_offers
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.lint.findings import Severity
from guildpost_shared.lint.offers import lint_offers

FILE: Final = "offers.toml"
_DEALERS_OWN: Final = frozenset({"R10.free"})
"""What a dealer gives away is the dealer's decision."""


def load_offers(home: Path) -> tuple[Offer, ...]:
    """Read the set in force.

    Raises:
        ConfigurationError: ``offers_invalid``; the dealer's own file is not in the format.
    """
    path = home / FILE
    try:
        return parse_offers(path.read_bytes()) if path.exists() else shipped_offers()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, BadOffers, OSError) as error:
        raise ConfigurationError("offers_invalid", path=path, reason=str(error)) from None


def shipped_offers() -> tuple[Offer, ...]:
    """Read the set that comes with the program."""
    return parse_offers(resources.files(__package__).joinpath(FILE).read_bytes())


@lru_cache(maxsize=2)
def parse_offers(content: bytes) -> tuple[Offer, ...]:
    """Read a set from a file's bytes; the same bytes are read and judged once in a process.

    Raises:
        BadOffers: it is not in the format.
        tomllib.TOMLDecodeError: it is no TOML.
    """
    offers = read_offers(tomllib.loads(content.decode("utf-8")))
    for finding in lint_offers(FILE, content):
        if finding.severity is Severity.ERROR and finding.rule not in _DEALERS_OWN:
            raise BadOffers(f"line {finding.line}: {finding.rule}: {finding.words}")
    return offers
