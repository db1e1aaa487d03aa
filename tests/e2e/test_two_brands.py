"""A dealership of two brands: one agent, two coordinators, each a process with keys and signers of its own.

Both publish a service of the same id. The agent keeps them apart, plans for one household under one set of caps, and
goes on for one brand when the other revokes the membership; a recall stops the messages of the brand that recalls.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from guildpost_agent.app.membership import load_memberships
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.renew_certificate import certificate_due, renew_certificate
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.member import catalogues_of, control_plane, membership_of, services_in_force
from guildpost_agent.bootstrap.running import Agent
from guildpost_agent.bootstrap.sending import poll, send_mails
from guildpost_agent.cli import main
from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.cadence import GAP_DAYS
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.placing import contact_of
from guildpost_demo.catalogue import targets
from guildpost_shared.answers.cards import read_card
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Refused
from tests.e2e.brand_programs import PATIENCE, Brand, a_brand, until
from tests.factories.agent import KEY, a_consent, a_customer, a_job, a_vehicle
from tests.factories.agent_home import an_agent_home, point_to_servers
from tests.factories.sending_world import NOW, Due, a_due_message, plan_all
from tests.factories.tls_files import make_tls_files
from tests.fakes.fault_server import FaultServer
from tests.fakes.relay_server import RelayServer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(280)]

FIRST, NORDIK = "", "nordik"
TEMPLATE: Final = "templates/hu_au/1/email.de"
PUBLISHED: Final = tuple(
    path for path in targets() if path == "services/hu_au.json" or path.startswith("templates/hu_au/")
)
MAILS: Final = 3
TABLES: Final = f"""
[brands.{NORDIK}]
makes = ["Nordik"]
"""


@dataclass
class Scene:
    """Two brands, and the dealership's home with its mail server."""

    brands: dict[str, Brand]
    home: Path
    server: FaultServer
    relay: RelayServer


def publish(brand: Brand, *words: str, roles: Sequence[str] = ("marketing", "legal")) -> None:
    """Publish, with the roles signing meanwhile."""
    with ExitStack() as signers:
        for role in roles:
            signers.enter_context(brand.signer(role))
        brand.run("publish", *words, "--wait", str(PATIENCE))


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    (tmp_path / "dealer").mkdir()
    (tmp_path / "dealer" / "dms").mkdir()
    home, tls = an_agent_home(tmp_path / "dealer", monkeypatch), make_tls_files(tmp_path)
    samples = tmp_path / "samples"
    for path in PUBLISHED:
        (samples / path).parent.mkdir(parents=True, exist_ok=True)
        (samples / path).write_bytes(targets()[path])
    with ExitStack() as stack:
        server = stack.enter_context(FaultServer(tls))
        relay = stack.enter_context(RelayServer(tmp_path / "relay", tls, NOW))
        point_to_servers(home, tls, server.port, relay.url)
        brands = {}
        for name, label in ((FIRST, "Arvana"), (NORDIK, "Nordik")):
            folder = tmp_path / label
            brands[name] = stack.enter_context(a_brand(folder, label, "--no-material-approval"))
            publish(brands[name], str(samples))
        yield Scene(brands, home, server, relay)


def enrol(scene: Scene, brand: str, *more: str) -> int:
    """Use a join code of a brand; the id is the same with both."""
    names = ("--agent-id", "dealer-01", "--company", "Autohaus", "--legal-entity", "entity-1")
    code = scene.brands[brand].run("join-code", *names).strip()
    return main(["enrol", "--home", str(scene.home), "--join-code", code, *more])


def configure(scene: Scene) -> None:
    """Run both brands' inspection service, and say whose vehicles are whose."""
    file = scene.home / "agent.toml"
    text = file.read_text("utf-8").replace(
        'enabled = ["hu_au", "inspection"]', f'enabled = ["hu_au", "{NORDIK}-hu_au"]'
    )
    file.write_text(text.replace("\n[services]", f"{TABLES}\n[services]", 1), "utf-8")


