"""`branchline item`: where one copy is and was, everything that happened to it, and what is wrong with it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from circulation.barcode import parse_barcode
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.output import Format
from interfaces.receipts import not_backdated, show_receipt

app = typer.Typer()
Barcode = Annotated[str, typer.Argument(metavar="BARCODE", help="The item's.")]


@app.command()
@accepts("as_of", "json", "csv")
def show(context: typer.Context, barcode: Barcode) -> None:
    """
    Show where an item is, how that is known, and what it is there for; nobody is named.

    What is shown is true at the position that is shown with it; --as-of asks about any past moment.

    Example: branchline item show 30114000000017 --as-of 2026-11-24T14:00:00Z
    """
    from interfaces.item_card import COLUMNS, item_card

    session = session_of(context)
    session.focus = parse_barcode(barcode)
    card = item_card(session, session.focus)
    is_for_people = session.options.format is Format.TABLE
    session.output.show(card, tuple(name for name in COLUMNS if not is_for_people or card[name] is not None))


@app.command()
@accepts("as_of")
@listing
def history(context: typer.Context, barcode: Barcode) -> None:
    """
    List everything that happened to an item, and to the totes while it was inside, with who did it and when.

    A scan also says which rules were considered when it was decided, the one that decided last.
    """
    from interfaces.facts import HISTORY, history_row
    from projections.history import history as facts_of

    session = session_of(context)
    session.focus = parse_barcode(barcode)
    facts = facts_of(session.part("ledger"), session.focus, as_of=session.position)
    if session.options.as_happened:
        facts.sort(key=lambda fact: fact.happened_us)
    session.output.emit((history_row(fact) for fact in facts), HISTORY)


@app.command()
@of_any_moment
@listing
def placement(
    context: typer.Context,
    barcode: Barcode,
    at: Annotated[str, typer.Option(help="The branch at which it would be scanned.")],
) -> None:
    """
    What a scan at a branch would come to, and on what grounds: every rule considered, the deciding one last.

    Nothing is recorded. Example: branchline item placement 30114000000017 --at wells
    """
    from circulation.grounds import sentence_of_ground

    session = session_of(context)
    found = session.part("desk").placement(barcode, at, at_us=session.options.occurred_us)
    for_hold = f" for hold {found.hold}" if found.hold else ""
    goes = f"goes to {found.to}, reason {found.reason}" if found.to else "stays there"
    session.output.note(f"Scanned at {at}, {found.item} {goes}{for_hold}.")
    rows = [
        {"item": found.item, "at": at, "to": found.to, "reason": found.reason, "hold": found.hold, "ground": ground}
        | {"sentence": sentence_of_ground(ground)}
        for ground in found.grounds
    ]
    session.output.emit(rows, ("ground", "sentence", "item", "at", "to", "reason", "hold"))


@app.command()
@accepts("branch", "json")
def undo(context: typer.Context, barcode: Barcode) -> None:
    """
    Undo the last scan, loan or renewal of an item, at --branch; it stays in the log, and counts no more.

    Refused where something else has happened to the item since.

    Example: branchline item undo 30114000000017 --branch bath
    """
    session = session_of(context)
    _ = session.branch
    not_backdated(session)
    receipt = session.part("desk").undo(session.caller, parse_barcode(barcode), request=session.options.request)
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def edit(
    context: typer.Context,
    barcode: Barcode,
    home: Annotated[str | None, typer.Option(metavar="CODE", help="The branch where it belongs.")] = None,
    item_type: Annotated[str | None, typer.Option("--type", help="What it is: book, dvd, …")] = None,
    shelf_mark: Annotated[str | None, typer.Option(help="Where it stands on the shelf.")] = None,
    part: Annotated[
        str | None, typer.Option(metavar="PART", help="The volume or part of the title; empty for a whole copy.")
    ] = None,
    floats: Annotated[
        bool | None, typer.Option("--floats/--goes-home", help="Whether it stays where returned.")
    ] = None,
    holdable: Annotated[bool | None, typer.Option("--holdable/--not-holdable", help="Whether holds take it.")] = None,
) -> None:
    """
    Change what is said of an item; what is not said stays. Who waits for its title is thought of at once.

    Example: branchline item edit 30114000000017 --holdable
    """
    from circulation.catalogue_desk import Edit

    session = session_of(context)
    not_backdated(session)
    change = Edit(home, item_type, shelf_mark, floats, holdable, part)
    receipt = session.part("desk").catalogue.edit(session.caller, barcode, change, request=session.options.request)
    show_receipt(session, receipt)


# --- what is wrong with it -----------------------------------------------------------------------------------------

NoteCode = Annotated[
    str, typer.Option("--note-code", metavar="CODE", help="What is the matter; a wrong one lists all.")
]


class Found(StrEnum):
    """What may be reported of a copy in somebody's hands."""

    DAMAGED = "damaged"
    INCOMPLETE = "incomplete"


class Why(StrEnum):
    """Why a condition does not hold."""

    REPAIRED = "repaired"
    MISTAKE = "mistake"


