"""`branchline demo` at the command line: what it refuses, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interfaces.demo.geography
import interfaces.demo.size
import interfaces.demo.southwest
from cli import main
from tests.interfaces.demo_worlds import SMALL, small_network


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every preset is the small network."""
    monkeypatch.setattr(interfaces.demo.geography, "demo_network", lambda _preset, seed: small_network(seed))
    monkeypatch.setattr(interfaces.demo.size, "size_of", lambda _preset, _scale: SMALL)


def test_a_demo_says_what_it_played_and_planned_and_leaves_its_papers_beside_the_store(
    small: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "out" / "demo.db"
    store.parent.mkdir()

    assert main(["--store", str(store), "demo", "--days", "2"]) == 0

    said = capsys.readouterr()
    assert "The plan of Tuesday 24 November 2026" in said.out
    assert "playing Monday 2026-11-23" in said.err
    assert {"demo.db", "map.html", "routes.geojson", "manifests"} <= {path.name for path in store.parent.iterdir()}


def test_a_demo_is_one_json_object_for_a_script(
    small: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--store", str(tmp_path / "demo.db"), "--json", "-q", "demo", "--days", "1", "--seed", "5"]) == 0

    said = capsys.readouterr()
    numbers = json.loads(said.out)
    assert (5, 1, "2026-11-24/all/day") == (numbers["seed"], numbers["days_played"], numbers["plan"])
    assert said.err == ""


def test_the_real_branches_can_be_played_where_their_lists_are(
    small: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["-q", "demo", "--preset", "southwest", "--days", "1", "--seed", "4"]
    monkeypatch.setenv("BRANCHLINE_SHARED", str(tmp_path))
    assert main(["--store", str(tmp_path / "demo.db"), *words]) == 1
    assert "The lists of the real branches are not there: 'southwest_england'." in capsys.readouterr().err

    (tmp_path / "data" / "southwest_england").mkdir(parents=True)
    monkeypatch.setattr(interfaces.demo.southwest, "real_network", lambda _folder: small_network(1))
    assert main(["--store", str(tmp_path / "demo.db"), *words]) == 0
    assert "small, seed 4: 8 branches" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--preset", "wales"], "demo.preset"), (["--scale", "2"], "demo.scale"), (["--scale", "0"], "demo.scale")],
)
def test_what_cannot_be_played_is_refused_before_a_store_is_made(
    options: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "demo.db"

    assert main(["--store", str(store), "demo", *options]) == 1

    assert code in capsys.readouterr().err
    assert not store.exists()


def test_a_demo_in_memory_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", "sqlite::memory:", "demo"]) == 1
    assert "demo.memory" in capsys.readouterr().err
