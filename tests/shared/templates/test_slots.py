"""What a slot takes: kinds, limits, samples, and what a dealer's filling may look like."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import Refused, public_text
from guildpost_shared.templates.manifest import Manifest, parse_manifest
from guildpost_shared.templates.own_links import own_hosts
from guildpost_shared.templates.slot_pattern import SlotPattern
from guildpost_shared.templates.slots import SlotSpec
from tests.shared.templates.sample import MAIL_DE, parts

OWN = own_hosts("https://www.autohaus-lindner.example/", ("lindner-shop.example",))


def a_manifest(*slots: dict[str, Any], **changes: Any) -> bytes:
    """Write the sample mail's manifest with slots of one's own."""
    row = json.loads(parts(MAIL_DE)[0]) | changes
    return json.dumps(row | {"slots": [*slots]} if slots else row, ensure_ascii=False, indent=1).encode()


def a_row(kind: str = "text", **values: Any) -> dict[str, Any]:
    """Describe a slot of the dealer's."""
    usual: dict[str, Any] = {
        "name": "extra",
        "label": {"de": "Zusatz", "en": "Extra"},
        "kind": kind,
        "owner": "dealer",
        "required": False,
        "text": "",
        "sample": {
            "price": "29,90 €",
            "date": "2027-05-03",
            "phone": "+49 871 5550-140",
            "link": "https://www.autohaus-lindner.example/termin",
            "choice": "kostenlos",
        }.get(kind, "Beispiel"),
    }
    if kind in {"text", "long_text", "price"}:
        usual["max_length"] = 40
    if kind == "long_text":
        usual["lines"] = 3
    if kind == "choice":
        usual["choices"] = ["kostenlos", "zum Selbstkostenpreis"]
    return usual | values


def a_slot(kind: str = "text", **values: Any) -> SlotSpec:
    return parse_manifest(a_manifest(a_row(kind, **values)), MAIL_DE).slots[0]


GOOD = {
    "a line": ("text", {}, "Leihrad nach Absprache"),
    "nothing": ("text", {"min_length": 5}, ""),
    "a line of the form asked for": ("text", {"pattern": r"[A-Z]{2}-\d{1,3}", "sample": "AB-1"}, "LA-427"),
    "three lines": ("long_text", {}, "Eins\nZwei\r\n\r\nDrei"),
    "a soft hyphen": ("text", {}, "Haupt\u00aduntersuchung"),
    "letters with marks": ("text", {}, "Nguyễn Đức Ångström"),
    "a total price": ("price", {}, "1.249,90 €"),
    "an ISO day": ("date", {}, "2027-05-03"),
    "a German day": ("date", {"first_day": "2027-05-03", "last_day": "2027-05-03"}, "3.5.2027"),
    "a phone": ("phone", {}, "(0871) 5550-140"),
    "a page on the website": ("link", {}, "https://www.autohaus-lindner.example/winter"),
    "a page on a domain named besides": ("link", {}, "https://shop.lindner-shop.example/raeder"),
    "a choice": ("choice", {}, "zum Selbstkostenpreis"),
}
BAD = {
    "a line too long": ("text", {}, "x" * 41, "too_long"),
    "ten megabytes": ("text", {}, "x" * 10_000_000, "too_long"),
    "ten megabytes of blanks": ("text", {}, " " * 10_000_000, "too_long"),
    "a line too short": ("text", {"min_length": 5}, "Hm", "too_short"),
    "another form": ("text", {"pattern": r"[A-Z]{2}-\d{1,3}", "sample": "AB-1"}, "LA 427", "slot_pattern"),
    "four lines": ("long_text", {}, "a\nb\nc\nd", "too_many_lines"),
    "marks heaped upon a letter": ("text", {}, "Z\u0301\u0302\u0303\u0304a", "heaped_marks"),
    "private use": ("text", {}, "a\ue000b", "odd_character"),
    "invisible tags": ("text", {}, "a\U000e0041b", "odd_character"),
    "an Arabic letter mark": ("text", {}, "a\u061cb", "odd_character"),
    "a price in words": ("price", {}, "günstig", "no_price"),
    "a price without cents": ("price", {}, "49 €", "no_price"),
    "a price in foreign digits": ("price", {}, "4\u0669,90 €", "no_price"),
    "a day that does not exist": ("date", {}, "30.2.2027", "no_date"),
    "a day too early": ("date", {"first_day": "2027-05-04", "sample": "2027-05-05"}, "2027-05-03", "too_early"),
    "a day too late": ("date", {"last_day": "2027-05-03"}, "2027-05-04", "too_late"),
    "words for a phone": ("phone", {}, "ruf mich an", "no_phone"),
    "a number at a special rate": ("phone", {}, "0900 5550140", "dear_phone"),
    "the same from abroad": ("phone", {}, "+49 180 5550140", "dear_phone"),
    "a page elsewhere": ("link", {}, "https://www.example.org/termin", "link_elsewhere"),
    "a host that only ends alike": ("link", {}, "https://boese-autohaus-lindner.example/", "link_elsewhere"),
    "a page that marks a person": ("link", {}, "https://www.autohaus-lindner.example/?id=7", "link_marks"),
    "a page of another scheme": ("link", {}, "javascript:alert(1)", "not_https"),
    "a host in disguise": ("link", {}, "https://www.autohaus-lindner.example@boese.example/", "link_marks"),
    "no host at all": ("link", {}, "https://[", "link_unreadable"),
    "none of the choices": ("choice", {}, "geschenkt", "none_of"),
}


