"""Join a brand's network with a join code.

Steps (the coordinator's side has the same numbers in its ``enrol_agent``):

    1  the join code is read; the association's fingerprint, which comes from another side, is checked for its form
    2  the server's chain must hold the authority that the code names; from here on only that one is trusted
    3  all keys are made on this machine and stored, before the code is used: a crash or a lost reply costs nothing
    4  the request is sent: secret, public keys, and the identity key's signature over them
    7  the certificate must be ours: our id, our key, signed by the pinned authority
    8  the membership is stored
"""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from guildpost_agent.app.membership import PENDING, Membership, load_memberships, store_membership
from guildpost_agent.app.ports.control_plane import ControlPlane
from guildpost_agent.app.ports.documents import Documents, OpenDocuments
from guildpost_agent.domain.brands import FIRST, is_brand_name
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ConfigurationError, Refused
from guildpost_shared.identity.certificate_profile import (
    certificate_request,
    check_issued,
    find_authority,
    fingerprint,
    requested_key,
)
from guildpost_shared.identity.enrolment import EnrolmentReply, EnrolmentRequest, enrolment_statement
from guildpost_shared.identity.join_code import JoinCode, parse_join_code, secret_hash
from guildpost_shared.identity.keys import (
    load_curve_key,
    load_identity_key,
    load_sealing_key,
    new_flower_key,
    new_identity_key,
    new_sealing_key,
    new_tls_key,
    openssh_public,
    private_bytes,
    raw_public,
)

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_SEPARATORS: Final = re.compile(r"[\s:]")


@dataclass(frozen=True)
class _Keys:
    """The private keys of a membership to be, PKCS #8, and the certificate request."""

    identity: bytes
    flower: bytes
    sealing: bytes
    tls: bytes
    request: bytes


def enrol(
    *,
    join_code: str,
    association_fingerprint: str,
    agent_version: str,
    open_documents: OpenDocuments,
    control_plane: ControlPlane,
    entropy: Entropy,
    brand: str = FIRST,
) -> Membership:
    """Join a brand's network; joining again with the same code returns the membership it made.

    Args:
        join_code: from the brand.
        association_fingerprint: from the association, 64 hexadecimal characters (spaces and colons are ignored);
            empty if not known yet, then the agent works without rounds.
        agent_version: of this program.
        open_documents: opens a transaction on the encrypted store.
        control_plane: the way to the coordinator.
        entropy: randomness of the keys.
        brand: the brand's name here, as ``brand_to_join`` gives it.

    Raises:
        Refused: ``join_code_malformed``, ``join_code_unknown``, ``join_code_used`` or ``join_code_expired``.
        ConfigurationError: ``association_fingerprint_invalid``.
        Untrusted: ``ca_fingerprint_mismatch``, ``coordinator_untrusted`` or ``certificate_profile``.
        Unavailable: ``coordinator_away``.
    """
    code = parse_join_code(join_code)  # step 1
    association = normal_fingerprint(association_fingerprint)
    with open_documents() as transaction:
        for known in load_memberships(transaction.documents):
            if known.joined_with == secret_hash(code.secret) and known.brand == brand:
                return known
    authority = find_authority(control_plane.server_chain(code.endpoint), code.ca_fingerprint)  # step 2
    with open_documents() as transaction:
        keys = _keys_for(code, transaction.documents, entropy)  # step 3
        transaction.commit()
    reply = control_plane.enrol(code.endpoint, authority, _request(code, keys, agent_version))  # step 4
    membership = replace(_membership(code, association, authority, keys, reply), brand=brand)  # step 7
    with open_documents() as transaction:
        store_membership(transaction.documents, membership)  # step 8
        transaction.documents.delete(PENDING)
        transaction.commit()
    return membership


