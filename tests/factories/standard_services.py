"""The standard services as the sample catalogue carries them."""

from functools import cache
from pathlib import Path

from guildpost_shared.services.definition import ServiceDefinition, parse_service

FOLDER = Path(__file__).resolve().parents[2] / "demo" / "guildpost_demo" / "catalogue" / "services"


@cache
def standard_services() -> tuple[ServiceDefinition, ...]:
    """Read every service of the sample catalogue."""
    return tuple(parse_service(file.read_bytes()) for file in sorted(FOLDER.glob("*.json")))
