"""
`branchline plan replan`: the rest of a day on which something went wrong, planned again from where the vans are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import listing
from interfaces.context import Session, session_of
from interfaces.plan_named import Plan, plan_name

if TYPE_CHECKING:
    from logistics.plan import PlanDrafted
    from logistics.replanner import Replanned

__all__ = ["replan"]

_COLUMNS = ("kind", "subject", "branch", "was", "becomes", "what")


@listing
def replan(
    context: typer.Context,
    plan: Plan,
    at: Annotated[str | None, typer.Option(help="From when on, 10:30; now if unset.")] = None,
    without_van: Annotated[list[str] | None, typer.Option(help="This van drives no further; may be repeated.")] = None,
    stuck_at: Annotated[str | None, typer.Option(help="The branch where it stands; else where it called last.")] = None,
    close: Annotated[list[str] | None, typer.Option(help="Closed for the rest of the day; may be repeated.")] = None,
    missed: Annotated[list[str] | None, typer.Option(help="The call there came to nothing; may be repeated.")] = None,
    freeze_minutes: Annotated[int, typer.Option(min=0, help="Calls that begin so soon stay as they are.")] = 15,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to search.")] = 3.0,
    iterations: Annotated[int | None, typer.Option(min=1, help="Search so many steps: the same routes again.")] = None,
    seed: Annotated[int, typer.Option(help="Where the search begins.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Record, publish and give it to the vans that are out.")] = False,
) -> None:
    """
    Plan the rest of a day again from where the vans are; calls that are made, or nearly, stay as they are.

    Lists what each driver must know (driver), what nobody brings or takes today, with the next day (left), and the
    holds that are late by it, with their day before and now (late). Nothing is recorded without --keep.

    Example: branchline plan replan 2026-11-24 --at 10:30 --without-van van-2 --stuck-at keynsham
    """
    from logistics.replanner import Asked
    from logistics.solver import Budget
    from logistics.vans_now import Mishaps
    from logistics.wall_clock import read_wall_time

    session = session_of(context)
    lost = without_van or []
    if stuck_at is not None and len(lost) != 1:
        raise Invalid("plan.stuck-at", vans=len(lost))
    mishaps = Mishaps(dict.fromkeys(lost, stuck_at), tuple(close or ()), tuple(missed or ()))
    asked = Asked(mishaps, None if at is None else read_wall_time(at), freeze_minutes)
    budget = Budget(iterations=iterations) if iterations is not None else Budget(seconds=seconds)
    found = session.part("replanner").replan(
        session.caller, plan_name(session, plan), asked, budget=budget, seed=seed, keep=keep
    )
    session.output.emit([*_drivers(found), *_left(found), *_late(session, found)], _COLUMNS)
    for told in _notes(found):
        session.output.note(told)


def _row(kind: str, subject: str, what: str, *, branch: str = "", was: object = None, becomes: object = None) -> object:
    return dict(zip(_COLUMNS, (kind, subject, branch, was, becomes, what), strict=True))


def _drivers(found: Replanned) -> Iterator[object]:
    from logistics.driver_list import driver_lists

    for driver in driver_lists(found.before, found.revision):
        for line in driver.lines:
            yield _row("driver", driver.van, line)


def _planned_before(found: Replanned) -> set[str]:
    return {stop.branch for route in found.before.routes for stop in route.stops}


def _left(found: Replanned) -> Iterator[object]:
    planned = _planned_before(found)
    for one in found.undone.all_of_it:
        if one.branch in planned or one.code == "stuck":
            was = found.rest.ground.day
            yield _row("left", one.branch, one.why, branch=one.branch, was=was, becomes=one.next_day)


def _late(session: Session, found: Replanned) -> Iterator[object]:
    from logistics.late_holds import late_holds
    from projections.hold_copies import copies_under_way

    planned = _planned_before(found)
    left = [one for one in found.undone.all_of_it if one.branch in planned or one.code == "stuck"]
    if not left:
        return
    # What is stuck on a lost van on its way to the hub may be for anybody.
    everywhere = any(one.code == "stuck" and one.on for one in left)
    to = set(found.rest.ground.situation.branches) if everywhere else {one.branch for one in left if one.off}
    copies = copies_under_way(session.part("views"), to=to, at={one.branch for one in left if one.on})
    for late in late_holds(found.rest, left, found.fates, planned, copies):
        what = f"its copy is late because of what is left at {late.because}"
        yield _row("late", late.hold, what, branch=late.pickup, was=late.was, becomes=late.now)


def _counted(revision: PlanDrafted) -> str:
    """`12 stops and 92.0 km`; `12 stops, 1 handover and 92.0 km` where a van takes over what is on another."""
    from logistics.exports import kilometres

    stops, handovers = revision.totals.stops, revision.handovers
    counted = f"{stops} stop{'' if stops == 1 else 's'}"
    if handovers:
        counted += f", {handovers} handover{'' if handovers == 1 else 's'}"
    return f"{counted} and {kilometres(revision.totals.metres)} km"


def _notes(found: Replanned) -> Iterator[str]:
    yield " ".join(edit.said for edit in found.revision.edits or ())
    if all(van.known == "assumed" for van in found.rest.vans):
        yield "No run of this plan is recorded: every van is taken to be where the plan has it."
    yield f"{_counted(found.before)} before, {_counted(found.revision)} now."
    if found.kept:
        yield f"Plan {found.plan}: revision {found.revision.revision} is published, and the vans go on by it."
    else:
        yield "Nothing was recorded; give it to the drivers with --keep."
