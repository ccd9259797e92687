"""Five days of a demo, audited through the command line: its plans made again, its week played by other rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from circulation.store.url import StoreUrl
from cli import main
from interfaces.demo.fill import fill
from tests.interfaces.demo_worlds import SMALL, small_network

Rows = dict[str, dict[str, float]]
BEGIN = "2026-11-18"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    fill(StoreUrl.parse(str(path)), small_network(1), SMALL, service_days=5, tell=lambda _line: None)
    return path


def run(store: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, object]], str]:
    capsys.readouterr()
    code = main(["--store", str(store), *words, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def played(store: Path, capsys: pytest.CaptureFixture[str], folder: Path, rules: str) -> tuple[Rows, str]:
    file = folder / "rules.toml"
    file.write_text(rules, encoding="utf-8")
    code, rows, said = run(store, capsys, "audit", "what-if", str(file), "--from", BEGIN)
    assert 0 == code
    return {str(row["measure"]): row for row in rows}, said  # type: ignore[misc]


def test_every_plan_of_a_demo_is_made_again(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, plans, _ = run(store, capsys, "plan", "list")
    assert 5 <= len(plans)
    for plan in (plans[0], plans[-1]):
        code, checks, _ = run(store, capsys, "audit", "plan", str(plan["plan"]))
        assert (0, {"equal"}) == (code, {check["verdict"] for check in checks}), checks


def test_where_copies_float_none_goes_home_and_the_vans_that_call_for_holds_drive_no_more(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows, said = played(store, capsys, tmp_path, '[[float.group]]\ngroup = "all"\nbranches = ["all"]\n')
    home = rows["journeys: home"]
    assert (0, True) == (home["alternative"], home["base"] > 50)
    assert rows["copies floating"]["difference"] > 50
    assert rows["kilometres"]["difference"] <= 0
    assert {} == {name: row for name, row in rows.items() if row["recorded"] not in (None, row["base"])}
    assert {0, None} >= {row["base"] for name, row in rows.items() if name.startswith("not played")}
    assert 20 < rows["holds that got a copy"]["base"]
    assert "reproduces this period to within 0.0 %" in said


def test_where_vans_work_on_fewer_days_they_drive_less_and_holds_wait(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rules = '[courier.vans]\nvan-bristol = "mon thu"\nvan-taunton = "mon thu"\n'
    rows, _ = played(store, capsys, tmp_path, rules)
    assert rows["kilometres"]["difference"] < 0
    assert rows["holds that got a copy"]["difference"] < 0


def test_where_loans_are_shorter_more_come_back_late_and_as_many_are_made(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows, _ = played(store, capsys, tmp_path, '[[loan]]\nrule = "ordinary"\ndays = 1\n')
    assert rows["returned late"]["difference"] >= 0
    assert 0 == rows["loans"]["difference"] == rows["journeys"]["difference"]


def test_where_a_hub_is_shut_its_branches_get_less(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    closed = 'scope = "branch/bristol"\nfirst = "2026-11-18"\nlast = "2026-11-24"'
    rows, _ = played(store, capsys, tmp_path, f"[[calendar.closure]]\n{closed}\n")
    assert rows["holds that got a copy"]["difference"] < 0
    assert rows["kilometres"]["difference"] < 0
