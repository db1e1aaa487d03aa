"""What a dealer decides about letters: where batches go, to whose key they are sealed, and when they are released."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from guildpost_agent.domain.age import read_recipient
from guildpost_agent.home_files import HomePath


def _public_key(text: str) -> str:
    if text:
        try:
            read_recipient(text)
        except ValueError:
            raise ValueError("not a public key (age1…)") from None
    return text


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SftpSettings(_Settings):
    """The lettershop's SFTP server.

    Attributes:
        known_hosts: the server's key as OpenSSH keeps it; no other is believed.
        folder: where batches go; the server's start folder if empty.
    """

    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    known_hosts: HomePath
    key_file: HomePath | None = None
    password_file: HomePath | None = None
    folder: str = ""

    @model_validator(mode="after")
    def _logs_in_somehow(self) -> "SftpSettings":
        if self.key_file is None and self.password_file is None:
            raise ValueError("key_file or password_file is missing")
        return self


class LetterSettings(_Settings):
    """The folder a lettershop takes finished batches from, and the rhythm of release (ISO weekdays 1-7).

    Attributes:
        deducts_vat: the dealer deducts input tax, so that postage is compared net of VAT.
        lettershop_key: the lettershop's public key, to which every batch is sealed; without one batches are readable
            and stay in the folder.
        sftp: the lettershop's server, in place of the folder; only with a key.
    """

    folder: HomePath
    release_weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(default=[1], min_length=1)
    release_every_days: int = Field(default=14, ge=1, le=60)
    deducts_vat: bool = True
    lettershop_key: Annotated[str, AfterValidator(_public_key)] = ""
    sftp: SftpSettings | None = None

    @model_validator(mode="after")
    def _leaves_the_house_sealed_only(self) -> "LetterSettings":
        if self.sftp is not None and not self.lettershop_key:
            raise ValueError("lettershop_key is missing: only sealed batches leave the house")
        return self