def status_of(scene: Scene, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert 0 == main(["status", "--home", str(scene.home), "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def a_mail_of(brand: str, name: str) -> Due:
    """Build a mail that is due and about a vehicle of a brand."""
    due = a_due_message(name)
    if brand == FIRST:
        return due
    service = f"{brand}-hu_au"
    return Due(
        due.customer,
        replace(due.vehicle, make="Nordik"),
        replace(due.occasion, service_id=service),
        replace(due.touchpoint, service_id=service),
    )


def the_plan_keeps_one_distance_over_both_brands(core: Core) -> None:
    services = services_in_force(core)
    names = [one.service_id for one in services]
    customer = next(str(n) for n in range(999) if not any(ControlGroup(KEY).holds(str(n), name) for name in names))
    cars = {f"V{n}": make for n, make in enumerate(("Arvana", "Nordik", "Nordik", "Other"))}
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(customer)])
        uow.consents.append([a_consent(customer)])
        dates = {"next_hu": date(2027, 4, 1)}
        uow.records.upsert_vehicles(
            [a_vehicle(one, customer_id=customer, make=make, **dates) for one, make in cars.items()]
        )
        uow.records.upsert_jobs([a_job(f"{car}:1", vehicle_id=car, customer_id=customer) for car in cars])
        uow.commit()
    plan_touchpoints(core.open_uow, services, core.config, NOW, KEY)
    with core.open_uow() as uow:
        planned = [one for one in uow.plans.touchpoints() if one.customer_id == customer]
        occasions = [one for one in uow.plans.occasions() if one.customer_id == customer]
        uow.plans.cancel_planned(occasion_ids=[one.occasion_id for one in planned])
        uow.commit()
    expected = {("V0", FIRST), ("V1", NORDIK), ("V2", NORDIK), ("V3", FIRST)}
    assert expected == {(one.vehicle_id, brand_of(one.service_id)) for one in occasions}
    contacts = sorted((contact_of(one, core.zone) for one in planned), key=lambda one: one.first)
    assert {FIRST, NORDIK} == {brand_of(one.service_id) for one in planned}
    assert all((later.first - earlier.last).days >= GAP_DAYS for earlier, later in pairwise(contacts))


def renewed(core: Core, brand: str) -> bool:
    """Renew the certificate in a brand's network as soon as it may be."""
    member = membership_of(core, brand)
    clock = ManualClock(certificate_due(member))
    plane = control_plane(core, brand)
    return renew_certificate(
        member.key, open_documents=core.open_uow, control_plane=plane, clock=clock, entropy=core.entropy
    )


def test_a_dealership_works_for_two_brands_and_each_goes_on_without_the_other(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Joining: the second brand gets a name, and a destination of its own.
    card = tmp_path / "card.json"
    assert 0 == enrol(scene, FIRST, "--relay-card", str(card))
    assert 77 == enrol(scene, NORDIK)
    assert "--brand NAME" in capsys.readouterr().err
    assert 0 == enrol(scene, NORDIK, "--brand", NORDIK)
    scene.relay.store.admit(read_card(card.read_bytes()))
    configure(scene)

    # Both catalogues, each by its coordinator, side by side.
    core = open_core(scene.home, business_clock=ManualClock(NOW))
    with core.open_uow() as uow:
        assert ["dealer-01", "nordik/dealer-01"] == [one.key for one in load_memberships(uow.documents)]
    agent = Agent(core)
    agent.start()
    status = status_of(scene, capsys)
    assert ["hu_au", "nordik-hu_au"] == status["services"]
    assert [("nordik", "dealer-01", status["catalogue"])] == [
        (one["brand"], one["agent_id"], one["catalogue"]) for one in status["brands"]
    ]
    the_plan_keeps_one_distance_over_both_brands(core)

    # One coordinator revokes the membership: its own goes no further, the other's does.
    scene.brands[FIRST].run("member", "revoke", "--agent-id", "dealer-01", "--by", "office")
    with pytest.raises(Refused, match="membership_revoked"):
        renewed(core, FIRST)
    assert renewed(core, NORDIK)

    # The other brand recalls, and is heard: only its messages stop.
    due = [a_mail_of(brand, f"{brand or 'arvana'}{n}") for brand in (FIRST, NORDIK) for n in range(MAILS)]
    plan_all(core.open_uow, due)
    gone = [word for path in PUBLISHED if path.startswith(TEMPLATE) for word in ("--remove", path)]
    everybody = ("marketing", "legal", "association")  # the new member waits to be entered in the roster
    publish(scene.brands[NORDIK], *gone, roles=everybody)
    until("the recall arrives", PATIENCE, lambda: agent.catalogue.recalled("nordik-hu_au", "nordik-hu_au/1/email.de"))
    poll(core, agent.inbox, core.keys.sealing, agent.catalogue.services)
    sent = send_mails(core, agent.catalogue.services, agent.catalogue.composer(), agent.catalogue.recalled)
    agent.stop()
    assert (MAILS, {"catalogue_unknown_path": MAILS}) == (sent.sent, dict(sent.refused))
    with core.open_uow() as uow:
        jobs = {one.touchpoint.touchpoint_id: uow.outbox.get(one.touchpoint.touchpoint_id) for one in due}
        exits = Counter((entry.destination, entry.kind) for entry in uow.egress.all())
    assert {"sent": {FIRST}, "refused": {NORDIK}} == {
        state: {
            brand_of(d.touchpoint.service_id)
            for d in due
            if (job := jobs[d.touchpoint.touchpoint_id]) and job.state == state
        }
        for state in ("sent", "refused")
    }
    assert {("coordinator", "enrol"): 1, ("coordinator-nordik", "enrol"): 1} == {
        key: count for key, count in exits.items() if key[1] == "enrol"
    }
    assert catalogues_of(core).resting() == set()
    core.engine.dispose()
