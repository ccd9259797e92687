"""
Commands of `branchline plan` that search a plan again, and that list what differs from other days.

They are mounted in `interfaces/commands/plan.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.plan_difference import told
from interfaces.plan_named import Plan, find_revision, plan_name
from logistics.wall_clock import wall_time

if TYPE_CHECKING:
    from logistics.find_plan import Round
    from logistics.plan_desk import Considered, Kept, PlanDesk
    from logistics.resolving import Mode
    from logistics.solver import ProgressReport
    from logistics.usual import Habit

__all__ = ["Like", "ModeOption", "Price", "PriceHours", "changes", "habit_of", "mode_of", "searching", "solve"]

ModeOption = Annotated[
    str,
    typer.Option(
        "--mode",
        help="free: only pins are held; keep: what is planned stays with its van; insert: routes keep their order.",
    ),
]
Like = Annotated[
    str | None,
    typer.Option(
        metavar="PLAN", help="Whose rounds are kept; the last of that weekday that held if only --price is set."
    ),
]
Price = Annotated[
    float | None,
    typer.Option(min=0, help="What a change must save for every stop that another van makes; 10 if a round is kept."),
]
PriceHours = Annotated[
    float | None,
    typer.Option(
        "--price-hours", min=0, help="What it must save for every stop that is over 15 minutes off its usual time."
    ),
]
_PRICE = 10.0


@accepts("json")
def solve(
    context: typer.Context,
    plan: Plan,
    mode: ModeOption = "free",
    like: Like = None,
    price: Price = None,
    price_hours: PriceHours = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to search.")] = 8.0,
    iterations: Annotated[int | None, typer.Option(min=1, help="Search so many steps: the same routes again.")] = None,
    seed: Annotated[int, typer.Option(help="Where the search begins.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it as the plan's next revision.")] = False,
    revision: Annotated[int | None, typer.Option(help="Which revision is searched again; the newest if unset.")] = None,
) -> None:
    """
    Search a plan again from what it was made from; pins hold, and what was taken out stays out.

    Example: branchline plan solve 2026-11-24 --mode insert --keep
    """
    from logistics.plan_desk import Solve
    from logistics.solver import Budget

    session = session_of(context)
    name = plan_name(session, plan)
    planning: PlanDesk = session.part("planning")
    budget = Budget(iterations=iterations) if iterations is not None else Budget(seconds=seconds)
    asked = Solve(mode_of(mode), budget, seed, habit_of(session, like, price, price_hours))

    def consider() -> Considered:
        with searching(session) as tell:
            return planning.consider(name, asked, revision=revision, progress=tell)

    def record(considered: Considered | None) -> Kept:
        with searching(session) as tell:
            return planning.keep(
                session.caller,
                name,
                asked,
                revision=revision,
                considered=considered,
                progress=tell,
                request=session.options.request,
            )

    told(session, name, consider, record, keep=keep, because=None)


@of_any_moment
@listing
def changes(
    context: typer.Context,
    plan: Plan,
    against: Annotated[
        str | None, typer.Option(metavar="PLAN", help="Another plan; yesterday's and the usual round if unset.")
    ] = None,
    revision: Annotated[int | None, typer.Option(help="Which revision; the published or else the newest.")] = None,
) -> None:
    """
    List what is different from yesterday and from the usual round: other vans, other hours, new stops, stops left.

    Yesterday is the last plan of these hubs and this wave that held, the usual round the last of the same weekday.
    Times that differ by no more than 15 minutes are not listed.
    """
    from logistics.find_plan import last_round, round_of, usual_round
    from logistics.plan_changes import changes_against

    session = session_of(context)
    name, drafted = find_revision(session, plan, revision)
    ledger = session.part("ledger")
    rounds: list[tuple[str, Round | None]]
    if against is not None:
        rounds = [("that plan", round_of(ledger, plan_name(session, against)))]
    else:
        rounds = [("yesterday", last_round(ledger, name)), ("the usual round", usual_round(ledger, name))]
    rows = [
        {
            "against": found.named,
            "branch": one.branch,
            "what": one.what,
            "van_before": one.van_before,
            "van": one.van,
            "before": None if one.starts_before is None else wall_time(one.starts_before),
            "now": None if one.starts is None else wall_time(one.starts),
            "sentence": one.sentence,
        }
        for found in {found.named: found for _, found in rounds if found is not None}.values()
        for one in changes_against(found.revision, drafted)
    ]
    columns = ("against", "branch", "what", "van_before", "van", "before", "now", "sentence")
    session.output.emit(rows, columns, title=f"Plan {name}, revision {drafted.revision}")
    for what, found in rounds:
        if found is None:
            session.output.note(f"{what}: no plan of these hubs and this wave held.")
        else:
            count = sum(row["against"] == found.named for row in rows)
            session.output.note(f"{what} ({found.named}): {count} stops differ.")


def mode_of(text: str) -> Mode:
    """The mode that was named. Raises `Invalid` (`plan.mode`)."""
    from logistics.resolving import MODES

    for mode in MODES:
        if mode == text:
            return mode
    raise Invalid("plan.mode", mode=text[:20])


def habit_of(session: Session, like: str | None, price: float | None, price_hours: float | None) -> Habit | None:
    """Whose round is kept at what price, if one was named or a price was stated."""
    from logistics.usual import Habit

    if like is None and price is None and price_hours is None:
        return None
    named = None if like is None else plan_name(session, like)
    return Habit(_micros(_PRICE if price is None else price), named, _micros(price_hours or 0))


def _micros(amount: float) -> int:
    return int(Decimal(str(amount)) * 1_000_000)


@contextmanager
def searching(session: Session) -> Iterator[Callable[[ProgressReport], bool]]:
    """A bar for a search, and what the search tells its progress to."""
    with session.output.progress("searching routes", total=100) as advance:
        done = [0]

        def tell(report: ProgressReport) -> bool:
            share = int(100 * report.share)
            advance(max(0, share - done[0]))
            done[0] = max(done[0], share)
            return True

        yield tell
