"""E-mail addresses as people typed them, made usable or dropped.

Plain addresses are passed by a pattern that the library would accept unchanged (a property test holds both to the same
answers); the others go to the library, which loads only in the process that imports.
"""

import re
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_rules import Rule

LONGEST: Final = 254
_SPLIT: Final = re.compile(r"[;,\s|]+|/(?=\S+@)")
_AT: Final = re.compile(r"\s*(?:\((?:at|ät)\)|\[(?:at|ät)\])\s*", re.IGNORECASE)
_LOOSE_AT: Final = re.compile(r"(?<=[\w.+-])\s+@\s*(?=\w)|(?<=[\w.+-])@\s+(?=\w)")
_DEAD_LOCAL: Final = re.compile(
    r"(unbekannt|unknown|keine?|keine?[._-]?(e?-?mail|adresse|angabe)|kein|nein|ohne|nomail|no-?mail|none|null|"
    r"no-?reply|leer|fehlt|nicht[._-]?vorhanden|dummy|test|xx+)",
    re.IGNORECASE,
)
_DEAD_DOMAIN: Final = re.compile(r"(x+|a+|test|keine?|kein|unbekannt|nomail|dummy)\.(de|com|net)", re.IGNORECASE)
_DEAD_PAIR: Final = re.compile(r"nicht@vorhanden\.\w+|keine?@e?-?mail\.\w+", re.IGNORECASE)
_WORD: Final = re.compile(r"\w")
_PLAIN: Final = re.compile(
    r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,20}", re.IGNORECASE | re.ASCII
)
_LONGEST_LOCAL: Final = 64
_LONGEST_LABEL: Final = 63
# Reserved names (RFC 6761, RFC 7686) go to the library, which knows them all.
_RESERVED: Final = ("arpa", "invalid", "local", "localhost", "onion", "test")
# Misspellings of the large providers' domains: told to a person, never changed by a machine.
_TYPOS: Final = frozenset(
    [
        "gmial.com",
        "gmai.com",
        "gmail.de.com",
        "gmail.co",
        "gmail.con",
        "gmaill.com",
        "gmal.com",
        "googelmail.com",
        "googlemail.de",
        "gmx.dee",
        "gmx.d",
        "gmx.ed",
        "gnx.de",
        "gmx.ne",
        "web.d",
        "web.dee",
        "wed.de",
        "wep.de",
        "weg.de",
        "t-onlin.de",
        "t-online.d",
        "t-onlie.de",
        "tonline.de",
        "t-oline.de",
        "hotmial.com",
        "hotmail.con",
        "hotmai.com",
        "outlok.de",
        "outlook.con",
        "outloook.com",
        "yaho.de",
        "yahoo.con",
        "freent.de",
        "freenet.d",
        "arcor.d",
        "icloud.con",
    ]
)


@frozen
class Email:
    """The address of a field, the rule that changed its meaning, and whether its domain looks misspelt."""

    address: str
    rule: str = ""
    doubtful: bool = False


NONE: Final = Email("")


def _is_dead(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    return bool(_DEAD_LOCAL.fullmatch(local) or _DEAD_DOMAIN.fullmatch(domain) or _DEAD_PAIR.fullmatch(address))


def _plain(address: str) -> str:
    """Give a plain address as the library would normalise it; nothing for one that only the library can judge."""
    if len(address) > LONGEST or _PLAIN.fullmatch(address) is None:
        return ""
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    labels = domain.split(".")
    if len(local) > _LONGEST_LOCAL or labels[-1] in _RESERVED or any(len(label) > _LONGEST_LABEL for label in labels):
        return ""
    # A label with two hyphens at its third place is, or claims to be, punycode (RFC 5890).
    return "" if len(domain) > LONGEST - 2 or "--" in domain else f"{local}@{domain}"


@lru_cache(maxsize=4096)
def by_library(address: str) -> str:
    """Judge and normalise one address with the library: the slow way, and the measure of the fast one."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 — see the module's head

    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return ""


def usable(address: str) -> str:
    """Give an address as it is written to, or nothing for what is none."""
    found = _plain(address) or by_library(address)
    return found if len(found) <= LONGEST else ""


def read_email(text: str, own_domain: str = "") -> Email:
    """Read an e-mail field: the first usable address in it, its domain in lower case.

    Args:
        text: the cell; may hold several addresses or an excuse for none.
        own_domain: the dealer's own domain, whose addresses stand in for a missing one.

    Returns:
        The address, or nothing for an empty field and for known excuses (``unbekannt@…``, ``keine@…``, ``x@x.de``).

    Raises:
        Unreadable: ``not_an_address`` when the field holds something else.
    """
    text = text.strip()
    if not text:
        return NONE
    simple = _plain(text)
    if simple and not _is_dead(simple) and not _is_own(simple, own_domain):
        return Email(simple, "", simple.rpartition("@")[2] in _TYPOS)
    repaired = _LOOSE_AT.sub("@", _AT.sub("@", text))
    written = [part.strip("<>\"'()") for part in _SPLIT.split(repaired) if "@" in part]
    candidates = [part.removeprefix("mailto:").removeprefix("MAILTO:").strip("<>\"'") for part in written]
    living = [address for address in candidates if not _is_dead(address)]
    others = [address for address in living if not _is_own(address, own_domain)]
    usables = list(dict.fromkeys(found for address in others if (found := usable(address))))
    # Normalising may lead to a stopgap's form; it is judged again, so that reading twice changes nothing.
    usables = [address for address in usables if not _is_dead(address) and not _is_own(address, own_domain)]
    if usables:
        return Email(usables[0], _rule(text, repaired, usables), usables[0].rpartition("@")[2] in _TYPOS)
    excuse = not _WORD.search(text) or _DEAD_LOCAL.fullmatch(text)
    if others or not (candidates or excuse):
        raise Unreadable("not_an_address")
    return Email("", Rule.EMAIL_OWN_DOMAIN if living else Rule.EMAIL_PLACEHOLDER)


def _is_own(address: str, own_domain: str) -> bool:
    return bool(own_domain) and address.rpartition("@")[2].casefold() == own_domain.casefold()


def _rule(text: str, repaired: str, usables: list[str]) -> str:
    if len(usables) > 1:
        return Rule.EMAIL_SEVERAL
    if repaired != text or len(text) > len(usables[0]) or text.casefold() != usables[0].casefold():
        return Rule.EMAIL_REPAIRED
    return ""


def email(text: str, own_domain: str = "") -> str:
    """Read an e-mail field without its rule, see ``read_email``.

    Raises:
        Unreadable: ``not_an_address``.
    """
    return read_email(text, own_domain).address
