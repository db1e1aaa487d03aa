"""Whose command it is: a personal token from a file that the person alone can read, never from the command line.

It is the file ``guildpost-person`` among systemd's credentials, or the file that ``GUILDPOST_PERSON_TOKEN_FILE`` names.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.lifecycle import lifecycle_factory
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.app.material_desk import MaterialDesk
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.content_checks import CONTENT_CHECKS
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError

CREDENTIAL: Final = "guildpost-person"
VARIABLE: Final = "GUILDPOST_PERSON_TOKEN_FILE"


def read_token(environment: Mapping[str, str]) -> str:
    """Read the personal token.

    Args:
        environment: the process's environment.

    Raises:
        ConfigurationError: ``person_token_missing``, also when the file is empty or no text.
    """
    named, folder = environment.get(VARIABLE), environment.get("CREDENTIALS_DIRECTORY")
    for path in [*([Path(named)] if named else []), *([Path(folder) / CREDENTIAL] if folder else [])]:
        try:
            token = path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if token:
            return token
    raise ConfigurationError("person_token_missing", variable=VARIABLE, credential=CREDENTIAL)


@contextmanager
def material_desk(home: Home) -> Iterator[MaterialDesk]:
    """Open the record of a coordinator's home for one command.

    Raises:
        ConfigurationError: ``ca_missing`` or ``configuration_invalid``.
    """
    load_config(home)
    engine = open_engine(home.database)
    try:
        migrate(engine)
        yield MaterialDesk(lifecycle_factory(engine), SystemClock(), OsEntropy(), CONTENT_CHECKS)
    finally:
        engine.dispose()
