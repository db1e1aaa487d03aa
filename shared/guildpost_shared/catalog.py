"""Message catalogues: every string for people, in German and English.

A package keeps ``messages/de.po`` and ``messages/en.po``; message ids are short names (``plan.reason.lead_time``),
texts may hold ``{placeholders}``. A text that counts has two ids, ``….one`` and ``….many``. German is the default.
"""

from functools import cache
from importlib import resources

from babel.messages.pofile import read_po

from guildpost_shared.days import in_words
from guildpost_shared.errors import Language


class Catalog:
    """The texts of one package in one language."""

    def __init__(self, language: Language, texts: dict[str, str]) -> None:
        self.language = language
        self._texts = texts

    def text(self, message_id: str, **params: object) -> str:
        """Return a text with its placeholders filled; days are written as the language does.

        Raises:
            KeyError: the id is in no catalogue (a bug: tests compare used and known ids).
        """
        template = self._texts[message_id]
        said = {name: in_words(value, self.language) for name, value in params.items()}
        return template.format(**said) if said else template

    def plural(self, message_id: str, count: int, **params: object) -> str:
        """Return ``message_id.one`` or ``.many`` with its ``{count}``; German and English need no more forms (CLDR)."""
        return self.text(f"{message_id}.{plural_form(count)}", count=count, **params)

    def ids(self) -> set[str]:
        """List the message ids it knows."""
        return set(self._texts)


def plural_form(count: int) -> str:
    """Name the form of a text that speaks of so many: ``one`` or ``many``."""
    return "one" if count == 1 else "many"


@cache
def load(package: str, language: Language) -> Catalog:
    """Read a package's catalogue; the result is kept for the life of the process."""
    with resources.files(package).joinpath(f"messages/{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    return Catalog(language, {str(m.id): str(m.string) for m in catalog if m.id})
