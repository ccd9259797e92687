"""Demand in the proportions of what really travelled: journeys by lane, as a log has them."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from datetime import date
from itertools import accumulate
from random import Random

__all__ = ["MeasuredTraffic"]

_Lanes = Mapping[tuple[str, str], int]


class MeasuredTraffic:
    """
    Draws lanes as often as they were travelled; implements `logistics.simulation.demand.Traffic`.

    `holds` and `homeward` count journeys by origin and destination. Every weekday on which anything is open is as busy
    as any other: what is set out on a day on which a branch is shut sets out on its next one.
    """

    def __init__(self, holds: _Lanes, homeward: _Lanes) -> None:
        self._holds = _Lot(holds)
        self._homeward = _Lot(homeward)
        by_origin: dict[str, dict[tuple[str, str], int]] = {}
        for lane, journeys in (*holds.items(), *homeward.items()):
            mine = by_origin.setdefault(lane[0], {})
            mine[lane] = mine.get(lane, 0) + journeys
        self._from = {origin: _Lot(lanes) for origin, lanes in by_origin.items()}

    def busyness(self, day: date) -> float:
        """See `Traffic`."""
        return 1.0 if day.weekday() < 6 else 0.0

    def asked(self, draw: Random, day: date) -> tuple[str, str] | None:  # noqa: ARG002 - readers ask on any day
        """See `Traffic`."""
        lane = self._holds.draw(draw)
        return None if lane is None else (lane[1], lane[0])

    def brought_back(self, draw: Random, day: date) -> tuple[str, str] | None:  # noqa: ARG002 - and bring on any day
        """See `Traffic`."""
        return self._homeward.draw(draw)

    def near(self, draw: Random, branch: str) -> str:
        """See `Traffic`."""
        lot = self._from.get(branch)
        lane = None if lot is None else lot.draw(draw)
        return branch if lane is None else lane[1]


class _Lot:
    def __init__(self, lanes: _Lanes) -> None:
        self._lanes = sorted(lane for lane, journeys in lanes.items() if journeys and lane[0] != lane[1])
        self._sums = list(accumulate(lanes[lane] for lane in self._lanes))

    def draw(self, draw: Random) -> tuple[str, str] | None:
        drawn = draw.random()
        return self._lanes[bisect(self._sums, drawn * self._sums[-1])] if self._sums else None
