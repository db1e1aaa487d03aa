"""The signer process's side of the signing service, and what it keeps in its own home."""
