"""Services are known without a toolkit for terminals; who imports the whole package afterwards gets the same engine."""

import subprocess
import sys


def _said(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()


def test_services_need_no_toolkit_for_terminals() -> None:
    program = (
        "import sys, guildpost_shared.services.definition;"
        "print(sorted({'cel.cli', 'prompt_toolkit', 'typer', 'rich'} & set(sys.modules)))"
    )
    assert "[]" == _said(program)


def test_the_whole_package_and_ours_share_one_engine_whoever_comes_first() -> None:
    ours = "from guildpost_shared.services.condition_engine import ENGINE"
    same = "print(ENGINE.compile is cel.compile, ENGINE.compile('1 < 2').execute({}))"
    assert "True True" == _said(f"{ours}; import cel; {same}")
    assert "True True" == _said(f"import cel; {ours}; {same}")
