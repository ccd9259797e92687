"""How every import command ends: one sentence, the rejected rows with file, line and reason, exit code 3 if any."""

from __future__ import annotations

from pathlib import Path

import typer

from circulation.errors import Unknown
from interfaces.context import Session
from interfaces.exit_code import ExitCode
from interfaces.imports.outcome import Outcome
from interfaces.output import Format

__all__ = ["content_of", "tell"]


def content_of(path: Path) -> tuple[str, bytes]:
    """A file's name without its folder, and its bytes. Raises `Unknown` (`file.missing`)."""
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise Unknown("file.missing:unreadable", path=path.name, why=error.strerror) from error


def tell(session: Session, outcome: Outcome, what: str) -> None:
    """Say what an import came to; rejected rows are the listing, and somebody should look at them."""
    if outcome.rejects or session.output.format is not Format.TABLE:
        session.output.emit(outcome.rejects, ("file", "line", "reason"), title="Rejected rows")
    session.output.note(outcome.told(what))
    if outcome.rejects:
        raise typer.Exit(ExitCode.LOOK)
