"""Eleven dealerships of two brands take part in both brands' rounds at once, over the real Flower of each.

Each brand has its coordinator, SuperLink, entrance, roster and keys; a dealership has one encrypted database, and two
memberships under different names.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from guildpost_agent.adapters.flower.keys import openssh_public
from guildpost_agent.adapters.sql.engine import open_engine as open_agent_engine
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.domain.brands import FIRST
from guildpost_agent.domain.contributions import quarter_of
from guildpost_agent.domain.records import Occasion, Outcome, Triage
from guildpost_coordinator.adapters.flower.node_keys import from_openssh, to_pem
from guildpost_coordinator.domain.rounds import RoundState
from guildpost_shared.privacy.ledger import YEARLY_EPSILON, spent
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.noise import expenses_of
from guildpost_shared.studies.release import parse_release
from tests.coordinator.live_rounds.live_network import LiveNetwork
from tests.coordinator.live_rounds.scene import BRANDS, DEALERS, DEAR, Scene
from tests.factories.agent import an_entry
from tests.factories.round_world import CUSTOMERS, KEY, STUDY, a_touchpoint, sent_on

NORDIK: Final = BRANDS[0]
OURS, THEIRS = DEAR
FREQUENT: Final = {f"c-{number}" for number in range(5)}
SHARED: Final = {f"c-{number}" for number in range(20)}
NEW: Final = {f"n-{number}" for number in range(10)}

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(280)]


def let_nordik_write(scene: Scene) -> None:
    """Have every dealership write for the second brand to twenty customers of the first and ten others; all booked.

    Five of those twenty were counted for another study of the first brand before.
    """
    sent = [
        a_touchpoint(f"nordik-{name}", name, sent_on(STUDY), service_id=f"{NORDIK}-hu_au")
        for name in sorted(SHARED | NEW)
    ]
    occasions = [
        Occasion(t.occasion_id, t.customer_id, t.vehicle_id, t.service_id, t.due_date, "dms", 1.0, Triage.TRUSTED)
        for t in sent
    ]
    before = [
        an_entry(name, study_id="earlier", day=STUDY.period_start, expenses=expenses_of(OURS)) for name in FREQUENT
    ]
    for agent in scene.net.agents:
        engine = open_agent_engine(scene.database(agent), KEY)
        with unit_of_work_factory(engine)() as uow:
            uow.plans.replace_occasions(occasions, {t.vehicle_id for t in sent})
            uow.plans.add_touchpoints(sent)
            for kind in ("delivered", "booked"):
                uow.outcomes.add(
                    [Outcome(f"{kind}:{t.touchpoint_id}", t.touchpoint_id, kind, t.planned_at) for t in sent]
                )
            uow.rounds.mark_contributed(quarter_of(STUDY.period_start), before, OURS.epsilon)
            uow.commit()
        engine.dispose()


@pytest.fixture(scope="module")
def brands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, LiveNetwork]]:
    folder = tmp_path_factory.mktemp("brands")
    nordik = LiveNetwork(folder / NORDIK, has_dealers=False)
    first = LiveNetwork(folder, brands=[nordik])
    let_nordik_write(first.scene)
    yield {FIRST: first, NORDIK: nordik}
    for live in (first, nordik):
        live.close()


def booked(live: LiveNetwork) -> Figure:
    """Give the released booking rate of e-mails."""
    (record,) = live.rounds.releases()
    (table,) = parse_release(record.body).tables
    (figure,) = [figure for name, figure in table.rows if name == "email"]
    assert figure is not None
    return figure


def own_files(live: LiveNetwork, folders: list[Path]) -> bytes:
    """Read everything that a brand's coordinator holds, and what passed its entrance."""
    paths = [path for path in live.scene.folder.rglob("*") if path.is_file() and path.suffix not in {".db-wal", ".pem"}]
    inner = [folder for folder in folders if folder != live.scene.folder and live.scene.folder in folder.parents]
    return b"".join(path.read_bytes() for path in paths if not any(folder in path.parents for folder in inner))


def test_both_rounds_run_at_once_each_of_its_own_messages_and_a_customers_year_is_one(
    brands: dict[str, LiveNetwork],
) -> None:
    rounds = {brand: live.announce(study) for (brand, live), study in zip(brands.items(), DEAR, strict=True)}
    for brand, live in brands.items():
        ended = live.await_end(rounds[brand].round_id)
        assert (RoundState.RELEASED, DEALERS) == (ended.state, ended.contributors), ended.reason + brands[FIRST].log()

    # Each release is of the messages of its brand alone: of one a third was booked, of the other all.
    ours, theirs = booked(brands[FIRST]), booked(brands[NORDIK])
    assert 0.2 < ours.low < ours.high < 0.5
    assert theirs.low > 0.7

    # A customer's year adds up over both: who was counted before has room for one of them, whichever charges first.
    for agent in brands[FIRST].scene.net.agents:
        engine = open_agent_engine(brands[FIRST].scene.database(agent), KEY)
        with unit_of_work_factory(engine)() as uow:
            ledgers, exits = uow.rounds.ledgers(), [entry for entry in uow.egress.all() if entry.kind == "round_reply"]
        engine.dispose()
        charged = {name: sorted((entry.brand, entry.study_id) for entry in ledger) for name, ledger in ledgers.items()}
        first, second = (FIRST, OURS.study_id), (NORDIK, THEIRS.study_id)
        expected = {f"c-{number}": [first] for number in range(CUSTOMERS)}
        expected |= {name: [first, second] for name in SHARED} | {name: [second] for name in NEW}
        earlier = (FIRST, "earlier")
        assert all(charged[name] in ([first, earlier], [earlier, second]) for name in FREQUENT)
        assert expected | {name: charged[name] for name in FREQUENT} == charged
        years = [spent(ledger, entry.day) for ledger in ledgers.values() for entry in ledger]
        assert THEIRS.epsilon < max(years) <= YEARLY_EPSILON
        assert {"coordinator": 5, f"coordinator-{NORDIK}": 5} == {
            one: sum(entry.destination == one for entry in exits) for one in {entry.destination for entry in exits}
        }

    # Neither coordinator holds, or was sent, anything of the other's: round, study, names of dealerships, node keys.
    folders = [live.scene.folder for live in brands.values()]
    traces = {
        brand: [rounds[brand].round_id, study.study_id, *live.scene.net.agents]
        + [to_pem(from_openssh(openssh_public(live.scene.node_key(agent)))).decode() for agent in live.scene.net.agents]
        for (brand, live), study in zip(brands.items(), DEAR, strict=True)
    }
    for brand, other in ((FIRST, NORDIK), (NORDIK, FIRST)):
        held = own_files(brands[brand], folders)
        assert [] == [trace for trace in traces[other] if trace.encode() in held]
        assert [] == [trace for trace in traces[brand] if trace.encode() not in held]
