"""Enrolment and renewal on the real database and authority, without network."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from secrets import token_hex

import pytest
from cryptography import x509
from sqlalchemy import Engine

from guildpost_coordinator.adapters.sql.tables import metadata
from guildpost_coordinator.app.admit_peer import admit_peer
from guildpost_coordinator.app.decide_membership import lock_membership, revoke_membership
from guildpost_coordinator.app.enrol_agent import ServiceAddresses, enrol_agent
from guildpost_coordinator.app.issue_certificate import serial_of
from guildpost_coordinator.app.issue_join_code import Anchors, issue_join_code
from guildpost_coordinator.app.issue_signer_certificate import end_signer_certificate
from guildpost_coordinator.app.renew_certificate import renew_certificate
from guildpost_coordinator.app.standing import Standing
from guildpost_coordinator.bootstrap import Core
from guildpost_coordinator.domain.membership import State
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Conflict, GuildpostError, ProtocolViolation, Refused, Untrusted
from guildpost_shared.identity.certificate_profile import AgentIdentity, Role, SignerIdentity, certificate_request
from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
    RenewalRequest,
    enrolment_statement,
    renewal_statement,
)
from guildpost_shared.identity.join_code import parse_join_code
from guildpost_shared.identity.keys import (
    new_flower_key,
    new_identity_key,
    new_sealing_key,
    new_tls_key,
    openssh_public,
    raw_public,
)
from tests.factories.coordinator_database import coordinator_on_postgres
from tests.factories.postgres import Postgres, running_postgres
from tests.fakes.coordinator import on_database, open_home

ENTROPY = OsEntropy()
FLOWER_KEY = openssh_public(new_flower_key(ENTROPY))
ADDRESSES = ServiceAddresses(Endpoint("coordinator.example", 1), None)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    with ExitStack() as stack:
        core = open_home(tmp_path)
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres")
            core = on_database(core, stack.enter_context(coordinator_on_postgres(server, f"db{token_hex(8)}")))
        stack.callback(core.engine.dispose)
        yield core


def _issue(core: Core, agent_id: str = "dealer-01", company: str = "Autohaus") -> bytes:
    code = issue_join_code(
        open_uow=core.open_uow,
        clock=core.clock,
        entropy=ENTROPY,
        anchors=Anchors(Endpoint("coordinator.example", 2), b"c" * 32, b"r" * 32),
        agent_id=agent_id,
        company=company,
        legal_entity="entity-1",
    )
    return parse_join_code(code).secret


class Machine:
    """A machine with an agent's keys."""

    def __init__(self) -> None:
        self.identity = new_identity_key(ENTROPY)
        self.sealing = raw_public(new_sealing_key(ENTROPY))
        self.csr = certificate_request(new_tls_key(ENTROPY))

    def request(self, secret: bytes) -> EnrolmentRequest:
        identity_key = raw_public(self.identity)
        statement = enrolment_statement(
            secret=secret,
            certificate_request=self.csr,
            identity_key=identity_key,
            flower_key=FLOWER_KEY,
            sealing_key=self.sealing,
        )
        proof = self.identity.sign(statement)
        return EnrolmentRequest(secret, self.csr, identity_key, FLOWER_KEY, self.sealing, proof, "0.1.0")

    def renewal(self, generation: int) -> RenewalRequest:
        csr = certificate_request(new_tls_key(ENTROPY))
        statement = renewal_statement(agent_id="dealer-01", certificate_request=csr, generation=generation)
        return RenewalRequest("dealer-01", csr, generation, self.identity.sign(statement))


def _enrol(core: Core, request: EnrolmentRequest) -> EnrolmentReply:
    return enrol_agent(
        request, open_uow=core.open_uow, clock=core.clock, authority=core.authority, addresses=lambda: ADDRESSES
    )


def _renew(core: Core, request: RenewalRequest) -> int:
    reply = renew_certificate(request, open_uow=core.open_uow, clock=core.clock, authority=core.authority)
    return reply.certificate.generation


