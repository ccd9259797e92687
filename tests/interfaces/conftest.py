"""A command group made up for tests, beside the real ones."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import interfaces.commands
from interfaces.commands import GROUPS, Group
from tests.interfaces.shop import Shop

AddGroup = Callable[[str, str], None]


@pytest.fixture
def add_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddGroup:
    """Gives `add_group(name, source)`: the group's module exists and stands in the table until the test ends."""
    folder = tmp_path / "groups"
    folder.mkdir()
    monkeypatch.setattr(interfaces.commands, "__path__", [*interfaces.commands.__path__, str(folder)])

    def add(name: str, source: str) -> None:
        (folder / f"{name}.py").write_text(f"import typer\n{source}", encoding="utf-8")
        importlib.invalidate_caches()
        monkeypatch.setitem(GROUPS, name, Group("Made up", f"The line of {name}."))
        # Set first so that it is removed afterwards, whoever imports it meanwhile.
        monkeypatch.setitem(sys.modules, f"interfaces.commands.{name}", None)
        del sys.modules[f"interfaces.commands.{name}"]

    return add


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The cast in a store on disk, on Tuesday at nine, and the command line to run on it."""
    made = Shop(tmp_path / "shop.db", capsys, monkeypatch)
    with made.world():
        pass
    return made
