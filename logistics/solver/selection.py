"""
OR-Tools makes the plan: CP-SAT chooses routes, and the vans that drive them, from everything that was found.

Set partitioning over a pool: routes that the search met, routes that were given (yesterday's, hand-made),
each for every kind of van that can drive it. Starting from the best plan known, it is never made worse. Here prices
and limits come in that the search itself does not see: a usual time that is missed, how many stops may change van.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from logistics.solver.kernel.day import KIND, PRICE
from logistics.solver.kernel.judge import IMPOSSIBLE
from logistics.solver.native import NativeSearch
from logistics.solver.steadiness import van_changes
from logistics.solver.timetable import timetable

__all__ = ["Choice", "choose_routes"]

KINDS_A_ROUTE = 4
"""Where each van has its own usual stops, only so many of the cheapest take part for one set of stops."""
ORDERS_A_SET = 3
"""Where usual times have a price, so many orders of one set of stops are timed for each van."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen tours (van index to stop indices), and whether no better choice exists in the pool."""

    orders: dict[int, tuple[int, ...]]
    proved: bool
    columns: int


@dataclass(frozen=True, slots=True)
class _Column:
    """A tour, which may be of several trips, in a kind of van; `calls` are its stops."""

    places: tuple[int, ...]
    kind: int
    micros: int
    calls: frozenset[int]


