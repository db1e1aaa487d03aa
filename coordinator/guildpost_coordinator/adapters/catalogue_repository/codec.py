"""Role metadata as TUF writes it ↔ the domain's listings.

What a signer signs is the OLPC canonical JSON of the ``signed`` part (TUF specification, section 4.2). A reader
accepts only plain role metadata: no further delegations, no unknown fields, exactly one SHA-256 per target, and the
very bytes that the canonical form of the parsed content gives – so nothing can hide in what is signed.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Signature
from tuf.api.metadata import Metadata, Signed, TargetFile, Targets
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import CanonicalJSONSerializer

from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey
from guildpost_coordinator.domain.catalogue import Listing, RoleListing
from guildpost_shared.catalogue_paths import Role, SignerRole
from guildpost_shared.errors import Refused, Untrusted

_HASH: Final = "sha256"


def canonical(signed: Signed) -> bytes:
    """Give the bytes a signature goes over."""
    return CanonicalJSONSerializer().serialize(signed)


def role_metadata(version: int, expires: datetime, targets: Mapping[str, Listing]) -> Targets:
    """Write a role's metadata; ``expires`` in whole seconds, as TUF keeps it."""
    files = {name: TargetFile(item.length, {_HASH: item.sha256}, name) for name, item in sorted(targets.items())}
    return Targets(version=version, expires=expires.replace(microsecond=0), targets=files)


def listing_of(metadata: Targets) -> RoleListing:
    """Read a role's metadata."""
    targets = {name: Listing(file.length, file.hashes[_HASH]) for name, file in metadata.targets.items()}
    return RoleListing(metadata.version, metadata.expires, targets)


def assemble(to_sign: bytes, signature: Signature) -> bytes:
    """Join canonical bytes and their signature to a TUF file."""
    return Metadata(Targets.from_dict(json.loads(to_sign)), {signature.keyid: signature}).to_bytes()


class CanonicalReader:
    """Read what a key shall sign (port ``MetadataReader``)."""

    def read(self, to_sign: bytes) -> RoleListing:
        """Take apart role metadata; see the port."""
        try:
            metadata = Targets.from_dict(json.loads(to_sign))
            plain = metadata.delegations is None and not metadata.unrecognized_fields
            simple = all(set(f.hashes) == {_HASH} and not f.unrecognized_fields for f in metadata.targets.values())
            if not plain or not simple or canonical(metadata) != to_sign:
                raise Refused("proposal_not_canonical")
            return listing_of(metadata)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Refused("proposal_not_canonical", detail=type(error).__name__) from error


class SigningKey:
    """A role's key as the signer uses it (port ``RoleKey``)."""

    def __init__(self, role: SignerRole, key: CatalogueKey) -> None:
        self._role = role
        self._key = key

    @property
    def role(self) -> SignerRole:
        """Say whose key it is."""
        return self._role

    def sign(self, to_sign: bytes) -> bytes:
        """Sign with Ed25519; see the port."""
        return self._key.sign(to_sign)

    def verify_file(self, signed_file: bytes) -> bytes:
        """Check that a TUF file was signed by this very key; see the port."""
        return verify_role_file(self._role, self._key, signed_file)


def verify_role_file(role: Role, key: CatalogueKey, signed_file: bytes) -> bytes:
    """Check a role's file against one key.

    Returns:
        The canonical bytes that were signed.

    Raises:
        Untrusted: ``proposal_bad_signature``.
    """
    try:
        metadata = Metadata[Targets].from_bytes(signed_file)
        to_sign = metadata.signed_bytes
        key.tuf_key.verify_signature(metadata.signatures[key.tuf_key.keyid], to_sign)
    except (DeserializationError, KeyError, UnverifiedSignatureError) as error:
        raise Untrusted("proposal_bad_signature", role=role) from error
    return to_sign
