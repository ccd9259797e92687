"""`branchline hold`: holds, the pull list and the hold shelf."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circulation.barcode import parse_barcode, parse_name
from interfaces.command_tree import accepts, listing
from interfaces.context import Session, session_of
from interfaces.expected import EXPECTED, expected
from interfaces.hold_shelf_commands import clear_shelf, expire, explain, extend, pickup
from interfaces.overriding import Overriding, Why, reason_given
from interfaces.receipts import not_backdated, show_receipt

app = typer.Typer()
Hold = Annotated[str, typer.Argument(metavar="HOLD", help="The hold, such as t100#7.")]

_QUEUE = (
    "hold", "place", "status", "pickup", "item", "part", "target", "target_branch", "pull_by_us", "captured",
    "suspended_until", "expires", "placed_us", "expected_us",
)  # fmt: skip
_PULL = ("shelf_mark", "author", "title", "item", "pickup", "pull_by_us", "hold", "outgoing")
_SHELF = ("until_us", "expired", "code", "item", "hold", "since_us")


@app.command()
@accepts("branch", "occurred_at", "json")
def place(
    context: typer.Context,
    card: Annotated[str, typer.Argument(metavar="CARD", help="The patron's.")],
    title: Annotated[str | None, typer.Option(metavar="ID", help="The title that is wanted.")] = None,
    item: Annotated[str | None, typer.Option(metavar="BARCODE", help="Or the one copy that is wanted.")] = None,
    part: Annotated[
        str | None, typer.Option(metavar="PART", help="Only this volume or part of the title, as its copies call it.")
    ] = None,
    pickup: Annotated[
        str | None, typer.Option(metavar="CODE", help="Where it will be picked up; at --branch if unset.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="The last day (2026-12-24) on which it is wanted.")
    ] = None,
    override: Overriding = False,
    why: Why = "",
) -> None:
    """
    Place a hold on a title, one part of it or one copy, for pickup at any branch.

    Example: branchline hold place 29876000000011 --title t100 --pickup wells
    """
    from circulation.administration import parse_day

    session = session_of(context)
    receipt = session.part("desk").holds.place(
        session.caller,
        card=card,
        pickup=session.branch if pickup is None else parse_name(pickup, what="branch"),
        title=title,
        item=None if item is None else parse_barcode(item),
        part=part,
        expires=None if until is None else parse_day(until),
        override=reason_given(override, why),
        request=session.options.request,
        happened_us=session.options.occurred_us,
    )
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def cancel(
    context: typer.Context,
    hold: Hold,
    by_patron: Annotated[bool, typer.Option("--by-patron", help="The patron asked for it.")] = False,
) -> None:
    """End a hold; a copy on its way or on the shelf is decided anew at its next scan."""
    session = _now(context)
    receipt = session.part("desk").holds.cancel(
        session.caller, hold, by_patron=by_patron, request=session.options.request
    )
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def suspend(
    context: typer.Context,
    hold: Hold,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day (2026-12-24) from which it takes copies again.")
    ] = None,
) -> None:
    """Keep the hold's place in the queue but give it no copy, until a day or until it is resumed."""
    from circulation.administration import parse_day

    session = _now(context)
    receipt = session.part("desk").holds.suspend(
        session.caller,
        hold,
        until=None if until is None else parse_day(until),
        request=session.options.request,
    )
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def resume(context: typer.Context, hold: Hold) -> None:
    """Let a suspended hold take copies again."""
    session = _now(context)
    show_receipt(session, session.part("desk").holds.resume(session.caller, hold, request=session.options.request))


@app.command()
@accepts("branch", "json")
def missed(
    context: typer.Context,
    barcode: Annotated[str, typer.Argument(metavar="BARCODE", help="The copy on the pull list.")],
) -> None:
    """A copy on the pull list of --branch was not found: it is missing, and the next copy is asked for."""
    session = _now(context)
    _ = session.branch
    receipt = session.part("desk").holds.missed(session.caller, parse_barcode(barcode), request=session.options.request)
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def retarget(
    context: typer.Context,
    titles: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TITLE]...", help="Only these; every title with waiting holds if none."),
    ] = None,
    affected: Annotated[
        str | None, typer.Option(metavar="RULE", help="Only titles whose waiting holds this loan rule is about.")
    ] = None,
) -> None:
    """
    Ask for a copy for every hold that has none, or whose copy was not pulled before its van left.

    Promises that a rule or transfer limit does not allow any more are taken back. It may be repeated at any time.

    Example: branchline hold retarget --affected dvd
    """
    from projections import holds

    session = _now(context)
    desk, caller = session.part("desk"), session.caller
    views = session.part("views")
    if affected is not None:
        chosen = _affected(session, affected)
    else:
        chosen = titles or sorted({queued.title for queued in holds.open_holds(views) if queued.captured is None})
    promised: dict[str, int] = {}
    with session.output.progress("looking for copies", total=len(chosen)) as advance:
        for title in chosen:
            promised[title] = desk.holds.retarget(caller, title)
            advance(1)
    if affected is not None:
        rows = [{"title": title, "promised": count} for title, count in promised.items()]
        session.output.emit(rows, ("title", "promised"))
    else:
        told = {"titles": len(chosen), "promised": sum(promised.values())}
        session.output.show(told, ("titles", "promised"))


