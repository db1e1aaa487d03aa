"""Warranty threats, disparagement, allocation, "our TÜV": found; the truth about warranties: not."""

import pytest

from tests.shared.lint.readings import errors

REFUSED = {
    "warranty, workshop": (
        "Die Garantie erlischt, wenn Sie nicht in der Vertragswerkstatt warten lassen.",
        "R11.warranty",
    ),
    "warranty, otherwise": ("Sonst erlischt Ihre Garantie.", "R11.warranty"),
    "warranty, parts": ("Nur mit Originalteilen bleibt Ihre Garantie erhalten.", "R11.warranty"),
    "warranty, only with us": ("Nur bei uns behalten Sie Ihre Herstellergarantie.", "R11.warranty"),
    "warranty, split": ("Garan&shy;tie<b>ver</b>lust droht!", "R11.warranty"),
    "warranty English": ("Your warranty is void if an independent garage services the car.", "R11.warranty"),
    "warranty parts English": ("Only genuine parts keep your warranty valid.", "R11.warranty"),
    "avoid independents": ("Meiden Sie freie Werkstätten.", "R11.disparagement"),
    "no tools": ("Freie Werkstätten haben nicht das Werkzeug für Ihr Fahrzeug.", "R11.disparagement"),
    "copy parts": ("Cheap copy parts may ruin your engine.", "R11.disparagement"),
    "other makes": ("Andere Marken sind unzuverlässig.", "R11.disparagement"),
    "territory": ("Kunden aus anderen Gebieten dürfen Sie nicht bedienen; es gilt Gebietsschutz.", "R11.allocation"),
    "territory English": ("Customers outside your sales territory must not be served.", "R11.allocation"),
    "our TÜV": ("Wir machen Ihren TÜV.", "HU.own"),
    "our inspection English": ("We carry out the general inspection.", "HU.own"),
}
INNOCENT = [
    "Die Garantie Ihres Fahrzeugs läuft bis Juni 2027.",
    "Your warranty expires on 30 June 2027.",
    "Ihre Garantie bleibt bestehen, auch wenn Sie eine freie Werkstatt wählen.",
    "Your warranty is not affected if you use an independent workshop.",
    "Melden Sie Mängel, solange die Garantie läuft.",
    "Wir verwenden Originalteile.",
    "HU/AU durch eine amtlich anerkannte Prüforganisation bei uns im Haus",
    "Ausführen kann sie jede Vertragswerkstatt der Marke.",
]


@pytest.mark.parametrize(("text", "rule"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_conduct_is_refused(text: str, rule: str) -> None:
    assert rule in errors(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_plain_facts_pass(text: str) -> None:
    assert [] == errors(text)
