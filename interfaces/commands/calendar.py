"""`branchline calendar`: closures, bank holidays and delivery windows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import Session, session_of
from interfaces.never_open import warn_of_never_open

if TYPE_CHECKING:
    from circulation.calendar_desk import CalendarDesk
    from circulation.closing import Change
    from logistics.closed_stops import PlannedCall
    from logistics.situation import Situation

app = typer.Typer()
Scope = Annotated[str, typer.Argument(help="A branch's code, a member's name, or all.")]


_CHANGES = ("kind", "subject", "branch", "was_us", "becomes_us", "why")
Preview = Annotated[bool, typer.Option("--preview", help="Only list what would change; nothing is recorded.")]


@app.command()
@accepts("request_id")
@listing
def close(
    context: typer.Context,
    scope: Scope,
    first: Annotated[str, typer.Option("--from", help="The first day, 2026-12-25.")],
    last: Annotated[str | None, typer.Option("--to", help="The last day; the first if unset.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept sealed.")] = "closed",
    preview: Preview = False,
) -> None:
    """
    Close a branch, a member or everybody, and list what changes: loans and hold shelves move to the next open day.

    Planned stops at a shut door are listed too; the plan is yours to draft again. Closing the same days again moves
    what fell into them since.

    Example: branchline calendar close bath --from 2026-12-24 --to 2026-12-28 --reason Heating --preview
    """
    from circulation.receipt import receipt_of
    from logistics.closed_stops import calls_that_fail, plans_of_days

    session = session_of(context)
    whole, last = _scope(session.part("ledger"), scope), last or first
    desk = _calendar_desk(session)
    if preview:
        changes = desk.preview(whole, first, last, reason)
        told = (
            f"Nothing was recorded. Dates that would move: {sum(1 for one in changes if one.becomes_us is not None)}."
        )
    else:
        effect = desk.close(session.caller, whole, first, last, reason, request=session.options.request)
        changes, told = list(effect.changes), receipt_of(effect.appended).sentence
    situation = _situation_with(session, whole, first, last)
    plans = plans_of_days(session.part("ledger"), *_days(first, last))
    session.output.emit((*_dates(changes), *_calls(calls_that_fail(plans, situation))), _CHANGES)
    session.output.note(told)
    warn_of_never_open(session, situation, _days(first, last)[0], scope=whole)


@app.command()
@accepts("request_id")
@listing
def withdraw(
    context: typer.Context,
    scope: Scope,
    closure: Annotated[str, typer.Argument(help="As `calendar list` shows it.")],
    preview: Preview = False,
) -> None:
    """
    Take a closure back, and list the dates that it had moved: they stay, so that nobody's loan is shortened.

    Plans that left a branch out because of it are listed too.

    Example: branchline calendar withdraw bath 2026-12-24
    """
    from circulation.administration import Administration, withdraw_closure
    from circulation.directory import all_closures
    from circulation.receipt import receipt_of
    from logistics.closed_stops import calls_that_work_again, plans_of_days
    from logistics.situation import read_situation

    session = session_of(context)
    ledger = session.part("ledger")
    whole = _scope(ledger, scope)
    before = read_situation(ledger)
    held = [one for one in before.calendar.closures if (one.scope, one.id) == (whole, closure)]
    if preview:
        withdraw_closure(all_closures(ledger).get(whole, ()), whole, closure)
        told = "Nothing was recorded."
    else:
        administration = Administration(session.part("commands"))
        request = session.options.request
        told = receipt_of(administration.withdraw_closure(session.caller, whole, closure, request=request)).sentence
    after = replace(before, calendar=before.calendar.without_closure(whole, closure))
    changes = _calendar_desk(session).moved_by_closure(whole, closure)
    calls = [call for one in held for call in calls_that_work_again(plans_of_days(ledger, one.first, one.last), after)]
    session.output.emit((*_dates(changes), *_calls(calls)), _CHANGES)
    session.output.note(told)


@app.command()
@accepts("request_id")
@listing
def settle(
    context: typer.Context,
    scope: Annotated[str, typer.Argument(help="A branch's code, a member's name, or all.")] = "all",
    preview: Preview = False,
) -> None:
    """
    Move what ends from now on on a day that is closed by now, as after a change of opening hours, and list it.

    Example: branchline calendar settle bath --preview
    """
    from circulation.receipt import receipt_of
    from interfaces.wiring import clock_of

    session = session_of(context)
    ledger = session.part("ledger")
    whole = _scope(ledger, scope)
    desk = _calendar_desk(session)
    if preview:
        changes, told = desk.closed_days(whole, clock_of(ledger)()), "Nothing was recorded."
    else:
        effect = desk.settle(session.caller, whole, request=session.options.request)
        changes, told = list(effect.changes), receipt_of(effect.appended).sentence
    session.output.emit(_dates(changes), _CHANGES)
    session.output.note(told)


def _calendar_desk(session: Session) -> CalendarDesk:
    from circulation.calendar_desk import CalendarDesk
    from projections.endings import EndingsOfViews

    return CalendarDesk(session.part("commands"), EndingsOfViews(session.part("views")))


def _dates(changes: Iterable[Change]) -> list[dict[str, object]]:
    return [{name: getattr(change, name) for name in _CHANGES} for change in changes]


def _situation_with(session: Session, scope: str, first: str, last: str) -> Situation:
    """The network with a closure, whether that holds already or is only asked about."""
    from circulation.calendar import Closure
    from logistics.situation import read_situation

    situation = read_situation(session.part("ledger"))
    asked = Closure("asked", scope, *_days(first, last), "")
    return replace(situation, calendar=situation.calendar.with_closure(asked))


def _days(first: str, last: str) -> tuple[date, date]:
    from circulation.administration import parse_day

    return date.fromisoformat(parse_day(first)), date.fromisoformat(parse_day(last))


def _calls(calls: Iterable[PlannedCall]) -> list[dict[str, object]]:
    return [
        {
            "kind": "plan",
            "subject": f"{call.plan} revision {call.revision}, {call.status}",
            "branch": call.branch,
            "was_us": None,
            "becomes_us": None,
            "why": call.why,
        }
        for call in calls
    ]


@app.command("import")
@listing
def import_days(context: typer.Context, file: Annotated[Path, typer.Argument(help="date,reason[,last,scope]")]) -> None:
    """Read bank holidays and other closed days from a CSV file."""
    from circulation.administration import Administration
    from interfaces.imported import content_of, tell
    from interfaces.imports.calendar import import_closures

    session = session_of(context)
    name, content = content_of(file)
    administration = Administration(session.part("commands"))
    outcome = import_closures(administration, session.part("ledger"), session.caller, name, content)
    if outcome.added or outcome.changed:
        session.output.note("Dates that fall on them already: branchline calendar settle --preview")
    tell(session, outcome, "closures")


@app.command()
@listing
def delivery(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="branch,monday..sunday[,door_note,stop_minutes]")]
) -> None:
    """Read delivery windows, door notes and minutes at the stop from a CSV file."""
    from circulation.administration import Administration
    from interfaces.imported import content_of, tell
    from interfaces.imports.calendar import import_delivery

    session = session_of(context)
    name, content = content_of(file)
    administration = Administration(session.part("commands"))
    tell(session, import_delivery(administration, session.part("ledger"), session.caller, name, content), "branches")


@app.command("list")
@accepts("as_of")
@listing
def list_closures(context: typer.Context) -> None:
    """The closures that hold, by whom they close."""
    from projections import network

    session = session_of(context)
    held = network.closures(session.part("views"), as_of=session.position)
    rows = [
        {"scope": scope, "closure": c.closure, "first": c.first, "last": c.last, "reason": c.reason}
        for scope, closed in held.items()
        for c in closed
    ]
    session.output.emit(rows, ("scope", "closure", "first", "last", "reason"))


def _scope(ledger: object, text: str) -> str:
    """The scope that is meant: `all`, a scope as written, a branch's code, or a member's name."""
    from circulation.directory import branches, members, unknown_branch

    known = branches(ledger)  # type: ignore[arg-type]
    if text == "all" or text.startswith(("member/", "branch/")):
        return text
    if text in known:
        return f"branch/{text}"
    if text in members(ledger):  # type: ignore[arg-type]
        return f"member/{text}"
    raise unknown_branch(text, known)
