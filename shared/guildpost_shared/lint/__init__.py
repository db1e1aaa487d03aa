"""The linter: what the brand may not write into services, templates and offers, found with place, rule and remedy.

    file ──▶ documents ──▶ liquid_text ──▶ markup ──▶ normalise ──▶ wording   R10, R11, HU: the brand's words
                      └──▶ passive                                            R12: nothing active, remote, tracking
                      └──▶ structure, duties, letters, calls, services        what a message must be

Pure: bytes in, findings out. The coordinator's command line and checks use it before anything is signed, and the agent
again before anything is used. Tables of words are data (``words/*.toml``).
"""
