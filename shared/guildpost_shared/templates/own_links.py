"""Links that a dealer may set: a page of its own, the same for everybody, with nothing in it that marks a person."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from guildpost_shared.problems import Problem

_PLAIN: Final = re.compile(r"https://[A-Za-z0-9._~/%-]{1,300}")


def link_problem(url: str) -> Problem | None:
    """Say what is wrong with an address that must name a page and nobody: no user, no port, no query, no fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return Problem("link_unreadable")
    if parts.scheme != "https" or not host:
        return Problem("not_https")
    if parts.netloc != host or "?" in url or "#" in url:
        return Problem("link_marks")
    return None if _PLAIN.fullmatch(url) else Problem("link_unreadable")


def leads_home(url: str, own: Iterable[str]) -> bool:
    """Say whether a plain address lies on one of the dealer's own hosts, or below one.

    Args:
        url: an address without a problem.
        own: host names in lower case.
    """
    host = urlsplit(url).hostname or ""
    return any(host == one or host.endswith(f".{one}") for one in own)


def own_hosts(website: str, more: Iterable[str] = ()) -> tuple[str, ...]:
    """List the dealer's own hosts: that of the website, without ``www.``, and the domains named besides."""
    try:
        host = urlsplit(website).hostname or ""
    except ValueError:
        host = ""
    return tuple(one for one in (host.removeprefix("www."), *more) if one)
