"""`branchline hold`: holds, the pull list and the hold shelf."""

from __future__ import annotations

from typing import Annotated

import typer

from circulation.administration import parse_day
from circulation.barcode import parse_barcode
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.receipts import show_receipt

app = typer.Typer()
Hold = Annotated[str, typer.Argument(help="The hold, such as t100#7.")]


@app.command()
@accepts("json")
def place(
    context: typer.Context,
    card: Annotated[str, typer.Argument(help="The patron's card.")],
    pickup: Annotated[str, typer.Option(help="The branch where it will be picked up.")],
    title: Annotated[str | None, typer.Option(help="The title that is wanted.")] = None,
    item: Annotated[str | None, typer.Option(help="Or the one copy that is wanted.")] = None,
) -> None:
    """Place a hold on a title or on one copy."""
    session = session_of(context)
    receipt = session.part("desk").holds.place(
        session.caller,
        card=card,
        pickup=pickup,
        title=title,
        item=None if item is None else parse_barcode(item),
        request=session.options.request,
        happened_us=session.options.occurred_us,
    )
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def cancel(context: typer.Context, hold: Hold) -> None:
    """End a hold; a copy on its way is decided anew at its next scan."""
    session = session_of(context)
    show_receipt(session, session.part("desk").holds.cancel(session.caller, hold, request=session.options.request))


@app.command()
@accepts("json")
def suspend(
    context: typer.Context,
    hold: Hold,
    until: Annotated[str | None, typer.Option(help="The day (2026-12-24) on which it takes copies again.")] = None,
) -> None:
    """Keep the hold's place but give it no copy."""
    session = session_of(context)
    day = None if until is None else parse_day(until)
    show_receipt(session, session.part("desk").holds.suspend(session.caller, hold, until=day))


@app.command()
@accepts("json")
def resume(context: typer.Context, hold: Hold) -> None:
    """Let a suspended hold take copies again."""
    session = session_of(context)
    show_receipt(session, session.part("desk").holds.resume(session.caller, hold))


@app.command()
@accepts("branch", "json")
def missed(context: typer.Context, barcode: Annotated[str, typer.Argument(help="The copy on the pull list.")]) -> None:
    """The copy was not found on the shelf: the next copy is asked for."""
    session = session_of(context)
    _ = session.branch
    show_receipt(session, session.part("desk").holds.missed(session.caller, parse_barcode(barcode)))


@app.command()
@accepts("json")
def retarget(
    context: typer.Context,
    title: Annotated[str | None, typer.Option(help="Only this title; all titles with waiting holds if unset.")] = None,
) -> None:
    """Ask for another copy where the van has left without the one that was promised."""
    from projections import holds

    session = session_of(context)
    waiting = [queued for queued in holds.open_holds(session.part("views")) if queued.captured is None]
    titles = sorted({queued.title for queued in waiting}) if title is None else [title]
    promised = sum(session.part("desk").holds.retarget(session.caller, one) for one in titles)
    session.output.show({"titles": len(titles), "promised": promised}, ("titles", "promised"))


@app.command("list")
@listing
def list_holds(
    context: typer.Context, title: Annotated[str | None, typer.Option(help="Only this title's queue.")] = None
) -> None:
    """Open holds in the order of their queues; of one pickup branch with --branch."""
    from projections import holds

    session = session_of(context)
    views, as_of, branch = session.part("views"), session.position, session.options.branch
    if title is not None:
        found = holds.queue(views, title, as_of=as_of)
    elif branch is not None:
        found = holds.holds_for(views, branch, as_of=as_of)
    else:
        found = holds.open_holds(views, as_of=as_of)
    columns = (
        "hold",
        "title",
        "number",
        "status",
        "pickup",
        "item",
        "target",
        "target_branch",
        "captured",
        "placed_us",
    )
    session.output.emit(found, columns)


@app.command("pull-list")
@accepts("branch", "json", "csv")
def pull_list(context: typer.Context) -> None:
    """What to take from the shelves of --branch, in shelf order, with the van's cut-off."""
    from projections import holds

    session = session_of(context)
    rows = holds.pull_list(session.part("views"), session.branch)
    session.output.emit(
        rows,
        ("shelf_mark", "title", "author", "item", "pickup", "hold", "pull_by_us"),
        title=f"Pull list of {session.branch}",
    )


@app.command()
@accepts("branch", "json", "csv")
def shelf(context: typer.Context) -> None:
    """What waits on the hold shelf of --branch, soonest to expire first."""
    from projections import hold_shelf

    session = session_of(context)
    rows = hold_shelf.on_shelf(session.part("views"), session.branch, as_of=session.position)
    session.output.emit(rows, ("code", "item", "hold", "until_us", "since_us"), title=f"Hold shelf of {session.branch}")
