"""What a dealer decides about e-mail: how people are addressed, confirmations, links, the signature."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from guildpost_agent.mailbox_settings import MailboxSettings
from guildpost_shared.templates.own_links import leads_home, link_problem
from guildpost_shared.templates.salutation import Tone

_DOMAIN: Final = r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$"
_SELECTOR: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def _plain_https(url: str) -> str:
    """Take an address that names a page and nobody: no user, no port, no query, no fragment."""
    if not url:
        return url
    problem = link_problem(url)
    if problem:
        raise ValueError(problem.said("en"))
    return url


PlainLink = Annotated[str, AfterValidator(_plain_https)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DkimSettings(_Settings):
    """The domain that signs, and its keys: selector and key file (in the agent's folder unless absolute)."""

    domain: str = Field(pattern=_DOMAIN)
    keys: dict[str, Path] = Field(min_length=1, max_length=4)

    @model_validator(mode="after")
    def _selectors(self) -> "DkimSettings":
        for selector in self.keys:
            if not _SELECTOR.fullmatch(selector):
                raise ValueError(f"keys.{selector}: no selector")
        return self


class ConfirmationSettings(_Settings):
    """Confirmations of appointments; offers stand in them only where advertising is lawful (0: never)."""

    offers: int = Field(default=2, ge=0, le=5)


class MailSettings(_Settings):
    """Everything under ``[mail]``.

    Attributes:
        tone: how messages greet and close, as the brand recommends where nothing is said; ``regional`` greets as the
            south does only where the dealer is there.
        form: ``du`` where the brand's template allows it, too; otherwise ``sie``.
        own_domains: where the dealer's own pages are; the links below must lie there.
        mailbox: where bounces and replies come to; nobody reads them without it.
        payment_link: a page of the dealer's for paying; the same for everybody.
        invoice_link: a page of the dealer's for invoices; the same for everybody.
    """

    tone: Tone | None = None
    form: Literal["sie", "du"] = "sie"
    own_domains: tuple[Annotated[str, Field(pattern=_DOMAIN)], ...] = ()
    payment_link: PlainLink = ""
    invoice_link: PlainLink = ""
    confirmations: ConfirmationSettings = ConfirmationSettings()
    dkim: DkimSettings | None = None
    mailbox: MailboxSettings | None = None

    @model_validator(mode="after")
    def _links_lead_to_the_dealer(self) -> "MailSettings":
        for name in ("payment_link", "invoice_link"):
            link = getattr(self, name)
            if link and not leads_home(link, self.own_domains):
                raise ValueError(f"{name}: {urlsplit(link).hostname} is not among own_domains")
        return self
