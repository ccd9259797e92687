"""`branchline policy`: loan rules and transfer limits, their versions, and what holds on a day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import Session, session_of
from interfaces.output import Format

if TYPE_CHECKING:
    from circulation.policy import LoanRule
    from circulation.policy_desk import PolicyDesk

app = typer.Typer()
Rule = Annotated[str, typer.Argument(metavar="RULE", help="The rule's name, which receipts show.")]
Limit = Annotated[str, typer.Argument(metavar="LIMIT", help="The limit's name, which receipts show.")]
Number = int | None
First = Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day; today if unset.")]
Last = Annotated[str | None, typer.Option("--until", metavar="DAY", help="The last day; no end if unset.")]
Reason = Annotated[str | None, typer.Option(help="Why; needed for days that lie in the past, and kept sealed.")]
Owner = Annotated[str | None, typer.Option(help="Items of this member; * is any.")]
Category = Annotated[str | None, typer.Option(help="Patrons of this category; * is any.")]
ItemType = Annotated[str | None, typer.Option("--type", help="Items of this type; * is any.")]
At = Annotated[str | None, typer.Option("--at", metavar="CODE", help="At this branch's desk; * is any.")]
Day = Annotated[str | None, typer.Option("--on", metavar="DAY", help="The day asked about; today if unset.")]
Origin = Annotated[
    str, typer.Option("--from", metavar="PLACE", help="branch/CODE, member/NAME or owner/NAME; * is any.")
]
Destination = Annotated[str, typer.Option("--to", metavar="PLACE", help="branch/CODE or member/NAME; * is any.")]

_COLUMNS = (
    "rule", "version", "from_day", "until_day", "owner", "category", "item_type", "branch",
    "days", "renewals", "loan_limit", "hold_limit", "shelf_days", "holdable", "floats", "age_protection_days",
    "guaranteed_days", "recall_notice_days", "closed_day", "reason",
)  # fmt: skip
_SHORT = (
    "rule", "from_day", "until_day", "owner", "category", "item_type", "branch", "days", "renewals", "loan_limit",
    "hold_limit", "shelf_days", "others",
)  # fmt: skip
_LIMITS = ("limit", "version", "from_day", "until_day", "origin", "destination", "item_type", "allowed", "reason")


@app.command("set")
def set_rule(
    context: typer.Context,
    rule: Rule,
    owner: Owner = None,
    category: Category = None,
    item_type: ItemType = None,
    at: At = None,
    days: Annotated[Number, typer.Option(help="How long a loan is.")] = None,
    renewals: Annotated[Number, typer.Option(help="How often it may be renewed.")] = None,
    loan_limit: Annotated[
        Number, typer.Option(help="Open loans of a patron in the whole network, of what the rule is for.")
    ] = None,
    hold_limit: Annotated[Number, typer.Option(help="Open holds of a patron in the whole network.")] = None,
    shelf_days: Annotated[Number, typer.Option(help="How long a copy waits on the hold shelf.")] = None,
    holdable: Annotated[bool | None, typer.Option("--holdable/--not-holdable", help="Whether holds take them.")] = None,
    floats: Annotated[
        bool | None, typer.Option("--floats/--goes-home", help="Whether they stay where returned.")
    ] = None,
    age_protection_days: Annotated[
        Number, typer.Option(help="How long new copies serve their own branch first.")
    ] = None,
    guaranteed_days: Annotated[Number, typer.Option(help="A recall leaves a loan at least so long.")] = None,
    recall_notice_days: Annotated[Number, typer.Option(help="And leaves so many days to bring it.")] = None,
    closed_day: Annotated[
        str | None,
        typer.Option(metavar="WHICH", help="If due while the branch is shut: next-open, previous-open or keep."),
    ] = None,
    leave_open: Annotated[
        list[str] | None, typer.Option(metavar="VALUE", help="Take this value out of the rule, such as loan_limit.")
    ] = None,
    first: First = None,
    last: Last = None,
    reason: Reason = None,
) -> None:
    """
    Set a loan rule; what is not said stays as it was, and in a new rule is left to the next most specific one.

    The most specific rule wins: owner before category before type before branch. Each change is a new version that
    holds from its first day on; what was decided before stays as it was decided.

    Example: branchline policy set dvd --type dvd --days 7 --renewals 0
    """
    from circulation.policy import VALUES, LoanRuleSet
    from circulation.policy_changes import RuleChange

    session = session_of(context)
    given = {
        "days": days,
        "renewals": renewals,
        "loan_limit": loan_limit,
        "hold_limit": hold_limit,
        "shelf_days": shelf_days,
        "holdable": holdable,
        "floats": floats,
        "age_protection_days": age_protection_days,
        "guaranteed_days": guaranteed_days,
        "recall_notice_days": recall_notice_days,
        "closed_day": closed_day,
    }
    change = RuleChange(
        rule=rule,
        owner=owner,
        category=category,
        item_type=item_type,
        branch=at,
        values={name: value for name, value in given.items() if value is not None},
        leave_open=tuple(sorted({name.replace("-", "_") for name in leave_open or ()})),
        from_day=first,
        until_day=last,
        reason=reason,
    )
    done = _desk(session).set_rule(session.caller, change, request=session.options.request)
    if not done.facts or not isinstance(done.facts[0].event, LoanRuleSet):
        session.output.note(f"Rule {rule} says so already.")
        return
    event = done.facts[0].event
    values = ", ".join(f"{name} {value}" for name in VALUES if (value := getattr(event, name)) is not None)
    session.output.note(f"Rule {rule}, {_window(event.from_day or '', event.until_day)}: {values}.")
    if holdable is not None:
        _tell_affected(session, rule)


def _window(first: str, last: str | None) -> str:
    return f"from {first} until {last}" if last else f"from {first}"


def _tell_affected(session: Session, rule: str) -> None:
    """What a rule about holdable copies means for holds that wait already is a command of its own."""
    from projections import affected

    standing = affected.standing_rule(session.part("views"), rule)
    titles = () if standing is None else affected.titles_of_rule(session.part("views"), standing)
    if titles:
        session.output.note(
            f"Titles whose waiting holds this is about: {len(titles)}. Look for their copies again with: "
            f"branchline hold retarget --affected {rule}"
        )


@app.command()
def remove(context: typer.Context, rule: Rule, first: First = None, reason: Reason = None) -> None:
    """Let no version of a rule hold from a day on; loans that were made by it keep their dates."""
    session = session_of(context)
    _desk(session).remove_rule(session.caller, rule, from_day=first, reason=reason, request=session.options.request)
    session.output.note(f"Rule {rule} does not hold any more from {first or 'today'} on.")


@app.command("list")
@accepts("as_of")
@listing
def list_rules(
    context: typer.Context,
    on: Day = None,
    all_: Annotated[bool, typer.Option("--all", help="Every version of every rule, also those that ended.")] = False,
) -> None:
    """
    List the versions of the rules that hold today or will, and what holds where no rule says anything.

    With --on those that hold on that day; with --as-of as it was known then.

    Example: branchline policy list --on 2026-05-03 --as-of 2026-05-01T12:00:00Z
    """
    from circulation.administration import parse_day
    from circulation.policy import LoanRule, in_force
    from circulation.ruling import DEFAULTS
    from projections import network

    session = session_of(context)
    rules = network.loan_rules(session.part("views"), as_of=session.position)
    today = _today(session)
    shown = []
    for name in sorted(rules):
        for version in rules[name]:
            if on is not None:
                holds = in_force(rules[name], parse_day(on)) == version
            else:
                holds = version in (in_force(rules[name], today), in_force(rules[name], max(today, version.from_day)))
            if all_ or holds:
                shown.append(version)
    if "default" not in rules:
        shown.append(LoanRule("default", 0, **DEFAULTS))
    session.output.emit([_row(version) for version in shown], _for_reader(session))


def _row(version: LoanRule) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(version, name) for name in _COLUMNS}
    row["others"] = [f"{name} {value}" for name, value in version.values.items() if name not in _SHORT] + (
        ["removed"] if version.removed else []
    )
    return {**row, "removed": version.removed}


def _for_reader(session: Session) -> tuple[str, ...]:
    return _SHORT if session.options.format is Format.TABLE else (*_COLUMNS, "removed")


@app.command("test")
@accepts("as_of", "json")
def try_rules(
    context: typer.Context,
    owner: Owner = None,
    category: Category = None,
    item_type: ItemType = None,
    at: At = None,
    item: Annotated[str | None, typer.Option(metavar="BARCODE", help="Or the owner and type of this item.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="CODE", help="May it travel there from --at?")] = None,
    on: Day = None,
) -> None:
    """
    Say which ruling holds and why: each value with its rule, and every version of every rule with why it lost.

    Nothing is recorded. Without --as-of it is answered by what is known now.

    Example: branchline policy test --category child --type dvd --at bath --on 2026-12-24
    """
    from circulation.administration import parse_day
    from circulation.ruling import ANY, Asked
    from interfaces.ruling_card import kind_of, ruling_card

    session = session_of(context)
    if item is not None:
        owner, item_type = kind_of(session, item)
    day = _today(session) if on is None else parse_day(on)
    card = ruling_card(session, Asked(owner or ANY, category or ANY, item_type or ANY, at or ANY, day), to)
    if session.options.format is Format.TABLE:
        session.output.emit(card["values"], ("value", "is", "rule"), title=f"On {day}:")
        columns = ("rule", "from_day", "until_day", "for", "gave", "why")
        session.output.emit(card["considered"], columns, title="Considered:")
        if to is not None:
            session.output.note(str(card["journey"]))
    else:
        session.output.show(card, tuple(card))


@app.command("import")
@listing
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="rule[,owner,category,item_type,branch,from,until,days,renewals,…]")],
) -> None:
    """Read loan rules from a CSV file, a rule a row, an empty cell being left open; the same file changes nothing."""
    from interfaces.imported import content_of, tell
    from interfaces.imports.policy import import_rules

    session = session_of(context)
    name, content = content_of(file)
    tell(session, import_rules(_desk(session), session.part("ledger"), session.caller, name, content), "rules")


# --- transfer limits -----------------------------------------------------------------------------------------------


@app.command()
def deny(
    context: typer.Context,
    limit: Limit,
    reason: Annotated[str, typer.Option(help="Why; staff and patrons are told it.")],
    origin: Origin = "*",
    destination: Destination = "*",
    item_type: Annotated[str, typer.Option("--type", help="Items of this type; * is any.")] = "*",
    first: Annotated[str | None, typer.Option("--from-day", metavar="DAY", help="Today if unset.")] = None,
    last: Last = None,
) -> None:
    """
    Deny journeys from one place to another: holds do not ask for such copies, and returned ones stay.

    Example: branchline policy deny dvds-stay --from branch/bath --type dvd --reason "DVDs do not leave Bath."
    """
    _limit(context, limit, origin, destination, item_type, reason, first, last, allowed=False)


@app.command()
def allow(
    context: typer.Context,
    limit: Limit,
    reason: Annotated[str, typer.Option(help="Why.")],
    origin: Origin = "*",
    destination: Destination = "*",
    item_type: Annotated[str, typer.Option("--type", help="Items of this type; * is any.")] = "*",
    first: Annotated[str | None, typer.Option("--from-day", metavar="DAY", help="Today if unset.")] = None,
    last: Last = None,
) -> None:
    """Except journeys from a denial; of the limits that fit, the most specific one decides."""
    _limit(context, limit, origin, destination, item_type, reason, first, last, allowed=True)


@app.command()
def lift(
    context: typer.Context,
    limit: Limit,
    first: Annotated[str | None, typer.Option("--from-day", metavar="DAY", help="Today if unset.")] = None,
) -> None:
    """Lift a transfer limit, or an exception, from a day on."""
    session = session_of(context)
    _desk(session).lift_limit(session.caller, limit, from_day=first, request=session.options.request)
    session.output.note(f"Limit {limit} does not hold any more from {first or 'today'} on. {_LOOK_AGAIN}")


@app.command()
@accepts("as_of")
@listing
def limits(context: typer.Context, on: Day = None) -> None:
    """List the transfer limits and exceptions that hold on a day."""
    from circulation.administration import parse_day
    from circulation.policy import in_force
    from projections import network

    session = session_of(context)
    day = _today(session) if on is None else parse_day(on)
    held = network.transfer_limits(session.part("views"), as_of=session.position)
    found = (in_force(held[name], day) for name in sorted(held))
    session.output.emit([limit for limit in found if limit is not None], _LIMITS)


_LOOK_AGAIN = "Look for copies again with: branchline hold retarget"


def _limit(
    context: typer.Context,
    limit: str,
    origin: str,
    destination: str,
    item_type: str,
    reason: str,
    first: str | None,
    last: str | None,
    *,
    allowed: bool,
) -> None:
    from circulation.policy_changes import LimitChange

    session = session_of(context)
    change = LimitChange(limit, origin, destination, item_type, allowed, reason, first, last)
    done = _desk(session).set_limit(session.caller, change, request=session.options.request)
    said = "allowed" if allowed else "denied"
    told = f"Limit {limit}: from {origin} to {destination}, type {item_type}, {said}."
    session.output.note(f"{told} {_LOOK_AGAIN}" if done.facts else f"Limit {limit} says so already.")


def _desk(session: Session) -> PolicyDesk:
    from circulation.policy_desk import PolicyDesk

    return PolicyDesk(session.part("commands"))


def _today(session: Session) -> str:
    return _desk(session).today(session.part("commands").clock())
