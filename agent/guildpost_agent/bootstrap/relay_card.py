"""The dealer's public card for the relay, from configuration and keys."""

from guildpost_agent.app.make_relay_card import make_relay_card
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import membership_of
from guildpost_shared.identity.keys import load_sealing_key


def relay_card(core: Core, colour: str) -> bytes:
    """Make the card (public keys and the imprint only); it passes the egress gate.

    Raises:
        ConfigurationError: ``not_enrolled``.
    """
    dealer = core.config.dealer
    return make_relay_card(
        core.gate,
        display_name=dealer.name,
        brand_colour=colour,
        imprint=f"{dealer.legal_name}, {dealer.street}, {dealer.postcode} {dealer.town}, {dealer.phone}",
        website=dealer.website,
        relay_key=core.keys.relay,
        sealing_key=load_sealing_key(membership_of(core).sealing_key),
        booking=core.config.relay.booking_page,
    )
