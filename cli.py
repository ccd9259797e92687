"""
The entry point: global options, the command groups, and errors turned into exit codes.

Nothing heavy is imported here; a group's module comes with the group (`interfaces/command_tree.py`).
What the exit codes mean stands in `interfaces/exit_code.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from interfaces.command_tree import CommandTree, give_option
from interfaces.context import Options, Session
from interfaces.exit_code import ExitCode
from interfaces.failure import report
from interfaces.language import speak_as_asked
from interfaces.wiring import FACTORIES

__all__ = ["app", "main"]

app = typer.Typer(
    cls=CommandTree,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every global option may also stand behind the command.",
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"branchline {version('branchline')}")
        except PackageNotFoundError:
            print("branchline, run from a folder without being installed")
        raise typer.Exit


def _print_reference(context: typer.Context, asked: bool) -> None:
    if asked:
        from interfaces.reference import reference

        print(reference(context), end="")
        raise typer.Exit


def _flag(*names: str, help: str) -> Any:
    return typer.Option(*names, metavar="", help=help, rich_help_panel="Form of output")


def _when(*names: str, help: str) -> Any:
    return typer.Option(*names, metavar="", help=help, rich_help_panel="Who, where and when")


def _text(*names: str, metavar: str, help: str) -> Any:
    return typer.Option(*names, metavar=metavar, help=help, rich_help_panel="Who, where and when")


def _at_once(name: str, callback: Callable[..., None], *, help: str = "", hidden: bool = False) -> Any:
    return typer.Option(name, metavar="", help=help, hidden=hidden, is_eager=True, callback=callback)


_STORE = typer.Option(
    "--store",
    metavar="PATH|URL",
    envvar="BRANCHLINE_STORE",
    help="The store: a path, sqlite:PATH or postgresql://…; branchline.db if unset.",
)


@app.callback()
def read_global_options(
    context: typer.Context,
    store: Annotated[str | None, _STORE] = None,
    as_of: Annotated[
        str | None,
        _text("--as-of", metavar="TIME|POSITION", help="Answer as it was then; digits alone are a position."),
    ] = None,
    as_happened: Annotated[
        bool, _when("--as-happened", help="With --as-of: as it is now known to have been, not as it was known then.")
    ] = False,
    actor: Annotated[
        str | None, _text("--actor", metavar="CODE", help="Who does it; the operating system's user if unset.")
    ] = None,
    branch: Annotated[str | None, _text("--branch", metavar="CODE", help="At which branch.")] = None,
    device: Annotated[
        str | None,
        _text("--device", "--workstation", metavar="CODE", help="At which desk; the machine's name if unset."),
    ] = None,
    occurred_at: Annotated[
        str | None, _text("--occurred-at", metavar="TIME", help="When it happened, if that was not just now.")
    ] = None,
    request_id: Annotated[
        str | None, _text("--request-id", metavar="ID", help="Makes a retry harmless: the same id is done once.")
    ] = None,
    json: Annotated[bool, _flag("--json", help="As JSON; errors too.")] = False,
    nl: Annotated[bool, _flag("--nl", help="As JSON, one a line.")] = False,
    csv: Annotated[bool, _flag("--csv", help="As CSV with a header.")] = False,
    quiet: Annotated[bool, _flag("--quiet", "-q", help="No notes and no progress.")] = False,
    no_color: Annotated[bool, _flag("--no-color", help="No colours; NO_COLOR does the same.")] = False,
    version: Annotated[bool, _at_once("--version", _print_version, help="Print the version.")] = False,
    reference: Annotated[bool, _at_once("--reference", _print_reference, hidden=True)] = False,
) -> None:
    """The engine behind libraries that lend as one: returns anywhere in, the vans' routes out."""
    session: Session = context.obj
    context.call_on_close(session.close)
    for option, value in context.params.items():
        give_option(context, option, value)


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command line (`sys.argv` if unset) and say how it ended.

    A command ends with another code than 0 by raising `typer.Exit(ExitCode.…)` or an error.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    session = Session(Options(), FACTORIES)
    if "--no-color" in given:
        # Help is drawn before any option is read.
        os.environ["NO_COLOR"] = "1"
    for stream in (sys.stdout, sys.stderr):
        # A title in a script that the terminal does not know must not stop a command.
        getattr(stream, "reconfigure", lambda **_settings: None)(errors="backslashreplace")
    try:
        speak_as_asked(os.environ.get("BRANCHLINE_LANGUAGE"))
        ended = typer.main.get_command(app).main(given, prog_name="branchline", standalone_mode=False, obj=session)
        sys.stdout.flush()
    except SystemExit as stop:
        # Typer and rich end the process themselves when nobody reads their output.
        return _output_closed() if isinstance(stop.__context__, BrokenPipeError) else int(stop.code or 0)
    except BrokenPipeError:
        return _output_closed()
    except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a sentence and an exit code
        return report(error, as_json="--json" in given, unnamed=session.unnamed)
    return ended if isinstance(ended, int) and not isinstance(ended, bool) else ExitCode.DONE


def _output_closed() -> ExitCode:
    """Point stdout nowhere, so that closing it at the end of the process does not fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return ExitCode.OUTPUT_CLOSED


if __name__ == "__main__":
    sys.exit(main())
