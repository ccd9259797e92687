"""
Commands of `branchline plan` that say why: a stop explained, two plans compared, a plan under other circumstances.

They are mounted in `interfaces/commands/plan.py`, and record nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid, Unknown
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.output import Format
from interfaces.plan_difference import figure_rows
from interfaces.plan_named import Plan, find_revision
from interfaces.plan_solving import searching

if TYPE_CHECKING:
    from logistics.plan import PlanDrafted
    from logistics.revising import Recorded

__all__ = ["compare", "explain", "what_if"]

Revision = Annotated[int | None, typer.Option(help="Which revision; the published or else the newest.")]
_ELSEWHERE = 3
"""How many other places for a stop that is served are told."""
_WAYS = ("stop", "van", "after", "needs", "km", "minutes", "cost", "sentence")


@of_any_moment
@listing
def explain(
    context: typer.Context,
    plan: Plan,
    stop: Annotated[
        str | None, typer.Argument(metavar="STOP", help="One stop; all that are left behind if unset.")
    ] = None,
    revision: Revision = None,
) -> None:
    """
    Say why a stop rides where it does, or why no van makes it: for each van the least that would let it in.

    Every way that is named was tried: with what it needs, the plan with the stop in it breaks no rule.

    Example: branchline plan explain 2026-11-24 clevedon
    """
    session = session_of(context)
    name, drafted = find_revision(session, plan, revision)
    recorded = _recalled(session, name, drafted)
    left = {one.branch: one for one in drafted.left}
    if stop is not None and stop not in left and stop not in recorded.problem.stop_index:
        raise Unknown("plan.stop-unknown", stop=stop[:60])
    rows: list[dict[str, object]] = []
    for code in left if stop is None else (stop,):
        if code in left:
            session.output.note(f"{code} is left behind: {left[code].why}")
        if code not in recorded.problem.stop_index:
            continue
        rows += _ways(recorded, code) if code in left else _served(session, recorded, code)
    if stop is None and not left:
        session.output.note(f"Plan {name}, revision {drafted.revision} leaves nothing behind.")
    session.output.emit(rows, _WAYS, title=f"Plan {name}, revision {drafted.revision}")


@of_any_moment
@accepts("json")
def compare(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="PLAN[@REVISION]", help="A plan, such as 2026-11-24/all/day@2.")],
    other: Annotated[str, typer.Argument(metavar="PLAN[@REVISION]", help="The plan that it is compared with.")],
) -> None:
    """
    Lay two plans side by side: what they drive, cost and break, and every stop that differs.

    Example: branchline plan compare 2026-11-24@1 2026-11-24@2
    """
    from logistics.figures import difference
    from logistics.plan_changes import changes_against

    session = session_of(context)
    one_name, one = _named(session, plan)
    two_name, two = _named(session, other)
    before, after = _recalled(session, one_name, one), _recalled(session, two_name, two)
    both = difference((before.draft, before.solution), (after.draft, after.solution))
    changes = changes_against(one, two)
    rows = figure_rows(both)
    names = f"{one_name}@{one.revision}", f"{two_name}@{two.revision}"
    if session.options.format is not Format.TABLE:
        record = {
            "plans": names,
            "before": {row["name"]: row["before"] for row in rows},
            "after": {row["name"]: row["after"] for row in rows},
            "stops": [change.sentence for change in changes],
        }
        session.output.show(record, tuple(record))
        return
    session.output.emit(rows, ("figure", "before", "after", "change"), title=f"{names[0]} and {names[1]}")
    for change in changes:
        session.output.note(change.sentence)
    if not changes:
        session.output.note("Every stop rides with the same van, within 15 minutes of the same time.")


@of_any_moment
@accepts("json")
def what_if(
    context: typer.Context,
    plan: Plan,
    without_van: Annotated[
        list[str] | None, typer.Option(metavar="VAN", help="This van does not go; repeatable.")
    ] = None,
    close: Annotated[list[str] | None, typer.Option(metavar="STOP", help="This branch is shut; repeatable.")] = None,
    add_van: Annotated[
        list[str] | None, typer.Option(metavar="VAN", help="One more van like this one; repeatable.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to search.")] = 5.0,
    iterations: Annotated[int | None, typer.Option(min=1, help="Search so many steps: the same routes again.")] = None,
    seed: Annotated[int, typer.Option(help="Where the search begins.")] = 1,
    revision: Revision = None,
) -> None:
    """
    Search a plan again as if a van were missing or more, or a branch shut, and lay it beside the plan as it is.

    A stop changes its van only where it must or where that saves 10.00.

    Example: branchline plan what-if 2026-11-24 --without-van v3
    """
    from logistics.solver import Budget, solve
    from logistics.supposing import Supposition
    from logistics.supposing import what_if as supposed

    if not (without_van or close or add_van):
        raise Invalid("plan.nothing-supposed")
    session = session_of(context)
    name, drafted = find_revision(session, plan, revision)
    budget = Budget(iterations=iterations) if iterations is not None else Budget(seconds=seconds)
    asked = Supposition(tuple(without_van or ()), tuple(close or ()), tuple(add_van or ()))
    recorded = _recalled(session, name, drafted)
    with searching(session) as tell:
        found = supposed(recorded, asked, lambda problem, start: solve(problem, budget, seed, start, tell))
    rows = figure_rows(found.difference)
    if session.options.format is not Format.TABLE:
        record = {
            "plan": name,
            "revision": drafted.revision,
            "before": {row["name"]: row["before"] for row in rows},
            "after": {row["name"]: row["after"] for row in rows},
            "moved": [{"stop": one.stop, "van_before": one.van_before, "van": one.van} for one in found.moved],
            "reasons": found.reasons,
        }
        session.output.show(record, tuple(record))
        return
    session.output.emit(rows, ("figure", "before", "after", "change"), title=f"Plan {name}, if it were so")
    for one in found.moved:
        session.output.note(one.sentence)
    for reason in found.reasons:
        session.output.note(reason)
    session.output.note("Nothing was changed.")


def _named(session: Session, text: str) -> tuple[str, PlanDrafted]:
    plan, at, number = text.partition("@")
    if at and not number.isdigit():
        raise Invalid("plan.revision", text=text[:80])
    return find_revision(session, plan, int(number) if at else None)


def _recalled(session: Session, name: str, drafted: PlanDrafted) -> Recorded:
    from logistics.revising import recall

    return recall(name, drafted, session.part("ledger").attachment)


def _ways(recorded: Recorded, code: str) -> list[dict[str, object]]:
    from logistics.lifting import ways_in

    problem = recorded.problem
    return [
        {
            "stop": code,
            "van": way.van,
            "after": way.after,
            "needs": way.needs,
            "km": round(way.metres / 1000, 1),
            "minutes": round(way.paid_seconds / 60),
            "cost": round(way.micros / 1_000_000, 2),
            "sentence": way.sentence,
        }
        for way in ways_in(problem, recorded.solution, problem.stop_index[code])
    ]


def _served(session: Session, recorded: Recorded, code: str) -> list[dict[str, object]]:
    """Where it is and what fixes it there, as notes; the best other places as rows."""
    from logistics.insertions import insertions
    from logistics.revising import orders_of
    from logistics.standing import standing

    problem = recorded.problem
    for said in standing(recorded, code):
        session.output.note(said)
    others = insertions(problem, orders_of(problem, recorded.solution), problem.stop_index[code])
    return [
        {
            "stop": code,
            "van": one.van,
            "after": one.after,
            "needs": " ".join(broken.sentence for broken in one.breaks) or None,
            "km": round(one.metres / 1000, 1),
            "minutes": round(one.paid_seconds / 60),
            "cost": round(one.micros / 1_000_000, 2),
            "sentence": one.sentence,
        }
        for one in others[:_ELSEWHERE]
    ]
