"""The dealer's egress policy: written once, in the dealer's language, when a home is opened for the first time."""

from pathlib import Path
from typing import Final

from guildpost_agent.adapters.files.policy_file import PolicyFile
from guildpost_agent.app.egress.dealer_policy import FILE, names_destination, write_destination, write_policy
from guildpost_agent.app.egress.policy import EgressPolicy, coordinator_of, standard_rules
from guildpost_agent.app.ports.documents import DocumentsTransaction
from guildpost_shared.catalog import load
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import Conflict, Language

_DOCUMENT: Final = "egress/policy_written"


def standard_text(language: Language) -> str:
    """Give the standard policy as a file: everything the program knows, at its limits."""
    texts = load("guildpost_agent", language)
    return write_policy(
        EgressPolicy(),
        texts.text("egress.policy.heading"),
        lambda _destination, kind: texts.text(f"egress.kind.{kind}"),
        sharing_words=texts.text("egress.policy.sharing"),
    )


def write_standard(home: Path, language: Language) -> Path:
    """Write the standard policy where there is none.

    Raises:
        Conflict: ``egress_policy_exists``.
    """
    path = home / FILE
    if path.exists():
        raise Conflict("egress_policy_exists", path=path)
    replace_file(path, standard_text(language).encode("utf-8"), mode=0o600)
    return path


def add_coordinator(home: Path, brand: str, language: Language) -> None:
    """Let the standard leave for one more brand's coordinator, unless the policy says anything about it already.

    The dealer names the brand when enrolling in it; whatever stands in the file stays as it is.

    Raises:
        ConfigurationError: there is no policy, or it cannot be read; then it stays as it is.
    """
    file, destination = PolicyFile(home / FILE), coordinator_of(brand)
    file.current()
    text = file.path.read_text("utf-8")
    if names_destination(text, destination):
        return
    texts = load("guildpost_agent", language)
    more = write_destination(
        destination,
        standard_rules([brand]),
        lambda _destination, kind: texts.text(f"egress.kind.{kind}"),
        texts.text("egress.policy.brand", brand=brand),
    )
    replace_file(file.path, (text.rstrip("\n") + "\n" + more).encode("utf-8"), mode=0o600)


def policy_file(home: Path, transaction: DocumentsTransaction, language: Language) -> PolicyFile:
    """Give the policy's file; a home that never had one gets the standard, one that lost it lets nothing out."""
    file = PolicyFile(home / FILE)
    if transaction.documents.get(_DOCUMENT) is None:
        if not file.path.exists():
            write_standard(home, language)
        transaction.documents.put(_DOCUMENT, b"yes")
    return file
