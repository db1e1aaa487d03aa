"""The running agent's catalogue: a template that cannot be compiled does not keep the dealership from starting."""

from pathlib import Path

import pytest

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.membership import Membership, store_membership
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.running import Catalogue
from guildpost_agent.jobs.children import Worker
from guildpost_shared.errors import Unavailable
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import CatalogueWorld
from tests.factories.membership import a_membership

MJML = "templates/hu_au/1/email.de.mjml"


def _membership(world: CatalogueWorld) -> Membership:
    anchors = world.anchors()
    return a_membership(root_hash=anchors.root_hash, association_fingerprint=anchors.association or "")


def test_a_template_that_cannot_be_compiled_keeps_only_its_own_messages_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    world = CatalogueWorld(tmp_path)
    world.publish_signed(sample_catalogue() | {MJML: b"<mjml><mj-body>{% no such tag %}</mj-body></mjml>"})
    source = world.agent("home/catalogue")
    source.sync()
    CatalogueTemplates(source, home / "templates").compile(["inspection/1/email.de"])
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, _membership(world))
        uow.commit()
    worker = Worker(home)
    catalogue = Catalogue(core, worker)
    worker.close()
    world.close()
    assert {"hu_au", "inspection", "recall"} <= set(catalogue.services)
    assert catalogue.may_send
    assert 64 == len(catalogue.fingerprint)
    assert "Arvana" == catalogue.templates.mail("inspection/1/email.de").manifest.brand.name
    with pytest.raises(Unavailable, match="template_not_ready"):
        catalogue.templates.mail("hu_au/1/email.de")
