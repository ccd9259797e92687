"""
What an auditor looks through and proves: `audit exceptions` and `audit replay`, mounted in `commands/audit.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import accepts, listing
from interfaces.context import Session, session_of
from interfaces.exit_code import ExitCode

if TYPE_CHECKING:
    from circulation.ledger import Ledger
    from projections.replay import Compared, Line
    from projections.views import Views

__all__ = ["exceptions", "replay"]

_EXCEPTIONS = (
    "position", "happened_us", "what", "actor", "desk", "reason", "sentence", "type", "stream", "request",
)  # fmt: skip
_COUNTS = ("actor", "what", "events")


@accepts("as_of")
@listing
def exceptions(
    context: typer.Context,
    by: Annotated[str | None, typer.Option("--by", metavar="ACTOR", help="Only what this actor did.")] = None,
    what: Annotated[
        str | None, typer.Option(metavar="LIST", help="Only such: override,undone,plan,written off,…")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME|POSITION", help="After this moment.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME|POSITION", help="Up to this moment.")] = None,
    count: Annotated[bool, typer.Option("--count", help="How many of each kind each actor has.")] = False,
) -> None:
    """
    List what left the ordinary course: overrides, corrections, publishing, closing by hand, who did it and why.

    A reason that is sealed is said to be; it is opened by: branchline loan overrides.

    Example: branchline audit exceptions --what override,undone --from 2026-11-01 --count
    """
    from interfaces.exceptions import rows_of
    from interfaces.moment import position_meant
    from projections.exceptions import WHAT
    from projections.exceptions import exceptions as found_in

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    kinds = tuple(name.strip() for name in (what or "").split(",") if name.strip())
    known = sorted(set(WHAT.values()))
    for kind in kinds:
        if kind not in known:
            raise Invalid("exceptions.kind", kind=kind[:40], known=", ".join(known))
    found = found_in(
        session.part("views"),
        after=0 if since is None else position_meant(ledger, since),
        upto=None if until is None else position_meant(ledger, until),
        what=kinds,
        as_of=session.position,
    )
    actor = None if by is None else f"staff/{by.removeprefix('staff/')}"
    rows = (row for row in rows_of(ledger, found) if actor in (None, row["actor"]))
    if not count:
        session.output.emit(rows, _EXCEPTIONS)
        return
    counts = Counter((str(row["actor"]), str(row["what"])) for row in rows)
    session.output.emit(
        ({"actor": who, "what": kind, "events": events} for (who, kind), events in sorted(counts.items())), _COUNTS
    )


@accepts("as_of")
@listing
def replay(context: typer.Context) -> None:
    """
    Fold the log from its first event and compare with every answer, byte for byte; exits 3 where one differs.

    The ledger's own folds tell each item, queue, filling and plan; the live tables, the interval tables and tables
    rebuilt from the log must tell the same. With --as-of at that moment, else at the end of the log.

    Example: branchline audit replay --as-of 48112
    """
    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    head = ledger.head().position
    position = head if session.position is None else session.position
    compared = list(_compared(session, ledger, position, is_head=position == head))
    rows = [
        {"kind": one.kind, "answer": name, "subjects": one.subjects, "sha256": digest, "equal": one.are_equal}
        for one in compared
        for name, digest in one.digests.items()
    ]
    session.output.emit(rows, ("kind", "answer", "subjects", "sha256", "equal"), title=f"Replayed to {position}")
    different = [mismatch for one in compared for mismatch in one.mismatches]
    for one in different:
        session.output.note(f"{one.kind} {one.subject}: folded {one.folded}; {one.answer} {one.found}")
    if different:
        raise typer.Exit(ExitCode.LOOK)
    session.output.note(f"All answers about position {position} are equal, byte for byte.")


def _compared(session: Session, ledger: Ledger, position: int, *, is_head: bool) -> Iterator[Compared]:
    from circulation.past_ledger import PastLedger
    from interfaces.past import views_of_that_moment
    from projections.replay import KINDS, compare, told_by_folds, told_by_views

    views: Views = session.part("views")
    past = PastLedger(ledger, position, 0)
    with views_of_that_moment(session, past, "rebuilding") as rebuilt:
        rebuilt.at_least(position, "custody", "holds", "totes", "plans")
        with session.output.progress("folding") as advance:
            for kind in KINDS:
                answers: dict[str, Iterator[Line]] = {
                    "folded": told_by_folds(ledger, kind, position, advance),
                    "as of": told_by_views(views, kind, as_of=position),
                    "rebuilt": told_by_views(rebuilt, kind),
                }
                if is_head:
                    answers["live"] = told_by_views(views, kind)
                yield compare(kind, answers)
