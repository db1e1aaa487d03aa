"""The names in a signer's home; the ceremony writes them, the signer reads them."""

from typing import Final

KEY_FILE: Final = "key.pem"
PUBLIC_FILE: Final = "public.txt"
TLS_KEY_FILE: Final = "tls.key"
TLS_CHAIN_FILE: Final = "tls.pem"
AUTHORITY_FILE: Final = "authority.pem"
FINGERPRINT_FILE: Final = "fingerprint.txt"
SIGNED_FOLDER: Final = "signed"
