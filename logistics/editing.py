"""
The plan that comes of an edit.

An edit does what it says, whatever rules that breaks: the judge says which, and a person whether it is kept. Where a
place is left open, the best of the ranked insertions is taken. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from circulation.errors import Invalid, Refused, Unknown
from logistics.draft import Draft
from logistics.edits import Add, Drop, Edit, Fix, Free, Move, Swap
from logistics.insertions import call_names, insertions
from logistics.pin import broken_pins
from logistics.plan import PlanEdit, PlanInputs, PlannedPin
from logistics.problem import RoutingProblem
from logistics.revising import Recorded, orders_of, with_pins
from logistics.solution import Route, Solution
from logistics.solver.as_late import laid_out
from logistics.solver.trips import is_stop, order_of, tidy
from logistics.stop_names import place_in_tour

__all__ = ["Changed", "edited", "stop_named", "van_named"]

BY_HAND = "by hand"
"""What stands for a solver where a person ordered the stops."""

Orders = dict[int, list[int]]


@dataclass(frozen=True)
class Changed:
    """
    A plan that was changed and is not kept yet; `solution` answers the problem of `draft`.

    `inputs` say how it was searched, where it was searched again.
    """

    draft: Draft
    solution: Solution
    pins: tuple[PlannedPin, ...]
    dropped: frozenset[str]
    edits: tuple[PlanEdit, ...]
    inputs: PlanInputs | None = None


def edited(before: Recorded, edit: Edit) -> Changed:
    """
    The plan after an edit.

    Raises `Unknown` (`plan.stop-unknown`, `plan.van-unknown`), `Invalid` (`plan.not-on-van`, `bad-pin`) and `Refused`
    (`plan.not-served`, `plan.served`, `plan.not-pinned`, `plan.same-place`).
    """
    match edit:
        case Move():
            return _moved(before, edit)
        case Swap():
            return _swapped(before, edit)
        case Drop():
            return _dropped(before, edit)
        case Add():
            return _added(before, edit)
        case Fix():
            return _fixed(before, edit)
        case Free():
            return _freed(before, edit)


# --- the edits ---


def _moved(before: Recorded, edit: Move) -> Changed:
    problem, orders = before.problem, orders_of(before.problem, before.solution)
    stop, van = stop_named(problem, edit.stop), van_named(problem, edit.to)
    there = _van_of(orders, stop)
    if there is None:
        raise Refused("plan.not-served", stop=edit.stop)
    moved, after = _put(problem, orders, stop, van, edit.after, first=edit.first)
    if moved == orders:
        raise Refused("plan.same-place", stop=edit.stop, van=edit.to)
    way = f"within van {edit.to}" if van == there else f"from van {problem.vans[there].id} to van {edit.to}"
    return _of_hand(
        before, moved, what="move", stop=edit.stop, said=f"{edit.stop} moves {way}, {place_in_tour(after)}."
    )


def _swapped(before: Recorded, edit: Swap) -> Changed:
    problem, orders = before.problem, orders_of(before.problem, before.solution)
    places = []
    for name in (edit.stop, edit.other):
        stop = stop_named(problem, name)
        van = _van_of(orders, stop)
        if van is None:
            raise Refused("plan.not-served", stop=name)
        places.append((van, orders[van].index(stop), stop))
    (one_van, one_at, one), (other_van, other_at, other) = places
    if one == other:
        raise Refused("plan.same-place", stop=edit.stop, van=problem.vans[one_van].id)
    orders[one_van][one_at], orders[other_van][other_at] = other, one
    one_at, other_at = (
        1 + sum(map(is_stop, orders[van][:at])) for van, at in ((one_van, one_at), (other_van, other_at))
    )
    told = f"{edit.stop} (van {problem.vans[one_van].id}, stop {one_at}) and {edit.other}"
    told += f" (van {problem.vans[other_van].id}, stop {other_at}) change places."
    return _of_hand(before, orders, what="swap", stop=edit.stop, said=told)


def _dropped(before: Recorded, edit: Drop) -> Changed:
    problem, orders = before.problem, orders_of(before.problem, before.solution)
    stop = stop_named(problem, edit.stop)
    if edit.stop in before.dropped:
        raise Refused("plan.dropped", stop=edit.stop)
    van = _van_of(orders, stop)
    if van is not None:
        orders[van] = tidy([one for one in orders[van] if one != stop])
    told = f"is taken out of van {problem.vans[van].id}" if van is not None else "is taken out, and no van made it"
    return _of_hand(
        before,
        orders,
        what="drop",
        stop=edit.stop,
        said=f"{edit.stop} {told}.",
        dropped=before.dropped | {edit.stop},
    )


def _added(before: Recorded, edit: Add) -> Changed:
    problem, orders = before.problem, orders_of(before.problem, before.solution)
    stop = stop_named(problem, edit.stop)
    there = _van_of(orders, stop)
    if there is not None:
        raise Refused("plan.served", stop=edit.stop, van=problem.vans[there].id)
    van = None if edit.to is None else van_named(problem, edit.to)
    if van is None and edit.after is not None:
        van = _van_of(orders, stop_named(problem, edit.after))
    if van is None and (edit.first or edit.after is not None):
        raise Invalid("plan.which-van", stop=edit.stop)
    orders, after = _put(problem, orders, stop, van, edit.after, first=edit.first)
    van = _van_of(orders, stop)
    told = f"{edit.stop} is added to van {problem.vans[van or 0].id}, {place_in_tour(after)}."
    return _of_hand(before, orders, what="add", stop=edit.stop, said=told, dropped=before.dropped - {edit.stop})


def _fixed(before: Recorded, edit: Fix) -> Changed:
    problem, orders = before.problem, orders_of(before.problem, before.solution)
    stop = stop_named(problem, edit.stop)
    for other in (edit.before, edit.after):
        if other is not None:
            stop_named(problem, other)
    if edit.van is not None:
        van_named(problem, edit.van)
    pin = PlannedPin(
        stop=edit.stop,
        van=edit.van,
        before=edit.before,
        after=edit.after,
        earliest=edit.earliest,
        latest=edit.latest,
    )
    if edit == Fix(edit.stop):
        there = _van_of(orders, stop)
        if there is None:
            raise Refused("plan.not-served", stop=edit.stop)
        pin = replace(pin, van=problem.vans[there].id)
    if pin in before.pins:
        raise Refused("plan.pinned", stop=edit.stop, pin=pin.fixed)
    pins = (*before.pins, pin)
    pinned = with_pins(problem, pins)
    told = f"{edit.stop} is pinned to {pin.fixed}."
    if _van_of(orders, stop) is not None and _breaks_its_pins(before, pinned, orders, edit.stop):
        orders, after = _put(pinned, orders, stop, None, None, first=False)
        told += f" It moves to van {pinned.vans[_van_of(orders, stop) or 0].id}, {place_in_tour(after)}."
    return _of_hand(before, orders, what="pin", stop=edit.stop, said=told, pins=pins)


def _freed(before: Recorded, edit: Free) -> Changed:
    gone = [pin for pin in before.pins if pin.stop == edit.stop]
    if not gone:
        raise Refused("plan.not-pinned", stop=edit.stop)
    told = f"{edit.stop} is no longer pinned to {', '.join(pin.fixed for pin in gone)}."
    pins = tuple(pin for pin in before.pins if pin.stop != edit.stop)
    orders = orders_of(before.problem, before.solution)
    return _of_hand(before, orders, what="unpin", stop=edit.stop, said=told, pins=pins)


# --- what they share ---


def stop_named(problem: RoutingProblem, code: str) -> int:
    """The index of a stop of the plan. Raises `Unknown` (`plan.stop-unknown`)."""
    if code not in problem.stop_index:
        raise Unknown("plan.stop-unknown", stop=code[:60])
    return problem.stop_index[code]


def van_named(problem: RoutingProblem, code: str) -> int:
    """The index of a van of the plan. Raises `Unknown` (`plan.van-unknown`)."""
    if code not in problem.van_index:
        raise Unknown("plan.van-unknown", van=code[:60], vans=", ".join(sorted(problem.van_index)))
    return problem.van_index[code]


def _van_of(orders: Mapping[int, Sequence[int]], stop: int) -> int | None:
    return next((van for van, order in orders.items() if stop in order), None)


def _put(
    problem: RoutingProblem, orders: Orders, stop: int, van: int | None, after: str | None, *, first: bool
) -> tuple[Orders, str | None]:
    """The tours with the stop at that place, or at the best one, and the stop that it comes after."""
    bare = {number: tidy([one for one in order if one != stop]) for number, order in orders.items()}
    if van is None or (after is None and not first):
        best = insertions(problem, orders, stop, van=van)
        if not best:
            raise Refused("plan.same-place", stop=problem.stops[stop].id, van=problem.vans[van or 0].id)
        van, after = problem.van_index[best[0].van], best[0].after
    order = bare.setdefault(van, [])
    at = 0
    if after is not None:
        calls = call_names(problem, van, order)
        if after not in calls:
            raise Invalid("plan.not-on-van", stop=after[:60], van=problem.vans[van].id)
        at = calls.index(after) + 1
    order.insert(at, stop)
    return bare, after


def _breaks_its_pins(before: Recorded, pinned: RoutingProblem, orders: Orders, stop: str) -> bool:
    laid = laid_out(pinned, orders, solver=BY_HAND, seed=0, iterations=0, known=_known(before, pinned, orders))
    return any(place == stop for place, _ in broken_pins(pinned, laid.routes))


def _of_hand(
    before: Recorded,
    orders: Orders,
    *,
    what: str,
    stop: str,
    said: str,
    pins: tuple[PlannedPin, ...] | None = None,
    dropped: frozenset[str] | None = None,
) -> Changed:
    kept = before.pins if pins is None else pins
    problem = with_pins(before.problem, kept)
    solution = laid_out(
        problem,
        orders,
        solver=BY_HAND,
        seed=before.revision.inputs.seed,
        iterations=0,
        known=_known(before, problem, orders),
    )
    return Changed(
        draft=replace(before.draft, problem=problem),
        solution=solution,
        pins=kept,
        dropped=before.dropped if dropped is None else dropped,
        edits=(PlanEdit(what=what, stop=stop, said=said),),
    )


def _known(before: Recorded, problem: RoutingProblem, orders: Orders) -> dict[int, Route]:
    """The recorded routes whose order and windows are as they were: their times stay."""
    recorded = {route.van: route for route in before.solution.routes}
    was = before.problem.stops_as_pinned
    known = {}
    for van, order in orders.items():
        route = recorded.get(problem.vans[van].id)
        if route is None or order_of(problem, route) != order:
            continue
        stops = [stop for stop in order if is_stop(stop)]
        if all(
            problem.stops_as_pinned[stop] == was[before.problem.stop_index[problem.stops[stop].id]] for stop in stops
        ):
            known[van] = route
    return known
