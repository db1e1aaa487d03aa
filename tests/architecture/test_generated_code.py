"""The committed wire code is what protoc makes of the committed sources."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("guildpost_proto_generate", ROOT / "proto" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("pb")
    _generator().generate(out)
    return _texts(out)


def test_the_committed_wire_code_equals_a_fresh_generation(fresh: dict[str, str]) -> None:
    assert fresh == _texts(ROOT / "shared" / "guildpost_shared" / "pb" / "v1")


def test_every_source_has_messages_stubs_and_types(fresh: dict[str, str]) -> None:
    stems = {path.stem for path in (ROOT / "proto" / "guildpost" / "v1").glob("*.proto")}
    assert {"common", "enrolment", "presence"} <= stems
    expected = {f"{s}_{suffix}" for s in stems for suffix in ("pb2.py", "pb2.pyi", "pb2_grpc.py", "pb2_grpc.pyi")}
    assert expected == {name for name in fresh if name != "__init__.py"}
