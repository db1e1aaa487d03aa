"""A dealership with its pages, and somebody who is logged in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.web.dealership import Dealership
from tests.shared.web.visitor import Visitor, visiting


@pytest.fixture
def dealership(tmp_path: Path) -> Iterator[Dealership]:
    dealership = Dealership(tmp_path)
    yield dealership
    dealership.close()


@pytest.fixture
def visitor(dealership: Dealership) -> Iterator[Visitor]:
    with visiting(dealership.app) as visitor:
        visitor.log_in(dealership)
        yield visitor
