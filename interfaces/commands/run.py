"""`branchline run`: what the vans did."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from circulation.administration import parse_day
from circulation.errors import Invalid
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.exit_code import ExitCode

app = typer.Typer()
Van = Annotated[str, typer.Argument(help="The van.")]
Day = Annotated[str, typer.Option("--date", help="The service day, 2026-11-24.")]
WaveOption = Annotated[str, typer.Option(help="am, pm or day.")]
Run = Annotated[str, typer.Argument(help="The run, such as 2026-11-24/van-3/day.")]
Totes = Annotated[list[str] | None, typer.Option(help="A tote that was scanned; may be repeated.")]
_WHATS = ("skipped", "on", "off", "not-on", "not-off")


@app.command()
@accepts("json")
def start(context: typer.Context, van: Van, day: Day, wave: WaveOption = "day", tote: Totes = None) -> None:
    """The van leaves its hub on the published plan; totes not named are assumed: those for its first trip."""
    session = session_of(context)
    receipt = session.part("runs").start(
        session.caller, day=_day(day), van=van, wave=_wave(wave), totes=tote, happened_us=session.options.occurred_us
    )
    _tell(session, receipt)


@app.command()
@accepts("json")
def trunk(context: typer.Context, name: Annotated[str, typer.Argument(help="The trunk run.")], day: Day) -> None:
    """A trunk run leaves its hub."""
    session = session_of(context)
    _tell(session, session.part("runs").start_trunk(session.caller, day=_day(day), trunk=name))


@app.command()
@accepts("json")
def stop(
    context: typer.Context,
    run: Run,
    branch: Annotated[str, typer.Argument(help="Where the van is; its own hub, where it loads again.")],
    off: Totes = None,
    on: Totes = None,
    skipped: Annotated[str | None, typer.Option(help="The stop was not made, and why; that is kept sealed.")] = None,
    note: Annotated[str, typer.Option(help="Anything worth keeping; it is kept sealed.")] = "",
) -> None:
    """
    The van called at a branch, or skipped it with a reason; or it loaded at its hub and goes out again.

    At the hub what was collected comes off and the totes of the next trip go on, unless --off or --on name them.

    Example: branchline run stop 2026-11-24/van-3/day bristol
    """
    session = session_of(context)
    runs = session.part("runs")
    at = session.options.occurred_us
    if skipped is not None:
        _tell(session, runs.skip(session.caller, run, branch, why=skipped, happened_us=at))
    else:
        _tell(session, runs.stop(session.caller, run, branch, off=off, on=on, note=note, happened_us=at))


@app.command()
@accepts("json")
def finish(
    context: typer.Context,
    van: Van,
    day: Day,
    wave: WaveOption = "day",
    as_planned: Annotated[bool, typer.Option("--as-planned", help="All went as planned, but for --except.")] = False,
    exceptions: Annotated[
        Path | None,
        typer.Option("--except", help="CSV: branch,what,tote,why; skipped, on, off, not-on, not-off."),
    ] = None,
) -> None:
    """The van is back; a day's paper is entered in a minute with --as-planned."""
    session = session_of(context)
    runs = session.part("runs")
    if as_planned or exceptions is not None:
        deviations = () if exceptions is None else _deviations(exceptions)
        receipt = runs.finish_as_planned(
            session.caller, day=_day(day), van=van, wave=_wave(wave), deviations=deviations
        )
    else:
        receipt = runs.finish(session.caller, f"{parse_day(day)}/{van}/{wave}")
    _tell(session, receipt)


@app.command("list")
@accepts("as_of")
@listing
def list_runs(
    context: typer.Context, day: Annotated[str | None, typer.Option("--date", help="Only of this day.")] = None
) -> None:
    """Runs and how far they are."""
    from projections import runs

    session = session_of(context)
    found = runs.runs(session.part("views"), day=None if day is None else parse_day(day), as_of=session.position)
    session.output.emit(found, ("run", "van", "hub", "plan", "revision", "started_us", "finished_us"))


@app.command()
@accepts("as_of")
@listing
def show(context: typer.Context, run: Run) -> None:
    """One run, call by call, each with its trip; what was recorded in several goes at one door is one call."""
    from interfaces.run_ahead import ahead
    from projections import runs

    session = session_of(context)
    found = runs.at_doors(runs.calls(session.part("views"), run=run, as_of=session.position))
    session.output.emit(
        found,
        ("trip", "branch", "outcome", "known", "note", "fillings_off", "fillings_on", "at_us"),
        title=f"Run {run}",
    )
    for sentence in ahead(session.part("ledger"), run, session.position):
        session.output.note(sentence)


@app.command()
@of_any_moment
@listing
def balance(
    context: typer.Context,
    day: Day,
    lanes: Annotated[bool, typer.Option("--lanes", help="One line for each lane of the day.")] = False,
    lane: Annotated[str | None, typer.Option(metavar="FROM/TO", help="One lane, item by item.")] = None,
) -> None:
    """
    What the day's runs sent is received, travelling or listed here; exits 3 if anything is listed.

    A lane leads from where totes were packed to where they go.

    Example: branchline run balance --date 2026-11-24 --lanes
    """
    from interfaces.balance_lists import show_balance
    from projections.day_balance import sent_on

    session = session_of(context)
    sent = sent_on(session.part("views"), parse_day(day))
    if not show_balance(session.output, sent, day=day, lanes=lanes, lane=lane):
        raise typer.Exit(ExitCode.LOOK)


def _deviations(path: Path) -> list[object]:
    from interfaces.imported import content_of
    from interfaces.imports.table import Reject, Table
    from logistics.paper import Deviation

    name, content = content_of(path)
    rejects: list[Reject] = []
    found: list[object] = []
    table = Table(name, content, required=("branch", "what"), optional=("tote", "why"), rejects=rejects.append)
    for row in table:
        branch, what, tote, why = row.values
        if what not in _WHATS:
            raise Invalid("run.deviation:what", name=name, line=row.line, what=what[:20], whats=", ".join(_WHATS))
        found.append(Deviation(branch=branch, what=what, tote=tote, why=why))  # type: ignore[arg-type]
    if rejects:
        raise Invalid("run.deviation:line", file=rejects[0].file, line=rejects[0].line, reason=rejects[0].reason)
    return found


def _tell(session: Session, receipt: object) -> None:
    run = receipt.run  # type: ignore[attr-defined]
    record = {
        "run": run.run,
        "van": run.van,
        "trip": run.trip,
        "stops_made": sum(one.served for one in run.stops),
        "stops_skipped": sum(not one.served for one in run.stops),
        "on_board": len(run.on_board),
        "finished": run.finished,
    }
    session.output.show(record, tuple(record), title=f"Run {run.run}")


def _day(text: str) -> date:
    return date.fromisoformat(parse_day(text))


def _wave(text: str) -> Literal["am", "pm", "day"]:
    if text not in ("am", "pm", "day"):
        raise Invalid("plan.wave", wave=text[:20])
    return cast(Literal["am", "pm", "day"], text)
