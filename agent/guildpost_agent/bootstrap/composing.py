"""What fills messages, put together from configuration, catalogue and keys."""

from collections.abc import Mapping
from functools import partial

from guildpost_agent.adapters.files.dkim_keys import load_keys
from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.confirm_appointments import confirms
from guildpost_agent.app.ports.template_store import TemplateStore
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.offers import offer_desk
from guildpost_agent.domain.dkim import DkimKey, sign
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.templates.mime import Sign, unsigned


def composer_of(
    core: Core,
    services: Mapping[str, ServiceDefinition],
    templates: TemplateStore,
    open_uow: OpenUnitOfWork | None = None,
) -> Composer:
    """Give what fills messages; ``open_uow`` reads for it, where it is not the agent's own.

    Raises:
        ConfigurationError: a DKIM key cannot be used, or the dealer's own set of offers or prices cannot be read.
    """
    shown = any(service.offers or confirms(service) for service in services.values())
    offers = offer_desk(core, open_uow) if shown else None
    return Composer(core.config, services, templates, open_uow or core.open_uow, sign=signer_of(core), offers=offers)


def dkim_keys(core: Core) -> tuple[DkimKey, ...]:
    """Read the keys that the configuration names; none where mail is not signed here.

    Raises:
        ConfigurationError: ``dkim_key_unusable``.
    """
    settings = core.config.mail.dkim
    return load_keys(core.home, settings.domain, settings.keys) if settings else ()


def signer_of(core: Core) -> Sign:
    """Give what signs a finished message.

    Raises:
        ConfigurationError: ``dkim_key_unusable``.
    """
    keys = dkim_keys(core)
    return partial(sign, keys=keys) if keys else unsigned
