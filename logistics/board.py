"""
The demand board: for every lane what waits, since when and how urgent, and apart from it what is expected.

A lane is where items lie now and where they are to go in the end. Pure over the rows that `demand.py` takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from logistics.demand import Prices, WaitingRow
from logistics.expectation import Lane
from logistics.network import Courier

__all__ = ["BoardLine", "board"]


@dataclass(frozen=True, slots=True)
class BoardLine:
    """
    One lane. `totes` are whole ones for what waits, `expected_totes` those that come on top with `expected` items.

    `oldest_us` is when the oldest item began to wait, None where nothing does; `micros` is the price of another
    day's delay; `next_stop` is where the items go from here, None where there is no way.
    """

    origin: str
    destination: str
    next_stop: str | None
    waiting: int
    holds: int
    totes: int
    oldest_us: int | None
    micros: int
    expected: int
    expected_totes: int


def board(
    rows: Iterable[WaitingRow],
    expected: Mapping[Lane, int],
    *,
    courier: Courier,
    prices: Prices,
    next_stop: Mapping[Lane, str],
    at_us: int,
) -> tuple[BoardLine, ...]:
    """The lines of the board, the most urgent first; what is on a van now is not on it."""
    by_lane: dict[Lane, list[WaitingRow]] = defaultdict(list)
    for row in rows:
        if row.kind == "branch" and row.place != row.destination:
            by_lane[row.place, row.destination].append(row)
    sizes = courier.items_per_tote
    lines = []
    for lane in sorted({*by_lane, *expected}):
        here = by_lane.get(lane, [])
        share = sum((Fraction(row.items, sizes.get(row.item_type, sizes["*"])) for row in here), Fraction())
        more = expected.get(lane, 0)
        totes = ceil(share)
        lines.append(
            BoardLine(
                origin=lane[0],
                destination=lane[1],
                next_stop=next_stop.get(lane),
                waiting=sum(row.items for row in here),
                holds=sum(row.items for row in here if row.reason == "hold"),
                totes=totes,
                oldest_us=min((row.oldest_us for row in here), default=None),
                micros=sum(prices.delay(row, at_us) for row in here),
                expected=more,
                expected_totes=ceil(share + Fraction(more, sizes["*"])) - totes,
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.micros, line.origin, line.destination)))
