"""What the coordinator shows to a signer."""

from dataclasses import dataclass

from guildpost_shared.catalogue_paths import SignerRole


@dataclass(frozen=True)
class Proposal:
    """New metadata of one role that awaits its signature.

    Attributes:
        role: who shall sign.
        version: of the role's metadata.
        to_sign: canonical JSON (OLPC) of the metadata; the signature goes over exactly these bytes.
        previous: the role's published metadata with its signature, a TUF file.
    """

    role: SignerRole
    version: int
    to_sign: bytes
    previous: bytes
