"""What a tour saves because totes that may ride directly do."""

from __future__ import annotations

from collections.abc import Sequence

from logistics.problem import RoutingProblem

__all__ = ["earned"]


def earned(problem: RoutingProblem, order: Sequence[int]) -> int:
    """Micros of all credits whose origin comes before their destination; O(stops + credits from these stops)."""
    call = {stop: number for number, stop in enumerate(order)}
    return sum(
        micros
        for stop in order
        for destination, micros in problem.credits_from.get(stop, ())
        if call.get(destination, -1) > call[stop]
    )
