"""
The CLI reference as Markdown, read from the commands themselves.

`make docs` writes it to `docs/cli.md`; a test fails when the page and the commands differ.
It imports every group, which no other command does.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from typer.core import TyperGroup

from interfaces.exit_code import ExitCode

__all__ = ["reference"]

_OPENING = """\
# The command line

Written by `make docs` from the commands; edit their docstrings, not this page.

Data goes to stdout, everything else to stderr.
A listing is a table; `--json`, `--nl` (JSON, one a line) and `--csv` choose another form,
and an empty listing is `[]` or a header.
Every global option may also stand behind the command.
"""


def reference(context: Any) -> str:
    """The whole page, from the root command's context."""
    return "\n".join(_page(context)) + "\n"


def _page(context: Any) -> Iterator[str]:
    root = context.command
    yield _OPENING
    yield "## Exit codes\n"
    yield "| code | meaning |\n| --- | --- |"
    yield from (f"| {code.value} | {code.meaning} |" for code in ExitCode)
    yield "\nAn error is one line `error[code]: sentence` and a line `hint: …` on stderr;"
    yield "with `--json` it is one object with the keys `error` (the code), `sentence` and `hint`."
    yield "BRANCHLINE_LANGUAGE names the language of sentences, hints and receipts: one that is shipped, or a folder."
    yield "Codes are the same in every language.\n"
    yield "## Global options\n"
    yield from _parameters(root, context)
    for name in root.list_commands(context):
        yield f"\n## {name}\n"
        yield from _command(root.loaded(name), f"{context.command_path} {name}", level=3)


def _command(command: Any, path: str, *, level: int) -> Iterator[str]:
    with command.make_context(path, [], resilient_parsing=True) as context:
        usage = " ".join(command.collect_usage_pieces(context))
        yield f"`{path} {usage}`".replace(" `", "`") + "\n"
        yield inspect.cleandoc(command.help or "").replace("\f", "") + "\n"
        yield from _parameters(command, context)
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            if not below.hidden:
                yield f"\n{'#' * level} {path.split(' ', 1)[1]} {name}\n"
                yield from _command(below, f"{path} {name}", level=level + 1)


def _parameters(command: Any, context: Any) -> Iterator[str]:
    rows = []
    for parameter in command.params:
        record = None if getattr(parameter, "hidden", False) else parameter.get_help_record(context)
        if record is not None:
            rows.append("| " + " | ".join(_cell(text) for text in (f"`{record[0]}`", record[1])) + " |")
    if rows:
        yield "| parameter | meaning |\n| --- | --- |"
        yield from rows


def _cell(text: str) -> str:
    return " ".join(text.replace("\\[", "[").split()).replace("|", "\\|")
