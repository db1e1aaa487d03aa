"""A service as this dealer runs it: the catalogue's definition with the dealer's own channels and windows."""

from dataclasses import replace
from typing import NoReturn

from guildpost_agent.service_settings import ServiceSettings, TouchSettings
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.problems import Problem
from guildpost_shared.services.definition import Channel, ChannelUse, ServiceDefinition, Touch, overlap


def dealer_version(service: ServiceDefinition, settings: ServiceSettings | None) -> ServiceDefinition:
    """Apply the dealer's settings; applied again they change nothing.

    Args:
        service: as the catalogue recommends it.
        settings: the dealer's; None where nothing is decided.

    Raises:
        ConfigurationError: ``service_settings_invalid`` with the field: a channel or touch that the service does not
            have, a mandatory channel left out, or windows that the catalogue would refuse.
    """
    if settings is None:
        return service
    return replace(
        service,
        channels=service.channels if settings.channels is None else _channels(service, settings.channels),
        touches=_touches(service, settings.touches) if settings.touches else service.touches,
        skill=settings.skill or service.skill,
    )


def _channels(service: ServiceDefinition, wanted: tuple[Channel, ...]) -> tuple[ChannelUse, ...]:
    uses = {use.channel: use for use in service.channels}
    unknown = [channel for channel in wanted if channel not in uses]
    if unknown:
        _refuse(service, "channels", Problem("no_channel", channel=unknown[0].value))
    if len(set(wanted)) != len(wanted):
        _refuse(service, "channels", Problem("repeated"))
    missing = [use.channel for use in service.channels if use.mandatory and use.channel not in wanted]
    if missing:
        _refuse(service, "channels", Problem("channel_mandatory", channel=missing[0].value))
    return tuple(uses[channel] for channel in wanted)


def _touches(service: ServiceDefinition, settings: dict[str, TouchSettings]) -> tuple[Touch, ...]:
    known = {touch.touch_id for touch in service.touches}
    for touch_id in settings:
        if touch_id not in known:
            _refuse(service, f"touches.{touch_id}", Problem("service_touches", known=", ".join(sorted(known))))
    found = tuple(
        replace(touch, **settings[touch.touch_id].model_dump(exclude_none=True))
        if touch.touch_id in settings
        else touch
        for touch in service.touches
    )
    for touch in found:
        if touch.first_day < touch.last_day:
            _refuse(service, f"touches.{touch.touch_id}.first_day", Problem("window_upside_down"))
        if not touch.in_order:
            _refuse(service, f"touches.{touch.touch_id}", Problem("default_lead_outside"))
    meeting = overlap(found)
    if meeting is not None:
        _refuse(service, f"touches.{meeting[1]}", Problem("starts_too_early", earlier=meeting[0]))
    return found


def _refuse(service: ServiceDefinition, field: str, problem: Problem) -> NoReturn:
    raise ConfigurationError(
        "service_settings_invalid", field=f"services.settings.{service.service_id}.{field}", problem=problem
    )
