"""`branchline queue`: in which order the holds of a title are filled, for the network and for an owner's copies."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import session_of

app = typer.Typer()
Owner = Annotated[str | None, typer.Option(metavar="MEMBER", help="Only for this member's copies; for all if unset.")]

_COLUMNS = ("scope", "order", "keys", "local_gap", "local_days", "away_days")


@app.command("set")
def set_queue_order(
    context: typer.Context,
    order: Annotated[
        str,
        typer.Argument(
            metavar="ORDER", help="fifo, local-first, holds-go-home, chase-home; or a name of your own with --keys."
        ),
    ],
    keys: Annotated[
        str | None,
        typer.Option(metavar="KEY,…", help="here, home, away, patron-here, patron-home; the most important first."),
    ] = None,
    owner: Owner = None,
    local_gap: Annotated[
        int | None, typer.Option(metavar="HOLDS", help="A hold here goes ahead of at most so many others.")
    ] = None,
    local_days: Annotated[
        int | None, typer.Option(metavar="DAYS", help="And of none that waits longer by more than so many days.")
    ] = None,
    away_days: Annotated[
        int | None, typer.Option(metavar="DAYS", help="After so long away the next hold at home wins; 183 if unset.")
    ] = None,
) -> None:
    """
    Set which of the waiting holds a copy fills first; what the keys leave equal is first come, first served.

    Example: branchline queue set local-first --local-gap 5 --local-days 60
    """
    from circulation.queue_policy import NAMED_ORDERS, QueueOrder
    from circulation.queues import QueuePolicies

    session = session_of(context)
    if keys is None and order not in NAMED_ORDERS:
        from circulation.errors import Invalid
        from interfaces.command_tree import Misused

        raise Misused(Invalid("queue.order", order=order[:40], named_orders=", ".join(NAMED_ORDERS)))
    ranked = NAMED_ORDERS[order] if keys is None else tuple(key.strip() for key in keys.split(",") if key.strip())
    QueuePolicies(session.part("commands")).set(
        session.caller,
        QueueOrder(order, ranked, local_gap, local_days, away_days),  # type: ignore[arg-type] # checked when it is set
        owner=owner,
        request=session.options.request,
    )
    session.output.note(f"Copies of {owner or 'every member'} fill holds in the order {order}.")


@app.command()
def remove(context: typer.Context, owner: Owner = None) -> None:
    """Take an order away; the network's holds again, or first come, first served."""
    from circulation.queues import QueuePolicies

    session = session_of(context)
    QueuePolicies(session.part("commands")).remove(session.caller, owner=owner, request=session.options.request)
    session.output.note(f"There is no order of its own for {owner or 'the network'} any more.")


@app.command("list")
@accepts("as_of")
@listing
def list_orders(context: typer.Context) -> None:
    """The orders that hold: the network's first, then those of owners."""
    from circulation.queue_policy import FIFO
    from circulation.queues import QueuePolicies

    session = session_of(context)
    held = QueuePolicies(session.part("commands")).orders(as_of=session.position)
    rows = [("*", held.get("*", FIFO)), *((scope, held[scope]) for scope in sorted(held) if scope != "*")]
    session.output.emit(
        [
            {
                "scope": scope,
                "order": order.order,
                "keys": ",".join(order.keys),
                "local_gap": order.local_gap,
                "local_days": order.local_days,
                "away_days": order.away_days,
            }
            for scope, order in rows
        ],
        _COLUMNS,
    )
