"""Use cases of the consent ledger."""
