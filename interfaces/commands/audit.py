"""`branchline audit`: whether what people look at can be true, and the evidence for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.audit_commands import exceptions, replay
from interfaces.audit_plan import plan
from interfaces.audit_what_if import what_if
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.evidence_commands import app as evidence
from interfaces.exit_code import ExitCode

if TYPE_CHECKING:
    from circulation.ledger import Ledger

app = typer.Typer()
app.add_typer(evidence)

_READ_AT_ONCE = 5000


@app.command()
@accepts("as_of")
@listing
def conservation(context: typer.Context) -> None:
    """
    Count the items at every kind of place against those that ever entered the log; exits 3 if they differ.

    Nothing appears or vanishes: each item that was added is at a branch, on a van, with a patron or missing, once.
    """
    from projections import locations

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    position = ledger.head().position if session.position is None else session.position
    placed: dict[str, int] = {}
    for (kind, _), items in locations.counts(session.part("views"), as_of=position).items():
        placed[kind] = placed.get(kind, 0) + items
    added = _added(ledger, position)
    rows = [{"kind": kind, "items": items} for kind, items in sorted(placed.items())]
    session.output.emit(rows, ("kind", "items"), title=f"Items at position {position}")
    if sum(placed.values()) != added:
        session.output.note(f"{added} items were added to the log, and {sum(placed.values())} have a place.")
        raise typer.Exit(ExitCode.LOOK)
    session.output.note(f"All {added} items that were added to the log have one place each.")


def _added(ledger: Ledger, upto: int) -> int:
    """How many items entered the log up to a position, counted in the log itself."""
    count = after = 0
    while True:
        facts = ledger.facts(after=after, limit=_READ_AT_ONCE, types=("ItemAdded",), upto=upto)
        count += len(facts)
        if len(facts) < _READ_AT_ONCE:
            return count
        after = facts[-1].position


@app.command()
@accepts("as_of")
@listing
def unseen(
    context: typer.Context,
    service_days: Annotated[int, typer.Option(min=1, help="After so many service days of the branch.")] = 2,
) -> None:
    """List items that are assumed to be at a branch and were not scanned since; exits 3 if there are any."""
    from interfaces.unseen import unseen as found_in
    from interfaces.wiring import clock_of

    session = session_of(context)
    now_us = clock_of(session.part("ledger"))()
    found = sorted(
        found_in(session.part("views"), now_us=now_us, service_days=service_days, as_of=session.position),
        key=lambda one: (one.place, one.item),
    )
    columns = ("item", "place", "filling", "since_us", "service_days")
    session.output.emit(found, columns, title=f"Assumed, and not seen for {service_days} service days")
    if found:
        raise typer.Exit(ExitCode.LOOK)


app.command()(exceptions)
app.command()(replay)
app.command()(plan)
app.command("what-if")(what_if)
