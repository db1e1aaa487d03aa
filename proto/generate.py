"""Generate the wire code: ``proto/guildpost/v1/*.proto`` → ``shared/guildpost_shared/pb/v1`` (committed).

Messages, gRPC stubs and type stubs come from one run of protoc. The sources import each other as
``guildpost/v1/…``; the generated modules live in ``guildpost_shared.pb.v1``, so the imports between them are renamed.

Run ``python proto/generate.py`` after changing a source; ``--out DIR`` writes elsewhere (the test compares).
"""

import argparse
import re
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import Final

from grpc_tools import protoc

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = ROOT / "proto"
OUT: Final = ROOT / "shared" / "guildpost_shared" / "pb" / "v1"
PACKAGE: Final = "guildpost_shared.pb.v1"
# protoc's name for a module, where it is imported and where a stub uses it; never inside a "/guildpost.v1.…" method
# path or a serialised descriptor.
_IMPORT: Final = re.compile(r"^(from|import) guildpost\.v1\b", re.MULTILINE)
_USE: Final = re.compile(r"(?<![/\w.'\"])guildpost\.v1\.(?=\w+_pb2)")


def sources() -> list[Path]:
    """List the proto files in a fixed order."""
    return sorted((SOURCES / "guildpost" / "v1").glob("*.proto"))


def generate(out: Path) -> list[Path]:
    """Write the generated package into a folder, replacing generated files that no source makes any more.

    Args:
        out: the folder that becomes ``guildpost_shared.pb.v1``.

    Returns:
        The files written, sorted.

    Raises:
        RuntimeError: protoc refused a source; its own message is on stderr.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = _run_protoc(Path(scratch))
        texts = {path.name: _rename_imports(path.read_text("utf-8")) for path in made}
    texts["__init__.py"] = ""
    out.mkdir(parents=True, exist_ok=True)
    for stale in out.glob("*_pb2*.py*"):
        if stale.name not in texts:
            stale.unlink()
    for name, text in texts.items():
        _replace(out / name, text)
    return sorted(out / name for name in texts)


def _run_protoc(scratch: Path) -> list[Path]:
    well_known = resources.files("grpc_tools") / "_proto"
    plugins = {name: _plugin(name) for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")}
    arguments = [
        "protoc",
        f"-I{SOURCES}",
        f"-I{well_known}",
        *(f"--plugin={name}={path}" for name, path in plugins.items()),
        f"--python_out={scratch}",
        f"--grpc_python_out={scratch}",
        f"--mypy_out={scratch}",
        f"--mypy_grpc_out={scratch}",
        *(str(path) for path in sources()),
    ]
    if protoc.main(arguments) != 0:
        raise RuntimeError("protoc refused the sources")
    return sorted((scratch / "guildpost" / "v1").iterdir())


def _plugin(name: str) -> str:
    """Find a protoc plugin beside the running interpreter, so that no PATH is needed."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise RuntimeError(f"{name} is missing: install the development group")
    return found


def _rename_imports(text: str) -> str:
    return _USE.sub(f"{PACKAGE}.", _IMPORT.sub(rf"\1 {PACKAGE}", text))


def _replace(path: Path, text: str) -> None:
    if path.is_file() and path.read_text("utf-8") == text:
        return
    staged = path.with_name(path.name + ".new")
    staged.write_text(text, "utf-8")
    staged.replace(path)


def main() -> None:
    """Generate into the committed place or elsewhere."""
    parser = argparse.ArgumentParser(description="Generate the wire code from proto/.")
    parser.add_argument("--out", type=Path, default=OUT, help="folder that becomes guildpost_shared.pb.v1")
    out: Path = parser.parse_args().out
    for path in generate(out):
        print(path)


if __name__ == "__main__":
    main()
