"""Nothing active, nothing from elsewhere, nothing that tracks; the dealer's own links pass."""

import pytest

from tests.shared.lint.readings import errors, found

REFUSED = {
    "script": ("<script>1</script>", "R12.active"),
    "script in a drawing": ("<svg><script>1</script></svg>", "R12.active"),
    "event handler": ("<p onclick=x()>a</p>", "R12.active"),
    "script in a link": ('<a href="java&#10;script:x()">a</a>', "R12.active"),
    "page in a link": ('<a href="data:text/html,x">a</a>', "R12.active"),
    "refresh": ('<meta http-equiv="refresh" content="0;url=//x">', "R12.active"),
    "frame": ('<iframe src="//x.example"></iframe>', "R12.active"),
    "expression in a style": ('<p style="width:expression(1)">a</p>', "R12.active"),
    "form": ('<form action="https://x.example"><input></form>', "R12.form"),
    "picture": ('<img src="https://x.example/a.png">', "R12.remote"),
    "picture of MJML": ('<mj-image src="https://x.example/a.png" />', "R12.remote"),
    "background": ('<td background="//x.example/a">a</td>', "R12.remote"),
    "background of MJML": ('<mj-section background-url="https://x.example/a" />', "R12.remote"),
    "font": ('<mj-font name="x" href="https://x.example/f.css" />', "R12.remote"),
    "style sheet": ('<link rel="stylesheet" href="https://x.example/a.css">', "R12.remote"),
    "import in a style": ("<style>@import 'https://x.example/a.css';</style>", "R12.remote"),
    "address in a style": ('<p style="background:u\\72l(//x.example/a)">a</p>', "R12.remote"),
    "picture for Outlook": ('<!--[if mso]><v:image src="//x.example/a" /><![endif]-->', "R12.active"),
    "counting picture": ('<img src="https://x.example/o" width="1" height="1">', "R12.tracking"),
    "campaign in a link": ('<a href="https://x.example/?utm_source=a">a</a>', "R12.tracking"),
    "recipient in a link": ('<a href="https://x.example/{{ vehicle.plate }}">a</a>', "R12.tracking"),
    "recipient behind the dealer's page": (
        '<a href="{{ dealer.website }}?c={{ vehicle.plate }}">a</a>',
        "R12.tracking",
    ),
    "ping": ('<a ping="https://x.example" href="{{ links.answer }}">a</a>', "R12.tracking"),
    "fixed link": ('<a href="https://x.example">a</a>', "R12.link"),
    "address in the text": ("Mehr unter https://x.example/aktion", "R12.link"),
}


@pytest.mark.parametrize(("text", "rule"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_passive_is_refused(text: str, rule: str) -> None:
    assert rule in errors(text, "a.html")


@pytest.mark.parametrize(
    "text",
    [
        '<a href="{{ links.answer }}">Termin</a>',
        '<a href="{{ links.unsubscribe }}">Abmelden</a>',
        '<a href="{{ dealer.website }}">Website</a>',
        '<a href="tel:{{ dealer.phone_link }}">Anrufen</a>',
        '<a href="mailto:{{ dealer.email }}">Schreiben</a>',
        '<a href="#oben">nach oben</a>',
        '<p style="color:#123456; padding:0 5%">a</p>',
        "<style>.a { color: red } @media (max-width: 479px) { .a { width: 100% } }</style>",
        "Profil < 4 mm > Grenze; 5 > 3",
    ],
)
def test_what_is_passive_passes(text: str) -> None:
    assert [] == errors(text, "a.html")


def test_a_telephone_number_that_is_no_placeholder_is_only_pointed_out_in_a_file_that_stands_alone() -> None:
    (finding,) = found('<a href="tel:+498715550">Anrufen</a>', "a.html")
    assert ("R12.link", "warning") == (finding.rule, finding.severity)