def brand_to_join(join_code: str, wanted: str, memberships: Iterable[Membership]) -> str:
    """Say before a code is used under which name of the dealer's its brand is known, or will be.

    Args:
        join_code: from a brand; one that this agent is a member of already is known by its authority or its catalogue.
        wanted: the name that the dealer chose for a further brand; empty for the first, and where it is known.
        memberships: in force.

    Raises:
        Refused: ``brand_name_needed``, ``brand_name_invalid``, ``brand_name_taken``, ``brand_name_other`` (the brand
            has another name already), ``brand_name_needless`` (it is the first), ``join_code_malformed``.
    """
    code, known = parse_join_code(join_code), list(memberships)
    for one in known:
        if code.root_hash == one.root_hash or code.ca_fingerprint == fingerprint(one.authority):
            if wanted not in {"", one.brand}:
                raise Refused("brand_name_other", brand=one.brand)
            return one.brand
    if not known:
        if wanted:
            raise Refused("brand_name_needless")
        return FIRST
    if not wanted:
        raise Refused("brand_name_needed")
    if not is_brand_name(wanted):
        raise Refused("brand_name_invalid", brand=wanted)
    if wanted in {one.brand for one in known}:
        raise Refused("brand_name_taken", brand=wanted)
    return wanted


def normal_fingerprint(text: str) -> str:
    """Bring a typed fingerprint into its normal form.

    Raises:
        ConfigurationError: ``association_fingerprint_invalid``.
    """
    compact = _SEPARATORS.sub("", text).lower()
    if compact and not _FINGERPRINT.fullmatch(compact):
        raise ConfigurationError("association_fingerprint_invalid")
    return compact


def _keys_for(code: JoinCode, documents: Documents, entropy: Entropy) -> _Keys:
    """Take the keys stored for this very code, or make and store new ones."""
    name = secret_hash(code.secret).hex()
    body = documents.get(PENDING)
    if body is not None and json.loads(body)["code"] == name:
        record = json.loads(body)
        return _Keys(
            **{key: base64.b64decode(record[key]) for key in ("identity", "flower", "sealing", "tls", "request")}
        )
    tls = new_tls_key(entropy)
    keys = _Keys(
        identity=private_bytes(new_identity_key(entropy)),
        flower=private_bytes(new_flower_key(entropy)),
        sealing=private_bytes(new_sealing_key(entropy)),
        tls=private_bytes(tls),
        request=certificate_request(tls),
    )
    record = {key: base64.b64encode(value).decode("ascii") for key, value in vars(keys).items()}
    documents.put(PENDING, json.dumps({"code": name, **record}).encode())
    return keys


def _request(code: JoinCode, keys: _Keys, agent_version: str) -> EnrolmentRequest:
    identity = load_identity_key(keys.identity)
    identity_public, sealing_public = raw_public(identity), raw_public(load_sealing_key(keys.sealing))
    flower_public = openssh_public(load_curve_key(keys.flower))
    statement = enrolment_statement(
        secret=code.secret,
        certificate_request=keys.request,
        identity_key=identity_public,
        flower_key=flower_public,
        sealing_key=sealing_public,
    )
    return EnrolmentRequest(
        secret=code.secret,
        certificate_request=keys.request,
        identity_key=identity_public,
        flower_key=flower_public,
        sealing_key=sealing_public,
        identity_proof=identity.sign(statement),
        agent_version=agent_version,
    )


def _membership(
    code: JoinCode, association_fingerprint: str, authority: bytes, keys: _Keys, reply: EnrolmentReply
) -> Membership:
    chain = reply.certificate.chain
    check_issued(chain, authority=authority, agent_id=reply.agent_id, public_key=requested_key(keys.request))
    return Membership(
        agent_id=reply.agent_id,
        enrolment=code.endpoint,
        control=reply.control,
        flower=reply.flower,
        authority=authority,
        root_hash=code.root_hash,
        association_fingerprint=association_fingerprint,
        joined_with=secret_hash(code.secret),
        generation=reply.certificate.generation,
        chain=chain,
        identity_key=keys.identity,
        flower_key=keys.flower,
        sealing_key=keys.sealing,
        tls_key=keys.tls,
    )
