"""Why the operating system refused something, in the words of whoever reads it instead of the system's own English."""

import errno
from pathlib import Path
from typing import Final

from guildpost_shared.errors import ConfigurationError, GuildpostError
from guildpost_shared.problems import Problem

MISSING: Final = Problem("os_missing")
_REASONS: Final = {
    errno.ENOENT: MISSING,
    errno.EACCES: Problem("os_forbidden"),
    errno.EPERM: Problem("os_forbidden"),
    errno.EEXIST: Problem("os_exists"),
    errno.ENOSPC: Problem("os_full"),
    errno.EDQUOT: Problem("os_full"),
    errno.EROFS: Problem("os_read_only"),
    errno.EISDIR: Problem("os_folder"),
    errno.ENOTDIR: Problem("os_no_folder"),
    errno.ENOTEMPTY: Problem("os_exists"),
    errno.ENAMETOOLONG: Problem("os_name_too_long"),
    errno.EADDRINUSE: Problem("os_address_in_use"),
    errno.EADDRNOTAVAIL: Problem("os_address_elsewhere"),
    errno.ECONNREFUSED: Problem("os_connection_refused"),
    errno.ETIMEDOUT: Problem("os_no_answer"),
    errno.EHOSTUNREACH: Problem("os_no_way"),
    errno.ENETUNREACH: Problem("os_no_way"),
}


def file_refused(error: OSError) -> GuildpostError | None:
    """Turn the system's word about a file into an error that the operator can mend; None where it is about none."""
    if isinstance(error.filename, str | Path):
        return ConfigurationError("file_unusable", path=error.filename, reason=os_reason(error))
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:  # a write that fails names no file
        return ConfigurationError("disk_full", reason=os_reason(error))
    return None


def os_reason(error: OSError) -> Problem | str:
    """Say why; what is rare is said as the system says it, what has no words at all by its kind."""
    known = _REASONS.get(error.errno or 0)
    if isinstance(error, TimeoutError):
        known = _REASONS[errno.ETIMEDOUT]
    return known or error.strerror or str(error) or type(error).__name__
