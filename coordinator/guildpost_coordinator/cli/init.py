"""``guildpost-coordinator init``: set up a home with configuration, certificate authority and database."""

import argparse
import os
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import ValidationError

from guildpost_coordinator.adapters.certificate_authority.files import read_passphrase, store_authority
from guildpost_coordinator.adapters.certificate_authority.local import create_authority
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.config import CoordinatorConfig, Home, render_config
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.identity.certificate_profile import fingerprint

NAME: Final = "init"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--brand", help=texts.text("cli.init.brand"))
    parser.add_argument("--public-host", default="127.0.0.1", help=texts.text("cli.init.public_host"))
    parser.add_argument("--listen", default="127.0.0.1", help=texts.text("cli.init.listen"))
    for port in ("enrolment", "control", "flower", "console"):
        parser.add_argument(f"--{port}-port", type=int, default=0, help=texts.text(f"cli.port.{port}"))
    parser.add_argument("--no-material-approval", action="store_true", help=texts.text("cli.init.no_material_approval"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Set the home up; an existing authority is never touched.

    Raises:
        Conflict: ``ca_exists``.
        ConfigurationError: ``configuration_invalid``, ``ca_passphrase_missing`` or ``ca_passphrase_short``.
    """
    home = Home(arguments.home)
    config = _config(arguments)
    passphrase = read_passphrase(os.environ)
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key, certificate = create_authority(OsEntropy(), SystemClock().now())
    store_authority(home.authority, key, certificate, passphrase)
    home.config.write_text(render_config(config), "utf-8")
    migrate(open_engine(home.database))
    shown = fingerprint(certificate.public_bytes(Encoding.DER)).hex()
    print(texts.text("cli.init.done", folder=home.folder, fingerprint=shown))
    return 0


def _config(arguments: argparse.Namespace) -> CoordinatorConfig:
    if (
        arguments.brand is not None and not arguments.brand.strip()
    ):  # no study of a brand without a name could be signed
        raise ConfigurationError("configuration_invalid", setting="--brand")
    try:
        return CoordinatorConfig(
            brand=arguments.brand or "",
            public_host=arguments.public_host,
            listen=arguments.listen,
            enrolment_port=arguments.enrolment_port,
            control_port=arguments.control_port,
            flower_port=arguments.flower_port,
            console_port=arguments.console_port,
            material_approval=not arguments.no_material_approval,
            language=arguments.lang,
        )
    except ValidationError as error:
        raise ConfigurationError("configuration_invalid", setting=error.errors()[0]["loc"][0]) from error
