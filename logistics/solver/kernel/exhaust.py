"""Every order of every set of a few stops, tried one after the other: the cheapest for each set, beyond doubt."""

from __future__ import annotations

from logistics.solver.kernel.compile import compiled_apart
from logistics.solver.kernel.day import Day, Ints
from logistics.solver.kernel.judge import judge
from logistics.solver.kernel.tours import Tours

__all__ = ["exhaust"]


@compiled_apart
def exhaust(day: Day, scratch: Tours, van: int, places: Ints, best: Ints, order: Ints, work: Ints) -> None:
    """
    Lower `best` (set of stops, a bit a stop -> micros) to the cheapest order's cost, and keep that in `order`.

    `work` holds a tour in its first row and, in its second, the number of the stop at each position. The tours are met
    as an odometer counts: the next stop at the last position, then one position back.
    """
    many = len(places)
    tour, number = work[0], work[1]
    size, taken = 0, 0
    number[0] = -1
    while size >= 0:
        if number[size] >= 0:
            taken ^= 1 << number[size]
        number[size] += 1
        while number[size] < many and (taken >> number[size]) & 1 == 1:
            number[size] += 1
        if number[size] == many:
            size -= 1
            continue
        taken ^= 1 << number[size]
        tour[size] = places[number[size]]
        micros = judge(day, scratch, van, tour[: size + 1])
        if micros < best[taken]:
            best[taken] = micros
            for k in range(size + 1):
                order[taken, k] = tour[k]
        if size + 1 < many:
            size += 1
            number[size] = -1
