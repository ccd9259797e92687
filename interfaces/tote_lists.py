"""
Lists of `branchline tote`: what was not found or not packed, totes astray, checks. Mounted in `commands/tote.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from circulation.administration import parse_day
from circulation.calendar import local_day, zone_of
from circulation.errors import Invalid
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import session_of
from interfaces.exit_code import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from circulation.branch import Branch

__all__ = ["astray", "checks", "discrepancies", "lane_of"]

_DISCREPANCIES = (
    "filling", "item", "kind", "branch", "origin", "destination", "thought", "last_branch", "last_van", "last_run",
    "since_us", "ended", "ended_at", "why",
)  # fmt: skip
_ASTRAY = (
    "kind", "filling", "origin", "destination", "items", "ask", "van", "run", "since_us", "sentence",
)  # fmt: skip
_CHECKS = (
    "filling", "origin", "branch", "items", "checked", "wrong", "at_most", "confidence_percent", "accepted", "drawn_us",
    "ended_us",
)  # fmt: skip
LANE = typer.Option(metavar="FROM/TO", help="Only of totes on this lane.")


def lane_of(text: str) -> tuple[str, str]:
    """A lane from how it is written, `bath/wells`. Raises `Invalid` (`lane.unreadable`)."""
    origin, _, destination = text.partition("/")
    if not origin or not destination:
        raise Invalid("lane.unreadable", text=text[:60])
    return origin, destination


@accepts("branch", "as_of")
@listing
def discrepancies(
    context: typer.Context,
    day: Annotated[str | None, typer.Option("--date", help="Only what was noticed on this day.")] = None,
    lane: Annotated[str | None, LANE] = None,
    every: Annotated[bool, typer.Option("--all", help="Also what was settled or seen again.")] = False,
) -> None:
    """
    List items packed and not found, found and not packed, or lost with their tote, with who had custody last.

    With --branch those noticed there or last in its custody. Exits 3 if any stands.
    """
    from projections import network
    from projections.discrepancies import discrepancies as of

    session = session_of(context)
    views, as_of, branch = session.part("views"), session.position, session.options.branch
    found = of(views, as_of=as_of)
    if branch is not None:
        found = [one for one in found if branch in (one.branch, one.last_branch)]
    if lane is not None:
        found = [one for one in found if (one.origin, one.destination) == lane_of(lane)]
    if day is not None:
        wanted, branches = parse_day(day), network.branches(views, as_of=as_of)
        found = [one for one in found if _day(branches, one.branch or one.origin, one.since_us) == wanted]
    standing = [one for one in found if not one.ended]
    session.output.emit(found if every else standing, _DISCREPANCIES, title="Discrepancies")
    if standing:
        raise typer.Exit(ExitCode.LOOK)


@listing
@of_any_moment
def astray(context: typer.Context) -> None:
    """
    List totes that are lost, never came off a van, are at a wrong branch, were opened on the way, or lost their seal.

    Each line says what to do and whom to ask. Exits 3 if there is any.
    """
    from logistics.astray import astray as found_of
    from projections import locations, network, runs, totes
    from projections.discrepancies import troubles

    session = session_of(context)
    views = session.part("views")
    noticed = troubles(views)
    driven = runs.runs(views)
    boxes = {box.filling: box for box in totes.all_fillings(views)}
    left_inside = {}
    for name, kind in noticed:
        box = totes.filling(views, name)
        if kind == "opened" and box is not None:
            boxes[name] = box
            left_inside[name] = len(locations.items_in(views, name))
    found = found_of(
        boxes.values(),
        noticed,
        hubs=network.hubs(views),
        hub_of_run={run.run: run.hub for run in driven},
        finished_runs={run.run for run in driven if run.finished_us is not None},
        left_inside=left_inside,
    )
    session.output.emit(found, _ASTRAY, title="Totes astray")
    if found:
        raise typer.Exit(ExitCode.LOOK)


@accepts("branch", "as_of")
@listing
def checks(context: typer.Context, lane: Annotated[str | None, LANE] = None) -> None:
    """List the checks of totes received whole: how many were looked at, how many were wrong, what that says."""
    from projections.discrepancies import checks as of

    session = session_of(context)
    branch = session.options.branch
    found = [
        one
        for one in of(session.part("views"), as_of=session.position)
        if (branch is None or one.branch == branch) and (lane is None or (one.origin, one.branch) == lane_of(lane))
    ]
    session.output.emit(found, _CHECKS, title="Checks of totes received whole")


def _day(branches: Mapping[str, Branch], code: str, at_us: int) -> str:
    """The local day of an instant at a branch."""
    branch = branches.get(code)
    return local_day(at_us, zone_of("UTC" if branch is None else branch.time_zone)).isoformat()
