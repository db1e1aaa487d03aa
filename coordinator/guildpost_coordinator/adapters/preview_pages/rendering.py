"""Templates of the preview's pages, set up once per language."""

from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from guildpost_coordinator.domain.preview.changes import slot_facts
from guildpost_coordinator.domain.preview.words import compare_words
from guildpost_shared.catalog import Catalog, load, plural_form
from guildpost_shared.errors import Language, public_text

PACKAGE: Final = "guildpost_coordinator.adapters.preview_pages"


class Pages:
    """Turns a template and its values into a page."""

    def __init__(self, language: Language) -> None:
        self.texts: Catalog = load(PACKAGE, language)
        self.language = language
        self._environment = Environment(
            loader=PackageLoader(PACKAGE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, file: str, /, **values: object) -> bytes:
        """Render a page.

        Args:
            file: its template.
            values: what it shows.
        """
        return (
            self._environment.get_template(file)
            .render(
                t=self.texts.text,
                label=self._label,
                plural=self._plural,
                said=lambda error: public_text(error, self.language),
                facts=lambda slot: slot_facts(slot, self.language),
                compare=compare_words,
                lang=self.language,
                **values,
            )
            .encode("utf-8")
        )

    def _label(self, prefix: str, value: str) -> str:
        return self.texts.text(f"{prefix}.{value}")

    def _plural(self, message_id: str, count: int) -> str:
        return self.texts.text(f"{message_id}.{plural_form(count)}", count=count)


def folder_of(template_id: str) -> str:
    """Name the folder of a template's pages."""
    return template_id.replace("/", "-").replace(".", "-")
