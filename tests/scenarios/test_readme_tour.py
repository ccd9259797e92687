"""The README's tour of one day is run as it stands; each command must print the line that stands below it."""

from __future__ import annotations

import re
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest

import cli

ROOT = Path(__file__).parents[2]
WRITTEN_DATE = "2026-12-01"


def tour() -> list[tuple[str, str]]:
    """The commands of the README's consoles, each with the line that is promised for it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return [
        (line.removeprefix("$ branchline "), lines[number + 1].strip())
        for number, line in enumerate(lines)
        if line.startswith("$ branchline ")
    ]


def test_the_tour_of_one_day_does_what_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("BRANCHLINE_STORE", str(tmp_path / "tour.db"))
    today = date.today()  # noqa: DTZ011 - the tour plans a day to come, whenever it is run
    tuesday = today + timedelta(days=(1 - today.weekday() - 1) % 7 + 1)
    commands = tour()
    assert len(commands) > 15
    for command, promised in commands:
        given = [
            word.replace(WRITTEN_DATE, tuesday.isoformat()).replace("out/map.html", str(tmp_path / "map.html"))
            for word in shlex.split(command)
        ]
        code = cli.main(given)
        said = capsys.readouterr()
        assert code == 0, f"branchline {command}: {said.err}"
        printed = re.sub(r"\s+", " ", said.out + said.err)
        assert re.sub(r"\s+", " ", promised) in printed, f"branchline {command}"
