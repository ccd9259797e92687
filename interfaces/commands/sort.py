"""`branchline sort`: at a hub, each item into the tote of its next stop."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from circulation.barcode import parse_name
from circulation.errors import Invalid
from interfaces.command_tree import Misused, accepts, give_option, listing, of_any_moment
from interfaces.context import Session, session_of

Hub = Annotated[str | None, typer.Option("--hub", metavar="CODE", help="At which hub.")]
Tote = Annotated[
    str | None,
    typer.Option("--tote", metavar="CODE", help="An empty tote, begun where none is open for an item's next stop."),
]


class _CodesToo(TyperGroup):
    """A group after which barcodes may stand: what is not one of its commands is something to sort."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that was named, or the hidden one that takes barcodes."""
        if args and args[0] not in self.commands:
            return "codes", self.commands["codes"], args
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=_CodesToo, invoke_without_command=True, subcommand_metavar="[list|BARCODE...|-]")


@app.callback()
@accepts("json", "nl", "csv")
def sort(context: typer.Context, hub: Hub = None, tote: Tote = None) -> None:
    """
    Scan each item at a hub into the tote that is open there for its next stop.

    Without barcodes a desk opens at the terminal; - reads stdin as scan does.
    Where no tote is open for the next stop, the answer asks for an empty one.

    Examples: branchline sort --hub bristol; branchline sort --hub bristol 30114000000017 --tote T9
    """
    if context.invoked_subcommand is None:
        _sort(_at_hub(context, hub), [], tote)


@app.command("codes", hidden=True)
@accepts("json", "nl", "csv")
def sort_codes(
    context: typer.Context,
    codes: Annotated[list[str], typer.Argument(metavar="BARCODE|-...", help="What to sort; - reads stdin.")],
    hub: Hub = None,
    tote: Tote = None,
) -> None:
    """Sort what is named, or what comes on stdin."""
    _sort(_at_hub(context, hub), codes, tote or _above(context, "tote"))


@app.command("list")
@of_any_moment
@listing
def list_sort(context: typer.Context, hub: Hub = None) -> None:
    """List what must be ready by which departure: for each next stop what is still to sort, and what is sorted."""
    from interfaces.sort_list import sort_rows

    session = _at_hub(context, hub)
    now_us = session.part("commands").clock()
    rows = sort_rows(session.part("views"), session.part("courier").ways, session.branch, now_us)
    columns = ("ready_by_us", "stop", "to_sort", "sorted", "totes", "oldest_us", "bound_for")
    session.output.emit(rows, columns, title=f"To sort at {session.branch}")


def _sort(session: Session, codes: list[str], tote: str | None) -> None:
    from interfaces.scanning import Way, scan_all

    scan_all(session, codes, branch=session.branch, way=Way(tote=tote, sort=True))


def _at_hub(context: typer.Context, hub: str | None) -> Session:
    """The session, at the hub that was named. Raises `Misused` (`hub.missing`, `hub.none`)."""
    session = session_of(context)
    named = hub or _above(context, "hub") or session.options.branch
    if named is None:
        raise Misused(Invalid("hub.missing"))
    give_option(context, "branch", parse_name(named, what="hub"))
    if session.part("desk").places.branch(session.branch).serves is None:
        raise Invalid("hub.none", branch=session.branch)
    return session


def _above(context: typer.Context, option: str) -> Any:
    """What the option was given before the barcodes or the sub-command."""
    return None if context.parent is None else context.parent.params.get(option)
