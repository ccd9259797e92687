"""
A day on which nobody rests, in place of one with breaks: what OR-Tools' routing library searches fast.

All breaks are thought to be at one moment, and the clock to stand still meanwhile: what opens or closes later does so
sooner by the length of the break. A break may begin at any moment within hours, so the exact timetable nearly always
finds one for the tours of such a day; for those where it does not, something has to give.
"""

from __future__ import annotations

from dataclasses import replace

from logistics.problem import RoutingProblem, Van, Window

__all__ = ["without_breaks"]


def without_breaks(problem: RoutingProblem) -> RoutingProblem:
    """The day with the same places, vans and stops, of which tours go into the real day's timetable."""
    rests = [van.rest for van in problem.vans if van.rest is not None]
    if not rests:
        return problem
    length = max(rest.duration_seconds for rest in rests)
    first, last = max(rest.earliest for rest in rests), min(rest.latest for rest in rests)
    if first > last:  # no moment that suits all: the middle of the middles
        first = last = sorted((rest.earliest + rest.latest) // 2 for rest in rests)[len(rests) // 2]
    moment = (first + last) // 2

    def sooner(time: int) -> int:
        return time if time <= moment else max(moment, time - length)

    def working(van: Van) -> Van:
        start, end = sooner(van.shift_start), sooner(van.shift_end)
        if van.rest is None:
            return replace(van, shift_start=start, shift_end=end)
        rested = start + van.shift_end - van.shift_start - van.rest.duration_seconds
        # a break on the way is paid, and nearly every break is on the way
        paid = van.rest.duration_seconds * van.micros_per_second
        return replace(
            van,
            shift_start=start,
            shift_end=max(start, min(end, rested)),
            rest=None,
            micros_fixed=van.micros_fixed + paid,
        )

    return replace(
        problem,
        vans=tuple(map(working, problem.vans)),
        stops=tuple(
            replace(stop, windows=_apart([(sooner(opens), sooner(closes)) for opens, closes in stop.windows]))
            for stop in problem.stops_as_pinned
        ),
        pins=tuple(replace(pin, earliest=None, latest=None) for pin in problem.pins),
        stability=None,
    )


def _apart(windows: list[Window]) -> tuple[Window, ...]:
    """Windows that meet now that the time between them is gone are one."""
    apart: list[Window] = []
    for opens, closes in windows:
        if apart and opens <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(closes, apart[-1][1]))
        else:
            apart.append((opens, closes))
    return tuple(apart)