@pytest.mark.parametrize("each", [25, pytest.param(1250, marks=pytest.mark.soak)], ids=["200", "10000"])
def test_racing_uses_of_one_code_enrol_once(core: Core, each: int) -> None:
    secret, racers = _issue(core), 8
    start, results = threading.Barrier(racers), Counter[str]()
    lock = threading.Lock()

    def race() -> None:
        requests = [Machine().request(secret) for _ in range(each)]
        start.wait(120)
        for request in requests:
            try:
                _enrol(core, request)
                outcome = "enrolled"
            except GuildpostError as error:
                outcome = error.code
            with lock:
                results[outcome] += 1

    threads = [threading.Thread(target=race) for _ in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert {"enrolled": 1, "join_code_used": racers * each - 1} == dict(results)


def test_racing_uses_of_separate_codes_all_enrol(core: Core) -> None:
    secrets = [_issue(core, f"dealer-{i:02}") for i in range(8)]
    done: list[str] = []
    threads = [
        threading.Thread(target=lambda s=secret: done.append(_enrol(core, Machine().request(s)).agent_id))
        for secret in secrets
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [f"dealer-{i:02}" for i in range(8)] == sorted(done)


def test_the_same_request_again_receives_the_same_certificate(core: Core) -> None:
    request = Machine().request(_issue(core))
    assert _enrol(core, request).certificate == _enrol(core, request).certificate


def test_a_newer_code_cancels_the_older_one(core: Core) -> None:
    older, newer = _issue(core), _issue(core)
    with pytest.raises(Refused, match="join_code_unknown"):
        _enrol(core, Machine().request(older))
    assert "dealer-01" == _enrol(core, Machine().request(newer)).agent_id


def _dump(engine: Engine) -> bytes:
    """Read every column of every table as bytes."""
    with engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(table.select())]
    return b"".join(cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row)


def test_the_database_does_not_hold_the_secret(core: Core) -> None:
    secret = _issue(core)
    _enrol(core, Machine().request(secret))
    core.engine.dispose()
    if core.engine.dialect.name == "postgresql":
        stored = _dump(core.engine)
    else:
        stored = b"".join(path.read_bytes() for path in core.home.folder.glob("coordinator.db*"))
    assert b"Autohaus" in stored
    assert secret not in stored


def test_an_id_of_another_company_is_not_given_away(core: Core) -> None:
    _issue(core)
    with pytest.raises(Conflict, match="membership_taken"):
        _issue(core, company="Another")


def test_no_code_is_issued_for_a_revoked_membership(core: Core) -> None:
    secret = _issue(core)
    revoke_membership("dealer-01", open_uow=core.open_uow, clock=core.clock, actor="test")
    with pytest.raises(Conflict, match="membership_ended"):
        _issue(core)
    with pytest.raises(Refused, match="join_code_unknown"):
        _enrol(core, Machine().request(secret))


def test_a_new_machine_takes_over_and_the_old_one_is_out(core: Core) -> None:
    old, new = Machine(), Machine()
    first = _enrol(core, old.request(_issue(core)))
    lock_membership("dealer-01", open_uow=core.open_uow, clock=core.clock, actor="test")
    second = _enrol(core, new.request(_issue(core)))
    assert (1, 2) == (first.certificate.generation, second.certificate.generation)
    with pytest.raises(Untrusted, match="identity_proof_invalid"):
        _renew(core, old.renewal(1))
    with pytest.raises(Untrusted, match="certificate_unknown"):
        _admit(core, first)
    _admit(core, second)
    assert 3 == _renew(core, new.renewal(2))


def test_a_wrong_generation_locks_and_leaves_a_trace(core: Core) -> None:
    machine = Machine()
    _enrol(core, machine.request(_issue(core)))
    _renew(core, machine.renewal(1))
    with pytest.raises(Conflict, match="clone_suspected"):
        _renew(core, machine.renewal(1))
    with core.open_view() as uow:
        membership = uow.memberships.get("dealer-01")
        assert membership is not None
        assert State.LOCKED is membership.state
        assert "clone_suspected" == uow.audit.latest(1)[0].action


def test_racing_renewals_of_a_clone_and_its_original_issue_one_certificate(core: Core) -> None:
    machine = Machine()
    _enrol(core, machine.request(_issue(core)))
    start, outcomes = threading.Barrier(2), []

    def race() -> None:
        request = machine.renewal(1)
        start.wait(10)
        try:
            outcomes.append(str(_renew(core, request)))
        except GuildpostError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert ["2", "clone_suspected"] == sorted(outcomes)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": b"short"}, "message_malformed"),
        ({"agent_version": ""}, "message_malformed"),
        ({"agent_version": "x" * 41}, "message_malformed"),
        ({"identity_key": b"short"}, "enrolment_key_invalid"),
        ({"sealing_key": b"short"}, "enrolment_key_invalid"),
        ({"flower_key": "ssh-rsa AAAA"}, "enrolment_key_invalid"),
        ({"identity_proof": b"\0" * 64}, "identity_proof_invalid"),
        ({"sealing_key": b"x" * 32}, "identity_proof_invalid"),
        ({"certificate_request": b"junk"}, "identity_proof_invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_a_malformed_request_is_refused_and_uses_no_code(core: Core, change: dict[str, bytes | str], code: str) -> None:
    machine, secret = Machine(), _issue(core)
    request = machine.request(secret)
    with pytest.raises((ProtocolViolation, Untrusted), match=code):
        _enrol(core, replace(request, **change))  # type: ignore[arg-type]
    assert "dealer-01" == _enrol(core, request).agent_id


def _admit(core: Core, reply: EnrolmentReply, now: datetime | None = None) -> None:
    leaf = x509.load_der_x509_certificate(reply.certificate.chain[0])
    admit_peer(
        AgentIdentity(reply.agent_id),
        serial=serial_of(leaf),
        not_after=leaf.not_valid_after_utc,
        now=now or core.clock.now(),
        open_uow=core.open_view,
    )


def test_a_connection_does_not_outlive_its_certificate(core: Core) -> None:
    reply = _enrol(core, Machine().request(_issue(core)))
    _admit(core, reply)
    with pytest.raises(Untrusted, match="certificate_expired"):
        _admit(core, reply, core.clock.now() + timedelta(hours=24))


def test_the_certificate_of_one_member_does_not_admit_another(core: Core) -> None:
    reply = _enrol(core, Machine().request(_issue(core)))
    _enrol(core, Machine().request(_issue(core, "dealer-02")))
    with pytest.raises(Untrusted, match="certificate_unknown"):
        _admit(core, replace(reply, agent_id="dealer-02"))


def test_a_signer_is_admitted_until_its_certificate_ends(core: Core) -> None:
    now = core.clock.now()
    ends = now + timedelta(seconds=1)
    with core.open_uow() as uow:
        uow.signer_certificates.admit("legal", "1")
        uow.commit()
    admit_peer(SignerIdentity("legal"), serial="1", not_after=ends, now=now, open_uow=core.open_view)
    with pytest.raises(Untrusted, match="certificate_expired"):
        admit_peer(SignerIdentity("legal"), serial="1", not_after=ends, now=ends, open_uow=core.open_view)


@pytest.mark.parametrize("role", ["legal", "marketing"])
def test_a_signer_is_admitted_with_the_newest_certificate_of_its_role_alone(core: Core, role: Role) -> None:
    now = core.clock.now()
    with core.open_uow() as uow:
        uow.signer_certificates.admit("legal", "1")
        uow.signer_certificates.admit("legal", "2")
        uow.commit()
    may = []
    for serial in ("1", "2"):
        with suppress(Untrusted):
            ends = now + timedelta(hours=1)
            admit_peer(SignerIdentity(role), serial=serial, not_after=ends, now=now, open_uow=core.open_view)
            may.append(serial)
    assert may == (["2"] if role == "legal" else [])


def test_a_signer_whose_certificate_was_ended_is_shut_out_within_a_second(core: Core) -> None:
    standing, signer = Standing(core.open_view, core.clock, monotonic=count(0.0, 1.5).__next__), SignerIdentity("legal")
    ends = core.clock.now() + timedelta(hours=1)
    with core.open_uow() as uow:
        uow.signer_certificates.admit("legal", "1")
        uow.commit()
    standing.admit(signer, serial="1", not_after=ends)
    standing.admit(signer, serial="1", not_after=ends)
    end_signer_certificate("legal", open_uow=core.open_uow, clock=core.clock)
    with pytest.raises(Untrusted, match="signer_certificate_ended"):
        standing.admit(signer, serial="1", not_after=ends)
    with pytest.raises(Refused, match="signer_certificate_none"):
        end_signer_certificate("legal", open_uow=core.open_uow, clock=core.clock)
