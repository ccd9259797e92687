"""`branchline diff`: what changed between two moments, and which events did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import listing
from interfaces.context import session_of
from interfaces.output import Format

if TYPE_CHECKING:
    from circulation.ledger import Ledger
    from projections.changes import Change

app = typer.Typer()

_COLUMNS = (
    "kind", "subject", "before", "after", "position", "type", "actor", "desk", "happened_us", "request", "sentence",
)  # fmt: skip
_TABLE_ENDS_AFTER = 200
_AT_ONCE = 500
Moment = Annotated[str, typer.Argument(metavar="TIME|POSITION", help="A moment; digits alone are a position.")]


@app.command()
@listing
def diff(
    context: typer.Context,
    first: Moment,
    second: Moment,
    only: Annotated[
        str | None, typer.Option(metavar="LIST", help="Only such facts: place,loan,journey,hold,tote,plan,…")
    ] = None,
    about: Annotated[str | None, typer.Option(metavar="TEXT", help="Only where this was shown, such as bath.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At most so many; a table ends after 200 if unset.")
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Only how many changes of each kind, without a list.")] = False,
) -> None:
    """
    List what was shown otherwise at the second moment than at the first, with the event behind each change.

    What left and came back has not changed. Example: branchline diff 2026-11-24 2026-11-25 --only place --about bath
    """
    from interfaces.moment import position_meant
    from projections.changes import KINDS, change_counts, changes

    session = session_of(context)
    ledger, views = session.part("ledger"), session.part("views")
    after, upto = sorted((position_meant(ledger, first), position_meant(ledger, second)))
    kinds = tuple(KINDS if only is None else (name.strip() for name in only.split(",")))
    for kind in kinds:
        if kind not in KINDS:
            raise Invalid("diff.kind", kind=kind[:40], kinds=", ".join(KINDS))
    words = None if about is None else about.split()
    found = (change for change in changes(views, after, upto, kinds=kinds) if words is None or _mentions(change, words))
    title = f"From position {after} to {upto}"
    if count:
        numbers = (
            change_counts(views, after, upto, kinds=kinds)
            if words is None
            else Counter(change.kind for change in found)
        )
        rows = ({"kind": kind, "changes": numbers[kind]} for kind in KINDS if kind in kinds)
        session.output.emit(rows, ("kind", "changes"), title=title)
        return
    most = limit or (_TABLE_ENDS_AFTER if session.options.format is Format.TABLE else None)
    shown = _explained(ledger, islice(found, most))
    session.output.emit(shown, _COLUMNS, title=title)
    rest = sum(1 for _ in found) if most is not None else 0
    if rest:
        session.output.note(f"{rest} more changes are not shown; see --limit, --only, --json and --csv.")


def _mentions(change: Change, words: list[str]) -> bool:
    told = f"{change.subject} {change.before} {change.after}".split()
    return all(word in told for word in words)


def _explained(ledger: Ledger, found: Iterable[Change]) -> Iterator[dict[str, object]]:
    """The changes with the events behind them, which are read some hundred at a time."""
    from interfaces.hold_sentences import any_sentence_of

    for first in (rest := iter(found)):
        some = list(chain((first,), islice(rest, _AT_ONCE - 1)))
        facts = ledger.facts_at({change.position for change in some})
        for change in some:
            fact = facts[change.position]
            yield {
                "kind": change.kind,
                "subject": change.subject,
                "before": change.before,
                "after": change.after,
                "position": change.position,
                "type": type(fact.event).__name__,
                "actor": fact.actor,
                "desk": fact.desk or None,
                "happened_us": fact.happened_us,
                "request": fact.request,
                "sentence": any_sentence_of(fact),
            }
