"""
What a fact about a hold or a day's plan says, as one sentence for a person; it names no patron.
"""

from __future__ import annotations

from circulation.clock import iso
from circulation.event import Event, Fact
from circulation.hold import (
    HoldCancelled,
    HoldCaptured,
    HoldExpired,
    HoldFilled,
    HoldPlaced,
    HoldReleased,
    HoldResumed,
    HoldSuspended,
    HoldTargetDropped,
    HoldTargeted,
)
from interfaces.sentences import sentence_of
from logistics.plan import PlanDrafted, PlanPublished, PlanWithdrawn

__all__ = ["any_sentence_of"]


def any_sentence_of(fact: Fact) -> str:
    """The sentence of a fact about an item, a tote, a hold or a plan; its type where nobody has written one."""
    return (
        sentence_of(fact) or _of_hold(fact.event) or _of_plan(fact.event, fact.stream.removeprefix("plan/"))
    ) or type(fact.event).__name__


def _of_hold(event: Event) -> str:
    match event:
        case HoldPlaced(hold=hold, pickup=pickup, item=item, recalls=recalls):
            of = f" for copy {item}" if item else ""
            short = f"; the loan of {recalls} was shortened for it" if recalls else ""
            return f"Hold {hold} was placed{of}, for pickup at {pickup}{short}."
        case HoldTargeted(hold=hold, item=item, branch=branch, pull_by_us=pull_by_us, joint=joint):
            together = " when copies were assigned together" if joint else ""
            return f"Hold {hold} was promised copy {item}{together}, to be pulled at {branch} by {iso(pull_by_us)}."
        case HoldTargetDropped(hold=hold, item=item, why=why):
            return f"Hold {hold} is not promised copy {item} any more: {why}."
        case HoldCaptured(hold=hold, item=item, branch=branch):
            return f"Copy {item} was set aside at {branch} for hold {hold}."
        case HoldReleased(hold=hold, item=item, why=why):
            return f"Hold {hold} has lost copy {item}: {why}."
        case HoldSuspended(hold=hold, until=until):
            return f"Hold {hold} was suspended" + (f" until {until}." if until else ".")
        case HoldResumed(hold=hold):
            return f"Hold {hold} takes copies again."
        case HoldCancelled(hold=hold, why=why):
            return f"Hold {hold} was cancelled: {why}."
        case HoldExpired(hold=hold, item=item):
            return f"Nobody came for copy {item} in time, and hold {hold} ended."
        case HoldFilled(hold=hold, item=item):
            return f"Copy {item} was lent, and hold {hold} ended."
        case _:
            return ""


def _of_plan(event: Event, plan: str) -> str:
    match event:
        case PlanDrafted(revision=revision, edited_from=int(before)) as edited:
            done = " ".join(edit.said for edit in edited.edits or ())
            broken = " ".join(f"Broken: {one.sentence}" for one in edited.accepted or ())
            return " ".join(
                filter(None, (f"Revision {revision} of plan {plan} was made from revision {before}:", done, broken))
            )
        case PlanDrafted(revision=revision, inputs=inputs, totals=totals):
            return (
                f"Revision {revision} of plan {plan} was drafted at position {inputs.position} by {inputs.solver}, "
                f"seed {inputs.seed}: {totals.vans} vans, {totals.stops} stops."
            )
        case PlanPublished(revision=revision):
            return f"Revision {revision} of plan {plan} was given to the drivers."
        case PlanWithdrawn(why=why):
            return f"Plan {plan} was withdrawn: {why}."
        case _:
            return ""
