"""`branchline floating`: where copies may float, how many a branch keeps, what is carried on foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import Session, session_of

if TYPE_CHECKING:
    from circulation.floating_rules import FloatingRules

app = typer.Typer()
Group = Annotated[str, typer.Argument(metavar="GROUP", help="The group's name, which the grounds of a scan show.")]


@app.command("set")
def set_group(
    context: typer.Context,
    group: Group,
    to: Annotated[list[str] | None, typer.Option(help="A branch of the group; may be repeated.")] = None,
    member: Annotated[list[str] | None, typer.Option(help="Every branch of this member.")] = None,
    everywhere: Annotated[bool, typer.Option("--all", help="Every branch of the network.")] = False,
    without: Annotated[list[str] | None, typer.Option(help="Not this branch, whatever else is said.")] = None,
    without_member: Annotated[list[str] | None, typer.Option(help="No branch of this member.")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="For this member's copies; for any owner's if unset.")] = None,
    item_type: Annotated[list[str] | None, typer.Option("--type", help="For this type; for any if unset.")] = None,
    flagged: Annotated[bool, typer.Option("--flagged", help="Only for copies that carry the float flag.")] = False,
    homing_days: Annotated[int | None, typer.Option(help="After so many days away a copy goes home.")] = None,
    title_copies: Annotated[int | None, typer.Option(help="So many copies of one title does a branch keep.")] = None,
) -> None:
    """
    Set a floating group: which copies float, and among which branches; what is excluded wins.

    A copy that several groups fit floats in the one for its owner, else in the one for its type.
    Example: branchline floating set dvds --type dvd --all --without wells --homing-days 180
    """
    from circulation.floating import FloatingGroup

    made = FloatingGroup(
        group=group,
        branches=(*(("all",) if everywhere else ()), *_scopes(to, member)),
        excludes=_scopes(without, without_member),
        owners=tuple(sorted(set(owner or ()))),
        item_types=tuple(sorted(set(item_type or ()))),
        flagged=flagged,
        homing_days=homing_days,
        title_copies=title_copies,
    )
    session = session_of(context)
    _rules(session).set_group(session.caller, made, request=session.options.request)
    session.output.note(f"Copies float in group {group} from their next scan on.")


@app.command()
def remove(context: typer.Context, group: Group) -> None:
    """Remove a floating group; its copies go home from their next scan on, unless another group is for them."""
    session = session_of(context)
    _rules(session).remove_group(session.caller, group, request=session.options.request)
    session.output.note(f"Group {group} does not hold any more.")


@app.command()
def limit(
    context: typer.Context,
    item_type: Annotated[str, typer.Argument(metavar="TYPE", help="The item type.")],
    copies: Annotated[int | None, typer.Argument(help="So many from elsewhere are kept; no limit if unset.")] = None,
    at: Annotated[str, typer.Option(help="At this branch; * is every branch without its own limit.")] = "*",
) -> None:
    """
    Say how many floating copies of a type a branch keeps; what comes in beyond them goes on to the emptiest branch.

    A branch's own copies do not count. Example: branchline floating limit dvd 40 --at bath
    """
    session = session_of(context)
    _rules(session).set_limit(session.caller, at, item_type, copies, request=session.options.request)
    where = "every other branch" if at == "*" else at
    much = "without limit" if copies is None else f"up to {copies}"
    session.output.note(f"{where} keeps {item_type} from elsewhere {much}.")


@app.command()
def walk(
    context: typer.Context,
    lanes: Annotated[str, typer.Argument(help="A name, such as that of the building.")],
    branches: Annotated[list[str] | None, typer.Argument(help="The branches; none: they are apart again.")] = None,
) -> None:
    """
    Say that things are carried between branches on foot: what is for one of them is there at any of them.

    A hold for any of them waits on the shelf where its copy was scanned.
    Example: branchline floating walk centre bath spa
    """
    session = session_of(context)
    _rules(session).set_lanes(session.caller, lanes, branches or (), request=session.options.request)
    session.output.note(f"{lanes}: {' and '.join(branches) if branches else 'no branch is a walk away any more'}.")


@app.command()
def services(
    context: typer.Context,
    member: Annotated[str, typer.Argument(help="The member that owns the copies.")],
    branch: Annotated[str | None, typer.Argument(help="Where they go; to their homes if unset.")] = None,
) -> None:
    """Say where a member's withdrawn copies go: to its technical services."""
    session = session_of(context)
    _rules(session).set_services(session.caller, member, branch, request=session.options.request)
    session.output.note(f"Withdrawn copies of {member} go {f'to {branch}' if branch else 'home'}.")


@app.command("list")
@accepts("as_of")
@listing
def list_rules(context: typer.Context) -> None:
    """The floating policy that holds, one rule a line."""
    from interfaces.floating_lines import COLUMNS, floating_lines
    from projections import network

    session = session_of(context)
    policy = network.floating(session.part("views"), as_of=session.position)
    session.output.emit(floating_lines(policy), COLUMNS)


def _rules(session: Session) -> FloatingRules:
    from circulation.floating_rules import FloatingRules

    return FloatingRules(session.part("commands"))


def _scopes(codes: list[str] | None, members: list[str] | None) -> tuple[str, ...]:
    return tuple(sorted({*(f"branch/{code}" for code in codes or ()), *(f"member/{name}" for name in members or ())}))
