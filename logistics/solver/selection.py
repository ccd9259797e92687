"""
OR-Tools makes the plan: CP-SAT chooses routes, and the vans that drive them, from everything that was found.

Set partitioning over a pool: routes that the search met, routes that were given (yesterday's, hand-made),
each for every kind of van that can drive it. Starting from the best plan known, it is never made worse. Here prices
and limits come in that the search itself does not see: a usual time that is missed, how many stops may change van.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from logistics.solver.kernel.day import KIND, PRICE
from logistics.solver.kernel.judge import IMPOSSIBLE
from logistics.solver.native import NativeSearch
from logistics.solver.steadiness import van_changes
from logistics.solver.timetable import timetable

__all__ = ["Choice", "choose_routes"]

KINDS_A_ROUTE = 4
"""Where each van has its own usual stops, only so many of the cheapest take part for one set of stops."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen tours (van index to stop indices), and whether no better choice exists in the pool."""

    orders: dict[int, tuple[int, ...]]
    proved: bool
    columns: int


@dataclass(frozen=True, slots=True)
class _Column:
    places: tuple[int, ...]
    kind: int
    micros: int


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
    now = [tuple(day.hubs + stop for stop in order) for order in best.values()]
    extra = [tuple(day.hubs + stop for stop in order) for order in given]
    routes = dict.fromkeys([*now, *extra, *reversed(list(search.pool)[-largest:])])
    kinds = {(now[i], int(day.van[van, KIND])) for i, van in enumerate(best)}
    columns = _columns(search, routes, vans_of)
    if day.settled:
        columns = _settled(search, columns, vans_of, kinds)
    if not columns:
        return None
    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in columns]
    out = {place: model.new_bool_var("") for place in range(day.hubs, day.places)}
    driving: dict[int, list[cp_model.IntVar]] = {kind: [] for kind in vans_of}
    covering: dict[int, list[cp_model.IntVar]] = {place: [out[place]] for place in out}
    for column, chosen in zip(columns, take, strict=True):
        driving[column.kind].append(chosen)
        for place in column.places:
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
    offset = day.hubs
    return Choice(
        orders={van: tuple(place - offset for place in places) for van, places in orders.items()},
        proved=status == cp_model.OPTIMAL,
        columns=len(columns),
    )


def _columns(
    search: NativeSearch, routes: Iterable[tuple[int, ...]], vans_of: Mapping[int, list[int]]
) -> list[_Column]:
    """For each set of stops and kind of van the cheapest order known."""
    cheapest: dict[tuple[frozenset[int], int], _Column] = {}
    tours = list(routes)
    verdicts = search.judge_all([vans[0] for vans in vans_of.values()], tours).tolist()
    for places, verdict in zip(tours, verdicts, strict=True):
        covered = frozenset(places)
        for kind, micros in zip(vans_of, verdict, strict=True):
            if micros == IMPOSSIBLE:
                continue
            column = cheapest.get((covered, kind))
            if column is None or micros < column.micros:
                cheapest[covered, kind] = _Column(places, kind, micros)
    return list(cheapest.values())


def _settled(
    search: NativeSearch,
    columns: Sequence[_Column],
    vans_of: Mapping[int, list[int]],
    now: set[tuple[tuple[int, ...], int]],
) -> list[_Column]:
    """The cheapest few vans for each set of stops, and what drives now, with the price of usual times missed."""
    ranked: dict[frozenset[int], list[_Column]] = {}
    for column in sorted(columns, key=lambda column: column.micros):
        ranked.setdefault(frozenset(column.places), []).append(column)
    sets_now = {(frozenset(places), kind) for places, kind in now}
    kept = [
        column
        for places, those in ranked.items()
        for rank, column in enumerate(those)
        if rank < KINDS_A_ROUTE or (places, column.kind) in sets_now
    ]
    stability = search.problem.stability
    if stability is None or stability.micros_time == 0:
        return kept
    timed = []
    for column in kept:
        order = [place - search.day.hubs for place in column.places]
        route = timetable(search.problem, vans_of[column.kind][0], order)
        if route is not None:
            timed.append(_Column(column.places, column.kind, route.micros))
    return timed


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
        van_changes(search.problem, {vans_of[column.kind][0]: [place - search.day.hubs for place in column.places]})
        for column in columns
    ]
    model.add(cp_model.LinearExpr.weighted_sum(take, counts) <= stability.most_vans + over)


def _hint(
    model: cp_model.CpModel,
    columns: Sequence[_Column],
    take: Sequence[cp_model.IntVar],
    out: Mapping[int, cp_model.IntVar],
    best: set[tuple[tuple[int, ...], int]],
) -> None:
    """Start from the best plan: the same stops in the same kind of van, in the cheapest order."""
    wanted = {(frozenset(places), kind) for places, kind in best}
    served = {place for places, _ in best for place in places}
    for column, chosen in zip(columns, take, strict=True):
        model.add_hint(chosen, (frozenset(column.places), column.kind) in wanted)
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
