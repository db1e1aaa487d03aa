from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.catalogue import CatalogueWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CatalogueWorld]:
    world = CatalogueWorld(tmp_path)
    yield world
    world.close()
