"""Feedback reports: a reader said that a message was unwanted (RFC 5965), or a provider says so in its own way."""

from typing import Final

from guildpost_agent.domain.bounces import fields
from guildpost_agent.domain.bounces.addresses import addresses, first_address
from guildpost_agent.domain.bounces.finding import BounceClass, Finding
from guildpost_agent.domain.bounces.parts import Parts, header
from guildpost_agent.domain.bounces.rules import any_of, read

_RECIPIENT_FIELDS: Final = ("original-rcpt-to", "removal-recipient", "original-recipient")
_ORIGINAL_FIELDS: Final = ("x-hmxmroriginalrecipient", "x-original-to", "delivered-to", "to")
_OPT_OUT: Final = any_of(read("auto_replies.toml")["opt_out"])
_PROVIDERS: Final = ("x-hmxmroriginalrecipient",)


def feedback_findings(parts: Parts) -> list[Finding]:
    """Read a feedback report; an empty list for what is none."""
    report = fields.named(parts.feedback)
    original = fields.named(parts.original)
    if _OPT_OUT.search(parts.text):
        return [Finding(first_address(header(parts.message, "From")), "", BounceClass.FEEDBACK, "feedback", "opt-out")]
    if "feedback-type" not in report and not any(header(parts.message, name) for name in _PROVIDERS):
        return []
    kind = (
        report.get("feedback-type", ["abuse"])[0].split()[0].lower()
        if report.get("feedback-type", ["x"])[0]
        else "abuse"
    )
    found = _recipients(report, original, parts)
    return [Finding(one, "", BounceClass.FEEDBACK, "feedback", kind) for one in found]


def _recipients(report: dict[str, list[str]], original: dict[str, list[str]], parts: Parts) -> list[str]:
    own = header(parts.message, "X-HmXmrOriginalRecipient")
    for values in (
        *(report.get(name, []) for name in _RECIPIENT_FIELDS),
        [own] if own else [],
        *(original.get(name, []) for name in _ORIGINAL_FIELDS),
    ):
        found = list(dict.fromkeys(one for value in values for one in addresses(value)))
        if found:
            return found
    return [""]
