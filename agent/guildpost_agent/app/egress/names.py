"""What destinations are called where people read of them."""

from guildpost_agent.app.egress.policy import COORDINATOR
from guildpost_agent.domain.brands import brand_of_word
from guildpost_shared.catalog import Catalog


def destination_name(destination: str, texts: Catalog) -> str:
    """Say in words where something goes: a further brand's coordinator by the dealer's own name of the brand."""
    brand = brand_of_word(COORDINATOR, destination)
    if brand:
        return texts.text("egress.destination.of_brand", brand=brand)
    return texts.text(f"egress.destination.{destination}")
