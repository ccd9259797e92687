"""Recorded plans by their names, and by which day they are of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from circulation.errors import Unknown
from circulation.ledger import Ledger
from logistics.folds import PLAN
from logistics.plan import DayPlan, PlanDrafted

__all__ = ["Round", "find_plan", "last_round", "round_of", "unknown_plan", "usual_round"]

_WEEKS = 8
_DAYS = 14


@dataclass(frozen=True, slots=True)
class Round:
    """Routes that others are compared with: the name of a plan, and the revision."""

    plan: str
    revision: PlanDrafted

    @property
    def named(self) -> str:
        """Such as `2026-11-17/all/day@2`."""
        return f"{self.plan}@{self.revision.revision}"


def find_plan(ledger: Ledger, plan: str) -> DayPlan:
    """A plan by its name, such as `2026-11-24/bath/am`. Raises `Unknown` (`plan.unknown`)."""
    state = ledger.load(f"plan/{plan.removeprefix('plan/')}", PLAN).state
    if state is None:
        raise unknown_plan(plan)
    return state


def unknown_plan(plan: str) -> Unknown:
    """The refusal of a name that no plan has."""
    return Unknown("plan.unknown", plan=plan[:80])


def round_of(ledger: Ledger, plan: str) -> Round:
    """What holds of a plan, or else its newest revision. Raises `Unknown` (`plan.unknown`)."""
    found = find_plan(ledger, plan)
    return Round(plan, found.revisions[found.published or found.latest])


def usual_round(ledger: Ledger, plan: str) -> Round | None:
    """The usual round: the last plan of the same weekday, hubs and wave before this one that holds, in eight weeks."""
    return _holding(ledger, plan, (7 * weeks for weeks in range(1, _WEEKS + 1)))


def last_round(ledger: Ledger, plan: str) -> Round | None:
    """Yesterday's round: the last plan of these hubs and this wave before this one that holds, within two weeks."""
    return _holding(ledger, plan, range(1, _DAYS + 1))


def _holding(ledger: Ledger, plan: str, days: Iterable[int]) -> Round | None:
    day, _, rest = plan.partition("/")
    for back in days:
        name = f"{date.fromisoformat(day) - timedelta(days=back)}/{rest}"
        found = ledger.load(f"plan/{name}", PLAN).state
        if found is not None and found.published is not None:
            return Round(name, found.revisions[found.published])
    return None
