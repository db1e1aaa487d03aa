"""Every occasion of the standard services has a story, and the page that names them names all of them."""

import re
from pathlib import Path

from tests.factories.standard_services import standard_services

ROOT = Path(__file__).resolve().parents[2]
STORIES = ROOT / "tests" / "agent" / "plan" / "stories"
ROW = re.compile(r"^\| [\d–]+ \| .+ \| `(\w+)` \| `(test_\w+\.py)` \|$", re.MULTILINE)


def test_the_page_names_a_story_for_every_standard_service_and_the_story_is_about_it() -> None:
    rows = dict(ROW.findall((ROOT / "docs" / "planning.md").read_text("utf-8")))
    assert {service.service_id for service in standard_services()} == set(rows)
    stories = {service: (STORIES / file).read_text("utf-8") for service, file in rows.items()}
    assert [] == [service for service, text in stories.items() if f'"{service}"' not in text]
