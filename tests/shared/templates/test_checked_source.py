"""Letters and call scripts are read by one rule: what the brand's own slot and the text say together counts, too."""

import json
from importlib.resources import files

import pytest

from guildpost_shared.errors import Refused
from guildpost_shared.templates.call_text import CallTemplate
from guildpost_shared.templates.letter_text import LetterTemplate

FOLDER = files("guildpost_demo.catalogue") / "templates"
SCRIPTS = [
    pytest.param(CallTemplate, "lease_end/1/call.de", id="a call script"),
    pytest.param(LetterTemplate, "lease_end/1/letter.de", id="a letter"),
]


@pytest.mark.parametrize(("kind", "name"), SCRIPTS)
def test_a_price_put_together_from_the_brands_slot_and_the_text_is_refused(
    kind: type[CallTemplate | LetterTemplate], name: str
) -> None:
    folder, _, stem = name.rpartition("/")
    manifest = json.loads((FOLDER / folder / f"{stem}.json").read_bytes())
    text = (FOLDER / folder / f"{stem}.txt").read_text("utf-8")
    kind(name, json.dumps(manifest).encode(), text.encode())
    locked = next(slot for slot in manifest["slots"] if slot.get("text"))
    locked |= {"text": "99", "sample": "99"}
    priced = f"{text}\nnur {{{{ slots.{locked['name']} }}}} €\n"
    with pytest.raises(Refused, match="template_rule_violated"):
        kind(name, json.dumps(manifest).encode(), priced.encode())
