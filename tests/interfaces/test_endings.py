"""How a command ends: what it says on stderr, and with which exit code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli import main
from interfaces.exit_code import ExitCode
from tests.interfaces.conftest import AddGroup
from tests.interfaces.test_cli_shell import ROOT, SAY, python


def raising(error: str) -> str:
    return f"""
from circulation.errors import Conflict, Invalid, Refused, Unknown
app = typer.Typer()

@app.command()
def fail() -> None:
    {error}
"""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("raise Refused('file.missing', file='returns.csv')", ExitCode.FAILED),
        ("raise Unknown('file.missing', file='returns.csv')", ExitCode.FAILED),
        ("raise Invalid('file.missing', file='returns.csv')", ExitCode.FAILED),
        ("raise Conflict('file.missing', file='returns.csv')", ExitCode.BUSY),
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
    assert told.err == "error[file.missing]: There is no 'returns.csv'.\nhint: Check the path.\n"


def test_an_error_is_json_where_json_was_asked_for(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever the option stands."""
    add_group("errand", raising("raise Refused('file.missing', file='a.csv')"))

    assert main(["errand", "fail", "--json"]) == ExitCode.FAILED
    assert {"error": "file.missing", "sentence": "There is no 'a.csv'.", "hint": "Check the path."} == json.loads(
        capsys.readouterr().err
    )


def test_text_in_an_error_cannot_steer_the_terminal(add_group: AddGroup, capsys: pytest.CaptureFixture[str]) -> None:
    """A barcode read from a file may hold anything."""
    add_group("errand", raising(r"raise Refused('file.failed', file='\x1b[2Jgone\nerror[c]: forged', why='no')"))

    main(["errand", "fail"])
    assert capsys.readouterr().err == "error[file.failed]: '�[2Jgone error[c]: forged': no.\n"


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
    assert "interfaces/command_tree.py line" in told
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
