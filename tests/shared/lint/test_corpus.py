"""The linter finds prices however they are written, and leaves alone what only looks like one."""

import pytest

from tests.shared.lint.disguises import DISGUISES, PLAIN
from tests.shared.lint.readings import corpus, errors, fixes_a_price, found, hidden

PARTS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *(
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
        "twenty_first",
        "twenty_second",
        "twenty_third",
        "figures",
        "words",
        "frames",
        "references",
        "bounds",
    ),
)
LEAST_FOUND = 0.99
MOST_FALSE = 0.05


def _texts(kind: str) -> list[str]:
    return [text for part in PARTS for text in corpus(f"{kind}_{part}").values()]


def test_the_corpus_is_large_enough() -> None:
    assert len(_texts("price_fixing")) >= 200
    assert len(_texts("innocent")) >= 200


@pytest.mark.parametrize("part", PARTS)
def test_of_texts_that_fix_a_price_nearly_all_are_refused(part: str) -> None:
    texts = corpus(f"price_fixing_{part}")
    missed = [name for name, text in texts.items() if not fixes_a_price(text)]
    assert len(missed) <= (1 - LEAST_FOUND) * len(texts), missed


@pytest.mark.parametrize("part", PARTS)
def test_of_innocent_texts_hardly_any_is_refused(part: str) -> None:
    texts = corpus(f"innocent_{part}")
    wrong = {name: errors(text) for name, text in texts.items() if errors(text)}
    assert len(wrong) <= MOST_FALSE * len(texts), wrong


def test_texts_that_neither_tables_nor_reader_were_made_for_are_told_apart_as_well() -> None:
    fixing, innocent = corpus("unseen_price_fixing").values(), corpus("unseen_innocent").values()
    missed = [text for text in fixing if not fixes_a_price(text)]
    wrong = [text for text in innocent if errors(text)]
    assert len(missed) <= (1 - LEAST_FOUND) * len(fixing), missed
    assert len(wrong) <= MOST_FALSE * len(innocent), wrong


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("plain", PLAIN)
def test_a_disguised_price_is_still_a_price(plain: str, disguise: str) -> None:
    text = f"<p>Ihre Inspektion</p>\n<p>{DISGUISES[disguise](plain)}</p>"
    assert fixes_a_price(text, "mail.html"), found(text, "mail.html")


@pytest.mark.parametrize(("file", "text"), hidden().values(), ids=hidden())
def test_a_price_hidden_in_the_build_of_a_file_is_found(file: str, text: str) -> None:
    assert fixes_a_price(text, file), found(text, file)


MEASURES = {
    "intervals": "<tr><th>Arbeit</th><th>Monate</th></tr><tr><td>Inspektion</td><td>24</td></tr>",
    "thickness": "<tr><th>Bauteil</th><th>Stärke in mm</th></tr><tr><td>Belag</td><td>12</td></tr>",
    "miles": "<tr><th>Work</th><th>Thousand miles</th></tr><tr><td>Service</td><td>20</td></tr>",
}


@pytest.mark.parametrize("rows", MEASURES.values(), ids=MEASURES)
def test_the_head_of_a_column_says_what_its_figures_count(rows: str) -> None:
    assert errors(f"<mj-table>{rows}</mj-table>", "mail.mjml") == []
    assert fixes_a_price(f"<mj-table>{rows.partition('</tr>')[2]}</mj-table>", "mail.mjml")


def test_the_line_is_that_of_the_source() -> None:
    text = "eins\n<p>zwei</p>\n{% assign a = 9 %}\n<p>nur\n9<b>&#57;</b> &euro;</p>\n"
    assert [5] == [finding.line for finding in found(text, "a.html") if finding.rule == "R10.amount"]
