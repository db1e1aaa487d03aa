"""The coordinator's configuration: one TOML file in its home, read once at start; flags may override ports.

Layout of the home:

    coordinator.toml    this configuration
    coordinator.db      database
    authority/          certificate and encrypted key of the certificate authority
    catalogue/          the published TUF repository; its first root metadata is what join codes name
    addresses.json      where the running coordinator listens, written anew at each start
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from guildpost_coordinator.domain.round_schedule import Day
from guildpost_shared.errors import ConfigurationError, Language
from guildpost_shared.wire.limits import HEARTBEAT_EVERY

CONFIG_FILE: Final = "coordinator.toml"
_PORT: Final = Field(default=0, ge=0, le=65535)


class CoordinatorConfig(BaseModel):
    """What ``coordinator.toml`` may say.

    Attributes:
        brand: name shown to people.
        public_host: DNS name or address under which dealerships reach the coordinator; stands in join codes.
        listen: address that the ports bind.
        enrolment_port: for newcomers; 0 lets the system choose at each start.
        control_port: for members and signers.
        flower_port: of the filter in front of Flower.
        console_port: of the brand console.
        presence_streams: agents connected at once.
        newcomers_per_second: requests that one address may make at the enrolment port, in the long run; twelve seconds'
            worth of them at once. More where many dealerships come from one address.
        heartbeat_seconds: between heartbeats to connected agents; a locked agent is cut off at the next one.
        round_day: on which day rounds of ripe studies are announced by themselves: ``daily`` or a day of the week; with
            ``never`` they are announced by hand alone (docs/studies.md).
        round_hour: from which hour of that day on, local time in Germany.
        round_window_seconds: how long agents may join such a round.
        material_approval: whether services and templates are published only once marketing and legal approved them
            (docs/material.md); off for demonstrations and trials, where ``publish`` takes them as they are.
        language: of the console and the command line.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    brand: str = Field(default="", max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")
    public_host: str = Field(default="127.0.0.1", pattern=r"^[0-9A-Za-z.:-]{1,253}$")
    listen: str = Field(default="127.0.0.1", pattern=r"^[0-9A-Za-z.:-]{1,253}$")
    enrolment_port: int = _PORT
    control_port: int = _PORT
    flower_port: int = _PORT
    console_port: int = _PORT
    presence_streams: int = Field(default=10_000, ge=1, le=50_000)
    newcomers_per_second: float = Field(default=5, gt=0, le=10_000)
    heartbeat_seconds: float = Field(default=HEARTBEAT_EVERY, gt=0, le=60)
    round_day: Day = "never"
    round_hour: int = Field(default=10, ge=0, le=23)
    round_window_seconds: int = Field(default=600, ge=30, le=3_600)
    material_approval: bool = True
    language: Language = "de"


class Home:
    """The paths inside the coordinator's home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / CONFIG_FILE
        self.database = folder / "coordinator.db"
        self.authority = folder / "authority"
        self.catalogue = folder / "catalogue"
        self.trust_root = self.catalogue / "metadata" / "1.root.json"
        self.addresses = folder / "addresses.json"


def load_config(home: Home, overrides: Mapping[str, object] | None = None) -> CoordinatorConfig:
    """Read the configuration.

    Args:
        home: paths.
        overrides: settings that take the place of the file's.

    Raises:
        ConfigurationError: ``ca_missing`` (the home was never set up) or ``configuration_invalid``.
    """
    try:
        settings = tomllib.loads(home.config.read_text("utf-8"))
        return CoordinatorConfig.model_validate({**settings, **(overrides or {})})
    except FileNotFoundError as error:
        raise ConfigurationError("ca_missing", folder=home.folder) from error
    except ValidationError as error:
        setting = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ConfigurationError("configuration_invalid", setting=setting) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError("configuration_invalid", setting=CONFIG_FILE) from error


def render_config(config: CoordinatorConfig) -> str:
    """Write a configuration as TOML (strings, numbers and switches only)."""
    lines = [f"{name} = {_toml(value)}" for name, value in config.model_dump().items()]
    return "\n".join(lines) + "\n"


def _toml(value: str | float) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in value)
    return f'"{escaped}"'
