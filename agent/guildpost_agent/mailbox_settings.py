"""The mailbox that bounces and replies come to; without it nobody reads them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from guildpost_agent.home_files import HomeFile, HomePath


class MailboxSettings(BaseModel):
    """Everything under ``[mail.mailbox]``: a Maildir on this machine, or a server; encrypted unless said otherwise.

    Attributes:
        maildir: a Maildir that a mail server on this machine delivers to.
        host: an IMAP server instead.
        password_file: holds the password; there is no other way to give one.
        inbox: what is read.
        folder: where what is dealt with goes.
        every_minutes: how often it is looked at (business clock).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    maildir: HomePath | None = None
    host: str = ""
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: HomePath | None = None
    username: str = ""
    password_file: HomeFile = ""
    inbox: str = Field(default="INBOX", min_length=1)
    folder: str = Field(default="Guildpost", pattern=r"^[^/.\\\x00-\x1f]{1,60}$")
    every_minutes: int = Field(default=15, ge=1, le=1440)

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "MailboxSettings":
        if (self.maildir is None) == (not self.host):
            raise ValueError("name either maildir or host")
        if self.host and not (self.username and self.password_file):
            raise ValueError("username or password_file is missing")
        return self
