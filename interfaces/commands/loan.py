"""`branchline loan`: lend, renew, and what is open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circulation.barcode import parse_barcode
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import session_of
from interfaces.overriding import Overriding, Why, reason_given
from interfaces.receipts import not_backdated, show_receipt

app = typer.Typer()
Barcode = Annotated[str, typer.Argument(metavar="BARCODE", help="The item.")]


@app.command()
@accepts("branch", "occurred_at", "json")
def out(
    context: typer.Context,
    card: Annotated[str, typer.Argument(metavar="CARD", help="The patron's.")],
    barcode: Barcode,
    override: Overriding = False,
    why: Why = "",
) -> None:
    """
    Lend an item at --branch to the patron of a card, from the shelf or from the hold shelf.

    Example: branchline loan out 29876000000011 30114000000017 --branch bath
    """
    session = session_of(context)
    _ = session.branch
    receipt = session.part("desk").loans.lend(
        session.caller,
        card=card,
        barcode=barcode,
        override=reason_given(override, why),
        request=session.options.request,
        happened_us=session.options.occurred_us,
    )
    show_receipt(session, receipt)


@app.command()
@accepts("branch", "json")
def renew(context: typer.Context, barcode: Barcode, override: Overriding = False, why: Why = "") -> None:
    """
    Give an open loan a later due time, by the rule that holds now.

    Example: branchline loan renew 30114000000017 --branch bath
    """
    session = session_of(context)
    _ = session.branch
    not_backdated(session)
    receipt = session.part("desk").loans.renew(
        session.caller, parse_barcode(barcode), override=reason_given(override, why), request=session.options.request
    )
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def recall(
    context: typer.Context,
    barcode: Barcode,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take a recall back: due as it was before.")] = False,
) -> None:
    """
    Shorten an open loan as far as the rules let it: never under its guaranteed days, and with days of notice.

    A recalled loan cannot be renewed. Rules with guaranteed days let a hold on a title without a free copy do this.

    Example: branchline loan recall 30114000000017
    """
    session = session_of(context)
    not_backdated(session)
    recalls = session.part("desk").recalls
    command = recalls.withdraw if withdraw else recalls.recall
    show_receipt(session, command(session.caller, barcode, request=session.options.request))


@app.command("list")
@accepts("branch", "as_of")
@listing
def list_loans(
    context: typer.Context,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose due time has passed.")] = False,
) -> None:
    """
    List the open loans, soonest due first; with --branch those that were lent there. Nobody is named.

    Example: branchline loan list --branch bath --overdue
    """
    from interfaces.condition_lists import claimed_returned
    from interfaces.moment import instant_asked
    from projections import loans

    session = session_of(context)
    now_us = instant_asked(session)
    found = loans.open_loans(
        session.part("views"),
        branch=session.options.branch,
        due_before_us=now_us if overdue else None,
        as_of=session.position,
    )
    back = claimed_returned(session.part("views"), as_of=session.position) if found else set()
    rows = (
        {**_plain(loan), "overdue": loan.due_us < now_us and loan.item not in back}
        for loan in found
        if not (overdue and loan.item in back)
    )
    session.output.emit(rows, _COLUMNS)


_COLUMNS = ("item", "branch", "lent_us", "due_us", "overdue", "renewals", "rule", "loan")


def _plain(loan: object) -> dict[str, object]:
    return {name: getattr(loan, name) for name in _COLUMNS if name != "overdue"}


@app.command()
@accepts("as_of")
@listing
def overrides(context: typer.Context) -> None:
    """
    List every rule that was overridden: for which item, by whom, when, and why until the loan is forgotten.

    Who reads reasons is recorded.
    """
    from interfaces.overrides import COLUMNS, overridden

    session = session_of(context)
    rows = list(overridden(session.part("ledger"), session.part("keyring"), upto=session.position))
    # Reasons are personal data: who is shown some is recorded.
    session.part("privacy").record_reasons(session.caller, sum(row["why"] is not None for row in rows))
    session.output.emit(rows, COLUMNS)


@app.command("long-overdue")
@of_any_moment
@accepts("branch")
@listing
def long_overdue(
    context: typer.Context,
    after_days: Annotated[int, typer.Option(min=1, help="Overdue for so many days.")] = 60,
    declare: Annotated[bool, typer.Option("--declare", help="Give them up; again, it changes nothing.")] = False,
) -> None:
    """
    List the loans that are overdue for too long, and with --declare give their copies up.

    Example: branchline loan long-overdue --after-days 60 --declare
    """
    from circulation.clock import DAY_US
    from interfaces.condition_lists import long_overdue as overdue_for_long

    session = session_of(context)
    not_backdated(session)
    due_before_us = session.part("commands").clock() - after_days * DAY_US
    found = overdue_for_long(session.part("views"), due_before_us=due_before_us, branch=session.options.branch)
    rows = []
    for loan in found:
        if declare:
            session.part("desk").claims.long_overdue(session.caller, loan.item, after_days=after_days)
        rows.append({"item": loan.item, "loan": loan.loan, "due_us": loan.due_us, "declared": declare})
    session.output.emit(rows, ("item", "loan", "due_us", "declared"))


@app.command("claim-returned")
@accepts("json")
def claim_returned(
    context: typer.Context,
    barcode: Barcode,
    at: Annotated[str | None, typer.Option(metavar="CODE", help="Where the patron says that it is.")] = None,
) -> None:
    """
    The patron says that a copy is back: it is not overdue, and every branch on its way looks for it.

    Example: branchline loan claim-returned 30114000000017 --at wells
    """
    session = session_of(context)
    not_backdated(session)
    receipt = session.part("desk").claims.claim_returned(
        session.caller, barcode, said=at, request=session.options.request
    )
    show_receipt(session, receipt)


@app.command("claim-never-had")
@accepts("json")
def claim_never_had(context: typer.Context, barcode: Barcode) -> None:
    """The patron never had the copy: the loan ends, and the copy is missing."""
    session = session_of(context)
    not_backdated(session)
    receipt = session.part("desk").claims.never_had(session.caller, barcode, request=session.options.request)
    show_receipt(session, receipt)


@app.command("claim-reject")
@accepts("json")
def claim_reject(context: typer.Context, barcode: Barcode) -> None:
    """The claim that a copy is back does not hold: the loan is an ordinary one again."""
    session = session_of(context)
    not_backdated(session)
    receipt = session.part("desk").claims.reject(session.caller, barcode, request=session.options.request)
    show_receipt(session, receipt)


@app.command("claims")
@of_any_moment
@accepts("branch")
@listing
def list_claims(
    context: typer.Context,
    expire_after: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, help="End those that are older and that all have looked into.")
    ] = None,
) -> None:
    """List the copies that their patrons say are back, and who has not looked for them yet. Nobody is named."""
    from circulation.errors import Refused
    from interfaces.condition_lists import CONDITION_COLUMNS, condition_rows
    from projections import conditions

    session = session_of(context)
    found = conditions.conditions(session.part("views"), branch=session.options.branch, what=("claimed-returned",))
    rows = []
    for row in condition_rows(session.part("ledger"), found):
        expired = False
        if expire_after is not None:
            try:
                session.part("desk").claims.expire(session.caller, str(row["item"]), after_days=expire_after)
                expired = True
            except Refused as refused:
                if not refused.code.startswith("claim."):
                    raise
        rows.append({**row, "expired": expired})
    session.output.emit(rows, (*CONDITION_COLUMNS[:-1], "expired"))


@app.command("import")
@listing
def import_file(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="barcode,card,branch,lent,due[,renewals]")]
) -> None:
    """Take in the open loans of another system from a CSV file; limits do not keep them out."""
    from interfaces.imported import tell
    from interfaces.imports.loans import import_loans
    from interfaces.imports.table import open_file

    session = session_of(context)
    with open_file(file) as source, session.output.progress("loans") as advance:
        outcome = import_loans(
            session.part("commands"), session.part("keyring"), session.caller, file.name, source, progress=advance
        )
    tell(session, outcome, "loans")
