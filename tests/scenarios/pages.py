"""The pages of `docs/` that tell a story by commands, each command with the lines that stand below it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.interfaces.shop import Done

__all__ = ["consoles", "must_say"]

DOCS = Path(__file__).parents[2] / "docs"


def consoles(page: str) -> list[tuple[str, list[str]]]:
    """The commands of a page, each with the lines that stand below it; `…` stands for lines that are left out."""
    told: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ branchline "):
                told.append((line.removeprefix("$ branchline "), []))
            elif line.strip() and line.strip() != "…":
                told[-1][1].append(line)
    return told


def must_say(command: str, done: Done, lines: list[str]) -> None:
    """Hold the answer to every line that stands below the command, blanks apart."""
    said = [" ".join(line.split()) for line in (done.out + done.err).splitlines()]
    for line in lines:
        found = any(" ".join(line.split()) in one for one in said)
        assert found, "\n".join((f"branchline {command}", line, "is not in:", *said))
