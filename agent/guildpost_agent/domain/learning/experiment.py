"""Who is written to at which time: at the recommended one, at any, or at the learned one.

    way       when                                                   recommended   any       learned
    off       the dealer switched learned times off for the service  all
    plain     the service is in no learning class                    all
    learned   the brand has published a model                        10 %         ½ %       the rest
    studied   a study of the network learns it, no model yet         10 %          the rest
    usual     none of these                                          half          half

Nobody is tried out for nothing: no model would ever learn from what is spread of a service outside the classes.

The tenth on the recommended time is drawn by customer and service and stays: it is the standing experiment that tells
whether learning helps (``measure_learned``). Everything else is drawn by occasion. Before the first model everybody
explores (docs/adr/0012-learning-when-to-write.md); a dealership that declined the study goes on as without one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.keyed import draw
from guildpost_agent.domain.learning.exploring import FLOOR
from guildpost_agent.domain.learning.grounds import Grounds
from guildpost_agent.domain.learning.reading import Addressed, Recipient, channel_index, learned_class
from guildpost_agent.domain.learning.times import Times
from guildpost_agent.domain.records import Channel, Occasion
from guildpost_shared.services.definition import Channel as Via
from guildpost_shared.services.definition import ServiceDefinition

DEFAULT_ARM: Final = "default"
EXPLORE_ARM: Final = "explore"
LEARNED_ARM: Final = "learned"
STANDING_SHARE: Final = 0.10
USUAL_SHARE: Final = 0.5


class Way(StrEnum):
    """How the times of a service's first messages come about."""

    OFF = "off"
    PLAIN = "plain"
    LEARNED = "learned"
    STUDIED = "studied"
    USUAL = "usual"


def _unknown(_customer_id: str, _vehicle_id: str) -> Recipient:
    return Recipient(0, 1, 0)


@dataclass(frozen=True)
class Learning:
    """What is learned at this dealership.

    Attributes:
        times: by brand that published a model.
        studied: services about which a study in force learns, and the dealer has not declined it.
        off: services for which the dealer switched learned times off.
        whom: says of customer and vehicle what counts in a context.
    """

    times: Mapping[str, Times] = field(default_factory=dict)
    studied: Collection[str] = frozenset()
    off: Collection[str] = frozenset()
    whom: Callable[[str, str], Recipient] = _unknown
    _ways: dict[str, Way] = field(default_factory=dict, init=False, repr=False, compare=False)
    _grounds: dict[str, Grounds] = field(default_factory=dict, init=False, repr=False, compare=False)

    def way(self, service: ServiceDefinition) -> Way:
        """Say how a service's times come about; found out once."""
        known = self._ways.get(service.service_id)
        if known is None:
            known = self._ways[service.service_id] = self._way(service)
        return known

    def _way(self, service: ServiceDefinition) -> Way:
        name = service.service_id
        if name in self.off:
            return Way.OFF
        if learned_class(service) is None:
            return Way.PLAIN
        if brand_of(name) in self.times:
            return Way.LEARNED
        return Way.STUDIED if name in self.studied else Way.USUAL

    def times_for(self, service: ServiceDefinition) -> Times:
        """Give what is learned about a service whose way is ``LEARNED``."""
        return self.times[brand_of(service.service_id)]

    def grounds_for(self, service: ServiceDefinition) -> Grounds:
        """Give what is said about a service whose way is ``LEARNED``."""
        brand = brand_of(service.service_id)
        if brand not in self._grounds:
            self._grounds[brand] = Grounds(self.times[brand])
        return self._grounds[brand]

    def addressed(self, service: ServiceDefinition, channel: Channel | Via, occasion: Occasion) -> Addressed:
        """Give the context of an occasion's message or call.

        Raises:
            ValueError: the service is in no learning class.
        """
        known = learned_class(service)
        if known is None:
            raise ValueError(service.service_id)
        who = self.whom(occasion.customer_id, occasion.vehicle_id)
        return Addressed(known, channel_index(channel.value), who)


UNLEARNED: Final = Learning()
"""Nothing is learned, and nothing is switched off."""


def stands(key: bytes, customer_id: str, service_id: str) -> bool:
    """Say whether a customer stays at a service's recommended time, to compare with."""
    return draw(key, "standing", customer_id, service_id) < STANDING_SHARE


def arm_of(key: bytes, way: Way, occasion: Occasion) -> str:
    """Draw the arm of an occasion's first message; repeatable from the key.

    Args:
        key: the dealer's, behind every draw.
        way: of its service.
        occasion: with customer and service.
    """
    name = occasion.occasion_id
    match way:
        case Way.OFF | Way.PLAIN:
            return DEFAULT_ARM
        case Way.USUAL:
            return DEFAULT_ARM if draw(key, "arm", name) < USUAL_SHARE else EXPLORE_ARM
        case _ if stands(key, occasion.customer_id, occasion.service_id):
            return DEFAULT_ARM
        case Way.STUDIED:
            return EXPLORE_ARM
        case _:
            explores = draw(key, "floor", name) < FLOOR / (1 - STANDING_SHARE)
            return EXPLORE_ARM if explores else LEARNED_ARM
