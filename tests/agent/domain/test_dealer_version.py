"""A service as the dealer runs it: every mistake names its field, and nothing else of the definition changes."""

from dataclasses import replace
from typing import Any

import pytest

from guildpost_agent.app.dealership import dealer_services, enabled_services
from guildpost_agent.domain.dealer_version import dealer_version
from guildpost_agent.service_settings import ServiceSettings
from guildpost_shared.errors import ConfigurationError, public_text
from guildpost_shared.services.definition import Channel, Touch
from tests.factories.agent import a_config, a_service

TOUCHES = [
    {"id": "invitation", "first_day": 60, "last_day": 30, "default_lead": 42},
    {"id": "reminder", "first_day": 29, "last_day": 14, "default_lead": 21},
]
SERVICE = a_service("hu_au", touches=TOUCHES)
MANDATORY = replace(SERVICE, channels=(SERVICE.channels[0], replace(SERVICE.channels[1], mandatory=True)))


def settings(**changes: Any) -> ServiceSettings:
    return ServiceSettings.model_validate(changes)


def test_without_settings_the_catalogues_definition_holds() -> None:
    assert SERVICE is dealer_version(SERVICE, None)
    assert SERVICE == dealer_version(SERVICE, settings())


def test_channels_are_those_named_in_the_order_named() -> None:
    ours = dealer_version(SERVICE, settings(channels=["letter", "email"]))
    assert [Channel.LETTER, Channel.EMAIL] == [use.channel for use in ours.channels]
    assert SERVICE == replace(ours, channels=SERVICE.channels)
    only = dealer_version(MANDATORY, settings(channels=["letter"]))
    assert [Channel.LETTER] == [use.channel for use in only.channels]


def test_a_window_changes_only_in_what_is_named() -> None:
    ours = dealer_version(SERVICE, settings(touches={"invitation": {"default_lead": 35}}))
    assert (Touch("invitation", 60, 30, 35), SERVICE.touches[1]) == ours.touches
    assert SERVICE == replace(ours, touches=SERVICE.touches)


def test_settings_applied_again_change_nothing() -> None:
    decided = settings(channels=["letter"], touches={"reminder": {"first_day": 28, "default_lead": 20}})
    once = dealer_version(SERVICE, decided)
    assert once == dealer_version(once, decided)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channels": ["email"]}, "channels"),
        ({"channels": ["letter", "call"]}, "channels"),
        ({"channels": ["letter", "letter"]}, "channels"),
        ({"touches": {"greeting": {"first_day": 1}}}, "touches.greeting"),
        ({"touches": {"reminder": {"default_lead": 40}}}, "touches.reminder"),
        ({"touches": {"reminder": {"first_day": 10}}}, "touches.reminder.first_day"),
        ({"touches": {"invitation": {"last_day": 20}}}, "touches.reminder"),
    ],
    ids=[
        "a mandatory channel left out",
        "a channel that the service does not have",
        "a channel named twice",
        "an unknown message",
        "a start value outside its window",
        "a window that ends before it begins",
        "a message that runs into the next one",
    ],
)
def test_every_mistake_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError, match="service_settings_invalid") as caught:
        dealer_version(MANDATORY, settings(**changes))
    assert f"services.settings.hu_au.{field}" == caught.value.params["field"]
    assert f"services.settings.hu_au.{field}" in str(public_text(caught.value, "de"))


def test_settings_of_a_service_that_the_catalogue_does_not_have_are_refused_by_name() -> None:
    config = a_config(services={"enabled": ["hu_au"], "settings": {"hu": {"channels": ["email"]}}})
    with pytest.raises(ConfigurationError, match="service_settings_invalid") as caught:
        enabled_services([SERVICE], config)
    assert "services.settings.hu" == caught.value.params["field"]
    assert {} == dealer_services([], config)  # nothing is known before the first catalogue has come


def test_a_service_that_the_brand_recalled_leaves_its_settings_without_meaning_and_no_mistake() -> None:
    config = a_config(services={"enabled": ["hu_au", "recalled"], "settings": {"recalled": {"channels": ["email"]}}})
    assert ["hu_au"] == [service.service_id for service in enabled_services([SERVICE], config)]


def test_what_the_dealer_runs_is_the_dealers_version_of_it() -> None:
    config = a_config(services={"enabled": ["hu_au"], "settings": {"hu_au": {"channels": ["letter"]}}})
    (ours,) = enabled_services([SERVICE, a_service("inspection")], config)
    assert [Channel.LETTER] == [use.channel for use in ours.channels]
    assert ours == dealer_services([SERVICE], config)["hu_au"]