@pytest.mark.parametrize(("kind", "limits", "value"), GOOD.values(), ids=GOOD)
def test_a_filling_that_fits_is_taken(kind: str, limits: dict[str, Any], value: str) -> None:
    assert a_slot(kind, **limits).problem(value, "de", OWN) is None


@pytest.mark.parametrize(("kind", "limits", "value", "code"), BAD.values(), ids=BAD)
def test_a_filling_that_breaks_a_limit_is_refused(kind: str, limits: dict[str, Any], value: str, code: str) -> None:
    start = time.process_time()
    problem = a_slot(kind, **limits).problem(value, "de", OWN)
    assert problem is not None
    assert code == problem.code
    assert problem.said("de")
    assert time.process_time() - start < 1


FAULTS = {
    "a sample beyond its limit": (a_row(sample="x" * 41), "extra", "sample", "too_long"),
    "a sample of another form": (a_row(pattern=r"\d{4}"), "extra", "sample", "slot_pattern"),
    "a sample that is no price": (a_row("price", sample="billig"), "extra", "sample", "no_price"),
    "a sample that is no choice": (a_row("choice", sample="gratis"), "extra", "sample", "none_of"),
    "no sample for the dealer": (a_row(sample=""), "extra", "sample", "sample_needed"),
    "a default beyond its limit": (a_row(text="x" * 41), "extra", "text", "too_long"),
    "a price with a range": (a_row("price", min_length=4), "extra", "min_length", "limit_not_of_kind"),
    "lines of a line": (a_row(lines=3), "extra", "lines", "limit_not_of_kind"),
    "a pattern without bounds": (a_row(pattern="(a+)+"), "extra", "pattern", "pattern_unreadable"),
    "a day before the first": (
        a_row("date", first_day="2027-06-01", last_day="2027-05-01"),
        "extra",
        "last_day",
        "inconsistent",
    ),
}


@pytest.mark.parametrize(("row", "name", "field", "code"), FAULTS.values(), ids=FAULTS)
def test_a_slot_that_contradicts_itself_is_refused_with_file_line_and_reason(
    row: dict[str, Any], name: str, field: str, code: str
) -> None:
    manifest = a_manifest(a_row(name="before"), row)
    with pytest.raises(Refused, match="template_invalid") as refused:
        parse_manifest(manifest, MAIL_DE)
    params = refused.value.params
    assert (f"templates/{MAIL_DE}.json", f"slots[1].{field}") == (params["file"], params["field"])
    line = manifest.decode().splitlines()[int(str(params["line"])) - 1]
    assert f'"{field}"' in line
    assert code in str(params["problem"])
    assert f"{MAIL_DE}.json, Zeile {params['line']}" in str(public_text(refused.value))
    assert name == "extra"


def _filled(value: str, kind: str = "text", **limits: Any) -> object:
    manifest: Manifest = parse_manifest(a_manifest(a_row(kind, **limits)), MAIL_DE)
    sample = manifest.sample
    return manifest._fill(manifest.slots[0], {**sample.slots, "extra": value}, OWN)


def test_a_date_is_written_out_and_a_long_text_becomes_its_lines() -> None:
    assert "3. Mai 2027" == _filled("3.5.2027", "date")
    assert ["Eins", "Zwei"] == _filled("Eins\n\n  Zwei \n", "long_text")
    assert [] == _filled("", "long_text")


def test_a_slot_of_the_brand_is_locked_whatever_is_filled_in_under_its_name() -> None:
    locked = {"owner": "brand", "text": "Original-Ersatzteile", "sample": ""}
    assert "Original-Ersatzteile" == _filled("gebrauchte Teile", **locked)
    assert "Original-Ersatzteile" == _filled("x" * 10_000_000, **locked)


@given(st.text(max_size=80))
def test_whatever_is_taken_holds_no_control_and_no_hidden_character(raw: str) -> None:
    slot = a_slot()
    if slot.problem(raw, "de", OWN) is None:
        assert slot.filled(raw).isprintable() or "\u00ad" in slot.filled(raw) or "\u3000" in raw or "\xa0" in raw


PATTERNS = {
    r"\d{4}": (("2027",), ("202", "20270", "abcd")),
    r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} \d{1,4}": (("LA-ÄG 427".replace("Ä", "A"), "M-X 1"), ("LA ÄG 427", "")),
    r"\d{1,3}\d": (("12", "1234"), ("1", "12345")),
    r"\w{2}-?x": (("ab-x", "1äx"), ("a-x",)),
    r"[a-]z": (("-z", "az"), ("bz",)),
}


@pytest.mark.parametrize(("pattern", "cases"), PATTERNS.items(), ids=PATTERNS)
def test_a_pattern_reads_as_it_looks(pattern: str, cases: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    fits, fails = cases
    assert [True] * len(fits) + [False] * len(fails) == [SlotPattern(pattern).fits(text) for text in (*fits, *fails)]


@pytest.mark.parametrize(
    "pattern", ["", "a*", "a+", "(a)", "a|b", ".", "[^a]", "a{2,}", "a{101}", "a{3,2}", "[z-a]", "\\s", "a{0}"]
)
def test_a_pattern_that_could_run_away_is_none(pattern: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        SlotPattern(pattern)


def test_a_pattern_takes_time_that_grows_with_its_text_alone() -> None:
    slow = SlotPattern("a{0,100}" * 39 + "b")
    start = time.process_time()
    assert not slow.fits("a" * 600)
    assert time.process_time() - start < 2
