"""Templates of the verified catalogue, ready to be filled."""

from typing import Protocol

from guildpost_shared.templates.call_text import CallTemplate
from guildpost_shared.templates.letter_text import LetterTemplate
from guildpost_shared.templates.mail import MailTemplate


class TemplateStore(Protocol):
    """Gives templates in force; each version is compiled once."""

    def mail(self, template_id: str) -> MailTemplate:
        """Give a compiled mail template.

        Raises:
            Unavailable: ``template_not_ready`` while the version is not compiled yet.
            Refused: why it is not in force.
        """
        ...

    def letter(self, template_id: str) -> LetterTemplate:
        """Give a letter template.

        Raises:
            Refused: why it is not in force, or what is wrong with it.
        """
        ...

    def call(self, template_id: str) -> CallTemplate:
        """Give a call script's template.

        Raises:
            Refused: why it is not in force, or what is wrong with it.
        """
        ...
