"""Why a stop is where it is in a plan: its place, what it costs there, what leaves little room, who fixed it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from logistics.revising import Recorded, orders_of
from logistics.solver.as_late import route_of
from logistics.solver.trips import tidy
from logistics.wall_clock import minutes, wall_time

__all__ = ["standing"]


def standing(recorded: Recorded, code: str) -> Iterator[str]:
    """Sentences with numbers about a stop (by its code) that a van makes."""
    problem = recorded.problem
    stop = problem.stop_index[code]
    route = next(route for route in recorded.solution.routes if code in route.stops)
    place = route.stops.index(code)
    visit = route.visits[place]
    yield (
        f"{code} is stop {place + 1} of {len(route.stops)} on van {route.van}: there at {wall_time(visit.arrive)},"
        f" served from {wall_time(visit.start)} to {wall_time(visit.leave)}."
    )
    van = problem.van_index[route.van]
    order = tidy([one for one in orders_of(problem, recorded.solution)[van] if one != stop])
    metres, seconds = route.metres, route.seconds
    if order:
        without = route_of(problem, van, order)
        metres, seconds = metres - without.metres, seconds - without.seconds
    yield f"Calling there takes van {route.van} {metres / 1000:.1f} km and {round(seconds / 60)} min."
    windows = problem.stops_as_pinned[stop].windows
    closes = next((end for start, end in windows if start <= visit.start <= end), None)
    if closes is not None:
        spare = closes - visit.start
        yield f"Service may begin until {wall_time(closes)}: {minutes(spare) if spare else 'nothing'} to spare."
    capacity, fullest = problem.vans[van].totes, max(*route.totes, *(reload.totes for reload in route.reloads), 0)
    yield f"Van {route.van} holds {capacity} totes and carries {fullest} on its fullest leg."
    for pin in recorded.pins:
        if code in {pin.stop, pin.before, pin.after}:
            yield f"{pin.stop} is pinned to {pin.fixed}."
