"""What the hand-over of a batch says about postage; amounts in EUR with three decimals, as text.

option         all_letters, regional_mix, easy or national
cost           of the option chosen, net of VAT; ``vat`` beside it
all_letters    what the same batch would have cost as letters, net of VAT
compared       net or gross: which of the two decided
tariff_from    first day of the tariff; ``assumed`` when it stands in for one that is not known
unpriced       letters abroad or heavier than the tariff knows; they are in no amount
postings       per day and kind of posting: the products of each Leitregion, how many letters, how many are paid for
options        the price of every option that was open
"""

from datetime import date

from guildpost_agent.domain.postage.choice import Choice
from guildpost_agent.domain.postage.options import Line
from guildpost_agent.domain.postage.prices import Prices

_PER_EURO = 1000


def euros(tenths: int) -> str:
    """Write tenths of a cent as EUR."""
    return f"{tenths // _PER_EURO}.{tenths % _PER_EURO:03}"


def hand_over(choice: Choice, prices: Prices, unpriced: int = 0) -> dict[str, object]:
    """Give the part of a batch's manifest that is about postage.

    Args:
        choice: for the letters of the batch.
        prices: of its release.
        unpriced: letters of the batch that the choice does not know.
    """
    letters = [line for line in choice.best.lines if not line.bulk]
    bulk = [line for line in choice.best.lines if line.bulk]
    postings = [
        _posting(kind, day, lines)
        for kind, day, lines in (("letters", prices.letters_posted, letters), ("bulk", prices.bulk_posted, bulk))
        if lines
    ]
    return {
        "option": choice.best.kind.value,
        "cost": euros(choice.best.net),
        "vat": euros(choice.best.vat),
        "all_letters": euros(choice.all_letters.net),
        "compared": "gross" if prices.vat_counts else "net",
        "tariff_from": prices.tariff_from.isoformat(),
        "assumed": prices.assumed,
        "unpriced": unpriced,
        "postings": postings,
        "options": {option.kind.value: euros(option.net) for option in choice.options},
    }


def _posting(kind: str, day: date, lines: list[Line]) -> dict[str, object]:
    return {
        "kind": kind,
        "posting_date": day.isoformat(),
        "regions": [
            {
                "leitregion": line.region,
                "product": line.product,
                "letters": len(line.item_ids),
                "paid_for": line.paid_for,
                "cost": euros(line.net),
            }
            for line in sorted(lines, key=lambda line: (line.region, line.product, not line.item_ids))
        ],
    }