@app.command()
@accepts("branch", "json")
def condition(
    context: typer.Context,
    barcode: Barcode,
    what: Annotated[Found, typer.Argument(help="What it is.")],
    note_code: NoteCode,
    photo: Annotated[Path | None, typer.Option(help="A picture, kept beside the log under its SHA-256.")] = None,
    van: Annotated[str | None, typer.Option(metavar="CODE", help="It was seen on this van.")] = None,
) -> None:
    """
    Report a copy that was found damaged or incomplete at a hand-over, at --branch or on a van.

    It fills no hold and goes home until it is restored; the last two who had it are named.
    Example: branchline item condition 30114000000017 damaged --note-code wet --branch bath
    """
    session = session_of(context)
    not_backdated(session)
    if van is None:
        _ = session.branch
    receipt = session.part("desk").conditions.report(
        session.caller,
        barcode,
        what.value,
        code=note_code,
        photo=None if photo is None else photo.read_bytes(),
        van=van,
        request=session.options.request,
    )
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def withdraw(
    context: typer.Context,
    barcode: Barcode,
    note_code: NoteCode,
    give_up_hold: Annotated[
        bool, typer.Option("--give-up-hold", help="Even if it is set aside: its hold is asked for another copy.")
    ] = False,
) -> None:
    """Take a copy out of the stock: it fills no hold and goes to its owner. Only an administrator undoes it."""
    session = _now(context)
    receipt = session.part("desk").conditions.withdraw(
        session.caller, barcode, code=note_code, gives_up_hold=give_up_hold, request=session.options.request
    )
    show_receipt(session, receipt)


@app.command()
@accepts("branch", "json")
def missing(context: typer.Context, barcode: Barcode) -> None:
    """A copy was looked for at --branch and not found; its hold is asked for another copy."""
    session = _now(context)
    _ = session.branch
    receipt = session.part("desk").conditions.missing(session.caller, barcode, request=session.options.request)
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def lost(context: typer.Context, barcode: Barcode) -> None:
    """Give a copy up. A loan stays open until the copy is scanned anywhere; its hold is asked for another copy."""
    session = _now(context)
    show_receipt(
        session, session.part("desk").conditions.lost(session.caller, barcode, request=session.options.request)
    )


@app.command()
@accepts("json")
def paid(context: typer.Context, barcode: Barcode) -> None:
    """A lost copy was paid for, as another system says; if it comes back, its owner decides about a refund."""
    session = _now(context)
    show_receipt(
        session, session.part("desk").conditions.paid(session.caller, barcode, request=session.options.request)
    )


@app.command()
@accepts("json")
def restore(
    context: typer.Context,
    barcode: Barcode,
    what: Annotated[str | None, typer.Option(metavar="CONDITION", help="Which one, if it has two.")] = None,
    why: Annotated[Why, typer.Option(help="It was put right, or it was never so.")] = Why.REPAIRED,
) -> None:
    """A condition does not hold any more, or never did; who may say so is in: branchline item rules."""
    session = _now(context)
    receipt = session.part("desk").conditions.restore(
        session.caller, barcode, what=what, why=why.value, request=session.options.request
    )
    show_receipt(session, receipt)


@app.command()
@accepts("branch", "json")
def searched(
    context: typer.Context,
    barcode: Barcode,
    found: Annotated[bool, typer.Option("--found", help="It is here: check it in.")] = False,
) -> None:
    """An absent copy was looked for at --branch, and was not found unless --found."""
    session = _now(context)
    _ = session.branch
    receipt = session.part("desk").conditions.searched(
        session.caller, barcode, found=found, request=session.options.request
    )
    show_receipt(session, receipt)


@app.command()
@accepts("branch", "as_of")
@listing
def conditions(
    context: typer.Context,
    owner: Annotated[str | None, typer.Option(help="Only copies of this member.")] = None,
    what: Annotated[
        str | None, typer.Option(metavar="LIST", help="Only these, such as lost,missing; see item rules.")
    ] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Those that have ended, the latest first.")] = False,
) -> None:
    """
    List what is wrong with copies: since when, by whom, and who had each last; with --branch what concerns it.

    Example: branchline item conditions --owner Somerset --what lost,lost-and-paid --ended
    """
    from interfaces.condition_lists import CONDITION_COLUMNS, condition_rows, named
    from projections import conditions as view

    session = session_of(context)
    # How a condition ended is asked of a replay: only those that stand are asked for a moment.
    session.replays = session.replays or (ended and session.options.as_of is not None)
    views, chosen = session.part("views"), named(what)
    if ended:
        found = view.ended_conditions(views, owner=owner, what=chosen)
        session.output.emit(found, ("item", "what", "since_us", "ended", "ended_us", "ended_branch"))
        return
    standing = view.conditions(views, owner=owner, branch=session.options.branch, what=chosen, as_of=session.position)
    session.output.emit(condition_rows(session.part("ledger"), standing), CONDITION_COLUMNS)


@app.command()
@of_any_moment
@accepts("branch")
@listing
def searches(context: typer.Context) -> None:
    """List the copies that are to be looked for; with --branch those that it has not looked for yet."""
    from interfaces.condition_lists import CONDITION_COLUMNS, condition_rows
    from projections import conditions as view

    session = session_of(context)
    found = view.conditions(session.part("views"), branch=session.options.branch, searching=True)
    session.output.emit(condition_rows(session.part("ledger"), found), CONDITION_COLUMNS[:-1])


@app.command()
@listing
def rules(context: typer.Context) -> None:
    """List every condition: who may set it and how, who may undo it and how, and what a scan does."""
    from circulation.condition_rules import CONDITIONS

    session = session_of(context)
    rows = (
        {
            "condition": rule.what,
            "kind": rule.kind,
            "set_by": [role.value for role in rule.set_by] or ["administrator"],
            "set_with": rule.set_with,
            "undone_by": [role.value for role in rule.undone_by] or ["administrator"],
            "undone_with": rule.undone_with,
            "fills_holds": rule.fills_holds,
            "lendable": rule.lendable,
            "on_scan": rule.on_scan,
        }
        for rule in CONDITIONS.values()
    )
    session.output.emit(rows, _RULES)


_RULES = (
    "condition", "kind", "set_by", "set_with", "undone_by", "undone_with", "fills_holds", "lendable", "on_scan",
)  # fmt: skip


def _now(context: typer.Context) -> Session:
    """The session of a command that is true from when it is given."""
    session = session_of(context)
    not_backdated(session)
    return session
