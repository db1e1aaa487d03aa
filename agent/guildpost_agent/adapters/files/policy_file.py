"""The dealer's egress policy on disk: looked at with every message, so that a change counts for the next one."""

import os
from pathlib import Path

from guildpost_agent.app.egress.dealer_policy import read_policy
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import os_reason
from guildpost_shared.problems import Problem


class PolicyFile:
    """A ``PolicySource``; what cannot be read lets nothing out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[tuple[int, int, int], EgressPolicy] | None = None

    def current(self) -> EgressPolicy:
        """Give the policy as the file says it now.

        Raises:
            ConfigurationError: ``egress_policy_missing``, ``egress_policy_unreadable``, ``egress_policy_unknown`` or
                ``egress_policy_wide``, each with the file's path.
        """
        try:
            with self.path.open("rb") as file:
                seen = os.fstat(file.fileno())
                version = (seen.st_ino, seen.st_mtime_ns, seen.st_size)
                if self._read is None or self._read[0] != version:
                    self._read = version, read_policy(file.read().decode("utf-8"))
        except FileNotFoundError:
            raise ConfigurationError("egress_policy_missing", path=self.path) from None
        except UnicodeDecodeError:
            raise ConfigurationError("egress_policy_unreadable", path=self.path, reason=Problem("not_utf8")) from None
        except OSError as error:
            raise ConfigurationError("egress_policy_unreadable", path=self.path, reason=os_reason(error)) from None
        except ConfigurationError as error:
            raise ConfigurationError(error.code, "", **{**error.params, "path": self.path}) from None
        return self._read[1]
