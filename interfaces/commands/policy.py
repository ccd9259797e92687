"""`branchline policy`: loan rules, by owner, patron category and item type."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import session_of

app = typer.Typer()
Rule = Annotated[str, typer.Argument(metavar="RULE", help="The rule's name, which receipts show.")]
Number = int | None

_COLUMNS = (
    "rule", "owner", "category", "item_type", "days", "renewals", "loan_limit", "hold_limit", "shelf_days",
)  # fmt: skip


@app.command("set")
def set_rule(
    context: typer.Context,
    rule: Rule,
    owner: Annotated[str | None, typer.Option(help="Items of this member; * is any.")] = None,
    category: Annotated[str | None, typer.Option(help="Patrons of this category; * is any.")] = None,
    item_type: Annotated[str | None, typer.Option("--type", help="Items of this type; * is any.")] = None,
    days: Annotated[Number, typer.Option(help="How long a loan is.")] = None,
    renewals: Annotated[Number, typer.Option(help="How often it may be renewed.")] = None,
    loan_limit: Annotated[Number, typer.Option(help="Open loans of a patron in the whole network.")] = None,
    hold_limit: Annotated[Number, typer.Option(help="Open holds of a patron in the whole network.")] = None,
    shelf_days: Annotated[Number, typer.Option(help="How long a copy waits on the hold shelf.")] = None,
) -> None:
    """
    Set a loan rule; what is not said stays as it was, in a new rule as where no rule holds.

    The most specific rule wins: owner before category before type.
    Example: branchline policy set dvd --type dvd --days 7 --renewals 0
    """
    from circulation.administration import Administration
    from circulation.directory import loan_rules
    from circulation.policy import DEFAULT_RULE

    session = session_of(context)
    before = loan_rules(session.part("ledger")).get(rule) or replace(DEFAULT_RULE, rule=rule)
    given = {
        "owner": owner,
        "category": category,
        "item_type": item_type,
        "days": days,
        "renewals": renewals,
        "loan_limit": loan_limit,
        "hold_limit": hold_limit,
        "shelf_days": shelf_days,
    }
    after = replace(before, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    Administration(session.part("commands")).set_loan_rule(session.caller, after, request=session.options.request)
    session.output.note(f"Rule {rule}: {after.days} days, {after.renewals} renewals.")


@app.command()
def remove(context: typer.Context, rule: Rule) -> None:
    """Remove a loan rule; loans that were made by it keep their dates."""
    from circulation.administration import Administration

    session = session_of(context)
    Administration(session.part("commands")).remove_loan_rule(session.caller, rule, request=session.options.request)
    session.output.note(f"Rule {rule} does not hold any more.")


@app.command("list")
@accepts("as_of")
@listing
def list_rules(context: typer.Context) -> None:
    """The loan rules that hold, and what holds where none fits."""
    from circulation.policy import DEFAULT_RULE
    from projections import network

    session = session_of(context)
    rules = network.loan_rules(session.part("views"), as_of=session.position)
    shown = [*(rules[name] for name in sorted(rules)), *(() if "default" in rules else (DEFAULT_RULE,))]
    session.output.emit(shown, _COLUMNS)