def choose_routes(
    search: NativeSearch,
    given: Iterable[Sequence[int]],
    *,
    seconds: float | None,
    effort: float,
    seed: int,
    largest: int,
) -> Choice | None:
    """
    The cheapest choice within `seconds` (None: only `effort`, CP-SAT's repeatable measure of work).

    `given` are further routes as stop indices; at most `largest` routes of the pool, the newest, take part.
    None when CP-SAT found nothing in time.
    """
    day, best = search.day, search.orders()
    vans_of: dict[int, list[int]] = {}
    for van in range(day.vans):
        vans_of.setdefault(int(day.van[van, KIND]), []).append(van)
    now = [tuple(search.places_of(order, van)) for van, order in best.items()]
    extra = [tuple(search.places_of(order)) for order in given]
    routes = dict.fromkeys([*now, *extra, *reversed(list(search.pool)[-largest:])])
    kinds = {(_calls(search, now[i]), int(day.van[van, KIND])) for i, van in enumerate(best)}
    columns = _columns(search, routes, vans_of)
    if day.settled:
        columns = _few_vans(columns, kinds)
    if not columns:
        return None
    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in columns]
    out = {place: model.new_bool_var("") for place in range(day.hubs, day.places)}
    driving: dict[int, list[cp_model.IntVar]] = {kind: [] for kind in vans_of}
    covering: dict[int, list[cp_model.IntVar]] = {place: [out[place]] for place in out}
    for column, chosen in zip(columns, take, strict=True):
        driving[column.kind].append(chosen)
        for place in column.calls:
            covering[place].append(chosen)
    for literals in covering.values():
        model.add_exactly_one(literals)
    for kind, vans in vans_of.items():
        model.add(cp_model.LinearExpr.sum(driving[kind]) <= len(vans))
    musts = [place for place in out if day.stop[place, PRICE] < 0]
    model.add(sum(out[place] for place in musts) <= search.left_out)
    beyond = 2 * max(abs(column.micros) for column in columns) * day.vans + 1  # what no choice of routes differs by
    missing = min(beyond * day.places if day.settled else beyond, (1 << 58) // max(1, len(musts)))
    prices = [missing if day.stop[place, PRICE] < 0 else int(day.stop[place, PRICE]) for place in out]
    over = model.new_int_var(0, day.places, "")
    model.minimize(
        cp_model.LinearExpr.weighted_sum(
            [*take, *out.values(), over], [*(column.micros for column in columns), *prices, beyond]
        )
    )
    _limit_changes(search, model, columns, vans_of, take, over)
    _hint(model, columns, take, out, kinds)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.linearization_level = 2
    # the model is small and already tight: what a longer preparation finds is not worth its time
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.max_deterministic_time = effort
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    chosen_columns = [column for column, chosen in zip(columns, take, strict=True) if solver.value(chosen)]
    orders = _hand_out(chosen_columns, vans_of, search.pool, {now[i]: van for i, van in enumerate(best)})
    return Choice(
        orders={van: search.order_of(places) for van, places in orders.items()},
        proved=status == cp_model.OPTIMAL,
        columns=len(columns),
    )


def _columns(
    search: NativeSearch, routes: Iterable[tuple[int, ...]], vans_of: Mapping[int, list[int]]
) -> list[_Column]:
    """For each set of stops and kind of van the cheapest order known."""
    tours = list(routes)
    verdicts = search.judge_all([vans[0] for vans in vans_of.values()], tours).tolist()
    judged = (
        _Column(places, kind, micros, _calls(search, places))
        for places, verdict in zip(tours, verdicts, strict=True)
        for kind, micros in zip(vans_of, verdict, strict=True)
        if micros != IMPOSSIBLE
    )
    stability = search.problem.stability
    if stability is not None and stability.micros_time > 0:
        return _cheapest(_timed(search, _cheapest(judged, ORDERS_A_SET), vans_of), 1)
    return _cheapest(judged, 1)


def _calls(search: NativeSearch, places: Sequence[int]) -> frozenset[int]:
    """The stops of a tour."""
    return frozenset(place for place in places if place < search.day.places)


def _cheapest(columns: Iterable[_Column], orders: int) -> list[_Column]:
    """So many orders for each set of stops and kind of van, the cheapest."""
    known: dict[tuple[frozenset[int], int], list[_Column]] = {}
    for column in columns:
        those = known.setdefault((column.calls, column.kind), [])
        if len(those) < orders:
            those.append(column)
        else:
            dearest = max(those, key=lambda other: other.micros)
            if column.micros < dearest.micros:
                those[those.index(dearest)] = column
    return [column for those in known.values() for column in those]


def _timed(search: NativeSearch, columns: Iterable[_Column], vans_of: Mapping[int, list[int]]) -> Iterator[_Column]:
    """The columns with the price of usual times missed, which only the timetable knows."""
    for column in columns:
        route = timetable(search.problem, vans_of[column.kind][0], search.order_of(column.places))
        if route is not None:
            yield replace(column, micros=route.micros)


def _few_vans(columns: Iterable[_Column], now: set[tuple[frozenset[int], int]]) -> list[_Column]:
    """The cheapest few vans for each set of stops, and what drives now."""
    ranked: dict[frozenset[int], list[_Column]] = {}
    for column in sorted(columns, key=lambda column: column.micros):
        ranked.setdefault(column.calls, []).append(column)
    return [
        column
        for calls, those in ranked.items()
        for rank, column in enumerate(those)
        if rank < KINDS_A_ROUTE or (calls, column.kind) in now
    ]


def _limit_changes(
    search: NativeSearch,
    model: cp_model.CpModel,
    columns: Sequence[_Column],
    vans_of: Mapping[int, list[int]],
    take: Sequence[cp_model.IntVar],
    over: cp_model.IntVar,
) -> None:
    """No more stops change van than may; `over` counts those that do all the same because nothing else was found."""
    stability = search.problem.stability
    if stability is None or stability.most_vans is None:
        model.add(over == 0)
        return
    counts = [
        van_changes(search.problem, {vans_of[column.kind][0]: search.order_of(column.places)}) for column in columns
    ]
    model.add(cp_model.LinearExpr.weighted_sum(take, counts) <= stability.most_vans + over)


def _hint(
    model: cp_model.CpModel,
    columns: Sequence[_Column],
    take: Sequence[cp_model.IntVar],
    out: Mapping[int, cp_model.IntVar],
    best: set[tuple[frozenset[int], int]],
) -> None:
    """Start from the best plan: the same stops in the same kind of van, in the cheapest order."""
    served = {place for calls, _ in best for place in calls}
    for column, chosen in zip(columns, take, strict=True):
        model.add_hint(chosen, (column.calls, column.kind) in best)
    for place, left in out.items():
        model.add_hint(left, place not in served)


def _hand_out(
    columns: Sequence[_Column],
    vans_of: Mapping[int, list[int]],
    pool: Mapping[tuple[int, ...], int],
    now: Mapping[tuple[int, ...], int],
) -> dict[int, tuple[int, ...]]:
    """Give each route to a van of its kind: the one that drives it now, else any that is free."""
    orders: dict[int, tuple[int, ...]] = {}
    waiting: list[_Column] = []
    for column in columns:
        van = now.get(column.places, pool.get(column.places, -1))
        if van in vans_of[column.kind] and van not in orders:
            orders[van] = column.places
        else:
            waiting.append(column)
    for column in waiting:
        van = next(van for van in vans_of[column.kind] if van not in orders)
        orders[van] = column.places
    return orders
