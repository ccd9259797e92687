"""
Commands of `branchline plan` that change a plan by hand. They are mounted in `interfaces/commands/plan.py`.

Each shows what it would do to the plan before it is kept, and keeps nothing unless it is told to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import session_of
from interfaces.plan_difference import told
from interfaces.plan_named import Plan, plan_name

if TYPE_CHECKING:
    from logistics.edits import Edit
    from logistics.plan_desk import Considered, Kept, PlanDesk

__all__ = ["add", "drop", "insertions", "move", "pin", "swap", "unpin"]

Stop = Annotated[str, typer.Argument(metavar="STOP", help="The stop: a branch.")]
After = Annotated[str | None, typer.Option(metavar="STOP", help="Right after this stop; where it fits best if unset.")]
First = Annotated[bool, typer.Option("--first", help="As the van's first stop.")]
Keep = Annotated[bool, typer.Option("--keep", help="Keep it as the plan's next revision.")]
Because = Annotated[str | None, typer.Option(metavar="TEXT", help="Why rules may be broken; kept sealed, and printed.")]
Revision = Annotated[int | None, typer.Option(help="Which revision is changed; the newest if unset.")]
_INSERTION = ("van", "after", "km", "minutes", "late_minutes", "cost", "broken_rules", "sentence")


@accepts("json")
def move(
    context: typer.Context,
    plan: Plan,
    stop: Stop,
    to: Annotated[str, typer.Option(metavar="VAN", help="The van that is to call there.")],
    after: After = None,
    first: First = False,
    keep: Keep = False,
    because: Because = None,
    revision: Revision = None,
) -> None:
    """
    Give a stop to a van, or another place on its own van.

    Example: branchline plan move 2026-11-24 clevedon --to v3 --after yate --keep
    """
    from logistics.edits import Move

    _do(context, plan, Move(stop, to, after, first=_only_one(first, after)), keep, because, revision)


@accepts("json")
def swap(
    context: typer.Context,
    plan: Plan,
    stop: Stop,
    other: Annotated[str, typer.Argument(metavar="STOP", help="The stop that it changes places with.")],
    keep: Keep = False,
    because: Because = None,
    revision: Revision = None,
) -> None:
    """Let two stops change places."""
    from logistics.edits import Swap

    _do(context, plan, Swap(stop, other), keep, because, revision)


@accepts("json")
def drop(
    context: typer.Context,
    plan: Plan,
    stop: Stop,
    keep: Keep = False,
    because: Because = None,
    revision: Revision = None,
) -> None:
    """Take a stop out of the plan; no van makes it until it is added again."""
    from logistics.edits import Drop

    _do(context, plan, Drop(stop), keep, because, revision)


@accepts("json")
def add(
    context: typer.Context,
    plan: Plan,
    stop: Stop,
    to: Annotated[str | None, typer.Option(metavar="VAN", help="The van; the best if unset.")] = None,
    after: After = None,
    first: First = False,
    keep: Keep = False,
    because: Because = None,
    revision: Revision = None,
) -> None:
    """
    Put in a stop that no van makes; a branch that the plan does not know is added with what waits there now.

    Example: branchline plan add 2026-11-24 wells --keep
    """
    from logistics.edits import Add

    _do(context, plan, Add(stop, to, after, first=_only_one(first, after)), keep, because, revision)


@accepts("json")
def pin(
    context: typer.Context,
    plan: Plan,
    stop: Stop,
    van: Annotated[str | None, typer.Option(metavar="VAN", help="Only this van calls there.")] = None,
    before: Annotated[str | None, typer.Option(metavar="STOP", help="On one van it comes before this stop.")] = None,
    after: Annotated[str | None, typer.Option(metavar="STOP", help="On one van it comes after this stop.")] = None,
    at: Annotated[str | None, typer.Option(metavar="HH:MM", help="When service starts there.")] = None,
    give: Annotated[int, typer.Option(min=0, metavar="MINUTES", help="So much before or after --at will do.")] = 15,
    keep: Keep = False,
    because: Because = None,
    revision: Revision = None,
) -> None:
    """
    Fix who calls at a stop, in which order or when; every later draft of the plan honours it.

    With nothing given it is the van that calls there now.

    Example: branchline plan pin 2026-11-24 yate --at 10:30 --give 10 --keep
    """
    from logistics.edits import Fix
    from logistics.wall_clock import read_wall_time

    middle = None if at is None else read_wall_time(at)
    earliest = None if middle is None else max(0, middle - 60 * give)
    latest = None if middle is None else middle + 60 * give
    _do(context, plan, Fix(stop, van, before, after, earliest, latest), keep, because, revision)


@accepts("json")
def unpin(
    context: typer.Context,
    plan: Plan,
    stop: Stop,
    keep: Keep = False,
    because: Because = None,
    revision: Revision = None,
) -> None:
    """Take all pins off a stop."""
    from logistics.edits import Free

    _do(context, plan, Free(stop), keep, because, revision)


@of_any_moment
@listing
def insertions(
    context: typer.Context,
    plan: Plan,
    stop: Stop,
    limit: Annotated[int, typer.Option(min=1, help="How many are shown.")] = 10,
    revision: Revision = None,
) -> None:
    """
    Where a stop could go, best first: what that adds, and which rules it would break.

    Example: branchline plan insertions 2026-11-24 clevedon
    """
    session = session_of(context)
    found = session.part("planning").insertions(plan_name(session, plan), stop, revision=revision)
    rows = [
        {
            "van": one.van,
            "after": one.after,
            "km": round(one.metres / 1000, 1),
            "minutes": round(one.paid_seconds / 60),
            "late_minutes": round(one.late_seconds / 60),
            "cost": round(one.micros / 1_000_000, 2),
            "broken_rules": len(one.breaks),
            "sentence": one.sentence,
        }
        for one in found[:limit]
    ]
    session.output.emit(rows, _INSERTION)


def _do(context: typer.Context, plan: str, edit: Edit, keep: bool, because: str | None, revision: int | None) -> None:
    session = session_of(context)
    name = plan_name(session, plan)
    planning: PlanDesk = session.part("planning")

    def record(considered: Considered | None) -> Kept:
        return planning.keep(
            session.caller,
            name,
            edit,
            because=because,
            revision=revision,
            considered=considered,
            request=session.options.request,
        )

    told(session, name, lambda: planning.consider(name, edit, revision=revision), record, keep=keep, because=because)


def _only_one(first: bool, after: str | None) -> bool:
    if first and after is not None:
        raise Invalid("plan.first-or-after", after=after[:60])
    return first
