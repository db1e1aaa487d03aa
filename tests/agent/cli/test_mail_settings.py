"""What stands under [mail] in agent.toml is refused where it could mark a person or lead elsewhere."""

import pytest
from pydantic import ValidationError

from guildpost_agent.mail_settings import MailSettings


@pytest.mark.parametrize("name", ["payment_link", "invoice_link"])
def test_a_link_to_a_page_of_the_dealers_own_is_taken(name: str) -> None:
    for link in ("https://autohaus.example/zahlen", "https://www.autohaus.example/"):
        settings = MailSettings.model_validate({"own_domains": ["autohaus.example"], name: link})
        assert link == getattr(settings, name)


@pytest.mark.parametrize(
    "link",
    [
        "http://autohaus.example/zahlen",
        "https://autohaus.example/zahlen?id=4711",
        "https://autohaus.example/zahlen?",
        "https://autohaus.example/zahlen#4711",
        "https://kunde@autohaus.example/",
        "https://autohaus.example:8443/",
        "https://autohaus.example.fremd.example/",
        "https://fremdautohaus.example/",
        "https://autohaus.example/a b",
        'https://autohaus.example/"onclick',
        "https://",
        "javascript:alert(1)",
        "//autohaus.example/",
    ],
)
def test_any_other_link_is_refused(link: str) -> None:
    with pytest.raises(ValidationError):
        MailSettings.model_validate({"own_domains": ["autohaus.example"], "payment_link": link})


@pytest.mark.parametrize(
    "dkim",
    [
        {"domain": "kein name", "keys": {"gp1": "k.pem"}},
        {"domain": "autohaus.example", "keys": {}},
        {"domain": "autohaus.example", "keys": {"GP 1": "k.pem"}},
        {"domain": "autohaus.example; x", "keys": {"gp1": "k.pem"}},
    ],
    ids=["no domain", "no key", "no selector", "more than a domain"],
)
def test_a_signature_that_no_receiver_could_read_is_refused(dkim: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MailSettings.model_validate({"dkim": dkim})
