"""The whole product at once: ten dealerships play eight weeks and a round, while their processes are killed.

One run serves every test here. A thousand unmistakable values stand in the exports and configurations; everything
that could leave a dealership is recorded in the clear and searched for them. What may carry personal data, and is
therefore not searched for silence: the customers' own mails (the mail server's store), the letters (PDF files for the
lettershop), the management systems' exports, ``agent.toml`` (its figures).
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from guildpost_agent.domain.insights.backing import require_backed
from guildpost_demo.network.canaries import Canary, canaries
from guildpost_demo.network.dealers import DealerProfile, dealers
from guildpost_shared.catalog import load
from guildpost_shared.learning.document import parse_model
from guildpost_shared.studies.release import parse_release
from guildpost_shared.studies.spec import parse_study
from tests.e2e.canary_hunt import CanaryHunt
from tests.e2e.dealer_books import (
    Books,
    books_of,
    decoded,
    dump,
    letter_texts,
    mail_contents,
    open_decrypted,
    released,
    sink_mails,
)
from tests.e2e.demo_run import Demo, DemoRun, PlannedKill, play

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

DEALERS, PERCENT, WEEKS, CANARIES = 10, 50, 8, 1000
PATIENCE = 540.0
PROFILES = dealers(DEALERS, PERCENT)
KEYS = [profile.key for profile in PROFILES]
PLAN = [
    PlannedKill(10, "agent"),
    PlannedKill(20, "worker"),
    PlannedKill(25, "relay"),
    PlannedKill(30, "printer"),
    PlannedKill(40, "coordinator"),
    PlannedKill(50, "signer"),
    PlannedKill(60, "agent"),
    PlannedKill(75, "worker"),
]
MEMBER_CALLS = ("/guildpost.v1.Enrolment/", "/guildpost.v1.Presence/", "/guildpost.v1.Catalogue/", "/v1/fleet/")
COLUMNS = ("rows_imported", "rows_quarantined", "occasions", "planned", "sent", "letters", "bounced", "booked")


@cache
def hunt() -> CanaryHunt:
    plantings = canaries(CANARIES, PROFILES).values()
    return CanaryHunt(canary for planting in plantings for canary in planting.all())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    size = ["--dealers", str(DEALERS), "--percent", str(PERCENT), "--weeks", str(WEEKS)]
    arguments = ["--exit", *size, "--canaries", str(CANARIES), "--record"]
    return play(tmp_path_factory.mktemp("whole"), arguments, PLAN, PATIENCE)


@pytest.fixture(scope="module")
def books(run: DemoRun) -> dict[str, Books]:
    return {key: books_of(run.folder, key) for key in KEYS}


def status(program: str, home: Path, **environment: str) -> dict[str, object]:
    """Ask a program for its figures, after everything has ended."""
    command = [str(Path(sys.executable).parent / program), "status", "--json", "--home", str(home)]
    answer = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    figures: dict[str, object] = json.loads(answer.stdout)
    return figures


@pytest.fixture(scope="module")
def figures(run: DemoRun) -> dict[str, dict[str, int]]:
    """What each agent says of itself."""
    found = {}
    for key in KEYS:
        passphrase = str(run.folder / "passphrases" / key)
        said = status("guildpost-agent", run.folder / "agents" / key, GUILDPOST_PASSPHRASE_FILE=passphrase)
        found[key] = {name: value for name, value in said.items() if isinstance(value, int)}
    return found


def files_below(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


# It plays to its end


def test_the_demo_ends_by_itself_and_well(run: DemoRun) -> None:
    assert 0 == run.code, run.err


def test_the_table_says_for_each_dealership_what_its_agent_says(
    run: DemoRun, figures: dict[str, dict[str, int]]
) -> None:
    for profile in PROFILES:
        line = next(line for line in run.out.splitlines() if line.startswith(profile.name))
        shown = [int(cell) for cell in line.removeprefix(profile.name).split()]
        assert [figures[profile.key][column] for column in COLUMNS] == shown


@pytest.mark.parametrize("profile", PROFILES, ids=KEYS)
def test_each_dealership_imported_found_planned_and_sent(
    figures: dict[str, dict[str, int]], profile: DealerProfile
) -> None:
    mine = figures[profile.key]
    assert mine["rows_imported"] > profile.customers * 2  # customers, vehicles, jobs
    assert mine["rows_quarantined"] < mine["rows_imported"] * 0.02
    assert profile.customers * 0.1 < mine["occasions"] < profile.customers * 2
    assert 0 < mine["sent"]
    assert 0 < mine["letters"]
    assert mine["sent"] + mine["letters"] + mine["bounced"] <= mine["planned"]
    assert mine["planned"] <= mine["occasions"] * 2, "an invitation and one reminder fit into the weeks shown"
    assert 0 < mine["booked"] <= mine["sent"] + mine["letters"]


def test_the_network_as_a_whole_had_rows_put_aside_bounces_and_clicks(figures: dict[str, dict[str, int]]) -> None:
    for column in ("rows_quarantined", "bounced", "clicked"):
        assert 0 < sum(mine[column] for mine in figures.values()), column


def test_a_round_of_figures_and_one_of_learning_were_released_with_every_dealership_in_them(run: DemoRun) -> None:
    network = status("guildpost-coordinator", run.folder / "coordinator")
    assert [DEALERS, DEALERS] == network["contributors"]
    assert (DEALERS, DEALERS, 2) == (network["roster"], network["members"], network["released"])
    assert 1 == run.out.count(load("guildpost_demo", "de").text("demo.releases", count=2, contributors=DEALERS))


def test_what_was_learned_stands_in_the_signed_catalogue(run: DemoRun) -> None:
    targets = [file.read_bytes() for file in files_below(run.folder / "coordinator" / "catalogue" / "targets")]
    (learned,) = [parse_model(body) for body in targets if body.startswith(b'{"drift_since"')]
    assert 1 == learned.version
    assert learned.model.theta.any()


def test_the_released_figures_stand_there_too_and_are_what_the_signed_study_allows(run: DemoRun) -> None:
    targets = [file.read_bytes() for file in files_below(run.folder / "coordinator" / "catalogue" / "targets")]
    (release,) = [parse_release(body) for body in targets if b'"type":"release"' in body]
    signed = [parse_study(body) for body in targets if b'"type":"study"' in body]
    (study,) = [one for one in signed if one.study_id == release.study_id]
    require_backed(release, study, release.target_path)


# Killed on the way


def test_every_kill_hit_a_living_process_and_the_demo_went_on(run: DemoRun) -> None:
    assert [planned.role for planned in PLAN] == [kill.role for kill in run.kills]
    assert len({kill.pid for kill in run.kills}) == len(PLAN)
    mails = sink_mails(run.folder)
    for kill in run.kills:
        assert kill.share < 95, "too near to the round"
        assert kill.successor, f"nobody took the place of {kill.command}"
        later = [mail for mail in mails if mail.id > kill.mails_before]
        assert later, "no mail was sent afterwards"
        if kill.role == "agent":
            home = kill.command[kill.command.index("--home") + 1]
            profile = next(profile for profile in PROFILES if profile.key == Path(home).name)
            assert profile.email in {mail.sender for mail in later}, f"{profile.key} sent nothing afterwards"


def test_the_workers_were_killed_in_the_middle_of_a_step(run: DemoRun) -> None:
    lost = []
    for kill in run.kills:
        if kill.role in {"worker", "printer"}:
            log = run.folder / "logs" / f"{Path(kill.command[-1]).name}.log"
            lost += [line for line in log.read_text("utf-8").splitlines() if "step_failed_in_worker" in line]
    assert any('"step": "print"' in line for line in lost)
    assert len(lost) >= 2


def test_nobody_got_a_message_twice(run: DemoRun, books: dict[str, Books]) -> None:
    mails = sink_mails(run.folder)
    assert len(mails) > 100
    assert [] == [mail for mail, count in Counter(mail.message_id for mail in mails).items() if count > 1]
    about = {job.message_id: rows.cycles[key] for rows in books.values() for key, job in rows.outbox.items()}
    contacts = Counter((mail.sender, mail.recipient, mail.subject, about[mail.message_id]) for mail in mails)
    assert [] == [contact for contact, count in contacts.items() if count > 1]


def test_appointments_are_confirmed_with_a_calendar_file(run: DemoRun) -> None:
    subjects = Counter(mail.subject.partition(" bei ")[0] for mail in sink_mails(run.folder))
    assert subjects["Ihr Termin"] >= DEALERS
    assert mail_contents(run.folder).count(b"Content-Type: text/calendar") >= subjects["Ihr Termin"]


def test_no_due_cycle_was_written_about_twice(books: dict[str, Books]) -> None:
    for rows in books.values():
        sent = Counter(rows.cycles[key] for key, job in rows.outbox.items() if job.state in {"sent", "unsure"})
        assert [] == [cycle for cycle, count in sent.items() if count > 1]


def test_every_mail_has_its_row_and_every_sent_row_its_mail(run: DemoRun, books: dict[str, Books]) -> None:
    mails = sink_mails(run.folder)
    for profile in PROFILES:
        arrived = {mail.message_id: mail.recipient for mail in mails if mail.sender == profile.email}
        rows = books[profile.key]
        sent = {job.message_id: job.recipient for job in rows.in_state("email", "sent")}
        unsure = {job.message_id: job.recipient for job in rows.in_state("email", "unsure")}
        assert arrived == {**sent, **{key: to for key, to in unsure.items() if key in arrived}}
        assert [] == rows.in_state("email", "sending")


def test_no_row_of_an_outbox_was_lost(books: dict[str, Books]) -> None:
    for rows in books.values():
        handed_over = {key for key, state in rows.touchpoints.items() if state not in {"planned", "cancelled"}}
        assert handed_over <= rows.outbox.keys()
        assert {key: rows.touchpoints[key] for key in handed_over} == {
            key: rows.outbox[key].state for key in handed_over
        }


def test_at_most_one_message_per_killed_agent_is_unsure(run: DemoRun, books: dict[str, Books]) -> None:
    kills = Counter(kill.role for kill in run.kills)
    unsure = {key: len(rows.in_state("email", "unsure")) for key, rows in books.items()}
    assert sum(unsure.values()) <= kills["agent"]
    killed = [word for kill in run.kills if kill.role == "agent" for word in kill.command]
    assert all(str(run.folder / "agents" / key) in killed for key, count in unsure.items() if count)


def test_each_letter_lies_in_exactly_one_batch(books: dict[str, Books]) -> None:
    for rows in books.values():
        printed = Counter(doc_id for doc_ids in rows.letters.values() for doc_id in doc_ids)
        assert [] == [doc_id for doc_id, count in printed.items() if count > 1]
        released = {job.message_id: f"batch-{job.batch_id}" for job in rows.in_state("letter", "sent")}
        assert released == {doc_id: batch for batch, doc_ids in rows.letters.items() for doc_id in doc_ids}
        assert [] == rows.in_state("letter", "sending", "unsure")


# Nothing leaves


def test_what_passed_the_egress_gate_holds_no_canary(run: DemoRun) -> None:
    records = run.folder / "records" / "egress"
    for destination in ("coordinator", "relay"):
        files = [records / key / f"{destination}.bin" for key in KEYS]
        assert all(file.stat().st_size > 1_000 for file in files)
    assert {} == hunt().in_files(file for file in files_below(records) if file.name != "lettershop.bin")


def test_only_the_letters_themselves_carry_personal_data_to_the_lettershop(run: DemoRun) -> None:
    parts = [file for file in files_below(run.folder / "letters") if file.suffix != ".pdf"]
    assert {"SHA256SUMS", "index.csv", "manifest.json"} == {file.name for file in parts}
    assert {} == hunt().in_files(parts)
    texts = letter_texts(run.folder)
    assert len(texts) >= DEALERS
    printed = hunt().in_bytes("\n".join(texts).encode())
    assert {canary.kind for canary in printed} <= {"name", "plate"}


def test_what_the_coordinator_decodes_holds_no_canary(run: DemoRun) -> None:
    calls = Counter(call for call, _ in decoded(run.folder))
    assert DEALERS == calls["/guildpost.v1.Enrolment/Enrol"]
    assert DEALERS <= calls["/guildpost.v1.Presence/Connect"]
    assert DEALERS * 5 <= calls["/v1/fleet/push-object"], "the round's contributions were decoded"
    assert {} == hunt().in_files([run.folder / "records" / "coordinator" / "requests.bin"])


def test_what_the_coordinator_decodes_from_agents_had_passed_their_gates(run: DemoRun) -> None:
    at_gates: Counter[bytes] = Counter()
    for key in KEYS:
        for (_, payload), count in released(run.folder, key, "coordinator").items():
            at_gates[payload] += count
    calls = decoded(run.folder)
    arrived = Counter(body for call, body in calls if call.startswith(MEMBER_CALLS))
    assert sum(arrived.values()) > DEALERS * 10
    assert Counter() == arrived - at_gates
    contents = [body for call, body in calls if call == "/v1/fleet/push-object"]
    replies = [
        key[1] for member in KEYS for key in released(run.folder, member, "coordinator") if key[0] == "round_reply"
    ]
    assert len(replies) >= DEALERS * 4
    assert all(any(reply in content for content in contents) for reply in replies)


@pytest.mark.parametrize("place", ["coordinator", "relay", "signers", "catalogue", "cards", "logs"])
def test_nothing_that_is_stored_or_logged_outside_the_dealerships_holds_a_canary(run: DemoRun, place: str) -> None:
    files = files_below(run.folder / place)
    assert sum(file.stat().st_size for file in files) > 1_000
    assert {} == hunt().in_files(files)


def test_what_the_relay_decodes_holds_no_canary(run: DemoRun) -> None:
    requests = run.folder / "records" / "relay.bin"
    content = requests.read_bytes()
    assert b"GET /c/" in content
    assert b"POST /" in content
    assert {} == hunt().in_files([requests])


def test_all_canaries_are_found_in_the_decrypted_databases(run: DemoRun) -> None:
    found: set[Canary] = set()
    for key in KEYS:
        engine = open_decrypted(run.folder, key)
        mine = hunt().in_bytes(dump(engine))
        engine.dispose()
        assert {key} == {canary.dealer for canary in mine}
        found |= mine
    assert CANARIES == len(hunt().canaries) == len(found)


def test_the_customers_own_mails_carry_canaries_but_no_figure(run: DemoRun) -> None:
    found = Counter(canary.kind for canary in hunt().in_bytes(mail_contents(run.folder)))
    assert found["name"] > 5
    assert found["email"] > 5
    assert 0 == found["figure"]


@pytest.mark.parametrize("key", KEYS)
def test_an_agents_home_holds_no_canary_in_the_clear(run: DemoRun, key: str) -> None:
    home = run.folder / "agents" / key
    files = files_below(home)
    assert home / "agent.db" in files
    assert {} == hunt().in_files(file for file in files if file.name != "agent.toml")
    assert {"figure"} == {canary.kind for canary in hunt().in_bytes((home / "agent.toml").read_bytes())}


# Nothing stays


def test_nothing_is_left_running(run: DemoRun) -> None:
    assert [] == run.left_behind()


def test_nothing_was_written_outside_the_one_folder(run: DemoRun) -> None:
    assert [] == files_below(run.outside)
    assert ["demo", "outside"] == sorted(path.name for path in run.folder.parent.iterdir())


def test_a_demo_that_is_told_to_end_leaves_nothing_running_either(tmp_path: Path) -> None:
    demo = Demo(tmp_path, ["--dealers", "2", "--weeks", "2"])
    end = time.monotonic() + 120
    while demo.share < 15 and demo.process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    demo.process.send_signal(signal.SIGTERM)
    ended = demo.ended(60)
    assert 130 == ended.code, ended.err
    assert [] == ended.left_behind()
    assert [] == files_below(ended.outside)
