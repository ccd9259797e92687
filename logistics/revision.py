"""
What changed for each van between two revisions of a plan: the short list that a driver must know.
"""

from __future__ import annotations

from dataclasses import dataclass

from logistics.plan import PlanDrafted, PlannedRoute

__all__ = ["RetimedStop", "VanChange", "changes_between"]

_WORTH_TELLING_SECONDS = 300


@dataclass(frozen=True, slots=True)
class RetimedStop:
    """A stop that both revisions hold, reached at another time; seconds after local midnight."""

    branch: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class VanChange:
    """
    One van's changes. `reordered` says that the stops it keeps come in another order; `retimed` are those of them
    that it now reaches at least five minutes earlier or later.
    """

    van: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reordered: bool
    retimed: tuple[RetimedStop, ...]


def changes_between(before: PlanDrafted | None, after: PlanDrafted) -> tuple[VanChange, ...]:
    """The vans whose day changed, by van; a van without changes is not in it."""
    old = {route.van: route for route in before.routes} if before else {}
    new = {route.van: route for route in after.routes}
    found = (_change(van, old.get(van), new.get(van)) for van in sorted({*old, *new}))
    return tuple(change for change in found if change is not None)


def _change(van: str, before: PlannedRoute | None, after: PlannedRoute | None) -> VanChange | None:
    old = {stop.name: stop for stop in before.stops} if before else {}
    new = {stop.name: stop for stop in after.stops} if after else {}
    kept = [branch for branch in new if branch in old]
    change = VanChange(
        van=van,
        added=tuple(branch for branch in new if branch not in old),
        removed=tuple(branch for branch in old if branch not in new),
        reordered=kept != [branch for branch in old if branch in new],
        retimed=tuple(
            RetimedStop(branch, old[branch].arrives, new[branch].arrives)
            for branch in kept
            if abs(old[branch].arrives - new[branch].arrives) >= _WORTH_TELLING_SECONDS
        ),
    )
    return change if change.added or change.removed or change.reordered or change.retimed else None
