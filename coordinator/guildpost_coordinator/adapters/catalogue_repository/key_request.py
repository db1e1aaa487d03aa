"""A request to change keys: a file that travels to whoever must sign, and back to the coordinator.

The file is JSON. Each document in it is the ``signed`` part of one metadata file as canonical text, the key ids that
must sign it, and the signatures that are there already::

    {"format": "guildpost key request 1", "purpose": "legal",
     "documents": [{"name": "2.targets.json", "to_sign": "{…}", "signers": ["…"], "signatures": {"…": "…"}}, …]}

It is no secret, and nobody needs to trust it on the way: who signs sees what the documents say (``key_documents``), and
the coordinator takes them only with every signature.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Key, Signature
from tuf.api.metadata import Metadata, Root, Targets
from tuf.api.serialization import DeserializationError

from guildpost_coordinator.adapters.catalogue_repository.codec import canonical
from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey
from guildpost_shared import strict_json
from guildpost_shared.catalogue_paths import is_metadata_name
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import Refused

FORMAT: Final = "guildpost key request 1"
_KEYID: Final = r"[0-9a-f]{64}"


@dataclass(frozen=True)
class Document:
    """One metadata file on its way to its signatures.

    Attributes:
        name: under which it will be published, e.g. ``2.root.json``.
        to_sign: the canonical bytes that every signature goes over.
        signers: key ids that must sign.
        signatures: key id → signature in hex.
    """

    name: str
    to_sign: bytes
    signers: tuple[str, ...]
    signatures: dict[str, str] = field(default_factory=dict)

    @property
    def signed(self) -> Root | Targets:
        """The content.

        Raises:
            Refused: ``key_request_unreadable``.
        """
        try:
            raw: dict[str, Any] = json.loads(self.to_sign)
            signed: Root | Targets = Root.from_dict(raw) if raw["_type"] == Root.type else Targets.from_dict(raw)
            if canonical(signed) != self.to_sign or self.name != f"{signed.version}.{self.role}.json":
                raise Refused("key_request_unreadable", detail=self.name)
        except (ValueError, KeyError, TypeError, AttributeError, DeserializationError, RecursionError) as error:
            raise Refused("key_request_unreadable", detail=f"{self.name}: {type(error).__name__}") from error
        return signed

    @property
    def role(self) -> str:
        """Whose metadata it is."""
        return self.name.split(".")[1]

    @property
    def missing(self) -> tuple[str, ...]:
        """The key ids whose signature is not there yet."""
        return tuple(keyid for keyid in self.signers if keyid not in self.signatures)

    def file(self) -> bytes:
        """Give the metadata file with its signatures, in the order of the signers."""
        signatures = {keyid: Signature(keyid, self.signatures[keyid]) for keyid in self.signers}
        signed = self.signed
        if isinstance(signed, Root):
            return Metadata(signed, signatures).to_bytes()
        return Metadata(signed, signatures).to_bytes()

    def verified_by(self, key: Key) -> bool:
        """Say whether a key's signature is there and right."""
        if key.keyid not in self.signatures:
            return False
        try:
            key.verify_signature(Signature(key.keyid, self.signatures[key.keyid]), self.to_sign)
        except UnverifiedSignatureError:
            return False
        return True


@dataclass(frozen=True)
class KeyRequest:
    """A change of keys: what for, and its documents in the order in which they are published."""

    purpose: str
    documents: tuple[Document, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The key ids that have not signed everything that they must."""
        return tuple(dict.fromkeys(keyid for document in self.documents for keyid in document.missing))

    def sign(self, key: CatalogueKey) -> "KeyRequest":
        """Add a key's signature to every document that asks for it.

        Raises:
            Refused: ``key_request_other_key``: none does.
        """
        keyid = key.tuf_key.keyid
        if not any(keyid in document.signers for document in self.documents):
            raise Refused("key_request_other_key")
        signed = [
            replace(document, signatures={**document.signatures, keyid: key.sign(document.to_sign).hex()})
            if keyid in document.signers
            else document
            for document in self.documents
        ]
        return replace(self, documents=tuple(signed))


def document(signed: Root | Targets, role: str, *signers: Key) -> Document:
    """Put metadata up for signature."""
    return Document(f"{signed.version}.{role}.json", canonical(signed), tuple(key.keyid for key in signers))


def write_request(path: Path, request: KeyRequest) -> None:
    """Write a request's file, replacing the one that is there."""
    documents = [
        {
            "name": item.name,
            "to_sign": item.to_sign.decode("utf-8"),
            "signers": list(item.signers),
            "signatures": dict(sorted(item.signatures.items())),
        }
        for item in request.documents
    ]
    raw = {"format": FORMAT, "purpose": request.purpose, "documents": documents}
    replace_file(path, json.dumps(raw, indent=1, ensure_ascii=False).encode("utf-8"))


def read_request(path: Path) -> KeyRequest:
    """Read a request's file.

    Raises:
        Refused: ``key_request_unreadable``.
    """
    try:
        fields = strict_json.read(path.read_bytes(), "key request")
        fields.text("format", FORMAT)
        purpose = fields.text("purpose", r"[a-z]{1,20}")
        documents = tuple(_document(item) for item in fields.children("documents", least=1, most=8))
        fields.end()
    except (OSError, Refused) as error:
        raise Refused("key_request_unreadable", detail=str(error), file=path.name) from error
    return KeyRequest(purpose, documents)


def _document(fields: strict_json.Fields) -> Document:
    name = fields.text("name")
    fields.require("name", is_metadata_name(name))
    found = Document(
        name=name,
        to_sign=fields.text("to_sign", r"(?s).{2,2000000}").encode("utf-8"),
        signers=fields.texts("signers", _KEYID, most=4),
        signatures=_signatures(fields.child("signatures"), 4),
    )
    fields.end()
    return found


def _signatures(fields: strict_json.Fields, most: int) -> dict[str, str]:
    names = fields.names()
    fields.require("", len(names) <= most)
    return {name: fields.text(name, r"[0-9a-f]{128}") for name in names}
