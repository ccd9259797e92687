"""
`branchline audit plan`: a plan made again from what it recorded, mounted in `commands/audit.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import listing
from interfaces.context import session_of
from interfaces.exit_code import ExitCode

if TYPE_CHECKING:
    from circulation.ledger import Ledger
    from logistics.made_again import MadeAgain

__all__ = ["plan"]

_COLUMNS = ("what", "then", "now", "verdict", "why")


@listing
def plan(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(help="The plan, such as 2026-11-24/all/day.")],
    revision: Annotated[
        int | None, typer.Option(help="Which revision; the published or else the newest if unset.")
    ] = None,
) -> None:
    """
    Make a plan again from what it recorded: problem and routes must be the same, or the difference is stated.

    The log is read as of the recorded position and the problem built anew; the recorded problem is searched again with
    its seed and budget, which takes as long as it took then; the recorded routes are judged again. Exits 3 where the
    record contradicts itself. A search by iterations must give the same routes; one by seconds may not.

    Example: branchline audit plan 2026-11-24/all/day --revision 1
    """
    from circulation.past_ledger import PastLedger
    from interfaces.past import views_of_that_moment
    from logistics.made_again import drafted_in, make_again
    from projections.board_then import BoardAt

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    fact, drafted = drafted_in(ledger, plan, revision)
    position = drafted.inputs.position
    past = PastLedger(ledger, position, fact.happened_us)
    with views_of_that_moment(session, past) as folded:
        again = make_again(ledger, past, BoardAt(session.part("views"), folded, position), fact, drafted)
    title = f"Plan {again.plan}, revision {again.revision}, from position {again.position}"
    session.output.emit(_rows(again), _COLUMNS, title=title)
    wrong = [check for check in again.checks if check.verdict == "contradiction"]
    for check in wrong:
        session.output.note(f"{check.what}: recorded {check.then}, is {check.now}. {check.why}".rstrip())
    if wrong:
        raise typer.Exit(ExitCode.LOOK)
    changed = [check for check in again.checks if check.verdict == "expected"]
    session.output.note(
        f"The same plan comes of it, but for what is said of: {', '.join(check.what for check in changed)}."
        if changed
        else "The same problem and the same routes come of what was recorded."
    )


def _rows(again: MadeAgain) -> Iterator[dict[str, object]]:
    """The checks, and below them the first differences of the problem and every stop with another call."""
    verdicts = {check.what: check.verdict for check in again.checks}
    for check in again.checks:
        yield {name: getattr(check, name) for name in _COLUMNS}
    for one in again.problem:
        what = f"{one.subject}: {one.field}"
        yield {"what": what, "then": one.then, "now": one.now, "verdict": verdicts["problem"], "why": ""}
    for call in again.routes:
        then, now = _call(call.van_then, call.starts_then), _call(call.van_now, call.starts_now)
        yield {"what": f"call at {call.stop}", "then": then, "now": now, "verdict": verdicts["routes"], "why": ""}


def _call(van: str, starts: int | None) -> str:
    if starts is None:
        return "left behind"
    return f"{van} {starts // 3600:02d}:{starts % 3600 // 60:02d}:{starts % 60:02d}"
