"""What the agent keeps of each membership: one document per coordinator, private keys included.

The store is encrypted as a whole, so the keys are not encrypted again. Documents:

    memberships              JSON list of keys, oldest first
    membership/<key>         JSON object, byte strings in base64
    enrolment/pending        keys made for a join code whose use has not been answered yet

A membership's key is its agent id; of a further brand, whose ids another coordinator gives, ``<brand>/<agent id>``.
"""

import base64
import json
from dataclasses import dataclass, field, fields
from typing import Final

from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_agent.app.ports.documents import Documents
from guildpost_agent.domain.brands import FIRST
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.identity.enrolment import Endpoint

INDEX: Final = "memberships"
PENDING: Final = "enrolment/pending"
_ENDPOINTS: Final = ("enrolment", "control", "flower")
_PLAIN: Final = ("agent_id", "brand", "association_fingerprint", "generation")


@dataclass(frozen=True)
class Membership:
    """A membership in one brand's network.

    Attributes:
        agent_id: given by the coordinator.
        enrolment: where certificates that ran out are renewed.
        control: where everything else is asked.
        flower: the filter in front of Flower, or None.
        authority: pinned CA certificate, DER.
        root_hash: SHA-256 of the catalogue's first root metadata.
        association_fingerprint: SHA-256 of the association's key as the dealer received it (64 hexadecimal
            characters), or empty: then roster and studies are refused.
        joined_with: hash of the join code's secret.
        generation: of the certificate in use.
        chain: certificate in use, DER, leaf first.
        identity_key: Ed25519 private key, PKCS #8, DER.
        flower_key: P-384 private key, PKCS #8, DER.
        sealing_key: X25519 private key, PKCS #8, DER.
        tls_key: private key of the certificate in use, PKCS #8, DER.
        next_tls_key: private key of a renewal that has not been answered yet, or empty.
        brand: the brand's name here (``domain.brands``); empty for the first.
    """

    agent_id: str
    enrolment: Endpoint
    control: Endpoint
    flower: Endpoint | None
    authority: bytes
    root_hash: bytes
    association_fingerprint: str
    joined_with: bytes
    generation: int
    chain: tuple[bytes, ...]
    identity_key: bytes = field(repr=False)
    flower_key: bytes = field(repr=False)
    sealing_key: bytes = field(repr=False)
    tls_key: bytes = field(repr=False)
    next_tls_key: bytes = field(repr=False, default=b"")
    brand: str = FIRST

    @property
    def key(self) -> str:
        """The name under which it is stored."""
        return f"{self.brand}/{self.agent_id}" if self.brand else self.agent_id

    def credentials(self) -> Credentials:
        """Give what a connection to the control port needs."""
        return Credentials(self.control, self.authority, self.chain, self.tls_key)


def membership_keys(documents: Documents) -> tuple[str, ...]:
    """List the keys of all memberships, oldest first."""
    body = documents.get(INDEX)
    return () if body is None else tuple(json.loads(body))


def load_membership(documents: Documents, key: str) -> Membership:
    """Read a membership.

    Raises:
        ConfigurationError: ``not_enrolled``.
    """
    body = documents.get(_name(key))
    if body is None:
        raise ConfigurationError("not_enrolled")
    return _decode(body)


def load_memberships(documents: Documents) -> tuple[Membership, ...]:
    """Read the membership in each brand, the oldest brand first; empty before the first enrolment.

    Of several in one brand the youngest counts: a former version kept those that had given way to it.
    """
    found: dict[str, Membership] = {}
    for key in membership_keys(documents):
        membership = load_membership(documents, key)
        found[membership.brand] = membership
    return tuple(found.values())


def store_membership(documents: Documents, membership: Membership) -> None:
    """Write a membership and list it; another one in the same brand gives way to it, and its keys are gone."""
    listed = list(membership_keys(documents))
    former = next((one for one in load_memberships(documents) if one.brand == membership.brand), None)
    if former is None:
        listed.append(membership.key)
    elif former.key != membership.key:
        listed = [membership.key if key == former.key else key for key in listed if key != membership.key]
        documents.delete(_name(former.key))
    documents.put(INDEX, json.dumps(listed).encode())
    documents.put(_name(membership.key), _encode(membership))


def _name(key: str) -> str:
    return f"membership/{key}"


def _encode(membership: Membership) -> bytes:
    record: dict[str, object] = {name: getattr(membership, name) for name in _PLAIN}
    for name in _ENDPOINTS:
        endpoint = getattr(membership, name)
        record[name] = None if endpoint is None else [endpoint.host, endpoint.port]
    record["chain"] = [_text(certificate) for certificate in membership.chain]
    for name in _byte_fields():
        record[name] = _text(getattr(membership, name))
    return json.dumps(record).encode()


def _decode(body: bytes) -> Membership:
    record = json.loads(body)
    for name in _ENDPOINTS:
        record[name] = None if record[name] is None else Endpoint(*record[name])
    record["chain"] = tuple(base64.b64decode(text) for text in record["chain"])
    record.setdefault("brand", FIRST)  # not written before there could be a second one
    for name in _byte_fields():
        record[name] = base64.b64decode(record[name])
    return Membership(**record)


def _byte_fields() -> tuple[str, ...]:
    return tuple(f.name for f in fields(Membership) if f.name not in {*_PLAIN, *_ENDPOINTS, "chain"})


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
