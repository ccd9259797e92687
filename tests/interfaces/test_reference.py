"""The CLI reference is what the commands say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import main
from interfaces.exit_code import ExitCode
from tests.interfaces.conftest import AddGroup

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"


@pytest.fixture(autouse=True)
def _no_store_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRANCHLINE_STORE", raising=False)


def test_the_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """If this fails: `make docs`, and commit the page with the command."""
    assert main(["--reference"]) == ExitCode.DONE
    assert PAGE.read_text(encoding="utf-8") == capsys.readouterr().out


def test_the_page_has_every_command_with_its_parameters(
    add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """Required arguments too, which nobody gives while the page is written."""
    add_group(
        "shelf",
        '''
from interfaces.command_tree import listing
app = typer.Typer()

@app.command("list")
@listing
def list_(
    context: typer.Context,
    branch_code: str = typer.Argument(help="Which | branch."),
    old: bool = typer.Option(False, "--old", help="Only expired ones."),
) -> None:
    """List the shelf.

    In shelf order.
    """
''',
    )

    main(["--reference"])
    page = capsys.readouterr().out
    section = page[page.index("## shelf") :]
    assert "The line of shelf." in section
    assert "### shelf list" in section
    assert "In shelf order." in section
    assert "Which \\| branch." in section
    assert "Only expired ones." in section
    assert "--csv" in section
    assert "--occurred-at" not in section


def test_every_exit_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts are written against this table."""
    main(["--reference"])
    page = capsys.readouterr().out

    for code in ExitCode:
        assert f"| {code.value} | {code.meaning} |" in page
