"""E-mail addresses and phone numbers as people typed them, made usable or dropped."""

import re
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.normalise import Unreadable

_SPLIT: Final = re.compile(r"[;,\s|]+|/(?=\S+@)")
_DEAD_LOCAL: Final = re.compile(
    r"(unbekannt|unknown|keine?|keine?[._-]?(e?-?mail|adresse|angabe)|kein|nein|ohne|nomail|no-?mail|none|null|"
    r"no-?reply|leer|fehlt|nicht[._-]?vorhanden|dummy|test|xx+)",
    re.IGNORECASE,
)
_DEAD_DOMAIN: Final = re.compile(r"(x+|a+|test|keine?|kein|unbekannt|nomail|dummy)\.(de|com|net)", re.IGNORECASE)
_WORD: Final = re.compile(r"\w")
_PHONE_NOISE: Final = re.compile(r"[^\d+]+")
_INTERNATIONAL_ZERO: Final = re.compile(r"\(0\)")
# Fast path: a national number whose length is possible (ITU-T E.164: at most 15 digits with the country code).
_NATIONAL: Final = re.compile(r"0(1[5-7]\d{8,9}|[2-9]\d{5,10})")


def _is_dead(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    return bool(_DEAD_LOCAL.fullmatch(local) or _DEAD_DOMAIN.fullmatch(domain))


@lru_cache(maxsize=4096)
def _usable(address: str) -> str:
    # The library loads only in the process that imports, so that an idle agent stays small.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 — see above

    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return ""


def email(text: str, own_domain: str = "") -> str:
    """Read an e-mail field: the first usable address in it, its domain in lower case.

    Args:
        text: the cell; may hold several addresses or an excuse for none.
        own_domain: the dealer's own domain, whose addresses stand in for a missing one.

    Returns:
        The address, or nothing for an empty field and for known excuses (``unbekannt@…``, ``keine@…``, ``x@x.de``).

    Raises:
        Unreadable: ``not_an_address`` when the field holds something else.
    """
    candidates = [part.removeprefix("mailto:").strip("<>\"'") for part in _SPLIT.split(text.strip()) if "@" in part]
    living = [address for address in candidates if not _is_dead(address)]
    others = [a for a in living if not own_domain or a.rpartition("@")[2].casefold() != own_domain.casefold()]
    found = next((usable for address in others if (usable := _usable(address))), "")
    excuse = not _WORD.search(text) or _DEAD_LOCAL.fullmatch(text.strip())
    if not found and (others or not (candidates or excuse)):
        raise Unreadable("not_an_address")
    return found


@lru_cache(maxsize=4096)
def phone(text: str, country: str = "DE") -> str:
    """Read a phone number as E.164 (``0171 / 123 45 67`` → ``+491711234567``).

    Raises:
        Unreadable: ``not_a_phone_number``.
    """
    digits = _PHONE_NOISE.sub("", _INTERNATIONAL_ZERO.sub("", text) if text.lstrip().startswith(("+", "00")) else text)
    if not digits.strip("0"):
        if _WORD.search(text.replace("0", "")):
            raise Unreadable("not_a_phone_number")
        return ""
    if country == "DE" and _NATIONAL.fullmatch(digits):
        return "+49" + digits[1:]
    # The library loads only in the process that imports, so that an idle agent stays small.
    from phonenumbers import (  # noqa: PLC0415 — see above
        NumberParseException,
        PhoneNumberFormat,
        format_number,
        is_valid_number,
        parse,
    )

    try:
        number = parse(digits, country)
    except NumberParseException:
        raise Unreadable("not_a_phone_number") from None
    if not is_valid_number(number):
        raise Unreadable("not_a_phone_number")
    return format_number(number, PhoneNumberFormat.E164)
