"""`branchline board assign` and `board returns`: copies and holds decided together, and what it saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.receipts import not_backdated

if TYPE_CHECKING:
    from logistics.proposal import Proposal, ReturnLine

__all__ = ["assign", "returns"]

_HOLDS = (
    "hold", "place", "change", "promised", "nearest", "item", "origin", "pickup", "days", "days_saved", "km",
    "km_saved",
)  # fmt: skip
_RETURNS = (
    "item", "title", "branch", "decided", "choice", "to", "hold", "home_micros", "hold_micros", "float_micros",
    "stay_micros", "stay_allowed", "saved_micros",
)  # fmt: skip
_TOTALS = ("titles", "holds", "served", "more", "changes", "returns", "journeys", "km", "days", "micros", "km_less")
_RECORDED = ("promised", "kept", "stale", "moves", "moves_refused")

Days = Annotated[
    int,
    typer.Option(
        "--days", min=0, max=60, help="How many days later than in the order of the queue a hold may have its copy."
    ),
]


@of_any_moment
@listing
def assign(
    context: typer.Context,
    days: Days = 1,
    everything: Annotated[
        bool, typer.Option("--all", help="List the holds that keep their copy, or get none, too.")
    ] = False,
    totals: Annotated[bool, typer.Option("--totals", help="Only what it saves in all.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Record it; scans follow it from then on.")] = False,
) -> None:
    """
    Decide together which copy serves which hold, and list the holds that would be promised another copy than now.

    Whoever gets a copy in the order of the queue gets one; cost is days of waiting and transport. `nearest` is the copy
    that one hold at a time would take, and what is saved is against that.
    Example: branchline board assign --totals
    """
    session = session_of(context)
    found = _proposed(session, days)
    if apply:
        _record(session, found)
        return
    from interfaces.assignment import saving

    saved = saving(found)
    if totals:
        session.output.show(saved, _TOTALS)
        return
    branch = session.options.branch
    rows = [
        {
            **{name: getattr(line, name) for name in _HOLDS if name not in ("km", "km_saved")},
            "km": _km(line.metres),
            "km_saved": _km(line.metres_saved),
        }
        for one in found
        for line in one.holds
        if (everything or line.change in ("new", "another")) and branch in (None, line.pickup, line.origin)
    ]
    session.output.emit(rows, _HOLDS, title=f"Holds and their copies, decided together: {len(rows)}")
    session.output.note(saved.sentence)


@of_any_moment
@listing
def returns(context: typer.Context, days: Days = 1) -> None:
    """
    List each return that waits at a branch, what going home, serving a hold or staying would cost, and the cheapest.

    Costs are transport, days of waiting, and readers who will not find it on the shelf; `saved` is against what was
    decided at its last scan. `board assign --apply` records it. Of one branch with --branch.
    """
    session = session_of(context)
    branch = session.options.branch
    rows = [line for one in _proposed(session, days) for line in one.returns if branch in (None, line.branch)]
    session.output.emit(rows, _RETURNS, title=f"Returns that wait, and what becomes of them: {len(rows)}")
    saved = sum(line.saved_micros for line in rows)
    other = sum(line.choice != line.decided for line in rows)
    session.output.note(
        f"Returns that had better do something else than was decided: {other}, saving {saved / 1e6:.2f}."
    )
    bound = [price for line in rows if (price := _price_of_not_floating(line)) > 0]
    session.output.note(
        f"Returns that would cost less where they are and may not float there: {len(bound)}, by {sum(bound) / 1e6:.2f}."
    )


def _price_of_not_floating(line: ReturnLine) -> int:
    """What it costs that a return which goes home may not stay."""
    if line.choice != "home" or line.stay_allowed or line.home_micros is None or line.stay_micros is None:
        return 0
    return line.home_micros - line.stay_micros


def _proposed(session: Session, days: int) -> list[Proposal]:
    from interfaces.assignment import proposals
    from interfaces.wiring import clock_of

    ledger = session.part("ledger")
    done = 0
    with session.output.progress("assigning copies") as advance:

        def step(reached: int, _total: int) -> None:
            nonlocal done
            advance(reached - done)
            done = reached

        return list(
            proposals(
                ledger,
                session.part("views"),
                session.part("desk"),
                at_us=clock_of(ledger)(),
                bound_days=days,
                advance=step,
            )
        )


def _record(session: Session, found: list[Proposal]) -> None:
    from interfaces.assignment import record

    not_backdated(session)
    recorded = record(session.part("desk"), session.caller, found)
    session.output.show(recorded, _RECORDED)


def _km(metres: int | None) -> float | None:
    return None if metres is None else round(metres / 1000, 1)
