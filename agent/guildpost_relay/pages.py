"""The pages customers see: server-rendered, no script, German or English."""

from collections.abc import Mapping
from importlib import resources
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from guildpost_relay.colours import text_on
from guildpost_shared import catalog
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.answers.events import REMINDERS, Answer
from guildpost_shared.errors import Language
from guildpost_shared.web.pages import choose_language

NEUTRAL_COLOUR: Final = "#33475b"
MAIN_ANSWERS: Final = (Answer.BOOK, Answer.CALL_ME, Answer.HU_DONE, Answer.SOLD)

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("guildpost_relay"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_ENVIRONMENT.globals.update(answers=MAIN_ANSWERS, reminders=REMINDERS)


def language_of(query: Mapping[str, str], accepted: str) -> Language:
    """Choose the page's language: what the address asks for, else the browser's first choice, else German."""
    return choose_language(query, {}, accepted, "de")


def page(name: str, language: Language, card: DealerCard | None = None, **values: object) -> str:
    """Render a page; without a card it looks neutral and names nobody."""
    texts = catalog.load("guildpost_relay", language)
    return _ENVIRONMENT.get_template(f"{name}.html").render(
        t=texts.text, language=language, card=card, style=card.key_id.hex() if card else "neutral", **values
    )


def stylesheet(card: DealerCard | None) -> str:
    """Give the style sheet in the dealer's colour."""
    colour = card.brand_colour if card else NEUTRAL_COLOUR
    rules = resources.files(__package__).joinpath("static/relay.css").read_text("utf-8")
    return f":root {{ --brand: {colour}; --on-brand: {text_on(colour)}; }}\n{rules}"
