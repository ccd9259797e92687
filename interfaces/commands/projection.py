"""`branchline projection`: how the views stand, and whether they are what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import listing
from interfaces.context import Session, session_of
from interfaces.exit_code import ExitCode

if TYPE_CHECKING:
    from projections.engine import Progress
    from projections.views import Views

app = typer.Typer()
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which ones; all if none is named.")]
_STATUS = ("name", "version", "position", "head", "stopped")


@app.command("list")
@listing
def list_projections(context: typer.Context) -> None:
    """List every projection: how far it is, how far the log is, and why it stopped if it did."""
    session = session_of(context)
    session.output.emit(session.part("views").status(), _STATUS)


@app.command()
@listing
def follow(context: typer.Context) -> None:
    """Fold what is new, up to the head of the log; exits 3 if a projection stopped before it."""
    session = session_of(context)
    views: Views = session.part("views")
    head = session.part("ledger").head().position
    # Several behind by different distances meet again; what was folded is counted from the one furthest behind.
    behind = head - min((status.position for status in views.status()), default=head)
    with _progress(session, "following", begun=head - behind, total=behind) as progress:
        views.follow(progress=progress)
    _end(session, views)


@app.command()
@listing
def rebuild(context: typer.Context, names: Names = None) -> None:
    """
    Fold the whole log again beside the live tables, then swap; readers see the old ones until then.

    Example: branchline projection rebuild custody
    """
    from projections.parallel import rebuild_all

    session = session_of(context)
    views: Views = session.part("views")
    with _progress(session, "rebuilding", begun=0, total=session.part("ledger").head().position) as progress:
        if names:
            views.rebuild(*names, progress=progress)
        else:
            rebuild_all(session.part("ledger"), views, progress)
    _end(session, views)


@app.command()
@listing
def verify(context: typer.Context, names: Names = None) -> None:
    """
    Compare the live rows with the log folded again, row by row; exits 3 and lists the rows where they differ.

    A row is `missing` if only the log gives it, `extra` if only the live table has it.
    """
    session = session_of(context)
    views: Views = session.part("views")
    chosen = names or [status.name for status in views.status()]
    head = session.part("ledger").head().position
    found = []
    for name in chosen:
        with _progress(session, f"verifying {name}", begun=0, total=head) as progress:
            found += [
                {"projection": name, "table": one.table, "kind": one.kind, "row": one.row}
                for one in views.verify(name, progress=progress)
            ]
    session.output.emit(found, ("projection", "table", "kind", "row"))
    if found:
        session.output.note(f"{len(found)} rows differ from the log; to make them anew: branchline projection rebuild")
        raise typer.Exit(ExitCode.LOOK)
    session.output.note(f"Equal to the log at position {head}: {', '.join(chosen)}.")


@contextmanager
def _progress(session: Session, what: str, *, begun: int, total: int) -> Iterator[Progress]:
    """A bar for a driver that says how far it is instead of how much further it got."""
    reached = begun
    with session.output.progress(what, total=total) as advance:

        def step(position: int, _target: int) -> None:
            nonlocal reached
            advance(position - reached)
            reached = position

        yield step


def _end(session: Session, views: Views) -> None:
    statuses = views.status()
    session.output.emit(statuses, _STATUS)
    if any(status.stopped for status in statuses):
        raise typer.Exit(ExitCode.LOOK)
