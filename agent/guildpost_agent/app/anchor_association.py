"""Change the association's fingerprint: the dealer's own trust anchor for roster and studies."""

from dataclasses import replace

from guildpost_agent.app.enrol import normal_fingerprint
from guildpost_agent.app.membership import Membership, load_membership, store_membership
from guildpost_agent.app.ports.documents import OpenDocuments


def anchor_association(key: str, fingerprint: str, *, open_documents: OpenDocuments) -> Membership:
    """Store the fingerprint that the dealer received from the association.

    Args:
        key: which membership.
        fingerprint: 64 hexadecimal characters; empty takes the anchor away, and rounds with it.
        open_documents: opens a transaction on the encrypted store.

    Raises:
        ConfigurationError: ``association_fingerprint_invalid`` or ``not_enrolled``.
    """
    with open_documents() as transaction:
        membership = load_membership(transaction.documents, key)
        changed = replace(membership, association_fingerprint=normal_fingerprint(fingerprint))
        store_membership(transaction.documents, changed)
        transaction.commit()
    return changed
