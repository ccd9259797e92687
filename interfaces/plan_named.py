"""Plans as they are named on the command line, and what was done to them by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.administration import parse_day
from circulation.errors import Invalid
from circulation.messages.names import Names
from interfaces.context import Session

if TYPE_CHECKING:
    from logistics.plan import PlanDrafted

__all__ = ["Plan", "by_hand", "find_revision", "plan_name"]

Plan = Annotated[str, typer.Argument(help="The plan, such as 2026-11-24/all/day; or a date with one plan.")]


def plan_name(session: Session, text: str) -> str:
    """The whole name of a plan; a date alone will do where it has one plan."""
    if "/" in text:
        return text
    names = [stream.removeprefix("plan/") for stream in session.part("ledger").streams(f"plan/{parse_day(text)}/")]
    if len(names) != 1:
        raise Invalid("plan.which", text=text, count=len(names), plans=Names(names))
    return names[0]


def find_revision(session: Session, text: str, revision: int | None) -> tuple[str, PlanDrafted]:
    """The plan's whole name, and a revision of it: the published or else the newest, without a number."""
    name = plan_name(session, text)
    plan = session.part("dispatcher").show(name)
    number = revision or plan.published or plan.latest
    if number not in plan.revisions:
        raise Invalid("plan.no-revision:named", plan=name, number=number)
    return name, plan.revisions[number]


def by_hand(drafted: PlanDrafted) -> Iterator[str]:
    """What a coordinator did to a revision: its edits, its pins, and the rules that may be broken with the reason."""
    if drafted.edits:
        done = " ".join(edit.said for edit in drafted.edits)
        yield f"made from revision {drafted.edited_from}: {done}"
    for pin in drafted.pins or ():
        if pin.because is None:
            yield f"pinned: {pin.stop} to {pin.fixed}"
    for broken in drafted.accepted or ():
        yield f"broken rule: {broken.sentence} Kept because: {broken.because}"
