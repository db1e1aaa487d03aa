"""A brand that keeps out of prices may say so; whoever goes on to bind somebody does not keep out."""

import pytest

from guildpost_shared.lint.abstains import keeps_out_of_prices
from tests.shared.lint.readings import errors, fixes_a_price

KEEPS_OUT = {
    "no business of ours": "Prices are none of our business.",
    "not prescribed": "Die Marke schreibt keine Preise vor.",
    "not passed on": "Preise werden nicht an die Marke übermittelt.",
    "the dealer's own": "Ihre Preise bestimmen Sie selbst.",
    "the question is the clause before": "If customers ask about discounts, answer as you think right.",
    "a field that may stay empty": "Die Preiszeile ist freiwillig.",
    "nothing known, in any order": "Ihre Preise erfahren wir nicht.",
    "nothing recorded": "What you charge is not recorded.",
    "nothing said": "Zu Preisen macht die Marke keine Angaben.",
    "a figure of one's own": "If the caller asks about the price, give your own.",
    "a field that is open": "Das Preisfeld ist nicht gesperrt.",
    "no price has to stand there": "Ein Preis muss hier nicht stehen.",
    "what was named before": "Jeder Partner kalkuliert seine Preise eigenständig, die Marke macht dazu keine Vorgaben.",
    "each by itself": "Each partner calculates his prices independently; the brand gives no guidance.",
    "another clause binds to something else": "Logos must be 20 mm wide, and prices are none of our business.",
}
BINDS = {
    "below a line": "Ihre Preise bestimmen Sie selbst, solange sie nicht darunter liegen.",
    "a list to keep to": "We do not set prices, but please keep to the list.",
    "all the same": "The brand has no say in prices; all dealers charge the same.",
    "not one's own": "Please don't quote your own labour rate, use the one we sent round.",
    "what an empty field takes": "Left blank, the price slot takes the campaign price.",
    "no list of the dealer's own": "Schicken Sie uns keine Preisliste, nehmen Sie den Satz aus dem Rundschreiben.",
    "a line that stays": "Die Preiszeile darf nicht entfernt werden, sie gilt für alle.",
    "a figure to keep to": "All partners set their prices themselves and keep to the recommended figure.",
    "the maker itself": "Die Preise legt die Marke selbst fest.",
}


@pytest.mark.parametrize("text", KEEPS_OUT.values(), ids=KEEPS_OUT)
def test_a_brand_that_keeps_out_of_prices_may_say_so(text: str) -> None:
    assert keeps_out_of_prices(text)
    assert errors(text) == []


@pytest.mark.parametrize("text", BINDS.values(), ids=BINDS)
def test_who_goes_on_to_bind_does_not_keep_out(text: str) -> None:
    assert not keeps_out_of_prices(text)
    assert fixes_a_price(text)


@pytest.mark.parametrize("added", ["99 Euro.", "10 % auf Teile.", "Kostenloser Wintercheck."])
@pytest.mark.parametrize("text", KEEPS_OUT.values(), ids=KEEPS_OUT)
def test_keeping_out_excuses_no_amount_and_no_gift(text: str, added: str) -> None:
    assert fixes_a_price(f"{text.rstrip('.')}: {added}")
