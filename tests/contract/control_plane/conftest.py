from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.control_plane import Network, fake_network, grpc_network
from tests.fakes.coordinator import RunningCoordinator


@pytest.fixture(params=["fake", "grpc"])
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Network]:
    if request.param == "fake":
        yield fake_network()
    else:
        with RunningCoordinator(tmp_path) as coordinator:
            yield grpc_network(coordinator)
