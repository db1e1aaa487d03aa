"""The signed catalogue as a TUF repository on disk (python-tuf's metadata API; specification 1.0.34).

    root ──▶ targets (both: offline root key)          delegates one namespace to each role:
         ──▶ snapshot, timestamp (online keys)            marketing, legal, association   keys in signer processes
                                                          models                          online key

``keys`` holds Ed25519 keys in encrypted files, ``codec`` turns role metadata into domain values and back,
``ceremony`` makes the first metadata, ``repository`` publishes. Keys change by a file that travels: ``key_request`` is
the file, ``key_documents`` says what stands in it, ``key_change`` puts it into force; ``paper`` keeps a key on paper.
"""