@app.command("list")
@accepts("branch", "as_of")
@listing
def list_holds(
    context: typer.Context, title: Annotated[str | None, typer.Option(metavar="ID", help="Only this title's.")] = None
) -> None:
    """
    List the open holds, title by title in the order of the queue; with --branch those for pickup there.

    What a hold can expect at the soonest is the arrival of its copy by the vans' timetable, which is not told of a past
    moment. The expected day is the first by which it has come with a chance of at least 80 %, as its lane was so far;
    of a copy that must still be pulled the chance is less by the promises that are not kept.
    """
    from interfaces.forecasting import Forecasts
    from interfaces.hold_expectation import expected_us
    from interfaces.moment import instant_asked
    from interfaces.suspended_holds import without_a_day
    from projections import holds

    session = session_of(context)
    views, as_of, branch = session.part("views"), session.position, session.options.branch
    if title is not None:
        found = [one for one in holds.queue(views, title, as_of=as_of) if branch in (None, one.pickup)]
    elif branch is not None:
        found = holds.holds_for(views, branch, as_of=as_of)
    else:
        found = holds.open_holds(views, as_of=as_of)
    now_us = instant_asked(session)
    forecasts = Forecasts(views, now_us=now_us, as_of=as_of)
    rows = []
    for one in found:
        row = {name: getattr(one, name) or None for name in _QUEUE if name != "expected_us"}
        soonest = None if as_of is not None else expected_us(one, views, session.part("courier"), now_us)
        rows.append({**row, "expected_us": soonest, **expected(forecasts.of_hold(one))})
    if as_of is None:
        for sentence in without_a_day(
            session, [one for one, row in zip(found, rows, strict=True) if not row["expected_us"]]
        ):
            session.output.note(sentence)
    session.output.emit(rows, (*_QUEUE, *EXPECTED))


app.command("explain")(explain)
app.command("pickup")(pickup)
app.command("extend")(extend)
app.command("expire")(expire)
app.command("clear-shelf")(clear_shelf)


@app.command("pull-list")
@accepts("branch", "as_of")
@listing
def pull_list(
    context: typer.Context,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write it as a page to print, with boxes to tick.")
    ] = None,
) -> None:
    """
    List what to take from the shelves of --branch, in shelf order, and until when the van needs it.

    What is outgoing stands among what waits for the van already.

    Example: branchline hold pull-list --branch bath --page pull.html
    """
    from interfaces.pull_page import heading, pull_page
    from interfaces.suspended_pulls import that_may_travel
    from projections import holds

    session = session_of(context)
    branch = session.part("desk").places.branch(session.branch)
    rows = that_may_travel(session, branch, holds.pull_list(session.part("views"), branch.code, as_of=session.position))
    cutoff_us = session.part("courier").cutoff(branch.code, session.part("commands").clock())
    title = heading(branch, len(rows), cutoff_us)
    if page is not None:
        page.write_text(pull_page(branch, title, rows), encoding="utf-8")
        session.output.note(f"Written: {page}")
    session.output.emit(rows, _PULL, title=title)


@app.command()
@accepts("branch", "as_of")
@listing
def shelf(context: typer.Context) -> None:
    """List what waits on the hold shelf of --branch, the first to expire first."""
    from interfaces.moment import instant_asked
    from projections import hold_shelf

    session = session_of(context)
    branch = session.part("desk").places.branch(session.branch)
    now_us = instant_asked(session)
    found = hold_shelf.on_shelf(session.part("views"), branch.code, as_of=session.position)
    rows = [
        {**{name: getattr(one, name) for name in _SHELF if name != "expired"}, "expired": (one.until_us or 0) < now_us}
        for one in found
    ]
    expired = sum(bool(row["expired"]) for row in rows)
    session.output.emit(rows, _SHELF, title=f"Hold shelf of {branch.name}: {len(rows)} copies, {expired} expired")


def _affected(session: Session, name: str) -> list[str]:
    from circulation.errors import Unknown
    from projections.affected import standing_rule, titles_of_rule

    rule = standing_rule(session.part("views"), name)
    if rule is None:
        raise Unknown("rule.unknown:list", rule=name[:40])
    titles = titles_of_rule(session.part("views"), rule)
    session.output.note(f"Titles whose waiting holds rule {rule.cited} is about: {len(titles)}.")
    return titles


def _now(context: typer.Context) -> Session:
    session = session_of(context)
    not_backdated(session)
    return session


@app.command("import")
@listing
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="card,pickup,placed,title_id[,barcode,suspended_until]")],
) -> None:
    """Take in the open holds of another system from a CSV file, in the order of their queues."""
    from interfaces.imported import tell
    from interfaces.imports.holds import import_holds
    from interfaces.imports.table import open_file

    session = session_of(context)
    with open_file(file) as source, session.output.progress("holds") as advance:
        outcome = import_holds(
            session.part("commands"), session.part("keyring"), session.caller, file.name, source, progress=advance
        )
    tell(session, outcome, "holds")
