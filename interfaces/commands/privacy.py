"""`branchline privacy`: forget people, age what has ended, give people their data, search for what should not be."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.forgetting import Kind
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import session_of
from interfaces.exit_code import ExitCode
from interfaces.receipts import not_backdated

if TYPE_CHECKING:
    from circulation.ageing import Aged
    from circulation.forgetting import LegalHold

app = typer.Typer()
Who = Annotated[str, typer.Argument(metavar="CARD", help="The card's number; - reads it from the standard input.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="The reason, which is kept sealed.")]


def _given(card: str) -> str:
    """The card; one that is typed on the command line stays in the shell's history."""
    return sys.stdin.readline().strip() if card == "-" else card


@app.command()
def forget(context: typer.Context, card: Who) -> None:
    """
    Forget a patron: name, contact and cards, and whose loans and holds it were. It cannot be taken back.

    Refused while loans, claims or holds are open, or a legal hold stands. A patron's random id does as well as a card.

    Example: branchline privacy forget 29876000000011
    """
    session = session_of(context)
    not_backdated(session)
    appended = session.part("privacy").forget(session.caller, _given(card), request=session.options.request)
    session.output.note("The patron is forgotten." if appended.facts else "The patron was forgotten before.")


@app.command()
@listing
def age(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what is due.")] = False,
) -> None:
    """
    Forget whose the loans, holds and unknown codes were that ended longer ago than they are to be kept; run it daily.

    What a legal hold keeps is listed as kept. Cut off or given again, it goes on where it was.

    Example: branchline privacy age --dry-run
    """
    session = session_of(context)
    not_backdated(session)
    rows: list[dict[str, object]] = []

    def told(batch: Sequence[Aged]) -> None:
        rows.extend({"kind": one.kind, "what": one.what, "ended_us": one.ended_us, "kept": one.kept} for one in batch)

    destroyed = session.part("privacy").age(session.caller, dry_run=dry_run, told=told)
    session.output.emit(rows, ("kind", "what", "ended_us", "kept"))
    kept = sum(bool(row["kept"]) for row in rows)
    by_law = f", {kept} kept by a legal hold" if kept else ""
    session.output.note(f"{len(rows) - kept} due{by_law}; {destroyed} keys destroyed.")


@app.command()
@listing
def retention(
    context: typer.Context,
    kind: Annotated[Kind | None, typer.Argument(metavar="[KIND]", help="loan, hold, code, reason or login.")] = None,
    days: Annotated[int | None, typer.Option(help="Keep it for so many days after its end.")] = None,
) -> None:
    """
    Show for how many days after their end things stay linked to people, and with KIND and --days set it.

    Example: branchline privacy retention loan --days 30
    """
    session = session_of(context)
    desk = session.part("privacy")
    if kind is not None and days is not None:
        desk.set_retention(session.caller, kind, days, request=session.options.request)
    kept = desk.retention()
    rows = [
        {"kind": name, "days": kept.days[name], "rule": kept.rule(name)} for name in kept.days if kind in (None, name)
    ]
    session.output.emit(rows, ("kind", "days", "rule"))


@app.command("legal-hold")
def legal_hold(context: typer.Context, card: Who, why: Why = "") -> None:
    """
    Keep everything of a patron until it is lifted; the reason is kept sealed.

    Example: branchline privacy legal-hold 29876000000011 --why 'letter of 3 March'
    """
    session = session_of(context)
    not_backdated(session)
    name = session.part("privacy").place_legal_hold(session.caller, _given(card), why, request=session.options.request)
    session.output.note(f"Legal hold {name} stands; lift it with: branchline privacy legal-hold-lift {name}")


@app.command("legal-hold-lift")
def legal_hold_lift(
    context: typer.Context, name: Annotated[str, typer.Argument(help="As listed by privacy legal-holds.")]
) -> None:
    """Lift a legal hold: what it kept goes when keys are aged next."""
    session = session_of(context)
    not_backdated(session)
    session.part("privacy").lift_legal_hold(session.caller, name, request=session.options.request)
    session.output.note(f"Legal hold {name} is lifted.")


@app.command("legal-holds")
@of_any_moment
@listing
def legal_holds(
    context: typer.Context,
    reasons: Annotated[bool, typer.Option("--reasons", help="Show the reasons, which is recorded.")] = False,
) -> None:
    """List the legal holds; nobody is named."""
    session = session_of(context)
    desk = session.part("privacy")
    holds: list[LegalHold] = desk.legal_holds()
    if reasons:
        desk.record_reasons(session.caller, len(holds))
    rows = [
        {
            "name": hold.name,
            "since_us": hold.since_us,
            "lifted": hold.lifted,
            **({"why": desk.why_held(hold)} if reasons else {}),
        }
        for hold in holds
    ]
    session.output.emit(rows, ("name", "since_us", "lifted", *(("why",) if reasons else ())))


@app.command()
def export(
    context: typer.Context,
    card: Who,
    to: Annotated[Path, typer.Option(metavar="FILE", help="A new file, which only you may read.")],
    why: Why = "asked by the person",
) -> None:
    """
    Write everything about a patron that can still be opened to a JSON file, to be given to them; it is recorded.

    Example: branchline privacy export 29876000000011 --to ada.json
    """
    from interfaces.private_file import new_private_file

    session = session_of(context)
    not_backdated(session)
    with new_private_file(to) as write:
        write(session.part("privacy").export(session.caller, _given(card), why=why, request=session.options.request))
    session.output.note(f"Written to {to}. Delete it when it was handed over.")


@app.command("read")
@accepts("json")
def read(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="LOAN|HOLD", help="Such as 30114000000017#2 or t-dune#1.")],
    why: Why = "",
) -> None:
    """
    Break the glass: name, contact and card of whose loan or hold it was. It is recorded first, with the reason.

    For auditors and coordinators. Example: branchline privacy read '30114000000017#2' --why 'found a letter in it'
    """
    session = session_of(context)
    not_backdated(session)
    told = session.part("privacy").break_glass(session.caller, what, why=why, request=session.options.request)
    session.output.show(told, tuple(told), title="Whose it was")


@app.command()
@listing
def check(
    context: typer.Context,
    also: Annotated[
        list[Path] | None, typer.Option("--also", metavar="PATH", help="A file or folder more; may be repeated.")
    ] = None,
) -> None:
    """
    Search every byte of the store for names, cards or contacts, one a line on the standard input; exits 3 if found.

    A file store is searched file by file (log, keys, views, write-ahead logs), a server table by table. What was
    searched for is neither kept nor shown.

    Example: branchline privacy check --also /var/backups < names.txt
    """
    from interfaces.byte_search import COLUMNS, search_store

    session = session_of(context)
    needles = [line.strip() for line in sys.stdin if line.strip()]
    searched = search_store(session.part("ledger").url, also or (), needles)
    session.output.emit([row.told() for row in searched], COLUMNS)
    found = sum(row.found for row in searched)
    total = sum(row.read for row in searched)
    session.output.note(
        f"{len(needles)} texts searched for in {len(searched)} places, {total} bytes: {found or 'none'} found."
    )
    if found:
        raise typer.Exit(ExitCode.LOOK)
