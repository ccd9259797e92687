"""
What a hub has to sort: for each stop that its vans or trunk runs go to next, what lies there and until when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from projections import demand_board, totes

if TYPE_CHECKING:
    from logistics.ways import Ways
    from projections.views import Views

__all__ = ["SortRow", "sort_rows"]


@dataclass(slots=True)
class SortRow:
    """
    One next stop of a hub. `to_sort` items lie loose or in totes that are to be sorted here; `sorted` ones are in
    `totes` for that stop. `ready_by_us` is None where nothing leaves for it; `stop` is empty without a way.
    """

    stop: str
    ready_by_us: int | None = None
    to_sort: int = 0
    sorted: int = 0
    totes: tuple[str, ...] = ()
    oldest_us: int | None = None
    bound_for: Counter[str] = field(default_factory=Counter)


def sort_rows(views: Views, ways: Ways, hub: str, now_us: int) -> Sequence[SortRow]:
    """The stops of a hub, the next departure first; those without one at the end."""
    boxes = {box.filling: box for box in totes.fillings_at(views, hub)}
    rows: dict[str, SortRow] = {}
    for waiting in demand_board.waiting(views):
        if (waiting.kind, waiting.place) != ("branch", hub) or waiting.destination == hub:
            continue
        box = boxes.get(waiting.filling or "")
        is_sorted = box is not None and box.destination != hub
        stop = box.destination if box and is_sorted else ways.next_hop(hub, waiting.destination, now_us) or ""
        row = rows.setdefault(stop, SortRow(stop))
        if is_sorted:
            row.sorted += waiting.items
        else:
            row.to_sort += waiting.items
        row.bound_for[waiting.destination] += waiting.items
        row.oldest_us = min(waiting.oldest_us, row.oldest_us or waiting.oldest_us)
    for stop, row in rows.items():
        row.totes = tuple(sorted(box.filling for box in boxes.values() if box.destination == stop))
        row.ready_by_us = ways.departure(hub, stop, now_us) if stop else None
    return sorted(rows.values(), key=lambda row: (row.ready_by_us is None, row.ready_by_us or 0, row.stop))
