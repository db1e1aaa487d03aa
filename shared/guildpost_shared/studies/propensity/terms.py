"""What a training may ask about a customer, and its rounds by number. Light to import: every reader of a study does.

The columns are a list in this program: a study chooses among them and cannot name another. There is no price, revenue
or capacity, nothing that names a customer, a vehicle or a dealer, and no place finer than a climate zone.

    service_class                         what was written about; always asked, for it tells offers apart
    channel, month                        by which way, in which month of the year
    climate_zone                          of the customer's postcode; only where a study names it (``USUAL``)
    business                              whether the customer is a company
    vehicle_age_months, mileage_km, tyre_age_months, battery_age_months
    warranty_left_days, lease_left_days   negative once past
    declined_days                         since work on the vehicle was last declined
    months_since_visit                    of this customer with this vehicle
"""

from typing import Final

SERVICE_CLASS: Final = "service_class"
_CLIMATE_ZONE: Final = "climate_zone"
COLUMNS: Final = (
    SERVICE_CLASS,
    "channel",
    "month",
    _CLIMATE_ZONE,
    "business",
    "vehicle_age_months",
    "mileage_km",
    "tyre_age_months",
    "battery_age_months",
    "warranty_left_days",
    "lease_left_days",
    "declined_days",
    "months_since_visit",
)
USUAL: Final = tuple(name for name in COLUMNS if name != _CLIMATE_ZONE)
"""What is asked where nothing else is said. A zone must itself hold ten legal entities (R7), and nobody can count them
under the mask: legal role and association, who know the network, sign it into a study where that holds."""
TARGET_PATH: Final = "models/propensity.json"

SURVEY: Final = 1
RANGES: Final = 2
FIRST_STEP: Final = 3
"""The first round of learning: slope and curvature. Without it, or what comes before, a training learns nothing."""
SLOPES: Final = 4
"""Rounds of learning with noise."""
LAST_STEP: Final = FIRST_STEP + SLOPES - 1
