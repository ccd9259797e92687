"""
What a demo has to say for itself: what was played, and the plan of the next day in numbers and sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from interfaces.demo.fill import PLANNED_DAY, Filled
from logistics.exports import kilometres, peak_load
from logistics.plan import LeftBehind, PlanDrafted, TightLimit
from logistics.wall_clock import wall_time

__all__ = ["numbers_of", "summary_of"]

_USUAL = ("scans", "loans", "copies brought back", "holds placed", "copies pulled", "totes sealed", "stops", "runs")
_WRONG = (
    "branches that could not open",
    "stops missed",
    "totes that found no room",
    "items put into a wrong tote",
    "copies not found",
)
_REASONS = {
    "hold": "for holds",
    "home": "going home",
    "float": "floating",
    "rebalance": "to balance shelves",
    "manual": "sent by hand",
    "expected": "expected to be there when the van comes",
}
_LIMITS = {"capacity": "totes", "window": "time window", "shift": "shift", "break": "break"}
_NAMED = 6
"""So many of a kind are named, the others counted."""


def numbers_of(filled: Filled) -> dict[str, object]:
    """The demo in numbers, for programs."""
    totals = filled.plan.revision.totals
    return {
        "preset": filled.network.preset,
        "seed": filled.network.seed,
        "items": filled.size.items,
        "days_played": len(filled.played),
        "commands": filled.commands,
        "events": filled.events,
        "plan": filled.plan.plan,
        "vans": totals.vans,
        "stops": totals.stops,
        "totes": totals.totes,
        "items_travelling": totals.items,
        "km": round(totals.metres / 1000, 1),
        "driving_hours": round(totals.drive_seconds / 3600, 1),
        "left_behind": totals.left_behind,
        "limits": sorted({limit.limit for limit in filled.plan.revision.tight}),
    }


def summary_of(filled: Filled) -> Iterator[str]:
    """The demo in lines, for people."""
    yield from _played(filled)
    yield ""
    yield from _planned(filled)


def _played(filled: Filled) -> Iterator[str]:
    network, done = filled.network, dict(filled.done)
    lending = [branch for branch in network.branches if branch.population]
    members = {branch.member for branch in lending}
    yield (
        f"{network.preset}, seed {network.seed}: {len(lending)} branches of {len(members)} members, "
        f"{len(network.hubs)} hubs, {len(network.vans)} vans, {filled.size.items:,} items, "
        f"{filled.size.readers:,} readers"
    )
    rate = filled.commands / filled.seconds if filled.seconds else 0
    yield (
        f"{_day(filled.played[0])} to {_day(filled.played[-1])}: {filled.commands:,} commands, "
        f"{filled.events:,} events in {filled.seconds:.0f} s ({rate:,.0f} commands a second, plans and views included)"
    )
    for words in (_USUAL, _WRONG):
        told = [f"{done[word]:,} {word}" for word in words if done.get(word)]
        if told:
            yield f"  {'' if words is _USUAL else 'what went wrong: '}{', '.join(told)}"


def _planned(filled: Filled) -> Iterator[str]:
    plan = filled.plan.revision
    totals = plan.totals
    yield f"The plan of {_day(PLANNED_DAY)} (draft {filled.plan.plan}, revision {plan.revision})"
    reasons = sorted(totals.by_reason.items(), key=lambda pair: (-pair[1], pair[0]))
    each = f" ({totals.items / totals.stops:.0f} a stop)" if totals.stops else ""
    yield f"  items travelling   {totals.items:,}{each}"
    for reason, items in reasons:
        yield f"    {items:>6,} {_REASONS.get(reason, reason)}"
    yield f"  vans, stops, totes {totals.vans} of {len(filled.network.vans)}, {totals.stops}, {totals.totes}"
    hours = totals.drive_seconds / 3600
    yield f"  on the road        {totals.metres / 1000:,.0f} km, {hours:.1f} driving hours"
    yield ""
    yield from _vans(plan, {van.van: van.totes for van in filled.network.vans})
    yield ""
    yield "  limits that bind"
    yield from _limits(plan.tight)
    yield "  left behind"
    yield from _left(plan.left)


def _vans(plan: PlanDrafted, holds: Mapping[str, int]) -> Iterator[str]:
    yield f"  {'van':<14} {'leaves':>6} {'back':>6} {'stops':>6} {'totes at most':>14} {'km':>7}"
    for route in plan.routes:
        most = f"{peak_load(route)} of {holds[route.van]}"
        yield (
            f"  {route.van:<14} {wall_time(route.leaves):>6} {wall_time(route.returns):>6} {len(route.stops):>6} "
            f"{most:>14} {kilometres(route.metres):>7}"
        )


def _limits(tight: Sequence[TightLimit]) -> Iterator[str]:
    if not tight:
        yield "    none"
    by_limit: dict[str, list[TightLimit]] = defaultdict(list)
    for limit in tight:
        by_limit[limit.limit].append(limit)
    for name, found in sorted(by_limit.items()):
        told = [f"{one.van} at {one.branch} ({_spare(one)})" for one in found]
        yield f"    {_LIMITS.get(name, name)}: {_some(told)}"


def _spare(limit: TightLimit) -> str:
    return f"{limit.spare} totes to spare" if limit.unit == "totes" else f"{limit.spare // 60} min to spare"


def _left(left: Sequence[LeftBehind]) -> Iterator[str]:
    if not left:
        yield "    nothing"
    by_code: dict[str, list[LeftBehind]] = defaultdict(list)
    for one in left:
        by_code[one.code].append(one)
    for code, found in sorted(by_code.items()):
        items = sum(one.items for one in found)
        yield f"    {code}: {len(found)} stops with {items:,} items: {_some([one.branch for one in found])}"
        yield f"      such as: {max(found, key=lambda one: (one.items, one.branch)).why}"


def _some(told: Sequence[str]) -> str:
    rest = len(told) - _NAMED
    return ", ".join(told[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
