"""The benchmark's command line: one line of figures, or one sentence about what is wrong with a file or an option."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.propensity import main
from bench.training.made_up import made_up

ROOT = Path(__file__).resolve().parents[3]


def written(path: Path, seed: int, *, delimiter: str = ";", answered: str = "yes") -> Path:
    table = made_up(seed, 400)
    names = [*table.columns, "y"]
    cells = [*table.columns.values(), [answered if yes else "no" for yes in table.answered]]
    lines = [delimiter.join(names), *(delimiter.join(f'"{one}"' for one in row) for row in zip(*cells, strict=True))]
    path.write_text("\n".join(lines), "utf-8-sig")
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["propensity", *map(str, arguments)])
    return main()


def test_one_json_line_comes_out(tmp_path: Path) -> None:
    train, test = written(tmp_path / "a.csv", 1, delimiter=","), written(tmp_path / "b.csv", 2, delimiter="\t")
    options = ["--dealers", "10", "--epsilon", "4", "--seed", "3"]
    command = [sys.executable, "bench/propensity.py", str(train), str(test), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    row = json.loads(done.stdout)
    assert {"auc", "log_loss", "rounds", "epsilon"} <= row.keys()
    assert row["epsilon"] <= 4
    assert 400 == row["records"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n;;\n", "is empty"),
        (b"a;b\n1;2\n", "has no column 'y'"),
        (b"a;y\n" + b"1;yes\n2;no\n" * 5, "10 records"),
        (b"a;y\n" + b"1;no\n" * 30, "no record has y = 'yes'; its values are: 'no'"),
        (b"a;y\n" + b"1;yes\n" * 30, "every record has y = 'yes'"),
        (b"y\n" + b"yes\nno\n" * 30, "no column beside 'y'"),
        (b"a;a;y\n" + b"1;2;yes\n" * 30, "names a column twice: a"),
        (b"a;y\n" + b"1;yes\n2;no;9\n" * 30, "record 3 has 3 cells"),
        (b"\x00\xff\xfe\x01" * 50, "has no column 'y'"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: bytes, sentence: str
) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    assert 65 == run(monkeypatch, tmp_path / "bad.csv", written(tmp_path / "good.csv", 1))
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--dealers", "9"], "--dealers must be from 10"),
        (["--seed", "-1"], "--seed"),
        (["--target", "z"], "its columns are: make"),
        (["--positive", "ja"], "its values are: 'no', 'yes'"),
    ],
)
def test_an_option_that_does_not_fit_is_said_in_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    sentence: str,
) -> None:
    good = written(tmp_path / "good.csv", 1)
    assert 65 == run(monkeypatch, good, good, *options)
    assert sentence in capsys.readouterr().err


def test_a_missing_file_and_files_without_a_common_column_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = written(tmp_path / "good.csv", 1)
    assert 65 == run(monkeypatch, good, tmp_path / "absent.csv")
    assert 65 == run(monkeypatch, good)
    (tmp_path / "other.csv").write_bytes(b"b;y\n" + b"1;yes\n2;no\n" * 30)
    assert 65 == run(monkeypatch, good, tmp_path / "other.csv")
    said = capsys.readouterr().err
    assert "cannot be read" in said
    assert "TEST.csv is missing" in said
    assert "none of the columns" in said


@pytest.mark.parametrize("epsilon", ["0", "-1", "nan", "much"])
def test_an_impossible_epsilon_is_refused_by_the_command_line(monkeypatch: pytest.MonkeyPatch, epsilon: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, "a", "b", "--epsilon", epsilon)
