"""`branchline plan`: the day's van routes, from the first draft to the paper that the driver carries."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from circulation.administration import parse_day
from circulation.errors import Invalid
from interfaces import plan_edits, plan_reasons, plan_solving
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.exit_code import ExitCode
from interfaces.plan_named import Plan, by_hand, find_revision, plan_name
from interfaces.plan_replan import replan
from interfaces.plan_solving import Like, ModeOption, Price, PriceHours, habit_of, mode_of, searching
from logistics.wall_clock import wall_time

if TYPE_CHECKING:
    from logistics.plan import PlanDrafted, PlannedReload, PlannedRoute

app = typer.Typer()
Revision = Annotated[int | None, typer.Option(help="Which revision; the published or else the newest if unset.")]


@app.command()
@accepts("json")
def draft(
    context: typer.Context,
    day: Annotated[str, typer.Option("--date", help="The service day, 2026-11-24.")],
    hub: Annotated[list[str] | None, typer.Option(help="Only this hub; may be repeated. All hubs if unset.")] = None,
    wave: Annotated[str, typer.Option(help="am (up to 13:00), pm, or day.")] = "day",
    collect: Annotated[str, typer.Option(help="Collect what is waiting, or also what is expected.")] = "expected",
    without_van: Annotated[list[str] | None, typer.Option(help="Plan without this van; may be repeated.")] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave this branch out; may be repeated.")] = None,
    must: Annotated[list[str] | None, typer.Option(help="Call at this branch whatever it costs.")] = None,
    drain: Annotated[
        int | None,
        typer.Option(min=0, metavar="DAYS", help="The first day of a drain plan over so many days; 0: as few as do."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to search.")] = 10.0,
    iterations: Annotated[int | None, typer.Option(min=1, help="Search so many steps: the same routes again.")] = None,
    seed: Annotated[int, typer.Option(help="Where the search begins.")] = 1,
    mode: ModeOption = "free",
    like: Like = None,
    price: Price = None,
    price_hours: PriceHours = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 if anything is left behind.")] = False,
) -> None:
    """
    Make routes for a day and keep them as a draft, with everything that they were made from.

    What was pinned or taken out by hand in an earlier draft of the plan stays so. --mode keep and --mode insert hold
    the newest draft and fill in what is new.
    """
    from logistics.day_stops import PlanRequest
    from logistics.solver import Budget

    session = session_of(context)
    if wave not in ("am", "pm", "day"):
        raise Invalid("plan.wave", wave=wave[:20])
    if collect not in ("waiting", "expected"):
        raise Invalid("plan.collect", collect=collect[:20])
    asked = PlanRequest(
        day=date.fromisoformat(parse_day(day)),
        hubs=tuple(hub or ()),
        wave=cast(Literal["am", "pm", "day"], wave),
        collect=cast(Literal["waiting", "expected"], collect),
        without_vans=tuple(without_van or ()),
        skip=tuple(skip or ()),
        must=tuple(must or ()),
        drain=drain,
    )
    budget = Budget(iterations=iterations) if iterations is not None else Budget(seconds=seconds)
    with searching(session) as tell:
        drafted = session.part("dispatcher").draft(
            session.caller,
            asked,
            budget=budget,
            seed=seed,
            mode=mode_of(mode),
            habit=habit_of(session, like, price, price_hours),
            progress=tell,
            request=session.options.request,
        )
    _summary(session, drafted.plan, drafted.revision)
    if strict and drafted.revision.left:
        raise typer.Exit(ExitCode.LOOK)


@app.command("list")
@accepts("as_of")
@listing
def list_plans(
    context: typer.Context, day: Annotated[str | None, typer.Option("--date", help="Only of this day.")] = None
) -> None:
    """Every revision of every plan."""
    from projections import plans

    session = session_of(context)
    found = plans.plans(session.part("views"), day=None if day is None else parse_day(day), as_of=session.position)
    columns = ("plan", "revision", "status", "vans", "stops", "totes", "metres", "left_behind")
    session.output.emit(found, columns)


@app.command()
@of_any_moment
@listing
def show(context: typer.Context, plan: Plan, revision: Revision = None) -> None:
    """A plan stop by stop, and what it leaves behind with the reason."""
    session = session_of(context)
    name, drafted = find_revision(session, plan, revision)
    rows = []
    for route in drafted.routes:
        for number, stop in enumerate(route.stops, 1):
            reload = route.reload_before(number)
            if reload is not None:
                rows.append(_reload_row(route, reload))
            rows.append(
                {
                    "van": route.van,
                    "stop": number,
                    "branch": stop.branch,
                    "arrives": wall_time(stop.arrives),
                    "leaves": wall_time(stop.leaves),
                    "off": stop.totes_off,
                    "on": stop.totes_on,
                    "load_after": stop.load_after,
                    "items_off": stop.items_off,
                    "items_on": stop.items_on,
                }
            )
    columns = ("van", "stop", "branch", "arrives", "leaves", "off", "on", "load_after", "items_off", "items_on")
    session.output.emit(rows, columns, title=f"Plan {name}, revision {drafted.revision}")
    for said in by_hand(drafted):
        session.output.note(said)
    for left in drafted.left:
        session.output.note(f"left behind: {left.branch}: {left.why}")


@app.command()
@accepts("json")
def publish(context: typer.Context, plan: Plan, revision: Revision = None) -> None:
    """Give a revision to the drivers; the difference to the one before is shown per van."""
    session = session_of(context)
    name = plan_name(session, plan)
    published = session.part("dispatcher").publish(
        session.caller, name, revision=revision, request=session.options.request
    )
    before = f", replacing revision {published.before}" if published.before else ""
    session.output.note(f"Plan {name}: revision {published.revision} is published{before}.")
    session.output.emit(published.changes, ("van", "added", "removed", "reordered"), title="Changes")


@app.command()
def withdraw(
    context: typer.Context, plan: Plan, why: Annotated[str, typer.Option(help="Why; it is kept sealed.")]
) -> None:
    """No revision holds any more."""
    session = session_of(context)
    name = plan_name(session, plan)
    session.part("dispatcher").withdraw(session.caller, name, why=why)
    session.output.note(f"Plan {name} is withdrawn.")


@app.command()
@of_any_moment
def manifest(
    context: typer.Context,
    plan: Plan,
    van: Annotated[str | None, typer.Option(help="Only this van.")] = None,
    to: Annotated[Path | None, typer.Option(help="Write one A4 page a van into this folder.")] = None,
    revision: Revision = None,
) -> None:
    """Print what each driver carries; with --to as pages for the printer."""
    from logistics.manifest import manifest_page, manifest_text
    from projections import network

    session = session_of(context)
    drafted = session.opened(find_revision(session, plan, revision)[1])
    branches = network.branches(session.part("views"))
    vans = [route.van for route in drafted.routes if van in (None, route.van)]
    if not vans:
        raise Invalid("plan.no-such-van", van=van)
    for one in vans:
        if to is None:
            print(manifest_text(drafted, one, branches))
        else:
            to.mkdir(parents=True, exist_ok=True)
            (to / f"manifest-{one}.html").write_text(manifest_page(drafted, one, branches), encoding="utf-8")
    if to is not None:
        session.output.note(f"{len(vans)} manifests written.")


@app.command()
@of_any_moment
def export(
    context: typer.Context,
    plan: Plan,
    form: Annotated[str, typer.Option("--format", help="geojson, gpx, csv or map.")] = "geojson",
    to: Annotated[Path | None, typer.Option(help="A file; stdout if unset.")] = None,
    revision: Revision = None,
) -> None:
    """Write a plan for other programs, or as a map page that opens from disk."""
    import csv
    import io
    import json

    from logistics.exports import CSV_COLUMNS, csv_rows, geojson, gpx
    from logistics.map_page import map_page
    from projections import network

    session = session_of(context)
    drafted = session.opened(find_revision(session, plan, revision)[1])
    branches = network.branches(session.part("views"))
    match form:
        case "geojson":
            text = json.dumps(geojson(drafted, branches), ensure_ascii=False, indent=1)
        case "gpx":
            text = gpx(drafted, None, branches)
        case "map":
            text = map_page(drafted, branches)
        case "csv":
            made = io.StringIO()
            writer = csv.DictWriter(made, CSV_COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(csv_rows(drafted))
            text = made.getvalue()
        case _:
            raise Invalid("plan.format", form=form[:20])
    if to is None:
        print(text)
    else:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(text, encoding="utf-8")
        session.output.note(f"Written to {to.name}.")


def _summary(session: Session, name: str, drafted: PlanDrafted) -> None:
    totals = drafted.totals
    record = {
        "plan": name,
        "revision": drafted.revision,
        "vans": totals.vans,
        "stops": totals.stops,
        "totes": totals.totes,
        "items": totals.items,
        "km": round(totals.metres / 1000, 1),
        "driving_hours": round(totals.drive_seconds / 3600, 1),
        "cost": totals.cost_cents / 100,
        "left_behind": totals.left_behind,
        **{f"items_{reason}": count for reason, count in sorted(totals.by_reason.items())},
        "limits": ", ".join(sorted({limit.limit for limit in drafted.tight})) or "none",
    }
    session.output.show(record, tuple(record), title=f"Plan {name}")
    for said in by_hand(drafted):
        session.output.note(said)
    for left in drafted.left:
        session.output.note(f"left behind: {left.branch}: {left.why}")


def _reload_row(route: PlannedRoute, reload: PlannedReload) -> dict[str, object]:
    """A call at the hub between two trips: a row of the hub without a number."""
    return {
        "van": route.van,
        "stop": "",
        "branch": route.hub,
        "arrives": wall_time(reload.arrives),
        "leaves": wall_time(reload.leaves),
        "off": reload.totes_off,
        "on": reload.totes_on,
        "load_after": reload.totes_on,
        "items_off": "",
        "items_on": "",
    }


for command in (
    replan,
    plan_edits.move,
    plan_edits.swap,
    plan_edits.drop,
    plan_edits.add,
    plan_edits.pin,
    plan_edits.unpin,
    plan_edits.insertions,
    plan_solving.solve,
    plan_solving.changes,
    plan_reasons.explain,
    plan_reasons.compare,
    plan_reasons.what_if,
):
    app.command()(command)
