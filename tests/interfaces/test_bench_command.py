"""`branchline bench routing`: one line a file, with routes in the file's own node numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import main
from logistics.instances import faults, read_instance
from tests.logistics.instance_files import LENGTH, MATRIX, SOLOMON, TIMED


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Every instance in a file of its own."""
    texts = {"timed": TIMED, "length": LENGTH, "matrix": MATRIX, "solomon": SOLOMON}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    return {name: tmp_path / name for name in texts}


def test_each_file_is_one_line_of_json_with_the_best_routes(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "routing", *map(str, files.values()), "--seconds", "0.3", "--json", "-q"]) == 0

    said = capsys.readouterr()
    found = {Path(line["file"]).name: line for line in map(json.loads, said.out.splitlines())}
    assert ["file", "cost", "vehicles", "seconds", "routes"] == list(found["timed"])
    # By hand: 4, 2, 3 and home is 14 and reaches 2 at 8, when it closes; where that is too long or too much for
    # one vehicle, 12 and 6; and of the given distances 20, 12, 31, because the way back would be overloaded.
    assert {"timed": 14.0, "length": 18.0, "matrix": 63.0, "solomon": 18.0} == {
        name: line["cost"] for name, line in found.items()
    }
    for name, line in found.items():
        assert [] == faults(read_instance(name, files[name].read_bytes()), line["routes"])
        assert len(line["routes"]) == line["vehicles"]
        assert line["seconds"] > 0
    assert [[4, 2, 3]] == found["timed"]["routes"]
    assert [[1, 2]] == found["matrix"]["routes"]
    assert "" == said.err


def test_a_person_sees_a_table_and_the_time_of_compiling_apart(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "routing", str(files["solomon"]), "--seconds", "0.2"]) == 0

    said = capsys.readouterr()
    assert "cost" in said.out
    assert "routes" not in said.out
    assert "compiled or loaded the search in" in said.err


def test_customers_that_no_vehicle_takes_leave_no_cost_and_say_so(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    files["timed"].write_text(
        TIMED.replace("VEHICLES : 2\nCAPACITY : 10", "VEHICLES : 1\nCAPACITY : 9"), encoding="utf-8"
    )

    assert main(["bench", "routing", str(files["timed"]), "--seconds", "0.2", "--json"]) == 3

    said = capsys.readouterr()
    assert json.loads(said.out)["cost"] is None
    assert "1 customers found no place in 1 vehicles" in said.err


def test_every_file_is_read_before_any_is_searched(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    files["length"].write_text(LENGTH.replace("CAPACITY : 10", "CAPACITY : much"), encoding="utf-8")

    assert main(["bench", "routing", str(files["timed"]), str(files["length"]), "--seconds", "9"]) == 1

    said = capsys.readouterr()
    assert "" == said.out
    assert "instance.whole" in said.err


def test_two_cores_may_be_used(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "routing", str(files["timed"]), "--seconds", "0.3", "--threads", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cost"] is not None


def test_what_cannot_be_measured_is_refused(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "routing", str(files["timed"]), "missing.txt"]) == 1
    assert "file.unknown" in capsys.readouterr().err
