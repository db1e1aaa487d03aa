"""What fills messages, put together from configuration, catalogue and keys."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from guildpost_agent.adapters.files.dkim_keys import load_keys
from guildpost_agent.adapters.sql.engine import READ_ONLY
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.confirm_appointments import confirms
from guildpost_agent.app.one_snapshot import OneSnapshot
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.offers import offer_desk
from guildpost_agent.domain.dkim import DkimKey, sign
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.templates.mime import Sign, unsigned


def composer_of(
    core: Core,
    services: Mapping[str, ServiceDefinition],
    templates: CatalogueTemplates,
    reading: OneSnapshot | None = None,
) -> Composer:
    """Give what fills messages; ``reading`` reads for it, where others read with it.

    Raises:
        ConfigurationError: a DKIM key cannot be used, or the dealer's own set of offers or prices cannot be read.
    """
    shown = any(service.offers or confirms(service) for service in services.values())
    reader = reading or reading_of(core)
    offers = offer_desk(core, reader) if shown else None

    @contextmanager
    def held(touchpoint_ids: Collection[str]) -> Iterator[None]:
        with reader.held(touchpoint_ids), templates.held():
            yield

    return Composer(core.config, services, templates, reader.ahead, sign=signer_of(core), offers=offers, held=held)


def reading_of(core: Core) -> OneSnapshot:
    """Give transactions that only read: they wait for no writer."""
    return OneSnapshot(unit_of_work_factory(core.engine.execution_options(**{READ_ONLY: True})))


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
