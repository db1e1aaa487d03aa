"""The dealer's public card for the relay, from configuration and keys."""

from guildpost_agent.app.make_relay_card import make_relay_card
from guildpost_agent.bootstrap.core import Core


def relay_card(core: Core, colour: str) -> bytes:
    """Make the card (the dealer's own public keys and the imprint only); it passes the egress gate."""
    dealer = core.config.dealer
    return make_relay_card(
        core.gate,
        display_name=dealer.name,
        brand_colour=colour,
        imprint=f"{dealer.legal_name}, {dealer.street}, {dealer.postcode} {dealer.town}, {dealer.phone}",
        website=dealer.website,
        relay_key=core.keys.relay,
        sealing_key=core.keys.sealing,
        booking=core.config.relay.booking_page,
    )
